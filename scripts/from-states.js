// From states alone: how many states of a log does a student of CartPole-v1 need, and how random must the log be? Then
// a table: what is known without an environment (agreement), beside what an environment says (the return).
// Usage: node scripts/from-states.js [first seed, 0 by default] [number of seeds, 5 by default]
import { distill, evaluate, makeEnv, Pcg64, trainTeacher, version } from "qstill";
import { episodeSeed, purposes } from "../dist/env/seeds.js";
import { mean } from "../dist/evaluate/statistics.js";
import { markdownTable } from "./markdown-table.js";

const environment = "CartPole-v1";
/** Logs, by the share of actions that are random; the larger student was found on seeds 100 to 102. */
const cases = [
  { share: 0, hidden: [16] },
  { share: 0.3, hidden: [16] },
  { share: 0.3, hidden: [64] },
];
const counts = [100, 300, 1000, 3000, 10_000];

const [first, count] = [Number(process.argv[2] ?? 0), Number(process.argv[3] ?? 5)];
console.log(`qstill ${version}, Node ${process.version}`);
const rows = [];
const teachers = [];
for (let seed = first; seed < first + count; seed++) {
  const teacher = await trainTeacher(environment, { seed });
  teachers.push(evaluate(teacher).mean);
  for (const { share, hidden } of cases) {
    const log = logged(teacher, share, seed, counts.at(-1));
    for (const states of counts) {
      const observations = log.slice(0, states * teacher.widths[0]);
      const student = await distill(teacher, { observations, hidden, seed });
      const row = { seed, share, hidden, ...student.heldOut, states, return: evaluate(student).mean };
      rows.push(row);
      console.log(JSON.stringify(row));
    }
  }
}

const cells = cases.flatMap(({ share, hidden }) =>
  counts.map((states) => {
    const runs = rows.filter((row) => row.share === share && row.hidden === hidden && row.states === states);
    const of = (name) => runs.map((row) => row[name]);
    const percent = (value) => `${(100 * value).toFixed(0)} %`;
    return [
      ...[
        percent(share),
        hidden.join(),
        states.toLocaleString("en"),
        percent(mean(of("actionAgreement"))),
        mean(of("qR2")).toFixed(2),
      ],
      ...[mean(of("return")).toFixed(0), Math.min(...of("return")).toFixed(0)],
    ];
  }),
);
console.log(`\nThe teachers return ${mean(teachers).toFixed(0)} in the mean.\n`);
console.log(
  markdownTable(["random actions", "hidden", "states", "same action", "qR2", "return, mean", "worst seed"], cells),
);

/** The states of a log: the teacher acts, and a share of its actions is random. */
function logged(teacher, share, seed, count) {
  const env = makeEnv(environment);
  const random = new Pcg64([seed, purposes.student]);
  const states = [];
  let episode = 0;
  let observation;
  while (states.length < count * env.observationSize) {
    observation ??= env.reset({ seed: episodeSeed(seed, purposes.student, episode++) });
    states.push(...observation);
    const action = random.random() < share ? random.integers(0, env.actionCount) : teacher.act(observation);
    const step = env.step(action);
    observation = step.terminated || step.truncated ? undefined : step.observation;
  }
  return Float32Array.from(states);
}
