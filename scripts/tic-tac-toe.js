// Teachers and students of tic-tac-toe with the presets, and all games of each, counted: the table of
// docs/environments/tic-tac-toe.md. Keeps the networks in runs/.
// Usage: node scripts/tic-tac-toe.js [seed …]; by default 0 1 2 3 4
import { mkdirSync, writeFileSync } from "node:fs";
import { distill, makeEnv, saveModel, trainTeacher } from "qstill";
import { everyGame } from "qstill/env/tic-tac-toe";
import { exportInt8, loadQuantized } from "qstill/export";

const id = "TicTacToe-mixed-v0";
const given = process.argv.slice(2).map(Number);
const seeds = given.length > 0 ? given : [0, 1, 2, 3, 4];
const out = new URL("../runs/", import.meta.url);
mkdirSync(out, { recursive: true });

console.log("| seed | player | bytes | as X: won, drawn, lost | as O: won, drawn, lost | illegal moves | seconds |");
console.log("| ---: | --- | ---: | ---: | ---: | ---: | ---: |");
for (const seed of seeds) {
  let before = process.cpuUsage();
  const teacher = await trainTeacher(id, { seed });
  keep(`${seed}-teacher`, saveModel(teacher));
  row(seed, "teacher", teacher, 4 * teacher.parameters.length, before);
  before = process.cpuUsage();
  const student = await distill(teacher, { seed });
  row(seed, "student", student, 4 * student.parameters.length, before);
  before = process.cpuUsage();
  const file = exportInt8(student);
  keep(`${seed}.int8`, file);
  const rounded = loadQuantized(file);
  row(seed, "student, 8 bits", rounded, rounded.bytes, before);
}

function keep(name, file) {
  writeFileSync(new URL(`tic-tac-toe-${name}.safetensors`, out), file);
}

/** One line: the bytes of the weights, all games, forbidden moves in 10,000 games, and the processor's seconds so far. */
function row(seed, name, player, bytes, before) {
  const { user, system } = process.cpuUsage(before);
  const { asX, asO } = everyGame(player);
  const games = ({ wins, draws, losses }) => `${wins}, ${draws}, ${losses}`;
  const cells = [seed, name, bytes.toLocaleString("en"), games(asX), games(asO)];
  const seconds = ((user + system) / 1e6).toFixed(1);
  console.log(`| ${[...cells, illegalMoves(player, seed), seconds].join(" | ")} |`);
}

/** Forbidden moves in 10,000 games. Each ends its game. */
function illegalMoves(player, seed) {
  const env = makeEnv(id);
  let illegal = 0;
  env.reset({ seed });
  for (let game = 0; game < 10_000; game++) {
    let observation = env.reset();
    for (let over = false; !over; ) {
      const action = player.act(observation, env.actionMask);
      over = env.actionMask[action] !== 1;
      if (over) illegal++;
      else ({ observation, terminated: over } = env.step(action));
    }
  }
  return illegal;
}
