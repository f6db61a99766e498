// The values of a configuration: every option, and the sizes of both networks.
import { environmentIds, makeEnv, type StudentConfig, studentConfig, type TeacherConfig, teacherConfig } from "qstill";
import type { Configuration } from "./messages.ts";

/** A value for every option. */
export interface Values {
  readonly teacher: TeacherConfig;
  readonly student: StudentConfig;
}

export type NetworkName = keyof Values;

/** The options if nothing is given. Until the module with the preset is loaded, these are the defaults alone. */
export function presetOf(env: string): Values {
  const known = environmentIds().includes(env) ? env : { id: env };
  return { teacher: teacherConfig(known, {}), student: studentConfig(env, {}) };
}

/** The options' values; they may contradict each other. */
export function valuesOf({ env, teacher, student }: Configuration): Values {
  const preset = presetOf(env);
  return { teacher: { ...preset.teacher, ...teacher }, student: { ...preset.student, ...student } };
}

/** The same configuration, holding only the options that differ from the preset. */
export function withoutPreset(configuration: Configuration): Configuration {
  const preset = presetOf(configuration.env);
  const differing = (of: NetworkName) => {
    const values = Object.entries(preset[of]);
    const same = new Map(values.map(([name, value]) => [name, written(value)]));
    return Object.fromEntries(
      Object.entries(configuration[of]).filter(([name, value]) => written(value) !== same.get(name)),
    );
  };
  return { ...configuration, teacher: differing("teacher"), student: differing("student") };
}

/** An option's value as it stands in links and in the form. */
export function written(value: unknown): string {
  if (Array.isArray(value)) return value.join(",") || "none";
  return value === null ? "none" : String(value);
}

/** Observation size, hidden widths, action count. */
export function widthsOf(configuration: Configuration, of: NetworkName): number[] {
  const { observationSize, actionCount } = makeEnv(configuration.env);
  return [observationSize, ...valuesOf(configuration)[of].hidden, actionCount];
}

/** Weights and biases. */
export function parameterCount(widths: readonly number[]): number {
  return widths.slice(1).reduce((sum, width, layer) => sum + (widths[layer] + 1) * width, 0);
}

/** Multiplications and additions of one update, times 2. Forward and backward passes count as in `qstill bench`. */
export function updateFlops(of: NetworkName, widths: readonly number[], batchSize: number): number {
  const products = widths.slice(1).reduce((sum, width, layer) => sum + widths[layer] * width, 0);
  const passes = of === "teacher" ? 5 : 3; // a student's labels are kept: one forward pass instead of three
  return 2 * batchSize * (passes * products - widths[0] * widths[1]);
}
