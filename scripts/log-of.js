// A log as columns: what somebody did in an environment for so many steps.

/**
 * The last episode is cut, and the log says what came next.
 * @param {import("qstill").Env} env
 * @param {(observation: Float32Array) => number} act
 * @param {number} steps
 * @param {(episode: number) => import("qstill").ResetOptions | undefined} resetOf how each episode begins
 */
export function logOf(env, act, steps, resetOf) {
  const size = env.observationSize;
  const log = {
    ...{ observationSize: size, actionCount: env.actionCount },
    ...{ observations: new Float32Array(steps * size), nextObservations: new Float32Array(steps * size) },
    ...{ actions: new Uint8Array(steps), rewards: new Float32Array(steps) },
    ...{ terminated: new Uint8Array(steps), truncated: new Uint8Array(steps) },
  };
  let episode = 0;
  let observation = env.reset(resetOf(episode));
  for (let step = 0; step < steps; step++) {
    log.observations.set(observation, step * size);
    log.actions[step] = act(observation);
    const result = env.step(log.actions[step]);
    log.nextObservations.set(result.observation, step * size);
    log.rewards[step] = result.reward;
    log.terminated[step] = Number(result.terminated);
    log.truncated[step] = Number(!result.terminated && (result.truncated || step === steps - 1));
    observation = result.terminated || result.truncated ? env.reset(resetOf(++episode)) : result.observation;
  }
  return log;
}
