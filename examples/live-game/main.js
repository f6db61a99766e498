// The page: runs the game at its own speed, and answers the worker that learns in it.
import { loadModel } from "qstill";
import { actionCount, Game, observationSize } from "./game.js";

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const [learn, speed, progress, mean20, status, stage] = ["learn", "speed", "progress", "mean", "status", "stage"].map(
  (id) => document.getElementById(id),
);
const still = 1; // the action where nobody says anything
const game = new Game();
const returns = []; // of the last games
let sum = 0; // of the rewards in this game
let reward = 0; // since the last answer
let asked; // the action that the worker waits for
let learning = false;
let model;

learn.addEventListener("click", () => {
  if (learning) return worker.postMessage({ kind: "stop" });
  learning = true;
  learn.textContent = "Stop";
  status.textContent = "Learning.";
  returns.length = 0;
  worker.postMessage({ kind: "learn", observationSize, actionCount, envSteps: 30_000 });
});

worker.addEventListener("message", ({ data }) => {
  if (data.kind === "reset") {
    begin();
    answer(game.observation());
  }
  if (data.kind === "step") asked = data.action;
  if (data.kind === "progress") progress.value = data.share;
  if (data.kind === "learned") {
    model?.dispose();
    model = loadModel(data.file);
    end("Playing with what was learned.");
  }
  if (data.kind === "failed") end(`Learning failed: ${data.reason}`);
});
worker.addEventListener("error", ({ message }) => end(`The worker could not start: ${message || "a file is missing"}`));

/** One step of the game. It waits for nobody. */
function tick() {
  const idea = learning ? still : (model?.act(game.observation()) ?? still);
  if (!game.over) {
    const gained = game.step(asked ?? idea);
    reward += gained;
    sum += gained;
    if (game.over) note();
  }
  if (asked !== undefined) answer({ observation: game.observation(), reward, terminated: false, truncated: game.over });
  if (game.over && !learning) begin(); // or the worker says when
  game.draw(stage);
  setTimeout(tick, 1000 / speed.value);
}

function answer(given) {
  reward = 0;
  asked = undefined;
  worker.postMessage({ kind: "answer", answer: given });
}

function begin() {
  game.begin();
  sum = 0;
}

/** Says what the last games gave. */
function note() {
  returns.push(sum);
  if (returns.length > 20) returns.shift();
  const mean = returns.reduce((a, b) => a + b, 0) / returns.length;
  mean20.textContent = mean.toFixed(1);
}

function end(reason) {
  learning = false;
  asked = undefined;
  returns.length = 0;
  learn.textContent = "Learn";
  progress.value = 0;
  status.textContent = reason;
}

begin();
tick();
