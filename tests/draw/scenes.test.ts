// The pictures of the registered environments: they can be drawn at any time, and what moves is where its state says.
import { expect, it, test } from "vitest";
import { sceneOf, sceneToSvg } from "../../src/draw/index.js";
import { Acrobot } from "../../src/env/acrobot.js";
import "../../src/env/all.js";
import { CartPole } from "../../src/env/cartpole.js";
import { checkedEnv } from "../../src/env/custom.js";
import { MountainCar } from "../../src/env/mountain-car.js";
import { environmentIds, makeEnv } from "../../src/env/registry.js";
import { randomPolicy } from "../../src/evaluate/returns.js";
import { parseXml } from "./xml.js";

test.each(environmentIds())("%s can be drawn at each step", (id) => {
  const env = makeEnv(id);
  const policy = randomPolicy(env.actionCount, 0);
  let observation = env.reset({ seed: 1 });
  for (let step = 0; step < 20; step++) {
    const scene = sceneOf(env)!;
    expect(parseXml(sceneToSvg(scene)).children.length).toBe(scene.shapes.length + 1);
    const result = env.step(policy.act(observation, env.actionMask));
    observation = result.observation;
    if (result.terminated || result.truncated) env.reset();
  }
});

it("puts the pole's tip where its angle says", () => {
  const env = new CartPole({ poleLength: 2 });
  env.reset();
  env.state.set([1, 0, Math.PI / 2, 0]);
  const pole = sceneOf(env)!.shapes.find((shape) => shape.kind === "polyline" && shape.points[0][0] === 1)!;
  expect(pole).toMatchObject({
    points: [
      [1, expect.any(Number)],
      [3, expect.any(Number)],
    ],
  });
});

it("puts the car on the ground, level at the bottom", () => {
  const env = new MountainCar();
  env.reset();
  env.state.set([-Math.PI / 6, 0]);
  const wheels = sceneOf(env)!.shapes.filter((shape) => shape.kind === "circle");
  expect(wheels.map(({ centre }) => centre[1])).toEqual([expect.closeTo(0.128, 9), expect.closeTo(0.128, 9)]);
});

it("hangs both links straight down where both angles are 0", () => {
  const env = new Acrobot({ linkLength: 2 });
  env.reset();
  env.state.fill(0);
  const links = sceneOf(env)!
    .shapes.filter((shape) => shape.kind === "polyline")
    .slice(1);
  expect(links.map(({ points }) => points)).toEqual([
    [
      [0, 0],
      [0, -2],
    ],
    [
      [0, -2],
      [0, -4],
    ],
  ]);
});

it("has no picture of an environment without one", () => {
  const made = {
    observationSize: 1,
    actionCount: 1,
    reset: () => [0],
    step: () => ({ observation: [0], reward: 0, terminated: true }),
  };
  expect(sceneOf(checkedEnv(made))).toBeUndefined();
});

test("a push changes the state and, until the next step, not the observation", () => {
  for (const env of [new CartPole(), new MountainCar(), new Acrobot()]) {
    const before = [...env.reset()];
    const state = [...env.state];
    env.perturb(0.5);
    expect([...env.state]).not.toEqual(state);
    env.perturb(-0.5);
    env.state.forEach((value, i) => {
      expect(value).toBeCloseTo(state[i], 12);
    });
    expect([...env.step(0).observation]).not.toEqual(before);
  }
});
