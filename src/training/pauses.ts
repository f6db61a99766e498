// Letting others run: long work gives the event loop a turn now and then. This changes no result.

const interval = 40; // milliseconds

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
