// Distillation in an environment with masks: no forbidden action is taken, and what the teacher says of one changes nothing.
import { expect, it } from "vitest";
import { trainJoint } from "../../src/distill/joint.js";
import { distillMany } from "../../src/distill/multi-task.js";
import { distillProximal } from "../../src/distill/proximal.js";
import { distill } from "../../src/distill/student.js";
import type { CustomEnv } from "../../src/env/env.js";
import { Model } from "../../src/model/model.js";

/** A walk over the places 0 to 3 that pays for a step to the right; at either end the step out of it is forbidden. */
const walk = (): CustomEnv => {
  let place = 0;
  const mask = new Uint8Array(3);
  const see = () => {
    mask.set([place > 0 ? 1 : 0, 1, place < 3 ? 1 : 0]);
    return [place];
  };
  return {
    ...{ id: "walk", observationSize: 1, actionCount: 3, maxEpisodeSteps: 12, actionMask: mask },
    reset: () => {
      place = 0;
      return see();
    },
    step: (action) => {
      place += action - 1; // a forbidden action never comes here: the check of the environment throws first
      return { observation: see(), reward: action === 2 ? 1 : 0, terminated: false };
    },
  };
};

/** It wants to the right. Of a forbidden action it says `wrong`. */
const teacher = (wrong: number) => {
  const sound = new Model({ environment: "walk", widths: [1, 3], parameters: Float32Array.of(0.1, 0, 0, -1, 0, 2) });
  return {
    environment: "walk",
    widths: sound.widths,
    env: walk,
    act: (observation: Float32Array, mask?: Uint8Array) => sound.act(observation, mask),
    qValues: (observation: Float32Array) => sound.qValues(observation),
    qValuesOfMany: (states: Float32Array) =>
      sound.qValuesOfMany(states).map((q, i) => {
        const place = states[Math.floor(i / 3)];
        return (i % 3 === 0 && place === 0) || (i % 3 === 2 && place === 3) ? wrong : q;
      }),
  };
};
const options = {
  ...{ hidden: [6], envSteps: 60, updates: 60, rounds: 3, batchSize: 8, evaluationEpisodes: 2, exploration: 0.3 },
  seed: 1,
} as const;

it.each([
  ["mse+cross-entropy", 1],
  ["kl+td", 1],
  ["huber+nll", 3],
])("distill with loss %s and copies %d", async (loss, copies) => {
  const given = { ...options, loss, copies, attempts: 1 };
  const [one, other] = [await distill(teacher(5), given), await distill(teacher(-1e8), given)];
  expect(one.parameters).toEqual(other.parameters);
});

it.each(["each", "shared"] as const)("distillMany with heads %s, beside a task without masks", async (heads) => {
  const free = Object.assign(new Model({ environment: "free", widths: [2, 2], parameters: new Float32Array(6) }), {
    env: (): CustomEnv => ({
      ...{ id: "free", observationSize: 2, actionCount: 2, maxEpisodeSteps: 5 },
      reset: () => [0, 1],
      step: (action) => ({ observation: [action, 1], reward: action, terminated: false }),
    }),
  });
  const students = async (wrong: number) => {
    const { tasks } = await distillMany([teacher(wrong), free], { ...options, heads, loss: "mse+kl" });
    return tasks.map(({ model }) => model.parameters);
  };
  expect(await students(5)).toEqual(await students(-1e8));
});

it("distillProximal and trainJoint take allowed actions only, and learn", async () => {
  const short = { envSteps: 600, learningStarts: 100, batchSize: 16, evaluationInterval: 200, evaluationEpisodes: 2 };
  const model = Object.assign(
    new Model({ environment: "walk", widths: [1, 3], parameters: Float32Array.of(0.1, 0, 0, -1, 0, 2) }),
    { env: walk },
  );
  const student = await distillProximal(model, { ...short, bufferSize: 600, confirmationEpisodes: 2, seed: 2 });
  const joint = { hidden: [8], studentHidden: [4], episodes: 40, batchSize: 16, bufferSize: 600 };
  const { student: beside } = await trainJoint(walk, {
    ...joint,
    evaluationInterval: 20,
    evaluationEpisodes: 2,
    seed: 2,
  });
  const masks = [
    [0, 1, 1],
    [1, 1, 1],
    [1, 1, 1],
    [1, 1, 0],
  ].map((mask) => Uint8Array.from(mask));
  for (const network of [student, beside]) {
    for (const [place, mask] of masks.entries()) expect(mask[network.act([place], mask)]).toBe(1);
  }
});
