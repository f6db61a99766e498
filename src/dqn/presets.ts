// What works for each environment: one table for teachers and students. Everything else has its default.
import type { TeacherConfig } from "./config.js";

export interface Preset {
  readonly teacher: Partial<TeacherConfig>;
  /** Options of a student, which are checked where a student is configured. */
  readonly student: Readonly<Record<string, unknown>>;
}

/**
 * What MiniGrid's have in common: the goal alone pays, and random play rarely reaches it, so that what is rare has priority.
 * The shortest ways are worth 0.96, of which the stop leaves out a step or two.
 */
const miniGrid: Partial<TeacherConfig> = {
  hidden: [128, 64],
  batchSize: 32,
  trainFrequency: 2,
  gamma: 0.98,
  prioritized: true,
  explorationFraction: 0.5,
  normalizeObservations: false,
  evaluationInterval: 10_000,
  stopReturn: 0.955,
};
const miniGridStudent = { hidden: [14], envSteps: 20_000, updates: 20_000 };

export const presets: Readonly<Record<string, Preset>> = {
  "CartPole-v1": {
    teacher: { gamma: 0.98, stopReturn: 500 },
    student: {},
  },
  "MountainCar-v0": {
    // Random steps cost next to nothing and the goal is all that pays: so many that each seed has seen it, and no buffer that
    // forgets it.
    teacher: {
      hidden: [64, 64, 64],
      envSteps: 100_000,
      bufferSize: 100_000,
      learningStarts: 15_000,
      batchSize: 32,
      double: false,
      dueling: true,
      explorationFraction: 0.4,
      explorationRepeat: 50,
    },
    student: { envSteps: 20_000, updates: 30_000, rounds: 20, evaluationEpisodes: 300 },
  },
  "Acrobot-v1": {
    // One-step targets: with longer ones the returns of old policies in the replay memory hold the new one back.
    // Three layers: near the goal the links are so fast that neighbouring states end a whole swing apart, and two layers,
    // even of 128, blur that.
    teacher: {
      hidden: [64, 64, 64],
      envSteps: 160_000,
      bufferSize: 160_000,
      batchSize: 32,
      nStep: 1,
      tau: 0.03,
      double: false,
      dueling: true,
      learningRate: 2e-3,
      learningRateFinal: 5e-5,
      explorationFraction: 0.1,
      huberDelta: 10,
      normalizeObservations: false,
      confirmationEpisodes: 500,
    },
    student: {
      hidden: [32, 32],
      envSteps: 60_000,
      updates: 60_000,
      rounds: 30,
      evaluationEpisodes: 500,
      attempts: 2,
    },
  },
  "LunarLander-v3": {
    // A lander that hovers until it is truncated is where most start: about 100,000 steps lead out of it.
    teacher: {
      hidden: [128, 128],
      envSteps: 350_000,
      bufferSize: 350_000,
      learningStarts: 5000,
      batchSize: 64,
      trainFrequency: 2,
      nStep: 3,
      huberDelta: 10,
      explorationFinal: 0.02,
      evaluationInterval: 10_000,
      evaluationEpisodes: 30,
      confirmationEpisodes: 100,
      stopReturn: 265,
    },
    student: {
      hidden: [32, 32],
      envSteps: 100_000,
      updates: 60_000,
      rounds: 15,
      attempts: 2,
      threshold: 0.95,
    },
  },
  "MiniGrid-Empty-8x8-v0": {
    // Nothing is random: one episode is an evaluation.
    teacher: {
      ...miniGrid,
      envSteps: 100_000,
      bufferSize: 100_000,
      learningStarts: 10_000,
      evaluationEpisodes: 1,
      confirmationEpisodes: 1,
    },
    student: miniGridStudent,
  },
  "MiniGrid-DoorKey-5x5-v0": {
    teacher: { ...miniGrid, envSteps: 100_000, bufferSize: 100_000, learningStarts: 5000, gamma: 0.97 },
    student: miniGridStudent,
  },
  "RecSim-InterestEvolution-v0": {
    // The time that a user has left is hidden, and a document of low quality costs some: what tells is that sessions end
    // sooner. That is rare, far from the mean, and takes very many steps to see, so no Huber loss and no longer sum of
    // rewards, whose noise would hide it.
    teacher: {
      hidden: [128],
      envSteps: 1_000_000,
      bufferSize: 1_000_000,
      learningStarts: 5000,
      trainFrequency: 8,
      gamma: 0.995,
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
    // A reward is log-normal: its noise is three times what the best document gains on the worst. Clickbait is forgotten
    // within ten steps, so nothing beyond them need be looked at.
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
  "highway-fast-v0": {
    // A discount that looks further makes slow drivers: 0.95 with three-step targets went to 22 and no higher in 40,000 steps.
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
};
