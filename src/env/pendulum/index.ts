/**
 * Pendulum-v1, registered, with options that work for it.
 * @module qstill/env/pendulum
 */
import { asInFirstRelease, studentInFirstRelease } from "../known.js";
import { register } from "../registry.js";
import { Pendulum } from "./pendulum.js";

export { Pendulum, type PendulumOptions } from "./pendulum.js";

register({
  id: "Pendulum-v1",
  make: () => new Pendulum(),
  presets: {
    // One-step targets, because a swing of the old policy does not tell how good the new policy's swing is.
    teacher: {
      ...asInFirstRelease,
      envSteps: 30_000,
      batchSize: 64,
      nStep: 1,
      huberDelta: 10,
      evaluationInterval: 2000,
      evaluationEpisodes: 100,
      confirmationEpisodes: 200,
    },
    student: { ...studentInFirstRelease },
  },
  about: {
    field: "control",
    task: { en: "Swing a pendulum up and hold it there.", zh: "把摆荡起来，并让它停在最高处。" },
    observation: "3 numbers",
    actions: "5 torques, or another number",
    shows: "a continuous action divided into steps",
    stepsPerSecond: 20,
    seconds: 10,
    seeds: 5,
    chinese: {
      "torque -#": "力矩 −#",
      "torque #": "力矩 #",
      "cosine of the angle": "角的余弦",
      "sine of the angle": "角的正弦",
      "angular velocity": "角速度",
    },
  },
  reference: { pythonSeconds: 139 },
});
