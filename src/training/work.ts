// What every long piece of work takes: a seed, listeners that are told of its progress, and a way to stop it.
import { needListeners, needObject, needSignal } from "../core/needed.js";
import { checkedSeed } from "../evaluate/checks.js";
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

/**
 * Parts the options of long work from the configuration that stands beside them.
 * @returns the work's options with the seed that is used, and the configuration
 * @throws ConfigError for anything that is not a seed
 */
export function partWork<All extends WorkOptions>(
  options: All,
): { work: WorkOptions & { readonly seed: number }; given: Omit<All, keyof WorkOptions> } {
  needObject("options", options);
  const {
    seed = 0,
    onEvent,
    onNetwork,
    signal,
    resume,
    onCheckpoint,
    checkpointInterval,
    keepCheckpoint,
    ...given
  } = options;
  needSignal(signal);
  needListeners({ onEvent, onNetwork, onCheckpoint });
  const checkpoints = { resume, onCheckpoint, checkpointInterval, keepCheckpoint };
  return { work: { seed: checkedSeed(seed), onEvent, onNetwork, signal, ...checkpoints }, given };
}
