// What works for each environment, as a teacher and a student take it.
import { presets as ofEnvironments } from "../env/registry.js";
import type { TeacherConfig } from "./config.js";

/** What works for an environment; everything else has its default. */
export interface Preset {
  readonly teacher: Partial<TeacherConfig>;
  /** Options of a student; they are checked when a student is configured. */
  readonly student: Readonly<Record<string, unknown>>;
}

/** The presets of all environments that are registered and have one. */
export const presets = ofEnvironments as Readonly<Record<string, Preset>>;
