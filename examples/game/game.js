// The game: a match of rallies against the network, or one of the network against itself until somebody plays.
import { act, qValues, widths } from "./opponent.mjs";
import { Picture } from "./picture.js";
import {
  actionNames,
  fieldLength,
  moveOf,
  moveTo,
  newGame,
  observe,
  serve,
  tick,
  ticksPerDecision,
  ticksPerSecond,
} from "./rules.js";

const pointsToWin = 7;
/** Ticks from a point to the next serve, and how many of them the ball flies on. */
const restTicks = 60;
const flightTicks = 18;

const [upperPoints, lowerPoints, field, curtain, headline, go, pause, mind, news, numbers] = [
  "upper-points",
  "lower-points",
  "field",
  "curtain",
  "headline",
  "go",
  "pause",
  "mind",
  "news",
  "numbers",
].map((id) => document.getElementById(id));
const picture = new Picture(field);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const random = { uniform: (low, high) => low + (high - low) * Math.random() };

const game = newGame();
let before = { ...game }; // a tick ago
let points = { upper: 0, lower: 0 };
/** "demo": the network plays itself behind the curtain; "playing"; "paused"; "over". */
let mode = "demo";
let rest = 0;
let ticks = 0;
let upperMove = 0;
let demoMove = 0;
const observation = new Float32Array(widths[0]);

// the player
const held = new Set();
let pointedAt; // an x, where a pointer led last
const moves = { ArrowLeft: -1, KeyA: -1, ArrowRight: 1, KeyD: 1 };

addEventListener("keydown", (event) => {
  if (event.code in moves) {
    held.add(event.code);
    pointedAt = undefined;
    if (mode === "playing") event.preventDefault();
  }
  if (event.code === "Space" && !(event.target instanceof HTMLButtonElement) && mode !== "demo") {
    event.preventDefault();
    if (mode === "playing") hold();
    else play();
  }
});
addEventListener("keyup", ({ code }) => held.delete(code));
addEventListener("blur", () => held.clear());
for (const kind of ["pointerdown", "pointermove"]) {
  field.addEventListener(kind, (event) => {
    pointedAt = picture.fieldX(event);
  });
}
go.addEventListener("click", play);
pause.addEventListener("click", hold);
document.addEventListener("visibilitychange", () => document.hidden && hold());

function playerMove() {
  if (held.size > 0) return Math.sign([...held].reduce((sum, code) => sum + moves[code], 0));
  return pointedAt === undefined ? 0 : moveTo(game.lower, pointedAt);
}

// the match
function play() {
  if (mode !== "paused") begin();
  mode = "playing";
  curtain.hidden = true;
  pause.disabled = false;
  field.focus({ preventScroll: true });
}

function hold() {
  if (mode !== "playing") return;
  mode = "paused";
  raiseCurtain("Paused", "Go on");
}

function begin() {
  points = { upper: 0, lower: 0 };
  showPoints();
  Object.assign(game, newGame());
  bringBall();
}

function bringBall() {
  serve(game, random);
  before = { ...game };
  picture.forget();
  rest = restTicks - flightTicks;
}

function score(who) {
  rest = restTicks;
  if (mode === "demo") return;
  points[who]++;
  showPoints();
  news.textContent = `${who === "upper" ? "Point for the network" : "Your point"}: ${points.lower} to ${points.upper}`;
  if (points[who] < pointsToWin) return;
  mode = "over";
  raiseCurtain(
    `${who === "upper" ? "The network wins" : "You win"} ${points[who]} : ${Math.min(points.upper, points.lower)}`,
    "Play again",
  );
}

function showPoints() {
  upperPoints.textContent = points.upper;
  lowerPoints.textContent = points.lower;
}

function raiseCurtain(text, button) {
  headline.textContent = text;
  go.textContent = button;
  curtain.hidden = false;
  pause.disabled = true;
  go.focus({ preventScroll: true });
}

// time
function advance() {
  before = { ...game };
  if (rest > 0) return pass();
  if (ticks++ % ticksPerDecision === 0) decide();
  const scored = tick(game, upperMove, mode === "demo" ? demoMove : playerMove());
  picture.remember(game, before.vy * game.vy < 0);
  if (scored !== 0) score(scored === 1 ? "upper" : "lower");
}

/** A tick between a point and the next serve: the ball flies on, then waits in the middle. */
function pass() {
  rest--;
  if (rest > restTicks - flightTicks) {
    game.x += game.vx;
    game.y += game.vy;
  } else if (rest === restTicks - flightTicks) bringBall();
}

function decide() {
  observe(game, observation);
  upperMove = moveOf(act(observation));
  if (mode === "demo") {
    observe(turned(game), observation);
    demoMove = moveOf(act(observation));
  } else showMind(qValues(observation));
}

/** The game as the lower player sees it who stands at the upper end. */
function turned({ x, y, vx, vy, upper, lower }) {
  return { x, y: fieldLength - y, vx, vy: -vy, upper: lower, lower: upper };
}

// what the network expects of each move: a full bar for the best of them, the least for the worst
const bars = actionNames.map((name) => {
  const [move, term, description, bar] = ["div", "dt", "dd", "span"].map((tag) => document.createElement(tag));
  term.textContent = name;
  description.append(bar);
  move.append(term, description);
  mind.append(move);
  return bar;
});

function showMind(q) {
  const worst = Math.min(...q);
  const range = Math.max(...q) - worst;
  for (const [action, bar] of bars.entries())
    bar.style.transform = `scaleX(${0.06 + (0.94 * (q[action] - worst)) / range})`;
}

let last;
let due = 0; // ticks
function frame(now) {
  due += Math.min(0.1, (now - (last ?? now)) / 1000) * ticksPerSecond;
  last = now;
  const moving = mode === "playing" || (mode === "demo" && !calm.matches);
  if (!moving) due = 0;
  for (; due >= 1; due--) advance();
  picture.draw(moving ? between(due) : game, ballSize());
  requestAnimationFrame(frame);
}

/** What lies between the last two ticks. */
function between(share) {
  const mixed = (name) => before[name] + share * (game[name] - before[name]);
  return { x: mixed("x"), y: mixed("y"), upper: mixed("upper"), lower: mixed("lower") };
}

/** Between points the ball fades away at the end of the field, and grows in the middle. */
function ballSize() {
  if (rest === 0 || calm.matches) return 1;
  const waited = restTicks - flightTicks - rest;
  return waited < 0 ? -waited / flightTicks : Math.min(1, waited / 12);
}

numbers.textContent = widths.slice(1).reduce((sum, width, i) => sum + (widths[i] + 1) * width, 0);
bringBall();
requestAnimationFrame(frame);
