// The states that a student learns from. They are collected in rounds, and the teacher labels each state once.
import type { Targets } from "../core/distiller.js";
import type { AnyEnv } from "../env/env.js";
import type { Steps } from "../env/pauses.js";
import type { Policy } from "../evaluate/returns.js";
import { type Copies, listed } from "../evaluate/rounds.js";
import { answersOf } from "../model/outputs.js";
import type { Saved } from "../training/checkpoint.js";
import type { Part } from "../training/resumable.js";
import { type StudentConfig, studentOptions } from "./config.js";
import type { Labeller } from "./labeller.js";
import { transitionsPart } from "./loss.js";
import { collectTransitions, replayStates, studentShare, type Transitions, tdTargets } from "./states.js";

/** The part of a student's configuration that says which states are collected. */
type CollectorConfig = Pick<StudentConfig, "states" | "envSteps" | "rounds" | "exploration" | "loss" | "gamma">;

/**
 * Takes states (count, observationSize), their labels (count, actionCount), if the loss needs transitions, their targets,
 * and, if the environment has masks, which actions are allowed (count, actionCount).
 */
export type AddStates = (states: Float32Array, labels: Float32Array, targets?: Targets, masks?: Uint8Array) => void;

/** Collects states as the options `states`, `envSteps`, `rounds` and `exploration` say. */
export class Collector implements Part {
  readonly #envs: Copies;
  readonly #teacher: Labeller;
  readonly #student: Policy;
  readonly #config: CollectorConfig;
  readonly #seed: number;
  readonly #add: AddStates;
  #collected = 0;
  #nextEpisode = 0;
  #longest = 1;

  /** @param envs the environment, or copies of it that play at the same time */
  constructor(
    envs: Copies,
    { teacher, student }: { readonly teacher: Labeller; readonly student: Policy },
    config: CollectorConfig,
    seed: number,
    add: AddStates,
  ) {
    this.#envs = envs;
    this.#teacher = teacher;
    this.#student = student;
    this.#config = config;
    this.#seed = seed;
    this.#add = add;
  }

  /** The number of steps taken in the environment. */
  get envSteps(): number {
    return this.#config.states === "replay" ? 0 : this.#collected;
  }

  /** The number of labelled states in the end. It is not known for a replay memory before they are there. */
  get total(): number {
    const { states, envSteps } = this.#config;
    return states === "replay" ? this.#collected : envSteps;
  }

  /** The length of the longest episode so far, in steps; 1 before the first. */
  get longest(): number {
    return this.#longest;
  }

  /**
   * Collects the states that are still missing from all rounds up to this one, from 0. Nothing is changed before the last
   * step: if it was left earlier, it collects the same states again.
   */
  *collect(round: number): Steps<void> {
    const { states: source, envSteps, rounds, exploration } = this.#config;
    if (source === "replay") {
      if (this.#collected === 0) this.#label(this.#replayed());
      return;
    }
    const count = Math.floor((envSteps * (round + 1)) / rounds) - this.#collected;
    if (count <= 0) return;
    const steps = yield* collectTransitions(
      this.#envs,
      { teacher: this.#teacher, student: this.#student },
      {
        seed: this.#seed,
        firstEpisode: this.#nextEpisode,
        count,
        exploration,
        share: studentShare(source, round, rounds),
      },
    );
    const gamma = tdGamma(this.#teacher, this.#config);
    const answer = (observations: Float32Array) => answersOf(this.#teacher, observations);
    this.#label(steps, gamma === undefined ? undefined : tdTargets(steps, answer, gamma));
    this.#nextEpisode = steps.nextEpisode;
    this.#longest = Math.max(this.#longest, steps.longest);
  }

  save(): Saved {
    return {
      state: { collected: this.#collected, nextEpisode: this.#nextEpisode, longest: this.#longest },
      arrays: {},
    };
  }

  restore({ state }: Saved): void {
    const { collected, nextEpisode, longest } = state as { collected: number; nextEpisode: number; longest: number };
    this.#collected = collected;
    this.#nextEpisode = nextEpisode;
    this.#longest = longest;
  }

  /** The environment's sizes. */
  get #sizes(): AnyEnv {
    return listed(this.#envs)[0];
  }

  #replayed(): Pick<Transitions, "states" | "masks"> {
    const { observations, masks } = this.#teacher;
    const { observationSize, actionCount } = this.#sizes;
    const most = this.#config.envSteps;
    const states = replayStates(observations as NonNullable<typeof observations>, observationSize, most);
    return { states, masks: masks && Uint8Array.from(replayStates(masks, actionCount, most)) };
  }

  #label({ states, masks }: Pick<Transitions, "states" | "masks">, targets?: Targets): void {
    this.#add(states, answersOf(this.#teacher, states), targets, masks);
    this.#collected += states.length / this.#sizes.observationSize;
  }
}

/**
 * The discount of targets: the option's, else the teacher's own, else 0.99; undefined if the loss needs no transitions.
 */
function tdGamma(teacher: Labeller, { loss, gamma }: Pick<StudentConfig, "loss" | "gamma">): number | undefined {
  if (transitionsPart(loss) === undefined) return undefined;
  const own = teacher.training?.config.gamma;
  return gamma ?? (typeof own === "number" && studentOptions.gamma.accepts(own) ? own : 0.99);
}
