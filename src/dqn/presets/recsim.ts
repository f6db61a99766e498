/**
 * RecSim's two environments, registered, and what works for them.
 * @module qstill/env/recsim
 */
import { addPresets } from "../presets.js";

export * from "../../env/recsim/index.js";

addPresets({
  "RecSim-InterestEvolution-v0": {
    // The time that a user has left is hidden, and a document of low quality costs some of it. The only sign is that
    // sessions end sooner. This is rare and far from the mean, and takes very many steps to see. So there is no Huber
    // loss, and no longer sum of rewards, whose noise would hide it.
    teacher: {
      hidden: [128],
      envSteps: 1_000_000,
      bufferSize: 1_000_000,
      learningStarts: 5000,
      batchSize: 256,
      trainFrequency: 16,
      tau: 0.01,
      nStep: 1,
      dueling: true,
      loss: "mse",
      learningRateFinal: 1e-5,
      explorationFinal: 0.1,
      evaluationInterval: 100_000,
    },
    student: { hidden: [12], envSteps: 40_000, updates: 20_000, evaluationEpisodes: 300 },
  },
  "RecSim-LongTermSatisfaction-v0": {
    // A reward is log-normal: its noise is three times the difference between the best document and the worst.
    // Clickbait is forgotten within ten steps, so there is no need to look further ahead.
    teacher: {
      envSteps: 200_000,
      bufferSize: 200_000,
      batchSize: 256,
      trainFrequency: 16,
      learningRate: 5e-4,
      learningRateFinal: 1e-5,
      gamma: 0.7,
      nStep: 1,
      dueling: true,
      huberDelta: 10,
      evaluationInterval: 50_000,
      evaluationEpisodes: 300,
    },
    student: {},
  },
});
