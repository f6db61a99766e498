// What a training tells its listeners: how far it is, how networks did, and notices.
import type { Notice } from "../core/notice.js";
import type { Baseline } from "../model/model.js";
import type { Judged } from "../training/keeper.js";
import type { AgentTraining } from "./agent-training.js";

/** Calls the listeners of a training. */
export class Teller {
  readonly #training: AgentTraining;

  constructor(training: AgentTraining) {
    this.#training = training;
  }

  /** How far the training has come. */
  get reached(): { readonly envSteps: number; readonly updates: number } {
    const { envSteps, updates } = this.#training.agent;
    return { envSteps, updates };
  }

  /** Gives `onCurrent` the network as it is now. */
  current(): void {
    const { agent, onCurrent } = this.#training;
    onCurrent?.(() => agent.parameters());
  }

  notify(notice: Notice): void {
    const { network, onEvent } = this.#training;
    onEvent?.({ kind: "notice", network, ...this.reached, ...notice });
  }

  /**
   * @param mean of the latest evaluation
   * @param evaluated the share of an evaluation that is over, within one
   */
  progress(mean: number | null, evaluated?: number): void {
    const { network, agent, config, onEvent } = this.#training;
    const share = agent.envSteps / config.envSteps;
    const event = { kind: "progress", network, share, ...this.reached, loss: agent.loss, mean } as const;
    onEvent?.(evaluated === undefined ? event : { ...event, evaluated });
    if (evaluated === undefined) this.current();
  }

  /** @param evaluationSteps that all evaluations have taken so far */
  evaluation(parameters: Float32Array, judged: Judged, evaluationSteps: number, baseline: Baseline): void {
    const { network, agent, onEvent, onNetwork } = this.#training;
    onNetwork?.(parameters, agent.envSteps, judged.mean);
    const beside = { loss: agent.loss, evaluationSteps, baseline };
    onEvent?.({ kind: "evaluation", network, ...this.reached, ...judged, ...beside });
  }
}
