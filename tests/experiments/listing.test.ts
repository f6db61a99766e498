// The plain loop of docs/article.md: its gradient, what it learns when it is sound, and what each fault does.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CustomEnv } from "../../src/env/env.js";
import { Pcg64 } from "../../src/env/random.js";
import { resolveEnv } from "../../src/env/registry.js";
import { type AfterEpisode, type Fault, faultNames, listing, listingSetting } from "../../src/experiments/listing.js";
import { Mlp } from "../../src/experiments/mlp.js";
import { jointStudy } from "../../src/experiments/studies/joint.js";
import { coin } from "../coin.js";

describe("the network", () => {
  it("has the gradient that central differences find", () => {
    const sizes = fc.tuple(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 4 }),
    );
    fc.assert(
      fc.property(sizes, fc.nat(1e6), ([inputs, units, outputs], seed) => {
        const random = new Pcg64(seed);
        const network = new Mlp(inputs, units, outputs, random);
        const xs = [0, 1].map(() => Array.from({ length: inputs }, () => random.uniform(-2, 2)));
        const slopes = Array.from({ length: outputs }, () => random.uniform(-1, 1));
        const loss = () =>
          xs.reduce((sum, x) => network.forward(x).reduce((part, value, o) => part + slopes[o] * value, sum), 0);
        for (const x of xs) {
          network.forward(x);
          network.backward(x, slopes);
        }
        const { parameters, gradient } = network;
        for (let i = 0; i < parameters.length; i++) {
          const value = parameters[i];
          parameters[i] = value + 1e-6;
          const above = loss();
          parameters[i] = value - 1e-6;
          const below = loss();
          parameters[i] = value;
          expect(Math.abs((above - below) / 2e-6 - gradient[i])).toBeLessThan(1e-6);
        }
      }),
    );
  });

  it("takes a first step of Adam's size, against the gradient", () => {
    const network = new Mlp(2, 3, 2, new Pcg64(1));
    const before = network.parameters.slice();
    network.gradient.set([5, -0.01, 2]);
    network.descend(0.1);
    const moved = network.parameters.map((value, i) => value - before[i]);
    for (const [i, step] of [-0.1, 0.1, -0.1, 0].entries()) expect(moved[i]).toBeCloseTo(step, 6);
    expect(network.gradient.every((value) => value === 0)).toBe(true);
  });
});

const quick = { ...listingSetting, teacherUnits: 8, studentUnits: 6, episodes: 200, memorySize: 1000, tau: 0.05 };
const exploring = { ...quick, gamma: 0.5, explorationFinal: 1, learningRate: 3e-3 };

function learned(env: () => CustomEnv, faults: readonly Fault[], setting = exploring): AfterEpisode {
  return [...listing(resolveEnv(env), 100, new Set(faults), setting)].at(-1) as AfterEpisode;
}

/** Both networks' Q-values of the first observation. */
function qValues({ teacher, student }: AfterEpisode) {
  return { teacher: [...teacher.forward([0])], student: [...student.forward([0])] };
}

function expectNear(actual: readonly number[], expected: readonly number[], tolerance = 0.15): void {
  for (const [i, value] of expected.entries()) expect(Math.abs(actual[i] - value)).toBeLessThan(tolerance);
}

describe("the listing", () => {
  it("learns in both networks what an action is worth, when it is sound", () => {
    // 1 for the second action at every step and no end to come: 1/(1 − γ) = 2, and 1 where the first is taken now
    const { teacher, student } = qValues(
      learned(
        coin((_, action) => ({ reward: action })),
        [],
      ),
    );
    expectNear(teacher, [1, 2]);
    expectNear(student, [1, 2]);
  });

  it("bootstraps through a time limit and not through an end", () => {
    const { teacher, student } = qValues(
      learned(
        coin(() => ({ reward: 1, terminated: true })),
        [],
        { ...exploring, episodes: 2500 },
      ),
    );
    expectNear([...teacher, ...student], [1, 1, 1, 1]);
  });

  it("loses the last reward where done masks twice", () => {
    const setting = { ...exploring, episodes: 2500 };
    const { teacher, student } = qValues(
      learned(
        coin(() => ({ reward: 1, terminated: true })),
        ["maskedTwice"],
        setting,
      ),
    );
    expectNear([...teacher, ...student], [0, 0, 0, 0]);
  });

  it("cannot tell the action taken from the others where the target is the whole row", () => {
    const { teacher, student } = qValues(
      learned(
        coin((_, action) => ({ reward: action })),
        ["wholeRow"],
      ),
    );
    expectNear(teacher, [1, 2]);
    // either is credited with half of the rewards, and with its own value at the next state: 0.5 + γ·(1, 2)
    expectNear(student, [1, 1.5]);
  });

  it("leaves the teacher alone, or explores nothing, where that is the fault", () => {
    const env = coin((_, action) => ({ reward: action }));
    const untrained = [...listing(resolveEnv(env), 100, new Set<Fault>(["untrainedTeacher"]), quick)].at(
      -1,
    ) as AfterEpisode;
    const fresh = listing(resolveEnv(env), 100, new Set<Fault>(), quick).next().value as AfterEpisode; // before its first update
    expect(untrained.teacher.parameters).toEqual(fresh.teacher.parameters);

    const taken = new Set<number>();
    const watched = coin((_, action) => {
      taken.add(action);
      return { reward: 0 };
    });
    for (const { episode } of listing(
      resolveEnv(watched),
      100,
      new Set<Fault>(["greedy", "untrainedTeacher"]),
      quick,
    )) {
      if (episode === 2) break;
    }
    expect(taken.size).toBe(1);
  });

  it("takes zeros for transitions where the memory is not filled yet", () => {
    // every reward is 1, so Q is 2; but most places say of the first observation that the first action gave 0 there and
    // led back to it, which is worth γ·2
    const setting = { ...exploring, episodes: 60, episodeUpdates: 100, learningRate: 0.01, memorySize: 10_000 };
    const filled = qValues(
      learned(
        coin(() => ({ reward: 1 })),
        [],
        setting,
      ),
    );
    const unfilled = qValues(
      learned(
        coin(() => ({ reward: 1 })),
        ["unfilledMemory"],
        setting,
      ),
    );
    expectNear(filled.teacher, [2, 2]);
    expectNear(unfilled.teacher, [1, 2], 0.3);
  });

  it("gives the same bits for the same seed, and others with each fault switched on", () => {
    const bits = (faults: readonly Fault[]) => {
      const setting = { ...quick, episodes: 40 };
      const { teacher, student } = [...listing(resolveEnv("CartPole-v1"), 100, new Set(faults), setting)].at(
        -1,
      ) as AfterEpisode;
      return [...teacher.parameters, ...student.parameters].join();
    };
    const sound = bits([]);
    expect(bits([])).toBe(sound);
    const all = new Set([sound, ...faultNames.map((fault) => bits([fault])), bits(faultNames)]);
    expect(all.size).toBe(faultNames.length + 2);
  });
});

describe("the study", () => {
  const cells = jointStudy.cells(["CartPole-v1"]);
  const teachers = { teacher: () => Promise.reject(new Error("it needs no teacher")) };

  it("has the sound loop, each fault alone, and all of them", () => {
    const faults = cells.map(({ settings }) => settings.faults);
    expect(faults).toEqual([[], ...faultNames.map((fault) => [fault]), faultNames]);
    expect(new Set(cells.map(({ name }) => name)).size).toBe(cells.length);
  });

  it("finds that the common listing learns nothing, and can be stopped", async () => {
    const { scores, curves } = await jointStudy.run(cells[cells.length - 1], 100, teachers);
    expect(scores[jointStudy.score]).toBeLessThan(30); // a random policy has 22
    expect(scores.teacherLast).toBe(scores.teacherBest);
    expect(curves?.student).toHaveLength(40);
    const stopped = jointStudy.run(cells[0], 100, teachers, AbortSignal.abort());
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
  });
});
