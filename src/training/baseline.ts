// What a network is compared with: random play, and the best of the policies that always take the same action.

import type { AnyEnv } from "../env/env.js";
import { type Steps, stepper } from "../env/pauses.js";
import { episodeSeed, purposes } from "../env/seeds.js";
import { type Played, type Policy, playEpisodes, randomPolicy } from "../evaluate/returns.js";
import { mean, sum } from "../evaluate/statistics.js";
import type { Baseline } from "../model/model.js";
import { fewestEpisodes } from "./budget.js";
import type { Saved } from "./checkpoint.js";
import { add, type Experience, type Moments } from "./experience.js";
import type { Part } from "./resumable.js";

/** With more actions none is tried. */
const mostActions = 8;
/** The episodes of random play, and of each action. */
const enoughEpisodes = 10;
/** The share of the budget of all evaluations that a baseline may take, and the share that it is reckoned by at most. */
const shareOfBudget = 0.1;
const largestShare = 0.2;
/** For this share of all steps the first evaluation waits until there is room for a baseline, too. */
const patience = 0.3;
/** The steps that are taken twice, to see whether the same seed gives the same episode. */
const repeatedSteps = 8;

/** Says when work in steps may pause. */
type IsTime = () => boolean;

/** What a baseline is measured by. */
export interface BaselineConfig {
  readonly seed: number;
  readonly actionCount: number;
  /** All the steps of the training. */
  readonly envSteps: number;
  readonly evaluationShare: number;
}

/** Measures the baseline once, when the budget of evaluations has room for it. */
export class BaselineMeter implements Part {
  readonly #envs: readonly AnyEnv[];
  readonly #config: BaselineConfig;
  readonly #experience: Experience;
  /** The steps that it may take. */
  readonly #allowance: number;
  readonly #state = {
    measured: false,
    constant: null as Baseline["constant"],
    /** The returns of random play that were measured here. */
    played: { count: 0, mean: 0, squares: 0 },
    /** Whether the same seed gives the same observations; true while nobody knows. */
    repeats: true,
  };

  /**
   * @param envs the copies in which networks are evaluated
   * @param experience of the training: its first episodes are random play that costs nothing
   */
  constructor(envs: readonly AnyEnv[], experience: Experience, config: BaselineConfig) {
    this.#envs = envs;
    this.#experience = experience;
    this.#config = config;
    const share = Math.min(config.evaluationShare, largestShare);
    this.#allowance = shareOfBudget * (share / (1 - share)) * config.envSteps;
  }

  /** The returns of random play. */
  get random(): Moments {
    const free = this.#experience.seen.random;
    return free.count >= this.#state.played.count ? free : this.#state.played;
  }

  /** What is known so far. */
  get value(): Baseline {
    const { count, mean } = this.random;
    return { random: count >= fewestEpisodes ? mean : null, constant: this.#state.constant };
  }

  /** Whether the environment gave the same observations for the same seed, as far as anybody knows. */
  get repeats(): boolean {
    return this.#state.repeats;
  }

  /** The episodes that an evaluation leaves room for after so many steps. It does not wait for long. */
  wanted(longest: number, envSteps: number): number {
    return envSteps > patience * this.#config.envSteps ? 0 : this.needed(longest);
  }

  /** The episodes for which it still needs room, if each is as long as `longest`. */
  needed(longest: number): number {
    if (this.#state.measured) return 0;
    const { random, rounds } = this.#plan(longest);
    return Math.ceil((2 * repeatedSteps) / longest) + random + rounds * this.#config.actionCount;
  }

  /**
   * Plays them, if it has not done so. It changes nothing before it has: work that stops here begins with it again.
   * @param longest the length of the longest episode so far
   * @param repeatable whether the environment is said to give the same episode for the same seed
   * @returns the steps that it took
   */
  *measure(longest: number, repeatable: boolean): Steps<number> {
    const state = this.#state;
    if (state.measured) return 0;
    const { random, rounds } = this.#plan(longest);
    const isTime = stepper();
    const looks = repeatable && this.#allowance >= 2 * repeatedSteps;
    const twice = looks ? yield* this.#twice(isTime) : { repeats: true, steps: 0 };
    const played = yield* this.#playRandom(random, isTime);
    const before = twice.steps + sum(played.lengths);
    const { best, steps } = yield* this.#best(rounds, this.#allowance - before, isTime);
    for (const gained of played.returns) add(state.played, gained);
    Object.assign(state, { measured: true, repeats: twice.repeats, constant: best });
    return before + steps;
  }

  save(): Saved {
    return { state: this.#state, arrays: {} };
  }

  restore({ state }: Saved): void {
    const { measured, repeats, played } = state as Record<string, unknown>;
    if (typeof measured !== "boolean" || typeof repeats !== "boolean" || typeof played !== "object") {
      throw new Error("it does not say what was measured");
    }
    Object.assign(this.#state, structuredClone(state));
  }

  /** How many random episodes, and how many of each action. */
  #plan(longest: number): { random: number; rounds: number } {
    const { actionCount } = this.#config;
    const most = Math.floor(this.#allowance / longest);
    // half of them, but not so few that they would say nothing
    const wanted = most < fewestEpisodes ? 0 : Math.max(fewestEpisodes, Math.floor(most / 2));
    const random = this.#experience.seen.random.count >= enoughEpisodes ? 0 : Math.min(enoughEpisodes, wanted);
    const rounds = Math.min(enoughEpisodes, Math.floor((most - random) / actionCount));
    return { random, rounds: actionCount > mostActions ? 0 : rounds };
  }

  /** The best of all constant actions: each plays the same episodes, until the steps that are left are over. */
  *#best(rounds: number, left: number, isTime: IsTime): Steps<{ best: Baseline["constant"]; steps: number }> {
    const { seed, actionCount } = this.#config;
    const all: number[][] = Array.from({ length: actionCount }, () => []);
    let steps = 0;
    for (let first = 0; first < rounds && steps < left; first += this.#envs.length) {
      const episodes = Math.min(this.#envs.length, rounds - first);
      const which = { seed, purpose: purposes.baseline, firstEpisode: first, episodes };
      for (let action = 0; action < actionCount && steps < left; action++) {
        const policy = constantPolicy(action, actionCount);
        const { returns, lengths } = yield* playEpisodes(this.#envs, policy, which, isTime);
        all[action].push(...returns);
        steps += sum(lengths);
      }
    }
    // what all have played: the last round may not be whole
    const episodes = all[actionCount - 1].length;
    if (episodes === 0) return { best: null, steps };
    const means = all.map((returns) => mean(returns.slice(0, episodes)));
    const action = means.indexOf(Math.max(...means));
    return { best: { action, mean: means[action] }, steps };
  }

  /** One copy alone: random actions are drawn in the order of the episodes. */
  #playRandom(episodes: number, isTime: IsTime): Steps<Played> {
    const { seed, actionCount } = this.#config;
    const which = { seed, purpose: purposes.baseline, episodes };
    return playEpisodes(this.#envs.slice(0, 1), randomPolicy(actionCount, seed), which, isTime);
  }

  /** Whether the beginning of an episode is the same when it is taken again. */
  *#twice(isTime: IsTime): Steps<{ repeats: boolean; steps: number }> {
    const once = yield* this.#beginning(isTime);
    const again = yield* this.#beginning(isTime);
    const repeats = once.length === again.length && once.every((value, i) => Object.is(value, again[i]));
    // a start, and then steps, each of which gave a reward and an observation
    const { observationSize } = this.#envs[0];
    return { repeats, steps: (once.length + again.length - 2 * observationSize) / (observationSize + 1) };
  }

  /** The first observation, and the rewards and observations of the first steps. */
  *#beginning(isTime: IsTime): Steps<number[]> {
    const [env] = this.#envs;
    const { seed, actionCount } = this.#config;
    const { act } = constantPolicy(0, actionCount);
    let observation = yield* answered(env.reset({ seed: episodeSeed(seed, purposes.baseline, 0) }));
    const all = [...observation];
    for (let i = 0; i < repeatedSteps; i++) {
      const result = yield* answered(env.step(act(observation, env.actionMask)));
      observation = result.observation;
      all.push(result.reward, ...observation);
      if (isTime()) yield 0;
      if (result.terminated || result.truncated) break;
    }
    return all;
  }
}

/** Always the same action; where it is forbidden, the next that is allowed, and after the last the first. */
export function constantPolicy(action: number, actionCount: number): Policy {
  return {
    act: (_, mask) => {
      let taken = action;
      while (mask?.[taken] === 0) taken = (taken + 1) % actionCount;
      return taken;
    },
  };
}

function* answered<Answer>(answer: Answer | Promise<Answer>): Steps<Answer> {
  return answer instanceof Promise ? yield answer : answer;
}
