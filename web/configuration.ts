// A run's configuration: what is given, over the environment's preset, over the library's defaults.
import { makeEnv, presets, type StudentConfig, studentOptions, type TeacherConfig, teacherOptions } from "qstill";
import type { Configuration } from "./messages.ts";

type Config = { teacher: TeacherConfig; student: StudentConfig };
export type NetworkName = keyof Config;

const options = { teacher: teacherOptions, student: studentOptions };

/** What an option is where nothing is given. The environment must be registered: its module brings the preset. */
export function presetValue<Of extends NetworkName, Name extends keyof Config[Of] & string>(
  env: string,
  of: Of,
  name: Name,
): Config[Of][Name] {
  const preset = presets[env]?.[of] as Partial<Config[Of]> | undefined;
  return preset?.[name] ?? (options[of] as unknown as { [N in Name]: { default: Config[Of][N] } })[name].default;
}

/** Observation size, hidden widths, action count. */
export function widthsOf(configuration: Configuration, of: NetworkName): number[] {
  const { observationSize, actionCount } = makeEnv(configuration.env);
  return [observationSize, ...(configuration[of].hidden ?? presetValue(configuration.env, of, "hidden")), actionCount];
}

/** Weights and biases. */
export function parameterCount(widths: readonly number[]): number {
  return widths.slice(1).reduce((sum, width, layer) => sum + (widths[layer] + 1) * width, 0);
}

/** Multiplications and additions of one update, times 2: forwards and backwards, as `qstill bench` counts them. */
export function updateFlops(of: NetworkName, widths: readonly number[], batchSize: number): number {
  const products = widths.slice(1).reduce((sum, width, layer) => sum + widths[layer] * width, 0);
  const passes = of === "teacher" ? 5 : 3; // a student's labels are kept: one forward in place of three
  return 2 * batchSize * (passes * products - widths[0] * widths[1]);
}
