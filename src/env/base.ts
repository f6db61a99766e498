// The base of every environment that speaks for another object: what it says of itself, handed on in this one place.
import type { Env, ResetOptions, StepResult } from "./env.js";

/** What an environment says of itself: everything but how it moves. */
export type EnvFacts = Omit<Env, "reset" | "step">;

/** An environment that says of itself what another object says. A new member of {@link Env} is handed on here, for all of them. */
export abstract class EnvBase implements Env {
  readonly id: string;
  readonly observationSize: number;
  readonly actionCount: number;
  readonly maxEpisodeSteps: number;
  readonly featureNames: readonly string[];
  readonly actionNames: readonly string[];
  readonly byteObservations?: Env["byteObservations"];
  readonly render?: Env["render"];
  readonly perturb?: Env["perturb"];

  /**
   * @param of the object that it speaks for
   * @param changes what it says otherwise
   */
  constructor(of: EnvFacts, changes: Partial<EnvFacts> = {}) {
    this.id = changes.id ?? of.id;
    this.observationSize = changes.observationSize ?? of.observationSize;
    this.actionCount = changes.actionCount ?? of.actionCount;
    this.maxEpisodeSteps = changes.maxEpisodeSteps ?? of.maxEpisodeSteps;
    this.featureNames = changes.featureNames ?? of.featureNames;
    this.actionNames = changes.actionNames ?? of.actionNames;
    this.byteObservations = changes.byteObservations ?? of.byteObservations;
    this.render = (changes.render ?? of.render)?.bind(of);
    this.perturb = (changes.perturb ?? of.perturb)?.bind(of);
  }

  abstract reset(options?: ResetOptions): Float32Array;
  abstract step(action: number): StepResult;
}
