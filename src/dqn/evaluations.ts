// The evaluations of a training: when one is due, what it is compared with, and what follows from it.
import { Model } from "../model/model.js";
import { BaselineMeter } from "../training/baseline.js";
import type { Moment } from "../training/budget.js";
import { Diagnosis } from "../training/diagnosis.js";
import type { Episodes } from "../training/episodes.js";
import { Keeper } from "../training/keeper.js";
import { passed } from "../training/schedules.js";
import { Selection } from "../training/selection.js";
import type { Facts } from "../training/signs.js";
import type { Pace } from "../training/trial.js";
import type { AgentTraining } from "./agent-training.js";
import { AveragedNetwork } from "./averaged.js";
import { presets } from "./presets.js";
import type { Teller } from "./teller.js";

/** The observations at which the Q-values of an evaluated network are looked at. */
const lookedAt = 64;

/**
 * Offers an agent's network to the keeper of the best one. The baseline is measured within the same budget, listeners are
 * told, and a diagnosis hears of each evaluation.
 */
export class Evaluations {
  readonly keeper: Keeper;
  readonly baseline: BaselineMeter;
  readonly diagnosis: Diagnosis;
  readonly averaged: AveragedNetwork;
  readonly #training: AgentTraining;
  readonly #episodes: Episodes;
  readonly #teller: Teller;
  readonly #selection: Selection;

  /** @param episodes that the agent learns from */
  constructor(training: AgentTraining, episodes: Episodes, teller: Teller) {
    const { agent, config, evaluationEnvs, seed } = training;
    const actionCount = agent.widths[agent.widths.length - 1];
    this.#training = training;
    this.#episodes = episodes;
    this.#teller = teller;
    this.#selection = new Selection(evaluationEnvs, agent.widths, seed);
    this.keeper = new Keeper(this.#selection.play, config);
    this.baseline = new BaselineMeter(evaluationEnvs, episodes.experience, { ...config, seed, actionCount });
    this.averaged = new AveragedNetwork(config);
    this.diagnosis = new Diagnosis(
      () => this.#facts(),
      (notice) => teller.notify(notice),
    );
  }

  /** The best network so far, or the one as it is now if none is ever evaluated; undefined before the first evaluation. */
  get best(): Model | undefined {
    const { agent, envs } = this.#training;
    const place = { environment: envs[0].id, widths: agent.widths };
    return this.#evaluates ? this.keeper.best(place) : new Model({ ...place, parameters: agent.parameters() });
  }

  /**
   * Whether the network is to be evaluated now: at each interval, if the budget has room for it, and at the end.
   * @param before the steps before the latest round
   */
  isDue(before: number): boolean {
    const { agent, config } = this.#training;
    if (!this.#evaluates) return false;
    if (this.#isLast) return true;
    if (agent.updates === 0 || !passed(config.evaluationInterval, before, agent.envSteps)) return false;
    return this.keeper.affords(this.#moment(), this.baseline.wanted(this.#episodes.longest, agent.envSteps));
  }

  /** Takes the network as it is after a round into the averaged one, if that is wanted. @param before the steps before it */
  average(before: number): void {
    const { agent } = this.#training;
    if (this.#evaluates && agent.updates > 0) this.averaged.see(() => agent.parameters(), before, agent.envSteps);
  }

  /** Evaluates the network as it is now. The baseline is measured first, as soon as there is room for it. */
  async offer(pace: Pace): Promise<void> {
    const { keeper, baseline, diagnosis } = this;
    const { agent } = this.#training;
    const parameters = agent.parameters();
    const moment = this.#moment();
    if (!moment.last && keeper.affords(moment, baseline.needed(moment.longest))) {
      keeper.charge(await pace(baseline.measure(moment.longest, this.#episodes.repeatable)));
    }
    const favourite = moment.last ? this.averaged.parameters : undefined;
    const judged = await keeper.offer(parameters, pace, moment, favourite);
    const onlyAction = this.#selection.onlyAction(parameters);
    const largestQValue = this.#selection.largestQValue(parameters, agent.someObservations(lookedAt));
    diagnosis.evaluated({ envSteps: agent.envSteps, ...judged, onlyAction, largestQValue });
    const told = [keeper.evaluationSteps, baseline.value] as const;
    this.#teller.evaluation(parameters, judged, ...told);
    // the last choice fell on another network
    if (moment.last && keeper.kept !== parameters) {
      this.#teller.evaluation(keeper.kept, keeper.keptJudged, ...told);
    }
  }

  dispose(): void {
    this.#selection.dispose();
  }

  get #evaluates(): boolean {
    return this.#training.evaluationEnvs.length > 0;
  }

  get #isLast(): boolean {
    const { agent, config } = this.#training;
    return agent.envSteps === config.envSteps;
  }

  #moment(): Moment {
    return { envSteps: this.#training.agent.envSteps, longest: this.#episodes.longest, last: this.#isLast };
  }

  /** What the training has come to. */
  #facts(): Omit<Facts, "evaluations"> {
    const { keeper, baseline } = this;
    const { agent, config, envs } = this.#training;
    const [env] = envs;
    const { gamma, nStep, envSteps: plannedSteps, evaluationShare } = config;
    return {
      ...{ env, gamma, nStep, plannedSteps },
      envSteps: agent.envSteps,
      seen: this.#episodes.experience.seen,
      open: this.#episodes.open,
      evaluationSteps: keeper.evaluationSteps,
      longestEvaluated: keeper.longest,
      presetShare: presets[env.id]?.teacher.evaluationShare === evaluationShare,
      baseline: baseline.value,
      random: baseline.random,
      repeats: baseline.repeats,
      kept: keeper.latestMean === null ? undefined : keeper.keptJudged,
      constantFeatures: () => (env.byteObservations ? [] : agent.constantFeatures()),
      outlier: agent.outlier,
    };
  }
}
