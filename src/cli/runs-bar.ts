// The bar of work that is many runs: how many are done, and the time that is left.
import { SingleBar } from "cli-progress";
import type { QueueState } from "../queue/job-queue.js";
import { barOptions } from "./terminal.js";

/** A bar on stderr if that is a terminal. */
export class RunsBar {
  readonly #bar: SingleBar;
  readonly #shown: boolean;
  /** Where this command began, and when in milliseconds. */
  #first: { done: number; at: number } | undefined;
  #state = { left: "", queue: "" };

  /** @param wanted whether to show it if stderr is a terminal */
  constructor(name: string, wanted: boolean) {
    this.#bar = new SingleBar(barOptions(`${name} {bar} {value} of {total}{queue}{left}`));
    this.#shown = wanted && process.stderr.isTTY === true;
  }

  update(done: number, of: number): void {
    if (!this.#shown) return;
    this.#first ??= { done, at: performance.now() };
    const { done: before, at } = this.#first;
    this.#state.left = timeLeft((performance.now() - at) / 1000, done - before, of - done);
    if (!this.#bar.isActive) this.#bar.start(of, done, this.#state);
    this.#bar.update(done, this.#state);
  }

  /** Shows how the queue stands whose workers do the runs. */
  queue({ waiting, active, failed, workers }: QueueState): void {
    const others = failed === 0 ? "" : ` · ${failed} failed`;
    this.#state.queue = ` · ${waiting} wait${others} · ${active} with ${workers.length} workers`;
    if (this.#shown && this.#bar.isActive) this.#bar.update(this.#state);
  }

  stop(): void {
    this.#bar.stop();
  }
}

/** The rate and the time that is left, judged by the runs that are done; nothing before the first. @param seconds that they took */
function timeLeft(seconds: number, done: number, left: number): string {
  if (done === 0 || left === 0) return "";
  const rate = done / seconds;
  const time = left / rate;
  const each = rate >= 1 ? `${rate.toFixed(1)}/s` : `${(60 * rate).toFixed(1)}/min`;
  return time < 60
    ? ` · ${each} · about ${Math.ceil(time)} s left`
    : ` · ${each} · about ${Math.ceil(time / 60)} min left`;
}
