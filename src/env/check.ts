// Checks whether an environment keeps the contract: plays it with random actions, and says what is wrong and what to change.
import { need, needFunction, needObject } from "../core/needed.js";
import { checkedEnv } from "./custom.js";
import type { CustomEnv, Env, EnvAtOnce } from "./env.js";
import { Pcg64 } from "./random.js";
import { isSeed } from "./seed-sequence.js";
import { purposes } from "./seeds.js";

/** One thing that is wrong. */
export interface Finding {
  /** What was seen, and when. */
  readonly problem: string;
  /** What to change. */
  readonly advice: string;
}

/** Options of {@link checkEnv}. */
export interface CheckOptions {
  /** The seed of the first episode and of the actions; 0 by default. */
  readonly seed?: number;
  /** The number of steps of each check; 1,000 by default. */
  readonly steps?: number;
}

/** If an environment has no time limit and its first episode does not end in this many random actions, it is said to hang. */
const patience = 10_000;

/**
 * Plays an environment with random allowed actions and says what is wrong with it. It finds wrong sizes and names,
 * observations and rewards that are not numbers, masks that are none, episodes that differ although the seed is the same (in a
 * second copy too), observations and masks that change between calls, pictures that change the episode, episodes that never
 * end, and wrong actions that are accepted. A forbidden action may be accepted, because training never takes one.
 * Whether episodes are the same is not asked of an environment that is not repeatable.
 * @param make the function that makes the environment, as for `trainTeacher`
 * @returns the findings; an empty array if all is well. If something throws, that is the last finding, because the other
 * checks need it to work
 * @throws TypeError for a `make` that is not a function, and for options that are not allowed
 */
export function checkEnv(make: () => CustomEnv, options: CheckOptions = {}): Finding[] {
  needFunction("make", make, "a function that makes an environment");
  needObject("options", options);
  const { seed = 0, steps = 1000 } = options;
  need(isSeed(seed), "seed", seed, "a whole number from 0 on");
  need(Number.isSafeInteger(steps) && steps >= 1, "steps", steps, "a whole number from 1 on");
  const findings: Finding[] = [];
  try {
    for (const check of [checkEpisodes, checkSeeds, checkBetweenCalls, checkEnd, checkActions]) {
      findings.push(...check(make as () => EnvAtOnce, seed, steps)); // the first check finds one that answers later
    }
  } catch (error) {
    findings.push({
      problem: error instanceof Error ? error.message : String(error),
      advice: "correct this first: it ended the check, and there may be more to find",
    });
  }
  return findings;
}

type Check = (make: () => EnvAtOnce, seed: number, steps: number) => Finding[];

/** The same episode comes again: in a new copy, in the same copy, beside another copy, and while it is drawn. */
const checkEpisodes: Check = (make, seed, steps) => {
  const env = checkedEnv(make());
  const first = play(env, seed, steps);
  if (env.repeatable === false) return [];
  const anew = firstDifference(first, play(checkedEnv(make()), seed, steps));
  if (anew !== undefined) {
    return [
      {
        problem: `two new copies, reset with seed ${seed} and given the same actions, differ at ${anew}`,
        advice:
          "draw every random number from a generator that reset({ seed }) seeds (defineEnv does it, and Pcg64 is one), not from Math.random or a clock, and keep no state outside the object that the function makes",
      },
    ];
  }
  const findings: Finding[] = [];
  const again = firstDifference(first, play(env, seed, steps));
  if (again !== undefined) {
    findings.push({
      problem: `the same copy, reset with seed ${seed} once more and given the same actions, differs at ${again}`,
      advice: "let reset set everything: something remains from the previous episode",
    });
  }
  const other = new Player(checkedEnv(make()), seed + 1);
  const beside = firstDifference(
    first,
    play(checkedEnv(make()), seed, steps, () => other.step()),
  );
  if (beside !== undefined) {
    findings.push({
      problem: `while another copy plays, an episode differs at ${beside}`,
      advice: "give each copy its own state: something is shared, for example a variable of the module",
    });
  }
  const watched = checkedEnv(make());
  const { render } = watched;
  if (render !== undefined) {
    const drawn = firstDifference(first, play(watched, seed, steps, render));
    if (drawn !== undefined) {
      findings.push({
        problem: `while render() is called, an episode differs at ${drawn}`,
        advice: "let render only read: it must not change the state or draw random numbers",
      });
    }
  }
  return findings;
};

/** If the seed decides the start, a reset without a seed goes on to another start. */
const checkSeeds: Check = (make, seed) => {
  const env = checkedEnv(make());
  if (env.repeatable === false) return [];
  const start = (options?: { seed: number }) => env.reset(options).join(" ");
  const first = start({ seed });
  // many of each: if there are few starts, the same one can come again by chance
  const goesOn = Array.from({ length: 100 }, () => start()).some((later) => later !== first);
  const decided = Array.from({ length: 30 }, (_, i) => start({ seed: seed + 1 + i })).some((one) => one !== first);
  if (goesOn || !decided) return [];
  return [
    {
      problem: "reset() without a seed starts the same episode each time, although the seed decides the start",
      advice: "make a new generator only if a seed is given; without a seed, let the draws go on",
    },
  ];
};

/** An observation and a mask stay as they are until the next reset or step of their own environment. */
const checkBetweenCalls: Check = (make, seed, steps) => {
  const made = make();
  const other = new Player(checkedEnv(make()), seed + 1);
  const random = randomActions(seed);
  const meanwhile: [string, () => void, string][] = [
    ["a step of another copy", () => other.step(), "give each copy its own arrays for its observations and masks"],
    ["render()", () => made.render?.(), "let render only read"],
    [
      "perturb()",
      () => made.perturb?.(0.5),
      "let perturb change only the state: the next step then changes the observation and the mask",
    ],
  ];
  let observation = made.reset({ seed });
  for (let step = 0; step < steps; step++) {
    const before = Array.from(observation);
    const mask = made.actionMask && Array.from(made.actionMask);
    for (const [what, call, advice] of meanwhile) {
      call();
      const seen = before.every((value, i) => value === observation[i]);
      if (seen && (mask?.every((value, i) => value === made.actionMask?.[i]) ?? true)) continue;
      return [{ problem: `${what} changed the ${seen ? "actionMask" : "observation"} that was given before`, advice }];
    }
    const result = made.step(randomAction(random, made));
    observation = result.terminated || result.truncated ? made.reset() : result.observation;
  }
  return [];
};

/** Without a time limit, episodes end by themselves. */
const checkEnd: Check = (make, seed) => {
  const made = make();
  if ((made.maxEpisodeSteps ?? Infinity) < Infinity) return [];
  const random = randomActions(seed);
  made.reset({ seed });
  for (let step = 0; step < patience; step++) {
    const { terminated, truncated } = made.step(randomAction(random, made));
    if (terminated || truncated) return [];
  }
  return [
    {
      problem: `${patience} random actions did not end the first episode, and there is no time limit`,
      advice: "set maxEpisodeSteps: otherwise training and evaluation would see only one episode without an end",
    },
  ];
};

/** Actions that are not allowed are refused. */
const checkActions: Check = (make, seed) => {
  for (const action of [-1, make().actionCount, 0.5, Number.NaN]) {
    const made = make();
    made.reset({ seed });
    try {
      made.step(action);
    } catch {
      continue;
    }
    return [
      {
        problem: `step(${action}) was accepted, although actions are whole numbers from 0 to ${made.actionCount - 1}`,
        advice: "let step throw a RangeError for an action that is not allowed (defineEnv does it)",
      },
    ];
  }
  return [];
};

/** The result of a reset or a step. */
interface Row {
  /** "step 12", "the reset after step 12". */
  readonly when: string;
  /** The observation, the mask, the reward and both flags. */
  readonly numbers: readonly number[];
}

/** Takes random actions, the same for the same seed. After an episode's end it resets without a seed. */
class Player {
  readonly rows: Row[] = [];
  readonly #env: Env;
  readonly #random: Pcg64;
  #steps = 0;

  constructor(env: Env, seed: number) {
    this.#env = env;
    this.#random = randomActions(seed);
    this.rows.push({ when: "the first reset", numbers: [...env.reset({ seed }), ...maskOf(env)] });
  }

  step(): void {
    const env = this.#env;
    const { observation, reward, terminated, truncated } = env.step(randomAction(this.#random, env));
    const step = `step ${++this.#steps}`;
    const mask = terminated ? [] : maskOf(env);
    this.rows.push({ when: step, numbers: [...observation, ...mask, reward, Number(terminated), Number(truncated)] });
    if (!terminated && !truncated) return;
    this.rows.push({ when: `the reset after ${step}`, numbers: [...env.reset(), ...maskOf(env)] });
  }
}

function play(env: Env, seed: number, steps: number, between?: () => void): readonly Row[] {
  const player = new Player(env, seed);
  for (let step = 0; step < steps; step++) {
    between?.();
    player.step();
  }
  return player.rows;
}

/** When two plays with the same actions first differ, or undefined if they never do. */
function firstDifference(a: readonly Row[], b: readonly Row[]): string | undefined {
  const same = (these: readonly number[], those: readonly number[]) =>
    these.length === those.length && these.every((number, i) => number === those[i]);
  return a.find(({ when, numbers }, i) => when !== b[i].when || !same(numbers, b[i].numbers))?.when;
}

function maskOf(env: CustomEnv): number[] {
  return Array.from(env.actionMask ?? []);
}

/** One of the allowed actions. */
function randomAction(random: Pcg64, { actionCount, actionMask }: CustomEnv): number {
  if (actionMask === undefined) return random.integers(0, actionCount);
  const allowed = Array.from(actionMask, Number).flatMap((value, action) => (value === 1 ? [action] : []));
  return allowed[random.integers(0, allowed.length)];
}

function randomActions(seed: number): Pcg64 {
  return new Pcg64([seed, purposes.randomPolicy, 0]);
}
