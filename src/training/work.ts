// What every long piece of work takes: a seed, listeners that are told of its progress, and a way to stop it.
import type { NetworkListener, TrainingEvent } from "./events.js";
import type { StopOptions } from "./resumable.js";

/** The options that every training and distillation takes. */
export interface WorkOptions extends StopOptions {
  /** Everything random is derived from it; 0 by default. */
  readonly seed?: number;
  /** Called with plain data while the work runs. */
  readonly onEvent?: (event: TrainingEvent) => void;
  /** Called at each evaluation, before the event, with the network that was evaluated. */
  readonly onNetwork?: NetworkListener;
}
