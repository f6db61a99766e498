// One job of the suite, in a process of its own: trains a teacher with the defaults, judges it, and sends the row.
import { readFileSync } from "node:fs";
import { compare, distill, evaluate, trainTeacher } from "qstill";
import { chosenTasks } from "./tasks.js";

const references = JSON.parse(readFileSync(new URL("references.json", import.meta.url), "utf8"));

/** The score of a return: 0 for random play, 1 for the reference. */
export function scoreOf(id, mean) {
  const { random, reference } = references[id];
  return (mean - random.mean) / (reference.mean - random.mean);
}

/** Makes environments whose steps are counted together. */
function counted(make) {
  const count = { steps: 0 };
  const source = () => {
    const env = make();
    const step = env.step.bind(env);
    env.step = (action) => {
      count.steps++;
      return step(action);
    };
    return env;
  };
  return { source, count };
}

/** @returns what a row says of this job; a DivergedError becomes a row, too */
export async function runJob({ id, seed, options, students }) {
  const [task] = chosenTasks(id);
  const { source, count } = counted(task.make);
  const notices = [];
  const begun = performance.now();
  const used = process.cpuUsage();
  const teacher = await trainTeacher(source, {
    seed,
    envSteps: task.envSteps,
    ...options,
    onEvent: (event) => event.kind === "notice" && notices.push(event.code),
  });
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(used);
  const { steps } = count;
  const { mean, std, episodes } = evaluate(teacher, { env: task.judge, episodes: task.episodes });
  const score = scoreOf(id, mean);
  const row = {
    score,
    mean,
    error: std / Math.sqrt(episodes),
    trainingSteps: teacher.envSteps,
    evaluationSteps: steps - teacher.envSteps,
    updates: teacher.updates,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    notices: [...new Set(notices)],
  };
  return students && score >= 0.9 ? { ...row, student: await studentOf(task, teacher, seed) } : row;
}

async function studentOf({ judge, episodes }, teacher, seed) {
  const begun = performance.now();
  const student = await distill(teacher, { seed });
  const { returnRatio } = compare(teacher, student, { env: judge, seed, episodes });
  return {
    returnRatio,
    hidden: student.hidden,
    attempts: student.attempts,
    seconds: (performance.now() - begun) / 1000,
  };
}

if (process.send !== undefined) {
  process.once("disconnect", () => process.exit()); // nobody waits for the row any more
  process.once("message", async (job) => {
    const answer = await runJob(job).catch((error) => ({ failed: String(error?.message ?? error) }));
    process.send(answer, () => process.disconnect());
  });
}
