// Letting others run: long work gives the event loop a turn now and then, which changes no result.

const interval = 40; // milliseconds

/** A function to await often: it gives way when the last time is 40 ms ago, and costs next to nothing otherwise. */
export function breather(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < interval) return undefined;
    return new Promise((resolve) =>
      setTimeout(() => {
        last = performance.now();
        resolve();
      }, 0),
    );
  };
}
