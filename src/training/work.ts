// What surrounds long work, of whatever kind: its seed, what it tells while it runs, and how it is stopped.
import type { NetworkListener, TrainingEvent } from "./events.js";
import type { StopOptions } from "./resumable.js";

/** What surrounds a training or a distillation. */
export interface WorkOptions extends StopOptions {
  /** Everything random derives from it; 0 by default. */
  readonly seed?: number;
  /** Called with plain data as the work goes on. */
  readonly onEvent?: (event: TrainingEvent) => void;
  /** Called at each evaluation with the network that was evaluated, before the event. */
  readonly onNetwork?: NetworkListener;
}
