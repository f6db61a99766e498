// What a score is measured with: the returns of random play, of the best constant action, and of the reference policy. Writes
// references.json. Usage: node tests/strangers/reference.js [task …]; by default all.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { evaluate, Pcg64 } from "qstill";
import { chosenTasks, tasks } from "./tasks.js";

const file = new URL("references.json", import.meta.url);

/** Nothing is trained, chosen or judged with this seed. */
const seed = 1_000_000;

/** Uniform over the allowed actions. */
export function randomPlay(actionCount, stream) {
  const random = new Pcg64([seed, stream]);
  return {
    act(_observation, mask) {
      if (mask === undefined) return random.integers(0, actionCount);
      const allowed = [...mask.keys()].filter((action) => mask[action] === 1);
      return allowed[random.integers(0, allowed.length)];
    },
  };
}

/** The same action always; where it is forbidden, the next one that is allowed, and the first one after the last. */
export const constantPlay = (action) => ({
  act(_observation, mask) {
    let next = action;
    while (mask !== undefined && mask[next] === 0) next = (next + 1) % mask.length;
    return next;
  },
});

function measured({ judge }, policy, episodes) {
  const { mean, std } = evaluate(policy, { env: judge, episodes, seed });
  return { mean: rounded(mean), error: rounded(std / Math.sqrt(episodes)), episodes };
}

/** Ten digits are more than any of these figures needs. */
const rounded = (value) => Number(value.toPrecision(10));

function referenceOf(task) {
  const { actionCount, maxEpisodeSteps } = task.judge();
  const many = maxEpisodeSteps >= 5000 ? 40 : Math.max(1000, 2 * task.episodes);
  const random = measured(task, randomPlay(actionCount, 0), many);
  let constant;
  for (let action = 0; action < actionCount; action++) {
    const { mean } = measured(task, constantPlay(action), Math.min(many, 200));
    if (constant === undefined || mean > constant.mean) constant = { action, mean };
  }
  constant = { action: constant.action, ...measured(task, constantPlay(constant.action), many) };
  const reference = measured(task, task.reference.policy(), task.reference.episodes ?? many);
  return { random, constant, reference };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const chosen = chosenTasks(process.argv.slice(2).join(",") || "all");
  const all = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  for (const task of chosen) {
    const started = performance.now();
    all[task.id] = referenceOf(task);
    const { random, constant, reference } = all[task.id];
    const share = (constant.mean - random.mean) / (reference.mean - random.mean);
    const ofScore = reference.error * Math.sqrt(reference.episodes / task.episodes); // of a policy as good as the reference
    const noise = Math.hypot(random.error, reference.error, ofScore) / Math.abs(reference.mean - random.mean);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(
      `${task.id}: random ${random.mean}, constant ${constant.mean} (action ${constant.action}, score ${share.toFixed(3)}), ` +
        `reference ${reference.mean}, error of a score ${noise.toFixed(3)}, ${seconds} s`,
    );
    const ordered = tasks.filter(({ id }) => all[id] !== undefined).map(({ id }) => [id, all[id]]);
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(ordered), null, 2)}\n`);
  }
}
