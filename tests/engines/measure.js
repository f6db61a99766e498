// What an engine takes for some of the bench's cases; runs as it is in Node and in a page.
import { Learner } from "../../dist/core/learner.js";
import { Network } from "../../dist/core/network.js";

const updates = {
  A1: { widths: [4, 64, 64, 2], batchSize: 64 },
  A2: { widths: [4, 128, 128, 2], batchSize: 128 },
  A3: { widths: [8, 256, 256, 4], batchSize: 128 },
  A5: { widths: [4, 64, 2], batchSize: 32 },
};
const actions = { C1: [4, 64, 64, 2], C2: [8, 256, 256, 4] };

/**
 * Microseconds an operation: for each case the best of some samples of 20 ms, because a busy machine only adds.
 * @returns {Record<string, number>}
 */
export function measure() {
  const results = {};
  for (const [name, shape] of Object.entries(updates)) {
    const learner = filled(shape);
    results[name] = best((n) => learner.step(n, 1e-3));
    learner.dispose();
  }
  for (const [name, widths] of Object.entries(actions)) {
    const network = new Network(widths, 1);
    const count = widths.slice(1).reduce((sum, width, layer) => sum + (widths[layer] + 1) * width, 0);
    network.setParameters(new Float32Array(count).map((_, i) => ((i * 37) % 101) / 500 - 0.1));
    const observation = new Float32Array(widths[0]);
    results[name] = best((n) => {
      for (let i = 0; i < n; i++) {
        observation[0] = (i % 100) / 100;
        network.act(observation);
      }
    });
    network.dispose();
  }
  return results;
}

/** A learner with 100,000 transitions, the same in every engine. */
function filled({ widths, batchSize }) {
  const learner = new Learner({
    widths,
    batchSize,
    bufferSize: 100_000,
    nStep: 1,
    gamma: 0.99,
    huberDelta: 1,
    tau: 1,
    targetUpdateInterval: 2 ** 31 - 1,
  });
  learner.initialise(Uint32Array.of(1, 2, 3, 4));
  const observation = new Float32Array(widths[0]);
  let state = 1;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  for (let step = 0; step < 100_000; step++) {
    for (let i = 0; i < observation.length; i++) observation[i] = draw();
    if (step % 200 === 0) learner.begin(observation);
    else learner.record(step % widths[widths.length - 1], draw(), observation, step % 200 === 199, false);
  }
  return learner;
}

function best(run) {
  let n = 1;
  const time = () => {
    const start = performance.now();
    run(n);
    return performance.now() - start;
  };
  // many short calls: an engine replaces its first compilation between them
  for (let warm = 0; warm < 300; ) warm += Math.max(time(), 0.01);
  while (time() < 20) n *= 2;
  let least = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample < 15; sample++) least = Math.min(least, time() / n);
  return least * 1e3;
}
