/**
 * MinAtar's games, registered, and what works for them.
 * @module qstill/env/minatar
 */
import { addPresets, type Preset } from "../presets.js";

export * from "../../env/minatar/index.js";

/**
 * One for all games, with the actions that matter and with all six. A target network five times as slow as elsewhere is what
 * Space Invaders needs: 54 in place of 36 after 600,000 frames.
 */
const minAtar: Preset = {
  teacher: {
    hidden: [128, 128],
    envSteps: 2_000_000,
    bufferSize: 100_000,
    learningStarts: 5000,
    batchSize: 32,
    trainFrequency: 2,
    nStep: 3,
    learningRate: 2.5e-4,
    learningRateFinal: 5e-5,
    tau: 0.001,
    explorationFinal: 0.02,
    explorationFraction: 0.05,
    evaluationInterval: 250_000,
    evaluationEpisodes: 50,
    confirmationEpisodes: 100,
  },
  // The Q-values of actions differ by a hundredth of what states differ by: a softer loss does not see which is the best.
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

/** In Freeway one-step targets came to 29 after 400,000 frames, three-step ones to 14, ten-step ones to 3. */
const freeway: Preset = { ...minAtar, teacher: { ...minAtar.teacher, nStep: 1 } };

for (const name of ["Asterix", "Breakout", "Freeway", "Seaquest", "SpaceInvaders"]) {
  const preset = name === "Freeway" ? freeway : minAtar;
  addPresets({ [`MinAtar/${name}-v1`]: preset, [`MinAtar/${name}-v0`]: preset });
}
