// The check of what an export is told to say about itself.
import { needObject } from "../core/needed.js";
import type { Description } from "./description.js";

/** @throws TypeError for anything that is not what `describe` gives */
export function checkDescription(description: Description): void {
  needObject("description", description, "what describe() gives");
  needObject("description", description.examples, "what describe() gives");
}
