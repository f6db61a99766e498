/**
 * LunarLander-v3, registered, and what works for it.
 * @module qstill/env/lunar-lander
 */
import { addPresets } from "../presets.js";

export * from "../../env/lunar-lander.js";

addPresets({
  "LunarLander-v3": {
    // Most seeds begin with a lander that hovers until it is truncated. It takes about 100,000 steps to get out of
    // this. Some seeds stay at 210 until the learning rate has fallen: 600,000 steps brought both of two such seeds to
    // 240.
    teacher: {
      hidden: [128, 128],
      envSteps: 600_000,
      bufferSize: 600_000,
      learningStarts: 5000,
      batchSize: 64,
      trainFrequency: 2,
      nStep: 3,
      huberDelta: 10,
      explorationFinal: 0.02,
      evaluationInterval: 10_000,
      evaluationEpisodes: 30,
      confirmationEpisodes: 100,
      stopReturn: 260,
    },
    student: {
      hidden: [32, 32],
      envSteps: 50_000,
      updates: 30_000,
      rounds: 8,
      threshold: 0.95,
    },
  },
});
