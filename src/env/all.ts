// All environments of the library that are not in its entry point: one line for each, in the order of lists.
import { isMissing, MissingPackageError } from "../core/missing-package.js";
import "./minatar/index.js";
import "./minigrid/index.js";
import "./highway/index.js";
import "./recsim/index.js";
import "./tic-tac-toe/index.js";
import { register } from "./registry.js";

await withPackage("LunarLander-v3", "planck", () => import("./lunar-lander/index.js"));
await import("./pendulum/index.js");

/** Imports an environment. If its package is not installed, making the environment throws an error that says so. */
async function withPackage(id: string, packageName: string, load: () => Promise<unknown>): Promise<void> {
  try {
    await load();
  } catch (error) {
    if (!isMissing(error, packageName)) throw error;
    const make = () => {
      throw new MissingPackageError(id, packageName);
    };
    register({ id, make });
  }
}
