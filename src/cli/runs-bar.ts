// The bar of work that is many runs: how many are done, and the time that is left.
import { SingleBar } from "cli-progress";
import { barOptions } from "./terminal.js";

/** A bar on stderr if that is a terminal. */
export class RunsBar {
  readonly #bar: SingleBar;
  readonly #shown: boolean;
  /** Where this command began, and when in milliseconds. */
  #first: { done: number; at: number } | undefined;

  /** @param wanted whether to show it if stderr is a terminal */
  constructor(name: string, wanted: boolean) {
    this.#bar = new SingleBar(barOptions(`${name} {bar} {value} of {total} runs{left}`));
    this.#shown = wanted && process.stderr.isTTY === true;
  }

  update(done: number, of: number): void {
    if (!this.#shown) return;
    if (!this.#bar.isActive) this.#bar.start(of, done, { left: "" });
    this.#first ??= { done, at: performance.now() };
    const { done: before, at } = this.#first;
    this.#bar.update(done, { left: timeLeft((performance.now() - at) / 1000, done - before, of - done) });
  }

  stop(): void {
    this.#bar.stop();
  }
}

/** The time that is left, judged by the runs that are done; nothing before the first. @param seconds that they took */
function timeLeft(seconds: number, done: number, left: number): string {
  if (done === 0 || left === 0) return "";
  const time = (left * seconds) / done;
  return time < 60 ? ` · about ${Math.ceil(time)} s left` : ` · about ${Math.ceil(time / 60)} min left`;
}
