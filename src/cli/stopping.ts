// How a person or a machine stops a command: by Ctrl-C, kill, or a terminal that is closed.
import { complain } from "./terminal.js";

/** After "stopping…" further signals do nothing for this time, in milliseconds: some programs send two at once. */
const patience = 3000;

/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP, and says so. A later one ends the process at once.
 * @param hide stops the progress bar, which shows the cursor again
 */
export function stopOnSignals(hide: () => void): AbortSignal {
  const controller = new AbortController();
  let said: number | undefined; // a time of performance.now()
  const stop = () => {
    hide();
    if (said === undefined) {
      complain("stopping…");
      said = performance.now();
      controller.abort();
    } else if (performance.now() - said > patience) process.exit(130);
  };
  // never removed: a Ctrl-C while results are evaluated and written would lose them
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
  return controller.signal;
}
