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
  cutAtRandomActions: false,
  envSteps: 160_000,
  trainFrequency: 2,
  batchSize: 64,
  nStep: 6,
  gamma: 0.97,
  tau: 0.01,
  explorationFinal: 0.02,
  explorationFraction: 0.2,
  explorationRepeat: 1,
  evaluationInterval: 5_000,
  averageFraction: 0,
  onEvent: ({ kind, mean }) => kind === "evaluation" && console.log(`teacher: mean return ${mean.toFixed(2)}`),
});

// three digits of each weight are enough and fewer bytes, though not for every student: the best of eight is kept
let opponent;
let best = Number.NEGATIVE_INFINITY;
for (let attempt = 0; attempt < 8; attempt++) {
  const student = await distill(teacher, {
    seed: seed + attempt,
    hidden: [4],
    envSteps: 40_000,
    updates: 30_000,
    rounds: 20,
    attempts: 1,
    temperature: 0.1,
    evaluationShare: 1,
  });
  const parameters = student.parameters.map((value) => Number(value.toPrecision(3)));
  const rounded = new Model({ environment: "Rally-v0", widths: student.widths, parameters });
  const { mean } = evaluate(rounded, { env: makeRally, seed: 100, episodes: 500 }); // other points than those below
  console.log(`student ${attempt}: mean return ${mean.toFixed(2)}`);
  if (mean > best) [opponent, best] = [rounded, mean];
}

const source = exportModule(opponent);
const about = {
  seed,
  weightsHash: await weightsHash(opponent.parameters, teacher.parameters),
  parameters: opponent.parameters.length,
  bytes: source.length,
  meanReturn: {
    teacher: evaluate(teacher, { episodes: 1000 }).mean,
    opponent: evaluate(opponent, { env: makeRally, episodes: 1000 }).mean,
  },
};
writeFileSync(join(folder, "opponent.mjs"), source);
writeFileSync(join(folder, "opponent.json"), `${JSON.stringify(about, null, 2)}\n`);
console.log(about, `${gzipSync(source).length} bytes gzipped`);
