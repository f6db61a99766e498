// A1–A5, M1: one whole Double-DQN update.
import { Learner } from "#dist/core/learner.js";
import { Pcg64 } from "#dist/env/random.js";
import { type UpdateCase, updateCases, updateFlops } from "./cases.js";
import type { Case } from "./suite.js";

const transitions = 100_000;
const episodeLength = 200;

export const updates: readonly Case[] = updateCases.map((update) => ({
  name: update.name,
  what: `update of ${update.widths.join("-")}, batch ${update.batchSize}`,
  flops: updateFlops(update),
  operations: 4,
  prepare() {
    const learner = filledLearner(update);
    return { run: () => learner.step(4, 1e-3), dispose: () => learner.dispose() };
  },
}));

/** A learner whose replay memory is full of random transitions. */
function filledLearner({ widths, batchSize, set }: UpdateCase): Learner {
  const learner = new Learner({
    widths,
    batchSize,
    bufferSize: transitions,
    nStep: 1,
    gamma: 0.99,
    huberDelta: 1,
    tau: 1,
    targetUpdateInterval: 2 ** 31 - 1, // the target network stays as it is
    byteObservations: set !== undefined,
  });
  learner.initialise(Uint32Array.of(1, 2, 3, 4));
  const random = new Pcg64(0);
  const observation = new Float32Array(widths[0]);
  const share = (set ?? 0) / widths[0];
  const feature = () => (set === undefined ? random.uniform(-1, 1) : Number(random.random() < share));
  const draw = () => {
    for (let i = 0; i < observation.length; i++) observation[i] = feature();
    return observation;
  };
  for (let step = 0; step < transitions; step++) {
    if (step % episodeLength === 0) learner.begin(draw());
    else {
      const action = random.integers(0, widths[widths.length - 1]);
      learner.record(action, random.uniform(-1, 1), draw(), (step + 1) % episodeLength === 0, false);
    }
  }
  return learner;
}
