// What works for each environment, in one table for teachers and students. Other options keep their defaults.
// Environments outside the entry point bring their own presets: see presets/.
import type { TeacherConfig } from "./config.js";

/** The options that work for an environment. */
export interface Preset {
  readonly teacher: Partial<TeacherConfig>;
  /** Options of a student; they are checked when a student is configured. */
  readonly student: Readonly<Record<string, unknown>>;
}

const table: Record<string, Preset> = {
  "CartPole-v1": {
    teacher: { gamma: 0.98, stopReturn: 500 },
    student: {},
  },
  "MountainCar-v0": {
    // Random steps cost next to nothing, and only the goal pays. So there are enough of them for each seed to see the
    // goal, and the buffer is large enough not to forget it.
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
    // One-step targets: longer ones bring in returns of old policies from the replay memory, and these hold the new
    // policy back. Three layers: near the goal the links are so fast that neighbouring states end a whole swing apart.
    // Two layers, even of 128 units, blur this.
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
};

/** The presets of all registered environments that have one. */
export const presets: Readonly<Record<string, Preset>> = table;

/** Adds the presets of environments outside the entry point. */
export function addPresets(more: Readonly<Record<string, Preset>>): void {
  Object.assign(table, more);
}
