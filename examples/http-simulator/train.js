// Trains a teacher in the simulator, eight sessions at a time, and leaves a student that needs neither.
// Usage: node train.js http://localhost:8090 [steps of the teacher]
import { writeFile } from "node:fs/promises";
import { distill, evaluateAsync, trainTeacher } from "qstill";
import { describe, exportModule } from "qstill/export";
import { tankAt } from "./env.js";

const [origin = "http://localhost:8090", steps = "20000"] = process.argv.slice(2);
const env = tankAt(origin);
const copies = 8; // a round of eight steps waits as long as one

const teacher = await trainTeacher(env, {
  ...{ copies, envSteps: Number(steps), hidden: [32, 32], evaluationInterval: 4000, evaluationEpisodes: 20 },
  confirmationEpisodes: 20,
  onEvent: (event) => event.kind === "evaluation" && console.log(`${event.envSteps} steps: ${event.mean.toFixed(1)}`),
});
const student = await distill(teacher, { env, copies, hidden: [8], envSteps: 2000, evaluationEpisodes: 20 });

const { mean, ci95 } = await evaluateAsync(student, { env, copies, episodes: 100 });
const interval = ci95.map((bound) => bound.toFixed(1)).join(" to ");
console.log(`the student of ${student.parameters.length} parameters: ${mean.toFixed(1)} (${interval})`);
await writeFile("student.mjs", exportModule(student, describe(student)));
