// What becomes of a test whose engine is not installed: it is skipped and says why, or fails where CI has to install it.
import { MissingEngineError } from "./launch.js";

/** What `run` gives; where its engine is missing, the test is skipped. */
export async function orSkip<T>(skip: (note: string) => never, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof MissingEngineError) || process.env.CI) throw error;
    console.warn(`skipped: ${error.message}`); // Vitest keeps the note of a skip to itself
    return skip(error.message);
  }
}
