// The states that a student learns from, round after round, each labelled once by the teacher.
import type { Targets } from "../core/distiller.js";
import type { Env } from "../env/env.js";
import type { Policy } from "../evaluate/returns.js";
import type { Saved } from "../training/checkpoint.js";
import type { Part } from "../training/resumable.js";
import { type StudentConfig, studentOptions } from "./config.js";
import type { Labeller } from "./labeller.js";
import { transitionsPart } from "./loss.js";
import { collectTransitions, replayStates, studentShare, tdTargets } from "./states.js";

/** What of a student's configuration says which states are collected. */
type CollectorConfig = Pick<StudentConfig, "states" | "envSteps" | "rounds" | "exploration" | "loss" | "gamma">;

/** Takes states in: (count, observationSize), their labels (count, actionCount), and the targets of a loss that needs transitions. */
export type AddStates = (states: Float32Array, labels: Float32Array, targets?: Targets) => void;

/** Collects states by the options `states`, `envSteps`, `rounds` and `exploration`. */
export class Collector implements Part {
  readonly #env: Env;
  readonly #teacher: Labeller;
  readonly #student: Policy;
  readonly #config: CollectorConfig;
  readonly #seed: number;
  readonly #add: AddStates;
  #collected = 0;
  #nextEpisode = 0;

  constructor(
    env: Env,
    { teacher, student }: { readonly teacher: Labeller; readonly student: Policy },
    config: CollectorConfig,
    seed: number,
    add: AddStates,
  ) {
    this.#env = env;
    this.#teacher = teacher;
    this.#student = student;
    this.#config = config;
    this.#seed = seed;
    this.#add = add;
  }

  /** Steps taken in the environment. */
  get envSteps(): number {
    return this.#config.states === "replay" ? 0 : this.#collected;
  }

  /** What is missing of the states of all rounds up to this one, from 0. */
  collect(round: number): void {
    const { states: source, envSteps, rounds, exploration } = this.#config;
    if (source === "replay") {
      if (this.#collected === 0) this.#label(this.#replayed());
      return;
    }
    const count = Math.floor((envSteps * (round + 1)) / rounds) - this.#collected;
    if (count <= 0) return;
    const steps = collectTransitions(
      this.#env,
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
    const answer = (observations: Float32Array) => this.#teacher.qValuesOfMany(observations);
    this.#label(steps.states, gamma === undefined ? undefined : tdTargets(steps, answer, gamma));
    this.#nextEpisode = steps.nextEpisode;
  }

  save(): Saved {
    return { state: { collected: this.#collected, nextEpisode: this.#nextEpisode }, arrays: {} };
  }

  restore({ state }: Saved): void {
    const { collected, nextEpisode } = state as { collected: number; nextEpisode: number };
    this.#collected = collected;
    this.#nextEpisode = nextEpisode;
  }

  #replayed(): Float32Array {
    const { observations } = this.#teacher;
    return replayStates(
      observations as NonNullable<typeof observations>,
      this.#env.observationSize,
      this.#config.envSteps,
    );
  }

  #label(states: Float32Array, targets?: Targets): void {
    this.#add(states, this.#teacher.qValuesOfMany(states), targets);
    this.#collected += states.length / this.#env.observationSize;
  }
}

/** The discount of targets: the one given, else the teacher's own, else 0.99; undefined where the loss needs no transitions. */
function tdGamma(teacher: Labeller, { loss, gamma }: Pick<StudentConfig, "loss" | "gamma">): number | undefined {
  if (transitionsPart(loss) === undefined) return undefined;
  const own = teacher.training?.config.gamma;
  return gamma ?? (typeof own === "number" && studentOptions.gamma.accepts(own) ? own : 0.99);
}
