// The check of what an export is told to say about itself.
import { need, needObject } from "../core/needed.js";
import type { Description } from "./description.js";

/** @throws TypeError for anything that is not what `describe` gives */
export function checkDescription(description: Description): void {
  needObject("description", description, "what describe() gives");
  need(description.examples !== undefined, "description", description, "what describe() gives");
}
