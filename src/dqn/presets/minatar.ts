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
  student: { hidden: [14], envSteps: 800_000, updates: 800_000, rounds: 20, threshold: 0.95, attempts: 1 },
};

for (const name of ["Asterix", "Breakout", "Freeway", "Seaquest", "SpaceInvaders"]) {
  addPresets({ [`MinAtar/${name}-v1`]: minAtar, [`MinAtar/${name}-v0`]: minAtar });
}
