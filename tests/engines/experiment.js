// One short experiment, the same module in every engine: 2,000 updates of a teacher, then a student of it.

// Every option that has an effect is given, so that better defaults or presets do not change the weights.
const teacherOptions = {
  seed: 7,
  hidden: [64, 64],
  envSteps: 2500,
  learningRate: 1e-3,
  learningRateFinal: 1e-4,
  batchSize: 64,
  bufferSize: 1500, // smaller than envSteps: the ring wraps
  learningStarts: 500,
  trainFrequency: 1,
  gradientSteps: 1,
  gamma: 0.98,
  nStep: 5,
  cutAtRandomActions: false,
  loss: "huber",
  huberDelta: 1,
  targetUpdateInterval: 1,
  tau: 0.005,
  explorationInitial: 1,
  explorationFinal: 0.05,
  explorationFraction: 0.2,
  explorationRepeat: 1,
  normalizeObservations: true,
  normalizeReturns: false,
  renewScales: false,
  evaluationInterval: 2500, // only at the end: the weights are those after the last update
  evaluationEpisodes: 1,
  confirmationEpisodes: 1,
  evaluationShare: 1,
  stopReturn: null,
};

const studentOptions = {
  seed: 7,
  hidden: [16],
  loss: "mse+cross-entropy",
  temperature: 0.1,
  huberDelta: 1,
  standardizeLabels: true,
  states: "student",
  envSteps: 500,
  exploration: 0.05,
  rounds: 2,
  updates: 500,
  batchSize: 64,
  learningRate: 3e-3,
  learningRateFinal: 1e-4,
  evaluationEpisodes: 1,
  evaluationShare: 1,
  attempts: 1,
  threshold: 0.99,
};

/**
 * @param {typeof import("../../src/index.js")} library the built library: engines find it in different ways
 * @returns {Promise<{ updates: number, weightsHash: string }>} the teacher's updates, and the hash of both networks
 */
export async function experiment({ trainTeacher, distill, weightsHash }) {
  const teacher = await trainTeacher("CartPole-v1", teacherOptions);
  const student = await distill(teacher, studentOptions);
  return { updates: teacher.updates, weightsHash: await weightsHash(student.parameters, teacher.parameters) };
}
