/**
 * MinAtar's games, registered, and what works for them.
 * @module qstill/env/minatar
 */
import { addPresets, type Preset } from "../presets.js";

export * from "../../env/minatar/index.js";

/**
 * For a game with the actions that matter and with all six. A frame costs a hundredth of an update. With 40 frames an
 * update instead of 2, and a fifth of the updates, Asterix reached 13 instead of 1.2. One-step targets: with three-step
 * targets and 10 frames an update it reached 3.1 instead of 6.7. The target network is five times as slow as
 * elsewhere: this lifted Space Invaders from 36 to 54 after 600,000 frames.
 */
const minAtar: Preset = {
  teacher: {
    hidden: [128, 128],
    envSteps: 20_000_000,
    bufferSize: 100_000,
    learningStarts: 5000,
    batchSize: 32,
    trainFrequency: 50,
    nStep: 1,
    learningRate: 2.5e-4,
    learningRateFinal: 5e-5,
    tau: 0.001,
    explorationFinal: 0.02,
    explorationFraction: 0.05,
    evaluationInterval: 1_000_000,
    evaluationEpisodes: 50,
    confirmationEpisodes: 100,
  },
  // The Q-values of actions differ by a hundredth of what states differ by: a softer loss does not see which action is
  // best.
  student: {
    hidden: [14],
    loss: "cross-entropy",
    temperature: 0.01,
    envSteps: 600_000,
    updates: 600_000,
    rounds: 15,
    threshold: 0.95,
    attempts: 1,
  },
};

/**
 * What the seeds of Breakout and Space Invaders were run with. A tenth of the frames is enough there, but not the best.
 */
const fewerFrames: Preset = {
  ...minAtar,
  teacher: { ...minAtar.teacher, envSteps: 2_000_000, trainFrequency: 2, nStep: 3, evaluationInterval: 250_000 },
};

for (const name of ["Asterix", "Breakout", "Freeway", "Seaquest", "SpaceInvaders"]) {
  const preset = name === "Breakout" || name === "SpaceInvaders" ? fewerFrames : minAtar;
  addPresets({ [`MinAtar/${name}-v1`]: preset, [`MinAtar/${name}-v0`]: preset });
}
