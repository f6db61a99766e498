/**
 * The environment highway-fast-v0, registered, and what works for it.
 * @module qstill/env/highway
 */
import { addPresets } from "../presets.js";

export * from "../../env/highway/index.js";

addPresets({
  "highway-fast-v0": {
    // Selection means still rose after 140,000 steps. Three-step targets, a discount of 0.95 and no dueling stood at
    // 22 after 40,000 steps. Which of these made the difference was not studied.
    teacher: {
      hidden: [128, 128],
      envSteps: 160_000,
      bufferSize: 160_000,
      learningStarts: 2000,
      batchSize: 64,
      learningRate: 7e-4,
      learningRateFinal: 3e-5,
      gamma: 0.9,
      nStep: 1,
      dueling: true,
      tau: 0.01,
      huberDelta: 10,
      explorationFinal: 0.02,
      evaluationInterval: 8000,
    },
    student: { hidden: [32, 24], envSteps: 60_000, updates: 60_000, rounds: 15, threshold: 0.95 },
  },
});
