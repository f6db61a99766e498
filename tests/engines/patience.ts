// How long a test in a browser waits.

/** Milliseconds for which something on a page may let wait: a busy machine is slow. */
export const patience = 240_000;
