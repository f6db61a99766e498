// Which tab has which run. A tab holds a lock for its run, and the browser frees it when the tab is gone.
import { folder } from "./store.ts";

const lockOf = (id: string) => `qstill ${folder} ${id}`;

/** An id that no other run has. */
export function newId(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

/**
 * Takes a run for this tab. A page that is not served over https has no locks; there every claim succeeds.
 * @returns a function that gives the run back; undefined if another tab has it
 */
export function claim(id: string): Promise<(() => void) | undefined> {
  const { locks } = navigator;
  if (locks === undefined) return Promise.resolve(() => {});
  return new Promise((resolve, reject) => {
    const take = (lock: Lock | null) => {
      if (lock === null) return resolve(undefined);
      return new Promise<void>((release) => resolve(release));
    };
    locks.request(lockOf(id), { ifAvailable: true }, take).catch(reject);
  });
}

/** Waits until no tab has the run. */
export async function abandoned(id: string): Promise<void> {
  await navigator.locks?.request(lockOf(id), { mode: "shared" }, () => {});
}
