// What the training loop adds to its updates and actions: a teacher's training, compared with the same work without
// the loop.
import { Learner } from "#dist/core/learner.js";
import { teacherConfig } from "#dist/dqn/configure.js";
import { trainTeacher } from "#dist/dqn/teacher.js";
import { makeEnv } from "#dist/env/registry.js";
import { type Breakdown, median, share, timed } from "./breakdown.js";

export const loopCase = "L";

const environment = "CartPole-v1";
const rounds = 7;
const envSteps = 4000;

/** One step of training CartPole-v1 with its preset, without evaluations, in µs. */
export async function loopBreakdown(): Promise<Breakdown> {
  const config = teacherConfig(environment, {
    envSteps,
    evaluationInterval: envSteps,
    evaluationEpisodes: 1,
    stopReturn: null,
  });
  const env = makeEnv(environment);
  const widths = [env.observationSize, ...config.hidden, env.actionCount];
  const learner = new Learner({ ...config, widths, huberDelta: config.loss === "huber" ? config.huberDelta : 0 });
  learner.initialise(Uint32Array.of(1, 2, 3, 4));
  let row = 0;
  const act = () => learner.act(row, config.explorationFinal, config.explorationRepeat);
  const step = (action: number, record: boolean) => {
    const { observation, reward, terminated, truncated } = env.step(action);
    if (record) row = learner.record(row, action, reward, observation, terminated, truncated);
    if (!terminated && !truncated) return;
    const first = env.reset();
    if (record) row = learner.begin(first);
  };
  row = learner.begin(env.reset({ seed: 0 }));
  for (let i = 0; i < envSteps; i++) step(i & 1, true);

  const trainings = Math.floor((envSteps - config.learningStarts) / config.trainFrequency);
  const samples: Record<"whole" | "updates" | "actions" | "environment", number[]> = {
    whole: [],
    updates: [],
    actions: [],
    environment: [],
  };
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await trainTeacher(environment, config);
    samples.whole.push(performance.now() - start);
    samples.updates.push(timed(() => repeat(trainings, () => learner.step(config.gradientSteps, 1e-4))));
    samples.actions.push(timed(() => repeat(envSteps, act)));
    samples.environment.push(timed(() => repeat(envSteps, (i) => step(i & 1, false))));
  }
  learner.dispose();

  const us = (times: readonly number[]) => (1e3 * median(times)) / envSteps;
  const wholeUs = us(samples.whole);
  const parts = [
    share(
      "updates",
      `one for ${config.trainFrequency} steps, from step ${config.learningStarts}`,
      us(samples.updates),
      wholeUs,
    ),
    share("actions", "one a step", us(samples.actions), wholeUs),
    share("environment", "one step", us(samples.environment), wholeUs),
  ];
  const rest = wholeUs - parts.reduce((sum, part) => sum + part.us, 0);
  return {
    case: loopCase,
    wholeUs,
    parts: [...parts, share("rest", "recording, schedules, the last evaluation", rest, wholeUs)],
  };
}

function repeat(times: number, run: (i: number) => void): void {
  for (let i = 0; i < times; i++) run(i);
}
