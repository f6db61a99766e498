// The budget of a teacher's evaluations: what they really play, whatever episodes are like.
import { describe, expect, it } from "vitest";
import { type TrainOptions, trainTeacher } from "../../src/dqn/teacher.js";
import { cartPole } from "../../src/env/cartpole.js";
import type { CustomEnv } from "../../src/env/env.js";
import { loadModel, saveModel } from "../../src/model/files.js";
import { Interrupted } from "../../src/training/checkpoint.js";
import type { TrainingEvent } from "../../src/training/events.js";
import { coin } from "../coin.js";

const options: TrainOptions = { hidden: [8], envSteps: 6000, learningStarts: 200, trainFrequency: 20, batchSize: 16 };

/** Trains where the second environment that is made is the one of evaluations, and counts what is played there. */
async function counted(make: () => CustomEnv, given: TrainOptions = {}) {
  let made = 0;
  let steps = 0;
  let episodes = 0;
  /** Where evaluations ended before the last one: the steps of training and of evaluations. */
  const earlier: [envSteps: number, evaluationSteps: number][] = [];
  const source = (): CustomEnv => {
    const env = make();
    const evaluates = made++ === 1;
    return {
      id: "counted", // no preset has this id
      observationSize: env.observationSize,
      actionCount: env.actionCount,
      reset: (options) => {
        if (evaluates) episodes++;
        return env.reset(options);
      },
      step: (action) => {
        if (evaluates) steps++;
        return env.step(action);
      },
    };
  };
  const all = { ...options, ...given };
  const onEvent = (event: TrainingEvent) => {
    if (event.kind !== "evaluation") return;
    expect(event.evaluationSteps).toBe(steps);
    if (event.envSteps < (all.envSteps as number)) earlier.push([event.envSteps, steps]);
  };
  const teacher = await trainTeacher(source, { ...all, onEvent });
  return { teacher, steps, episodes, earlier, share: steps / (steps + teacher.envSteps) };
}

/** Episodes of so many steps. */
const lasting = (length: number) => (): CustomEnv => {
  let step = 0;
  return {
    id: "lasting",
    observationSize: 1,
    actionCount: 2,
    reset: () => {
      step = 0;
      return [0];
    },
    step: (action) => ({ observation: [step / length], reward: action, terminated: ++step === length }),
  };
};

describe("evaluations take at most their share", () => {
  it.each([0.05, 0.2, 0.5])(
    "%f of all steps of episodes of one step, and nearly all of it",
    async (evaluationShare) => {
      const { share, earlier } = await counted(lasting(1), { evaluationShare, confirmationEpisodes: 10_000 });
      expect(share).toBeLessThanOrEqual(evaluationShare);
      expect(share).toBeGreaterThan(0.9 * evaluationShare);
      expect(earlier).toHaveLength(evaluationShare < 0.1 ? 4 : 5); // the first one waits for the baseline
    },
  );

  it.each([10, 30])("of episodes of %d steps, by default a fifth", async (length) => {
    const { share, earlier } = await counted(lasting(length));
    expect(share).toBeLessThanOrEqual(0.2);
    expect(share).toBeGreaterThan(0.1);
    for (const [envSteps, steps] of earlier) expect(steps / (envSteps + steps)).toBeLessThanOrEqual(0.2);
  });

  it("where episodes become longer, but for one that is longer than all before", async () => {
    const { share, earlier } = await counted(() => cartPole.make() as CustomEnv, {
      ...{ envSteps: 8000, gamma: 0.98, hidden: [32], trainFrequency: 4, evaluationInterval: 200 },
    });
    const most = 8000 / 4 + 20 * 500; // the last choice plays 20 episodes in any case
    expect(share).toBeLessThanOrEqual(most / (8000 + most));
    expect(earlier.length).toBeGreaterThan(0);
    for (const [envSteps, steps] of earlier) {
      expect(steps).toBeLessThanOrEqual(envSteps / 8 + 500);
    }
  });
});

it("an evaluation for which there is never room is left out, and the last choice plays 20 episodes all the same", async () => {
  const { earlier, episodes, steps, share, teacher } = await counted(lasting(5000), { envSteps: 2000 });
  expect(earlier).toEqual([]);
  expect([episodes, steps]).toEqual([20, 20 * 5000]);
  expect(share).toBeGreaterThan(0.9);
  expect(teacher.evaluationSteps).toBe(steps);
});

it("no limit is a share of 1: every evaluation is whole", async () => {
  const { earlier, steps } = await counted(lasting(100), { evaluationShare: 1, confirmationEpisodes: 30 });
  expect(earlier).toHaveLength(5);
  const looked = 2 * 8; // whether the same seed gives the same episode
  expect(steps).toBe(looked + 100 * (6 * 20 + 3 * 30));
});

it("a teacher, its file and its file's copy say how many steps evaluations took", async () => {
  const { teacher, steps } = await counted(lasting(10));
  expect(teacher.evaluationSteps).toBe(steps);
  expect(loadModel(saveModel(teacher)).training?.evaluationSteps).toBe(steps);
});

it("evaluations are the same after a stop, wherever it was", async () => {
  const source = coin((_, action) => ({ reward: action }));
  const given = { ...options, envSteps: 3000, evaluationInterval: 250, seed: 4 };
  const whole: TrainingEvent[] = [];
  const teacher = await trainTeacher(source, { ...given, onEvent: (event) => whole.push(event) });
  const evaluations = (events: TrainingEvent[]) => events.filter(({ kind }) => kind === "evaluation");
  expect(evaluations(whole).length).toBeGreaterThan(4);
  for (let stop = 200; stop < 3000; stop += 700) {
    const controller = new AbortController();
    const events: TrainingEvent[] = [];
    const onEvent = (event: TrainingEvent) => {
      events.push(event);
      if (event.envSteps >= stop) controller.abort();
    };
    const error = await trainTeacher(source, { ...given, onEvent, signal: controller.signal }).catch(
      (thrown) => thrown,
    );
    expect(error).toBeInstanceOf(Interrupted);
    const resume = (error as Interrupted).checkpoint;
    const again = await trainTeacher(source, { ...given, resume, onEvent: (event) => events.push(event) });
    expect(again.parameters).toEqual(teacher.parameters);
    expect(again.evaluationSteps).toBe(teacher.evaluationSteps);
    expect(evaluations(events)).toEqual(evaluations(whole));
  }
});
