// Simple policies, and models if any are given, on RecSim's environments: returns on the episodes of a final
// evaluation. Usage: node scripts/recsim-policies.js <env> [seed] [episodes] [model.safetensors …]
import { readFileSync } from "node:fs";
import "qstill/env/recsim";
import { evaluate, loadModel, makeEnv } from "qstill";

const [id, seed = "0", episodes = "100", ...models] = process.argv.slice(2);
const { actionCount, actionNames } = makeEnv(id);

/** The documents that each action shows. */
const shown = actionNames.map((name) => name.match(/\d+/g).map(Number));
const documents = [...new Set(shown.flat())].sort((a, b) => a - b);

/** The action whose documents have the largest sum of `worth`. */
function greedy(worth) {
  const act = (observation) => {
    const worths = documents.map((document) => worth(observation, document));
    const sums = shown.map((slate) => slate.reduce((sum, document) => sum + worths[document], 0));
    return sums.indexOf(Math.max(...sums));
  };
  return { act };
}

/** The place of a document's topic in interest evolution's observation; the interest in it comes next. */
const topicPlace = (document) => 20 + 2 * document;

const policies =
  id === "RecSim-InterestEvolution-v0"
    ? {
        "greedy by affinity": greedy((observation, document) => observation[topicPlace(document) + 1]),
        "greedy by mean quality": greedy((observation, document) => observation[topicPlace(document)]),
      }
    : {
        "most clickbait": greedy((observation, document) => observation[document]),
        "least clickbait": greedy((observation, document) => -observation[document]),
      };

const options = { env: id, seed: Number(seed), episodes: Number(episodes) };
function show(name, { mean, std, ci95 }) {
  console.log(`${name}: ${mean.toFixed(1)} ± ${std.toFixed(1)} [${ci95[0].toFixed(1)}, ${ci95[1].toFixed(1)}]`);
}

// A small generator is random enough for a baseline, and the same each time.
let state = 1;
show(
  "random",
  evaluate(
    {
      act: () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * actionCount);
      },
    },
    options,
  ),
);
// The best action on exactly these episodes: the comparison favours it.
const fixed = Array.from({ length: actionCount }, (_, action) => evaluate({ act: () => action }, options));
show(
  "best fixed action",
  fixed.reduce((best, other) => (other.mean > best.mean ? other : best)),
);
for (const [name, policy] of Object.entries(policies)) show(name, evaluate(policy, options));
for (const file of models) show(file, evaluate(loadModel(readFileSync(file)), options));
