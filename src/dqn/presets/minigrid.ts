/**
 * MiniGrid's grids, registered, and what works for them.
 * @module qstill/env/minigrid
 */
import type { TeacherConfig } from "../config.js";
import { addPresets } from "../presets.js";

export * from "../../env/minigrid/index.js";

/**
 * What MiniGrid's environments share: only the goal pays, and random play rarely reaches it, so rare transitions have
 * priority. The shortest ways are worth 0.96; training stops a step or two below that.
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
  confirmationEpisodes: 200,
  stopReturn: 0.955,
};
/**
 * The crossings need steps, which cost little compared with updates. With 500,000 steps and an update at every second
 * one, one layout in eight stayed unsolved. With an update at every twentieth step, and fewer updates, none did. With
 * a learning rate of 0.001 the means still swung.
 */
const crossing: Partial<TeacherConfig> = {
  ...miniGrid,
  envSteps: 4_000_000,
  trainFrequency: 20,
  bufferSize: 200_000,
  learningStarts: 20_000,
  learningRate: 3e-4,
  learningRateFinal: 3e-5,
  explorationFraction: 0.4,
  evaluationInterval: 100_000,
};
const miniGridStudent = { hidden: [14], envSteps: 20_000, updates: 20_000 };

addPresets({
  "MiniGrid-Empty-8x8-v0": {
    // Nothing is random, so an evaluation needs only one episode.
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
  "MiniGrid-LavaCrossingS9N1-v0": {
    // Random actions that are repeated for a while get past the opening before lava ends the episode.
    teacher: { ...crossing, gamma: 0.94, explorationFraction: 0.3, explorationRepeat: 5 },
    student: { ...miniGridStudent, envSteps: 40_000, updates: 40_000, attempts: 2 },
  },
  "MiniGrid-SimpleCrossingS9N1-v0": { teacher: crossing, student: miniGridStudent },
});
