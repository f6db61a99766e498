// The worker: trains in the page's game. What it asks of the page is a message, and the page's answer keeps the promise.
// In your own project: "./node_modules/qstill/dist/index.js". Import maps do not hold in workers, so it is no bare "qstill".
import { Interrupted, saveModel, trainTeacher } from "../../dist/index.js";

let answered; // keeps the promise of what was asked last
let stop = new AbortController();

addEventListener("message", ({ data }) => {
  if (data.kind === "answer") answered(data.answer);
  if (data.kind === "stop") stop.abort();
  if (data.kind === "learn") learn(data).catch(({ message }) => postMessage({ kind: "failed", reason: message }));
});

function ask(question) {
  return new Promise((resolve) => {
    answered = resolve;
    postMessage(question);
  });
}

async function learn({ observationSize, actionCount, envSteps }) {
  stop = new AbortController();
  const game = {
    ...{ id: "falling balls", observationSize, actionCount },
    reset: () => ask({ kind: "reset" }),
    step: (action) => ask({ kind: "step", action }),
  };
  const model = await trainTeacher(() => game, {
    ...{ envSteps, learningStarts: 500, hidden: [32, 32], evaluationInterval: 0, explorationFraction: 0.5 },
    ...{ signal: stop.signal, onEvent: tell },
  }).catch((error) => {
    if (error instanceof Interrupted && error.model !== undefined) return error.model;
    throw error;
  });
  const file = saveModel(model);
  postMessage({ kind: "learned", file }, [file.buffer]); // handed over, not copied
}

function tell({ kind, share }) {
  if (kind === "progress") postMessage({ kind, share });
}
