// The registry: what it makes, what it adds, and what it says about an unknown id.
import { expect, test } from "vitest";
import { CartPole } from "../../src/env/cartpole.js";
import { environmentIds, makeEnv, registerEnv, UnknownEnvironmentError } from "../../src/env/registry.js";

const builtIn = ["CartPole-v1", "MountainCar-v0", "Acrobot-v1"];

test("lists the environments in order", () => expect(environmentIds()).toEqual(builtIn));

test.each(builtIn)("makes a new %s each time", (id) => {
  const env = makeEnv(id);
  expect(env.id).toBe(id);
  expect(makeEnv(id)).not.toBe(env);
});

test("says which environments there are when one is unknown", () => {
  let thrown: unknown;
  try {
    makeEnv("Cartpole");
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(UnknownEnvironmentError);
  expect(thrown).toMatchObject({
    name: "UnknownEnvironmentError",
    id: "Cartpole",
    message:
      'unknown environment "Cartpole": available are CartPole-v1, MountainCar-v0, Acrobot-v1; import others, for example "qstill/env/minatar", or add your own with registerEnv(id, make)',
  });
});

test.each(["constructor", "__proto__", ""])("knows no environment %j", (id) => {
  expect(() => makeEnv(id)).toThrow(UnknownEnvironmentError);
});

test("finds what was registered, and registers no id twice", () => {
  registerEnv("Mine-v0", () => new CartPole());
  expect(environmentIds()).toEqual([...builtIn, "Mine-v0"]);
  const [mine, original] = [makeEnv("Mine-v0"), makeEnv("CartPole-v1")];
  expect(mine.reset({ seed: 5 })).toEqual(original.reset({ seed: 5 }));
  expect(mine.step(1)).toEqual(original.step(1));
  expect(() => registerEnv("Mine-v0", () => new CartPole())).toThrow('environment "Mine-v0" is already registered');
  expect(() => registerEnv("CartPole-v1", () => new CartPole())).toThrow("already registered");
});

test("what is registered is checked as a user's own environment is", () => {
  const step = () => ({ observation: [Number.NaN], reward: 0, terminated: false });
  registerEnv("Broken-v0", () => ({ id: "Broken-v0", observationSize: 1, actionCount: 1, reset: () => [0], step }));
  const env = makeEnv("Broken-v0");
  env.reset();
  expect(() => env.step(0)).toThrow('environment "Broken-v0": step 1 gave an observation with NaN at index 0');
  registerEnv("Odd-v0", () => ({ observationSize: 1.5, actionCount: 1, reset: () => [0], step }));
  expect(() => makeEnv("Odd-v0")).toThrow(RangeError);
});

test("replaces an id on request, and its presets with it", () => {
  registerEnv("Twice-v0", () => new CartPole());
  registerEnv(
    "Twice-v0",
    () => ({
      ...new CartPole(),
      observationSize: 1,
      featureNames: ["x"],
      reset: () => [0],
      step: () => ({ observation: [0], reward: 0, terminated: true }),
    }),
    { replace: true },
  );
  expect(makeEnv("Twice-v0").observationSize).toBe(1);
});

test.each<[unknown, unknown, string]>([
  [7, () => new CartPole(), "id is 7: a text that is not empty is needed"],
  ["", () => new CartPole(), 'id is "": a text'],
  ["Object-v0", new CartPole(), "make is an object: a function that makes an environment is needed"],
])("registers nothing for %j", (id, make, message) => {
  expect(() => registerEnv(id as string, make as never)).toThrow(message);
});

test("an environment without an id has the one that it is registered with", () => {
  const make = () => ({
    ...{ observationSize: 1, actionCount: 1, reset: () => [0] },
    step: () => ({ observation: [0], reward: 0, terminated: true }),
  });
  registerEnv("Nameless-v0", make);
  expect(makeEnv("Nameless-v0").id).toBe("Nameless-v0");
  registerEnv("Nameless-v0", () => ({ ...make(), id: "named" }), { replace: true });
  expect(makeEnv("Nameless-v0").id).toBe("named");
});
