// The page: has its worker train, shows how far it is, and acts with the student that comes back.
import { loadModel, makeEnv } from "qstill";
import { drawScene, sceneOf } from "qstill/draw";

const environment = "CartPole-v1";
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const [train, cancel, progress, status, stage] = ["train", "cancel", "progress", "status", "stage"].map((id) =>
  document.getElementById(id),
);
const env = makeEnv(environment);
let observation = env.reset();
let student;

train.addEventListener("click", () => {
  setTraining(true);
  say("Training a teacher.");
  worker.postMessage({ kind: "train", environment, seed: 0 });
});
cancel.addEventListener("click", () => worker.postMessage({ kind: "cancel" }));

worker.addEventListener("message", ({ data }) => {
  if (data.kind === "progress") {
    progress.value = data.share;
    say(`Training a ${data.network}: mean return ${data.mean === null ? "not known yet" : data.mean.toFixed(1)}.`);
    return;
  }
  setTraining(false);
  if (data.kind === "finished") {
    student?.dispose();
    student = loadModel(data.student);
    say(`A student of ${student.parameters.length} parameters: mean return ${data.mean} over 100 episodes.`);
  }
  if (data.kind === "cancelled") say("Cancelled.");
  if (data.kind === "failed") say(`Training failed: ${data.reason}`);
});
worker.addEventListener("error", ({ message }) => say(`The worker could not start: ${message || "a file is missing"}`));

function setTraining(training) {
  train.disabled = training;
  cancel.disabled = !training;
  progress.value = 0;
}

function say(text) {
  status.textContent = text;
}

/** One step every fiftieth of a second, as long as there is a student. */
setInterval(() => {
  if (student === undefined) return;
  const step = env.step(student.act(observation));
  observation = step.terminated || step.truncated ? env.reset() : step.observation;
  draw();
}, 20);

function draw() {
  drawScene(stage.getContext("2d"), sceneOf(env), stage.width, stage.height);
}
draw();
