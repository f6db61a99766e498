// Which episodes are played, by whom and how long, and what is checked before.
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/core/config-error.js";
import type { CustomEnv } from "../../src/env/env.js";
import { atOnce } from "../../src/env/pauses.js";
import { resolveEnv } from "../../src/env/registry.js";
import { episodeSeed, purposes } from "../../src/env/seeds.js";
import { checkedEpisodes, checkedSeed, checkFit, shown } from "../../src/evaluate/checks.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { featureDeviations, probeEpisodes, probeStates } from "../../src/evaluate/probe.js";
import { episodeReturns, randomPolicy } from "../../src/evaluate/returns.js";

/** Three steps an episode, ended by `end`; step k pays k times the action; observation (k, last action). */
function three(end: "terminated" | "truncated", seeds: number[] = []): () => CustomEnv {
  return () => {
    let step = 0;
    return {
      id: "three",
      observationSize: 2,
      actionCount: 2,
      maxEpisodeSteps: end === "truncated" ? 3 : 100,
      reset: ({ seed } = {}) => {
        seeds.push(seed as number);
        step = 0;
        return [0, 0];
      },
      step: (action) => {
        step++;
        return { observation: [step, action], reward: step * action, terminated: end === "terminated" && step === 3 };
      },
    };
  };
}
const acts = (action: number) => ({ act: () => action });

describe.each(["terminated", "truncated"] as const)("an episode that is %s", (end) => {
  const of = { seed: 4, purpose: purposes.final, episodes: 2 };

  it("ends there, and its return is the sum of its rewards", () => {
    expect([...atOnce(episodeReturns(resolveEnv(three(end)), acts(1), of))]).toEqual([6, 6]);
    // the policy sees each observation: it acts only where the step before had no action
    const alternating = { act: (observation: Float32Array) => 1 - observation[1] };
    expect([...atOnce(episodeReturns(resolveEnv(three(end)), alternating, of))]).toEqual([4, 4]);
  });

  it("gives each of its states to be probed, the policies in turn", () => {
    const seeds: number[] = [];
    const { states, masks } = atOnce(probeStates(resolveEnv(three(end, seeds)), [acts(0), acts(1)], 4));
    expect(masks).toBeUndefined();
    expect(seeds).toEqual(Array.from({ length: 10 }, (_, episode) => episodeSeed(4, purposes.probe, episode)));
    const rows = [0, 1].map((action) => [
      [0, 0],
      [1, action],
      [2, action],
    ]);
    expect(states.map((state) => [...state])).toEqual(
      Array.from({ length: probeEpisodes }, (_, i) => rows[i % 2]).flat(),
    );
  });
});

it("episodes are those of the seed and the purpose from the first one on", () => {
  const seeds: number[] = [];
  const env = resolveEnv(three("terminated", seeds));
  atOnce(episodeReturns(env, acts(0), { seed: 4, purpose: purposes.selection, episodes: 2 }));
  atOnce(episodeReturns(env, acts(0), { seed: 4, purpose: purposes.final, episodes: 2, firstEpisode: 5 }));
  const { selection, final } = purposes;
  expect(seeds).toEqual([
    ...[episodeSeed(4, selection, 0), episodeSeed(4, selection, 1)],
    ...[episodeSeed(4, final, 5), episodeSeed(4, final, 6)],
  ]);
});

it("random play is NumPy's integers(0, 3) of the seed [7, 4, 0]", () => {
  const { act } = randomPolicy(3, 7);
  const drawn = Array.from({ length: 12 }, () => act(new Float32Array(1)));
  expect(drawn).toEqual([1, 0, 2, 0, 1, 1, 1, 1, 0, 1, 1, 0]);
});

it("deviations are a feature's over all states, divided by their number", () => {
  const states = [
    [1, 2],
    [4, 2],
    [6, 5],
  ].map((state) => Float32Array.from(state));
  expect(featureDeviations(states)).toEqual([expect.closeTo(2.0548046676563256, 12), expect.closeTo(Math.SQRT2, 12)]);
});

describe("evaluate", () => {
  const played = (policy: object, options: object = {}) => {
    const seeds: number[] = [];
    evaluate({ ...acts(1), ...policy }, { env: three("terminated", seeds), episodes: 1, ...options });
    return seeds;
  };
  const final = (seed: number) => episodeSeed(seed, purposes.final, 0);

  it("plays by the seed that is given, else by that of the policy's training, else by 0", () => {
    const training = { seed: 6, envSteps: 0, updates: 0, wallSeconds: 0, config: {} };
    expect(played({ training }, { seed: 3 })).toEqual([final(3)]);
    expect(played({ training })).toEqual([final(6)]);
    expect(played({})).toEqual([final(0)]);
  });

  it("plays a hundred episodes where no number is given", () => {
    expect(played({}, { episodes: undefined })).toHaveLength(100);
  });

  it("plays where it is told to, else where the policy says, by itself or by an id", () => {
    const where = (policy: object, env?: string) => evaluate({ ...acts(0), ...policy }, { env, episodes: 1 }).mean;
    const other = () => ({
      ...three("terminated")(),
      step: () => ({ observation: [1, 1], reward: 77, terminated: true }),
    });
    // CartPole pays 1 a step, and falls within some ten where nobody pushes it to the right
    expect(where({ env: other })).toBe(77);
    expect(where({ env: other, environment: "CartPole-v1" })).toBe(77);
    expect(where({ environment: "CartPole-v1" })).toBeLessThan(20);
    expect(where({ env: other }, "CartPole-v1")).toBeLessThan(20);
  });

  it("summarises: number, mean, deviation and least return", () => {
    let episode = 0;
    const env = () => ({
      ...three("terminated")(),
      step: () => ({ observation: [1, 1], reward: [5, -1, 2][episode++], terminated: true }),
    });
    const { ci95, ...rest } = evaluate(acts(0), { env, episodes: 3 });
    expect(rest).toEqual({ episodes: 3, mean: 2, std: expect.closeTo(Math.sqrt(6), 12), min: -1 });
    expect(ci95[0]).toBeLessThan(2);
    expect(ci95[1]).toBeGreaterThan(2);
  });
});

describe("what is checked before anything is played", () => {
  it("a seed", () => {
    expect([0, 5, 2 ** 53 - 1].map(checkedSeed)).toEqual([0, 5, 2 ** 53 - 1]);
    for (const refused of [-1, 2 ** 53, 0.5, "1", undefined]) expect(() => checkedSeed(refused)).toThrow(ConfigError);
  });

  it("a number of episodes", () => {
    expect([1, 1_000_000].map(checkedEpisodes)).toEqual([1, 1_000_000]);
    for (const refused of [0, 1_000_001, 1.5, "1"]) expect(() => checkedEpisodes(refused)).toThrow(ConfigError);
  });

  it("whether a policy fits, as far as its sizes are known", () => {
    const env = resolveEnv(three("terminated"));
    const checking = (widths?: number[], environment?: string) => () =>
      checkFit("student", { widths, environment }, env);
    expect(checking()).not.toThrow();
    expect(checking([2, 9, 2])).not.toThrow();
    expect(checking([3, 2])).toThrow("the student has 3 inputs and 2 outputs, but three has 2 features and 2 actions");
    expect(checking([2, 3], "four")).toThrow("the student, trained in four, has 2 inputs and 3 outputs, but three has");
  });

  it("an error shows lists by what is in them", () => {
    expect(shown([1, ["a", []]])).toBe('[1, ["a", []]]');
    expect(shown("a")).toBe('"a"');
  });
});
