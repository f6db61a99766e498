// What a search for better options tries: a few of a teacher's options, and how the values of a trial are drawn.
import { ConfigError } from "../core/config-error.js";
import type { TeacherConfig } from "../dqn/config.js";
import { power } from "../env/power.js";
import { Pcg64 } from "../env/random.js";
import { purposes } from "../env/seeds.js";

/** An option that trials differ in. */
export interface Dimension {
  readonly option: keyof TeacherConfig;
  /** If one of these is given, the option is not tried. */
  readonly fixedBy: readonly (keyof TeacherConfig)[];
  /** The values that are tried, from the smallest; for an option with a range none. */
  readonly values: readonly unknown[];
  /** The ends of a range, in which the logarithm of a value is uniform. */
  readonly range?: readonly [low: number, high: number];
  /** What else a value changes. @param base the configuration without it */
  readonly also?: (value: number, base: TeacherConfig) => Partial<TeacherConfig>;
}

/** docs/tune.md says why these options, and why these values. */
export const dimensions: readonly Dimension[] = [
  {
    option: "learningRate",
    fixedBy: ["learningRate"],
    values: [],
    range: [1e-4, 1e-2],
    // it falls to the same share
    also: (value, { learningRate, learningRateFinal }) => ({
      learningRateFinal: rounded((value * learningRateFinal) / learningRate),
    }),
  },
  { option: "nStep", fixedBy: ["nStep"], values: [1, 3, 5, 10, 20] },
  { option: "gamma", fixedBy: ["gamma"], values: [0.95, 0.98, 0.99, 0.995] },
  {
    option: "hidden",
    fixedBy: ["hidden"],
    values: [
      [64, 64],
      [128, 128],
      [256, 256],
    ],
  },
  {
    option: "tau",
    fixedBy: ["tau", "targetUpdateInterval"],
    values: [],
    range: [1e-3, 5e-2],
    also: () => ({ targetUpdateInterval: 1 }),
  },
  {
    option: "trainFrequency",
    fixedBy: ["trainFrequency", "gradientSteps"],
    values: [1, 2, 4],
    also: () => ({ gradientSteps: 1 }),
  },
  { option: "batchSize", fixedBy: ["batchSize"], values: [32, 64, 128, 256] },
  { option: "explorationFraction", fixedBy: ["explorationFraction"], values: [0.1, 0.2, 0.5] },
  { option: "explorationRepeat", fixedBy: ["explorationRepeat"], values: [1, 10, 100] },
];

/** A configuration that is tried. */
export interface Draw {
  readonly trial: number;
  /** The options that differ from the default configuration; none in trial 0. */
  readonly changes: Partial<TeacherConfig>;
}

/**
 * The options that are tried: all but those that are given, and of each the values that are allowed beside what is given.
 * @param base the default configuration
 * @param allowed whether the default configuration may have these changes
 * @throws ConfigError if none is left
 */
export function spaceAround(
  base: TeacherConfig,
  given: Partial<TeacherConfig>,
  allowed: (changes: Partial<TeacherConfig>) => boolean,
): Dimension[] {
  const open = dimensions.filter(({ fixedBy }) => fixedBy.every((name) => given[name] === undefined));
  const space = open
    .map((each) => ({ ...each, values: each.values.filter((value) => allowed({ [each.option]: value })) }))
    .filter(({ option, values, range }) => range !== undefined || values.some((value) => !isSame(value, base[option])));
  if (space.length > 0) return space;
  const names = dimensions.map(({ option }) => option).join(", ");
  throw new ConfigError(`nothing is left to tune: of ${names} at least one must not be given`);
}

/**
 * The configurations that are tried. Trial 0 is the default one. In each other trial every option keeps its default with
 * probability ½, and otherwise has a random one of its values; at least one differs. A trial is the same however many
 * there are.
 */
export function drawTrials(
  space: readonly Dimension[],
  base: TeacherConfig,
  given: Partial<TeacherConfig>,
  seed: number,
  trials: number,
): Draw[] {
  const drawn = (trial: number): Draw => {
    const random = new Pcg64([seed, purposes.trial, trial]);
    for (;;) {
      const changes: Record<string, unknown> = {};
      // also what is not tried is drawn, so that a given option changes no other one
      for (const { option } of dimensions) {
        const kept = random.random() < 0.5;
        const place = random.random();
        const dimension = space.find((each) => each.option === option);
        if (dimension === undefined || kept) continue;
        const value = valueAt(dimension, place);
        if (isSame(value, base[option])) continue;
        changes[option] = value;
        for (const [name, other] of Object.entries(dimension.also?.(value as number, base) ?? {})) {
          const key = name as keyof TeacherConfig;
          if (given[key] === undefined && !isSame(other, base[key])) changes[key] = other;
        }
      }
      if (Object.keys(changes).length > 0) return { trial, changes };
    }
  };
  return Array.from({ length: trials }, (_, trial) => (trial === 0 ? { trial, changes: {} } : drawn(trial)));
}

/** The groups in which a report puts trials by a value of an option: the name of each, in order, and its value's place. */
export function groupOf({ range }: Dimension, value: unknown): { readonly label: string; readonly order: number } {
  if (range === undefined) return { label: String(value), order: Number(String(value).split(",")[0]) };
  const [first, second] = [1, 2].map((part) => valueIn(range, part / 3));
  const labels = [`up to ${first}`, `${first} to ${second}`, `above ${second}`];
  const third = [first, second].filter((end) => (value as number) > end).length;
  return { label: labels[third], order: third };
}

/** The value at a place from 0 to 1. */
function valueAt({ values, range }: Dimension, place: number): unknown {
  return range === undefined ? values[Math.floor(place * values.length)] : valueIn(range, place);
}

/** A number with two digits, which nobody has to copy seventeen of. */
function valueIn([low, high]: readonly [number, number], place: number): number {
  return rounded(low * power(high / low, place));
}

function rounded(value: number): number {
  return Number(value.toPrecision(2));
}

function isSame(value: unknown, other: unknown): boolean {
  return String(value) === String(other);
}
