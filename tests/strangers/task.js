// One task of the suite: its rules, what it stands for, its budget, and the policy that it is measured against.
import { defineEnv } from "qstill/env";

/** What the tasks stand for. Each kind has tasks on both sides. */
export const kinds = [
  "stock",
  "prices",
  "noise",
  "late feature",
  "long episode",
  "many states",
  "filling board",
  "rival",
  "late reward",
  "queue",
  "control",
  "wall",
  "odd scales",
  "service",
  "chance",
];

/** What the tasks are for: defaults are chosen on the ones and reported on the others. */
export const sides = ["tuning", "reporting"];

/**
 * @typedef {object} Reference
 * @property {string} how how the policy was obtained, in one sentence
 * @property {number} [episodes] how many episodes its mean is of, where it is slow; by default at least 1,000
 * @property {() => import("qstill").Policy} policy makes the policy; it acts by the observation alone
 */

/**
 * @typedef {object} Task
 * @property {string} id
 * @property {string} kind one of {@link kinds}
 * @property {"tuning" | "reporting"} side
 * @property {number} envSteps the budget of a training, which was fixed before the first one
 * @property {number} episodes how many episodes a score is the mean of
 * @property {() => import("qstill/env").Env} make makes the environment
 * @property {() => import("qstill/env").Env} judge makes the environment in which policies are judged: the same, or the same
 * without the noise of its rewards
 * @property {Reference} reference
 */

/** @returns {Task} */
export function task({ id, kind, side, envSteps, episodes = 100, rules, judged = rules, reference }) {
  const made = (definition) => defineEnv({ id, ...definition });
  return { id, kind, side, envSteps, episodes, make: made(rules), judge: made(judged), reference };
}

/** Names with a number: "sold 0", "sold 1" … */
export const numbered = (name, count) => Array.from({ length: count }, (_, i) => `${name} ${i}`);

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
