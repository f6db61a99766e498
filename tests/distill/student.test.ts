// The student: refusals, the same bits again, going on after a stop, and re-initialisation.
import { beforeAll, describe, expect, it } from "vitest";
import { collectTransitions, tdTargets } from "../../src/distill/states.js";
import { type DistillOptions, distill } from "../../src/distill/student.js";
import { type Teacher, trainTeacher } from "../../src/dqn/teacher.js";
import { atOnce } from "../../src/env/pauses.js";
import { makeEnv } from "../../src/env/registry.js";
import { compare } from "../../src/evaluate/compare.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { variance } from "../../src/evaluate/statistics.js";
import { loadModel, saveModel } from "../../src/model/files.js";
import { Model } from "../../src/model/model.js";
import { Interrupted, reachedBy } from "../../src/training/checkpoint.js";
import type { TrainingEvent } from "../../src/training/events.js";
import { shortStudent, shortTeacher } from "../short-training.js";

let teacher: Teacher;
beforeAll(async () => {
  teacher = await trainTeacher("CartPole-v1", { ...shortTeacher, seed: 8 });
});
const tdOnce = { loss: "td", attempts: 1, seed: 7 } as const;
const student = (options: DistillOptions = {}) => distill(teacher, { ...shortStudent, seed: 7, ...options });

it.each([
  [{ hidden: [0] }, "hidden is [0]"],
  [{ loss: "hinge" }, 'loss is "hinge": one of mse, huber, cross-entropy, nll, kl, td, or a weighted sum'],
  [{ states: "nowhere" as never }, 'states is "nowhere": teacher, student, mixed or replay is allowed'],
  [{ temperature: 0 }, "temperature is 0: a number above 0"],
  [{ attempts: 0 }, "attempts is 0: a whole number from 1"],
  [{ rounds: 5, envSteps: 4 }, "rounds is 5: at most envSteps, 4, is allowed"],
  [{ gamma: 1.5 }, "gamma is 1.5: a number from 0 to 1 or none is allowed"],
  [
    { loss: "kl+td", states: "replay" },
    'loss is kl+td: td needs transitions, and states "replay" has none; states teacher, student or mixed is allowed',
  ],
  [{ rounds: 500 }, "rounds is 500: at most updates, 400, is allowed"],
] as [DistillOptions, string][])("refuses %o", async (options, message) => {
  await expect(student(options)).rejects.toThrow(message);
});

it("refuses a teacher that does not fit the environment", async () => {
  await expect(student({ env: "Acrobot-v1" })).rejects.toThrow(
    "the teacher, trained in CartPole-v1, has 4 inputs and 2 outputs, but Acrobot-v1 has 6 features and 3 actions",
  );
});

it("refuses replay states of a teacher without a replay memory", async () => {
  const { environment, widths, parameters } = teacher;
  const loaded = new Model({ environment, widths, parameters });
  await expect(distill(loaded, { ...shortStudent, states: "replay" })).rejects.toThrow(/replay memory/);
});

describe.each(["teacher", "student", "mixed", "replay"] as const)("states from %s", (states) => {
  it("gives the same weights for the same seed, and others for another", async () => {
    const [first, again, other] = [
      await student({ states }),
      await student({ states }),
      await student({ states, seed: 8 }),
    ];
    expect(again.parameters).toEqual(first.parameters);
    expect(other.parameters).not.toEqual(first.parameters);
    expect(first.envSteps).toBe(states === "replay" ? 0 : 400);
  });

  it("goes on bit for bit after being stopped in either attempt", async () => {
    const straight = await student({ states });
    for (const stopAt of [1, 3, 5, 6]) {
      const controller = new AbortController();
      let rounds = 0;
      const onEvent = (event: TrainingEvent) => {
        if (event.kind === "progress" && ++rounds === stopAt) controller.abort();
      };
      const stopped = await student({ states, signal: controller.signal, onEvent }).catch((error) => error);
      expect(stopped).toBeInstanceOf(Interrupted);
      const resumed = await student({ states, resume: (stopped as Interrupted).checkpoint });
      expect(resumed.parameters).toEqual(straight.parameters);
      expect(resumed.updates).toBe(straight.updates);
    }
  });
});

it("stops between two chunks of a round, says so, and goes on bit for bit", async () => {
  const options = { rounds: 2, updates: 750, attempts: 2 }; // chunks of 100, 100, 100, 75 in each round
  const straight = await student(options);
  const shares: number[] = [];
  const onEvent = (event: TrainingEvent) => {
    if (event.kind === "progress" && event.attempt === 1) shares.push(Math.round(750 * event.share));
  };
  await student({ ...options, onEvent });
  expect(shares).toEqual([100, 200, 300, 375, 475, 575, 675, 750]);

  for (const stopAt of [1, 2, 5, 6, 9, 15]) {
    const controller = new AbortController();
    let chunks = 0;
    const events: TrainingEvent[] = [];
    const onEvent = (event: TrainingEvent) => {
      if (event.kind !== "progress") events.push(event);
      else if (++chunks === stopAt) controller.abort();
    };
    const stopped = await student({ ...options, signal: controller.signal, onEvent }).catch((error) => error);
    expect(stopped).toBeInstanceOf(Interrupted);
    expect(chunks).toBe(stopAt);
    const { checkpoint } = stopped as Interrupted;
    expect(reachedBy(checkpoint).updates).toBeGreaterThanOrEqual(75 * stopAt);
    const resumed = await student({ ...options, resume: checkpoint, onEvent: (event) => events.push(event) });
    expect(resumed.parameters).toEqual(straight.parameters);
    expect([resumed.updates, resumed.envSteps]).toEqual([straight.updates, straight.envSteps]);
    expect(events.filter(({ kind }) => kind === "evaluation")).toHaveLength(4);
  }
});

it("refuses a checkpoint of another teacher, even of the same shape", async () => {
  const stopped = await student({ signal: AbortSignal.abort() }).catch((error) => error);
  const { checkpoint } = stopped as Interrupted;
  const { environment, widths } = teacher;
  const parameters = teacher.parameters.slice();
  parameters[100] += 1e-3;
  const other = new Model({ environment, widths, parameters });
  await expect(distill(other, { ...shortStudent, seed: 7, resume: checkpoint })).rejects.toThrow(
    /^this checkpoint was made with teacher "[0-9a-f]{32}", but "[0-9a-f]{32}" is asked for$/,
  );
});

it("is kept in a file with its training: the seed, and that kl does not fit Q-values", async () => {
  const made = await student({ loss: "kl", attempts: 1 });
  const loaded = loadModel(saveModel(made));
  expect(loaded.training).toEqual({
    seed: 7,
    envSteps: 400,
    updates: 400,
    evaluationSteps: made.evaluationSteps,
    wallSeconds: made.wallSeconds,
    config: made.config,
    distillation: { teacher: expect.stringMatching(/^[0-9a-f]{32}$/), attempts: 1, fitsQValues: false },
  });
  expect(evaluate(loaded, { episodes: 3 })).toEqual(evaluate(made, { episodes: 3 }));
  expect(compare(teacher, loaded, { env: "CartPole-v1", seed: 7, episodes: 2 }).qMse).toBeNull();
});

it("goes on from a checkpoint made before the first round with a loaded teacher, which has no replay memory", async () => {
  const stopped = await student({ states: "replay", signal: AbortSignal.abort() }).catch((error) => error);
  const { environment, widths, parameters } = teacher;
  const loaded = new Model({ environment, widths, parameters });
  const { checkpoint } = stopped as Interrupted;
  const resumed = await distill(loaded, { ...shortStudent, seed: 7, states: "replay", resume: checkpoint });
  expect(resumed.parameters).toEqual((await student({ states: "replay" })).parameters);
});

// pushes towards angle + angular velocity: 487 of 500
const signRule = new Model({
  environment: "CartPole-v1",
  widths: [4, 2],
  parameters: Float32Array.of(0, 0, 0, 0, -1, 1, -1, 1, 0, 0),
});

it("is as large as its teacher where that is asked for, and keeps the return: self-distillation", async () => {
  const options = { envSteps: 1000, updates: 1500, attempts: 1, rounds: 3, evaluationEpisodes: 20 };
  const first = await distill(signRule, { ...options, hidden: [16] });
  const second = await distill(first, { ...options, hidden: first.hidden, seed: 1 });
  expect(second.widths).toEqual(first.widths);
  expect(second.parameters).not.toEqual(first.parameters);
  const { returnRatio, qR2 } = compare(first, second, { env: "CartPole-v1", seed: 7, episodes: 30 });
  expect(returnRatio).toBeGreaterThan(0.95);
  expect(qR2).toBeGreaterThan(0.95);
});

describe("re-initialisation", () => {
  const attemptsOf = async (options: DistillOptions) => {
    const events: TrainingEvent[] = [];
    const made = await distill(signRule, { ...shortStudent, ...options, onEvent: (event) => events.push(event) });
    return { made, attempts: events.filter((event) => event.kind === "attempt") };
  };

  it("makes another student while none is good enough, and keeps the best", async () => {
    const { made, attempts } = await attemptsOf({ attempts: 3, threshold: 1000 });
    expect(made.attempts).toBe(3);
    expect(attempts.map(({ attempt, satisfied }) => [attempt, satisfied])).toEqual([
      [1, false],
      [2, false],
      [3, false],
    ]);
  });

  it("stops at the first that is", async () => {
    const { made, attempts } = await attemptsOf({ attempts: 3, threshold: 0.1 });
    expect(made.attempts).toBe(1);
    expect(attempts).toMatchObject([{ attempt: 1, satisfied: true }]);
  });
});

it.each(["mse", "huber", "cross-entropy", "nll", "kl", "mse+0.5*cross-entropy"])(
  "with the loss %s takes the teacher's actions",
  async (loss) => {
    const made = await student({ loss, attempts: 1, updates: 3000, states: "replay", hidden: [16] });
    const states = teacher.observations;
    let same = 0;
    for (let i = 0; i < states.length; i += 4) {
      const state = states.subarray(i, i + 4);
      if (made.act(state) === teacher.act(state)) same++;
    }
    expect(same / (states.length / 4)).toBeGreaterThan(0.9);
  },
);

describe("the loss td", () => {
  const made = (options: DistillOptions = {}) => student({ loss: "td", attempts: 1, ...options });

  it("pulls the student's value of an action to the teacher's one-step target", async () => {
    const learned = await made({ rounds: 1, exploration: 0.5, updates: 3000, envSteps: 2000, hidden: [16] });
    const steps = atOnce(
      collectTransitions(
        makeEnv("CartPole-v1"),
        { teacher, student: learned },
        { seed: 8, firstEpisode: 0, count: 1000, exploration: 0.5, share: 0 },
      ),
    );
    const { actions, values } = tdTargets(steps, (states) => teacher.qValuesOfMany(states), 0.98);
    const qValues = learned.qValuesOfMany(steps.states);
    const errors = values.map((value, i) => value - qValues[2 * i + actions[i]]);
    expect(variance(errors) / variance(values)).toBeLessThan(0.1);
  });

  it("has the teacher's own discount, from a file too, unless it is given another", async () => {
    const { parameters } = await made();
    const loaded = loadModel(saveModel(teacher));
    expect(teacher.config.gamma).toBe(0.98);
    for (const same of [await made({ gamma: 0.98 }), await distill(loaded, { ...shortStudent, ...tdOnce })]) {
      expect(same.parameters).toEqual(parameters);
    }
    const { environment, widths, parameters: bare } = teacher;
    const unknown = new Model({ environment, widths, parameters: bare });
    const defaulted = await distill(unknown, { ...shortStudent, ...tdOnce });
    expect(defaulted.parameters).not.toEqual(parameters);
    expect(defaulted.parameters).toEqual((await made({ gamma: 0.99 })).parameters);
  });
});
