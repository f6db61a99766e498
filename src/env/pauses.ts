// Letting others run: long work gives the event loop a turn now and then. This changes no result.

const interval = 40; // milliseconds between two turns of the event loop
const stretch = 10; // milliseconds between two places where work in steps may pause
const quick = 0.5; // milliseconds: while so little passes, the clock is read less often
const mostUnread = 8; // steps between two readings of the clock
const reportInterval = 1000; // milliseconds between two reports

/** To be called often. If it returns a promise, await it: others then have their turn. */
export type Turn = () => Promise<void> | undefined;

/** A function to await often. It lets others run if the last time was 40 ms ago; otherwise it costs next to nothing. */
export function breather(): Turn {
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

/** A breather that throws the signal's reason, or returns a promise that is rejected with it, if the signal asks to stop. */
export function stoppable(signal: AbortSignal | undefined): Turn {
  const breathe = breather();
  return () => {
    signal?.throwIfAborted();
    return breathe()?.then(() => signal?.throwIfAborted());
  };
}

/**
 * Long work that may pause between two of its steps. There it yields the share that is finished, from 0 to 1. It does so
 * rarely, when {@link stepper} says that it is time, because a generator's `yield` costs as much as a quick step.
 */
export type Steps<Result> = Generator<number, Result, void>;

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

/** Does work without a pause. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * Does work with pauses.
 * @param turn is called where the work may pause; if it throws, the work ends
 * @param report is called with the finished share, once a second
 */
export async function inTurns<Result>(
  steps: Steps<Result>,
  turn: Turn,
  report: (share: number) => void = () => {},
): Promise<Result> {
  let reported = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - reported >= reportInterval) {
      reported = performance.now();
      report(step.value);
    }
    const pause = turn();
    if (pause) await pause;
  }
}

/** The work as a part of more: its share goes from `from` to `to`. */
export function* within<Result>(steps: Steps<Result>, from: number, to: number): Steps<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    yield from + (to - from) * step.value;
  }
}
