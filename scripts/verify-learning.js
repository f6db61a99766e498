// Trains and distils with the default presets on seeds never used for tuning, and holds the results against the goals.
// Usage: npm run verify:learning [-- <environment> ...]
import { cpus } from "node:os";
import { compare, distill, trainTeacher, version } from "qstill";

/**
 * `seeds` seeds from `firstSeed` on; at least `enough` of them must have a teacher of at least `mean`, and a student
 * likewise. Acrobot's seeds 0 to 4 had been looked at when its student's preset was chosen, so it is held to others.
 */
const goals = [
  {
    id: "CartPole-v1",
    firstSeed: 0,
    seeds: 10,
    mean: 475,
    enough: 9,
    wallSeconds: 20,
    returnRatio: 0.99,
    studentsEnough: 9,
  },
  { id: "MountainCar-v0", firstSeed: 0, seeds: 5, mean: -115, enough: 4 },
  { id: "Acrobot-v1", firstSeed: 5, seeds: 5, mean: -90, enough: 4 },
];

const chosen = process.argv.slice(2);
console.log(`qstill ${version}, Node ${process.version}, ${cpus()[0]?.model}; 100 unseen greedy episodes a seed\n`);
let failures = 0;
function verdict(text, reached) {
  console.log(`  ${reached ? "reached" : "MISSED "} ${text}`);
  if (!reached) failures++;
}

for (const goal of goals.filter(({ id }) => chosen.length === 0 || chosen.includes(id))) {
  console.log(goal.id);
  const rows = [];
  for (let seed = goal.firstSeed; seed < goal.firstSeed + goal.seeds; seed++) {
    const started = performance.now();
    const teacher = await trainTeacher(goal.id, { seed });
    const student = await distill(teacher, { seed });
    const result = compare(teacher, student, { env: goal.id, seed });
    const seconds = (performance.now() - started) / 1000;
    const { actionAgreement: agreement, qR2 } = result;
    rows.push({
      seconds,
      mean: result.teacher.mean,
      ratio: result.returnRatio ?? 0,
      agreement,
      qR2: qR2 ?? Number.NaN,
    });
    console.log(
      `  seed ${seed}: teacher ${result.teacher.mean.toFixed(2)} (min ${result.teacher.min}), ` +
        `student ${result.student.mean.toFixed(2)} (min ${result.student.min}, ratio ${result.returnRatio?.toFixed(3)}, ` +
        `attempt ${student.attempts}), agreement ${agreement.toFixed(3)}, R² ${qR2?.toFixed(3)}, ` +
        `${teacher.envSteps} + ${student.envSteps} steps, ${teacher.updates} updates, ${seconds.toFixed(1)} s`,
    );
  }
  const good = rows.filter(({ mean }) => mean >= goal.mean).length;
  verdict(`teacher ≥ ${goal.mean} on ${good} of ${goal.seeds} seeds (${goal.enough} wanted)`, good >= goal.enough);
  if (goal.wallSeconds !== undefined) {
    const slowest = Math.max(...rows.map(({ seconds }) => seconds));
    verdict(`slowest seed ${slowest.toFixed(1)} s (${goal.wallSeconds} s wanted)`, slowest <= goal.wallSeconds);
  }
  if (goal.returnRatio !== undefined) {
    const kept = rows.filter(({ ratio }) => ratio >= goal.returnRatio).length;
    verdict(
      `student's returnRatio ≥ ${goal.returnRatio} on ${kept} of ${goal.seeds} seeds (${goal.studentsEnough} wanted)`,
      kept >= goal.studentsEnough,
    );
  }
  const average = (name) => (rows.reduce((sum, row) => sum + row[name], 0) / rows.length).toFixed(3);
  const range = (name) => {
    const values = rows.map((row) => row[name]);
    return `${average(name)} (${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)})`;
  };
  console.log(`  over seeds: teacher ${range("mean")}, ratio ${range("ratio")}, seconds ${range("seconds")}`);
  console.log(`              agreement ${range("agreement")}, R² ${range("qR2")}\n`);
}
process.exitCode = failures === 0 ? 0 : 1;
