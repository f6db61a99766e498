/**
 * Pendulum-v1, registered, and what works for it.
 * @module qstill/env/pendulum
 */
import { addPresets } from "../presets.js";

export * from "../../env/pendulum.js";

addPresets({
  "Pendulum-v1": {
    // One-step targets: a swing of the old policy does not measure the new policy.
    teacher: {
      envSteps: 30_000,
      batchSize: 64,
      nStep: 1,
      huberDelta: 10,
      evaluationInterval: 2000,
      confirmationEpisodes: 200,
    },
    student: {},
  },
});
