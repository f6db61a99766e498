// The base of every environment that takes its facts (id, sizes, names, …) from another object.
import type { Env } from "./env.js";

/** The facts about an environment: everything that stays as it is. */
export type EnvFacts = Omit<Env, "reset" | "step" | "actionMask" | "repeatable">;

/** An environment that takes its facts from another object. A new member of {@link Env} needs to be copied only here. */
export abstract class EnvBase implements EnvFacts {
  readonly id: string;
  readonly observationSize: number;
  readonly actionCount: number;
  readonly maxEpisodeSteps: number;
  readonly featureNames: readonly string[];
  readonly actionNames: readonly string[];
  readonly byteObservations?: Env["byteObservations"];
  readonly copies?: Env["copies"];
  readonly render?: Env["render"];
  readonly perturb?: Env["perturb"];

  /**
   * @param of the object that has the facts
   * @param changes the facts that differ from it
   */
  constructor(of: EnvFacts, changes: Partial<EnvFacts> = {}) {
    this.id = changes.id ?? of.id;
    this.observationSize = changes.observationSize ?? of.observationSize;
    this.actionCount = changes.actionCount ?? of.actionCount;
    this.maxEpisodeSteps = changes.maxEpisodeSteps ?? of.maxEpisodeSteps;
    this.featureNames = changes.featureNames ?? of.featureNames;
    this.actionNames = changes.actionNames ?? of.actionNames;
    this.byteObservations = changes.byteObservations ?? of.byteObservations;
    this.copies = changes.copies ?? of.copies;
    this.render = (changes.render ?? of.render)?.bind(of);
    this.perturb = (changes.perturb ?? of.perturb)?.bind(of);
  }
}
