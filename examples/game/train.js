// Trains the game's opponent and writes it: opponent.mjs, which the page loads, and opponent.json, what is known of it.
// Usage: node train.js [folder]
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { distill, evaluate, exportModule, Model, trainTeacher, weightsHash } from "qstill";
import { checkEnv } from "qstill/env";
import { makeRally } from "./env.js";

const folder = process.argv[2] ?? fileURLToPath(new URL(".", import.meta.url));
const seed = 0;

const findings = checkEnv(makeRally);
if (findings.length > 0) throw new Error(`${findings[0].problem}: ${findings[0].advice}`);

const teacher = await trainTeacher(makeRally, {
  seed,
  hidden: [32, 32],
  envSteps: 80_000,
  trainFrequency: 2,
  batchSize: 64,
  nStep: 6,
  gamma: 0.97,
  tau: 0.01,
  explorationFinal: 0.02,
  evaluationInterval: 5_000,
  onEvent: tell,
});
const student = await distill(teacher, {
  seed,
  hidden: [4],
  envSteps: 40_000,
  updates: 30_000,
  rounds: 20,
  onEvent: tell,
});

// three digits of each weight play as well, and are fewer bytes
const parameters = student.parameters.map((value) => Number(value.toPrecision(3)));
const opponent = new Model({ environment: "Rally-v0", widths: student.widths, parameters });
const source = exportModule(opponent);
const about = {
  seed,
  weightsHash: await weightsHash(opponent.parameters, teacher.parameters),
  parameters: parameters.length,
  bytes: source.length,
  meanReturn: {
    teacher: evaluate(teacher, { episodes: 1000 }).mean,
    student: evaluate(student, { episodes: 1000 }).mean,
    opponent: evaluate(opponent, { env: makeRally, episodes: 1000 }).mean,
  },
};
writeFileSync(join(folder, "opponent.mjs"), source);
writeFileSync(join(folder, "opponent.json"), `${JSON.stringify(about, null, 2)}\n`);
console.log(about, `${gzipSync(source).length} bytes gzipped`);

function tell({ kind, network, mean }) {
  if (kind === "evaluation") console.log(`${network}: mean return ${mean.toFixed(2)}`);
}
