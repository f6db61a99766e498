// The worker: trains a teacher and its student, tells how far it is, and gives the student's file back.
// In your own project: "./node_modules/qstill/dist/index.js". Import maps do not hold in workers, so it is no bare "qstill".
import { distill, evaluate, Interrupted, saveModel, trainTeacher } from "../../dist/index.js";

let stop = new AbortController();

addEventListener("message", ({ data }) => {
  if (data.kind === "cancel") stop.abort();
  else train(data).catch(tellFailure);
});

async function train({ environment, seed }) {
  stop = new AbortController();
  const options = { seed, signal: stop.signal, onEvent: tellProgress };
  const teacher = await trainTeacher(environment, options);
  const student = await distill(teacher, options);
  const { mean } = evaluate(student, { episodes: 100 });
  const file = saveModel(student);
  postMessage({ kind: "finished", mean, student: file }, [file.buffer]); // handed over, not copied
}

function tellProgress({ kind, network, share, mean }) {
  if (kind === "progress") postMessage({ kind, network, share, mean });
}

function tellFailure(error) {
  postMessage(error instanceof Interrupted ? { kind: "cancelled" } : { kind: "failed", reason: error.message });
}
