// What every measured update begins with: a learner with a full replay memory.
import type { Instance } from "#dist/core/instance.js";
import { Learner } from "#dist/core/learner.js";
import { Pcg64 } from "#dist/env/random.js";
import type { UpdateCase } from "./cases.js";

const transitions = 100_000;
const episodeLength = 200;

/** A learner, in any instance of the core, whose replay memory is full of random transitions. */
export function filledLearner({ widths, batchSize, set }: UpdateCase, instance?: Instance): Learner {
  const shape = {
    widths,
    batchSize,
    bufferSize: transitions,
    nStep: 1,
    gamma: 0.99,
    huberDelta: 1,
    tau: 1,
    targetUpdateInterval: 2 ** 31 - 1, // the target network never changes
    byteObservations: set !== undefined,
  };
  const learner = new Learner(shape, instance);
  learner.initialise(Uint32Array.of(1, 2, 3, 4));
  const random = new Pcg64(0);
  const observation = new Float32Array(widths[0]);
  const share = (set ?? 0) / widths[0];
  const feature = () => (set === undefined ? random.uniform(-1, 1) : Number(random.random() < share));
  const draw = () => {
    for (let i = 0; i < observation.length; i++) observation[i] = feature();
    return observation;
  };
  let row = 0;
  for (let step = 0; step < transitions; step++) {
    if (step % episodeLength === 0) row = learner.begin(draw());
    else {
      const action = random.integers(0, widths[widths.length - 1]);
      row = learner.record(row, action, random.uniform(-1, 1), draw(), (step + 1) % episodeLength === 0, false);
    }
  }
  return learner;
}
