// Letting others run: long work gives the event loop a turn now and then, which changes no result.

const interval = 40; // milliseconds

/** A function to await often: it gives way when the last time is 40 ms ago, and costs next to nothing otherwise. */
export function breather(): () => Promise<void> | undefined {
  // Node's own comes back at once; a timer of 0 waits for a millisecond, 3 % of a training, and in browsers for four
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
