// Every environment of the library outside its entry point, with its preset: one line for each.
import "./minatar.js";
import "./minigrid.js";
import "./highway.js";
import "./recsim.js";
import "./pendulum.js";
import { isMissing, MissingPackageError } from "../../core/missing-package.js";
import { register } from "../../env/registry.js";

try {
  await import("./lunar-lander.js");
} catch (error) {
  if (!isMissing(error, "planck")) throw error;
  register("LunarLander-v3", () => {
    throw new MissingPackageError("LunarLander-v3", "planck");
  });
}
