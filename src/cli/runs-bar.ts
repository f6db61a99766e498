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
  #state = { left: "", queue: "", worked: "" };

  /** The most workers of a queue that were seen. */
  most = 0;

  /** @param wanted whether to show it if stderr is a terminal */
  constructor(name: string, wanted: boolean) {
    this.#bar = new SingleBar(barOptions(`${name} {bar} {value} of {total}{left}{queue}{worked}`));
    this.#shown = wanted && process.stderr.isTTY === true;
  }

  /** @param workSeconds that all runs took, if that is known */
  update(done: number, of: number, workSeconds = 0): void {
    if (!this.#shown) return;
    this.#first ??= { done, at: performance.now() };
    const { done: before, at } = this.#first;
    this.#state.left = timeLeft((performance.now() - at) / 1000, done - before, of - done);
    if (workSeconds > 0) this.#state.worked = ` · ${coreHours(workSeconds)}`;
    if (!this.#bar.isActive) this.#bar.start(of, done, this.#state);
    this.#bar.update(done, this.#state);
  }

  /** Shows how the queue stands whose workers do the runs. */
  queue({ waiting, active, failed, workers }: QueueState): void {
    this.most = Math.max(this.most, workers.length);
    const others = failed === 0 ? "" : `, ${failed} failed`;
    this.#state.queue = ` · ${counted(workers.length, "worker")}: ${active} run, ${waiting} wait${others}`;
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

/** Work in a few words. */
export function coreHours(seconds: number): string {
  const hours = seconds / 3600;
  return `${hours < 0.1 ? hours.toFixed(3) : hours.toFixed(1)} core-hours`;
}

/** A number and what it counts, in words. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
