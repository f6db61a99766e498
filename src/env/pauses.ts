// Letting others run: long work gives the event loop a turn now and then. This changes no result.

const interval = 40; // milliseconds between two turns of the event loop
const stretch = 10; // milliseconds between two places where work in steps may pause
const quick = 0.5; // milliseconds: while so little passes, the clock is read less often
const mostUnread = 8; // steps between two readings of the clock
const reportInterval = 1000; // milliseconds between two reports

/** Where long work lets others run, and how it waits for an environment that answers later. */
export interface Pauses {
  /** To be called often. If it returns a promise, await it: others then have their turn. */
  turn(): Promise<void> | undefined;
  /** Waits for an answer, but only until the work is asked to stop. */
  wait<Value>(answer: Promise<Value>): Promise<Value>;
}

/** A function to await often. It lets others run if the last time was 40 ms ago; otherwise it costs next to nothing. */
export function breather(): () => Promise<void> | undefined {
  // Node's setImmediate comes back at once. A timer of 0 waits for 1 ms, 3 % of a training, and in browsers for 4 ms.
  const later = typeof setImmediate === "function" ? setImmediate : (turn: () => void) => setTimeout(turn, 0);
  let last = performance.now();
  return () => {
    if (performance.now() - last < interval) return undefined;
    return new Promise((resolve) =>
      later(() => {
        last = performance.now();
        resolve();
      }),
    );
  };
}

/** Pauses that throw the signal's reason, or return a promise that is rejected with it, if the signal asks to stop. */
export function stoppable(signal: AbortSignal | undefined): Pauses {
  const breathe = breather();
  return {
    turn: () => {
      signal?.throwIfAborted();
      return breathe()?.then(() => signal?.throwIfAborted());
    },
    wait: (answer) => untilAborted(answer, signal),
  };
}

/** The promise itself, or one that is rejected with the signal's reason if the signal asks to stop before. */
export function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/**
 * Long work that may pause between two of its steps. There it yields the share that is finished, from 0 to 1. It does so
 * rarely, when {@link stepper} says that it is time, because a generator's `yield` costs as much as a quick step.
 * It may also yield the promise of an environment that answers later. `yield` then gives what the promise was resolved with.
 */
// biome-ignore lint/suspicious/noExplicitAny: each yield of a promise gets back a value of its own type
export type Steps<Result> = Generator<number | Promise<unknown>, Result, any>;

/**
 * A function to call after each step: true if the last time was 10 ms ago. To read the clock takes a tenth of a quick step.
 * So while steps are quick, it is read after every eighth one.
 */
export function stepper(): () => boolean {
  let last = performance.now();
  let read = last;
  let unread = 1;
  let steps = 0;
  return () => {
    if (++steps < unread) return false;
    steps = 0;
    const now = performance.now();
    unread = now - read < quick ? Math.min(2 * unread, mostUnread) : 1;
    read = now;
    if (now - last < stretch) return false;
    last = now;
    return true;
  };
}

/** Does work without a pause. @throws Error if it would have to wait for a promise */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (typeof step.value !== "number") throw new Error("work that must wait for a promise cannot be done at once");
  }
}

/**
 * Does work with pauses.
 * @param pauses its `turn` is called where the work may pause; if it throws, the work ends
 * @param report is called with the finished share, once a second
 */
export async function inTurns<Result>(
  steps: Steps<Result>,
  pauses: Pauses,
  report: (share: number) => void = () => {},
): Promise<Result> {
  let reported = performance.now();
  let answer: unknown;
  for (;;) {
    const step = steps.next(answer);
    if (step.done) return step.value;
    answer = undefined;
    if (typeof step.value !== "number") {
      answer = await pauses.wait(step.value);
      continue;
    }
    if (performance.now() - reported >= reportInterval) {
      reported = performance.now();
      report(step.value);
    }
    const pause = pauses.turn();
    if (pause) await pause;
  }
}

/** The work as a part of more: its share goes from `from` to `to`. */
export function* within<Result>(steps: Steps<Result>, from: number, to: number): Steps<Result> {
  let answer: unknown;
  for (;;) {
    const step = steps.next(answer);
    if (step.done) return step.value;
    answer = yield typeof step.value === "number" ? from + (to - from) * step.value : step.value;
  }
}
