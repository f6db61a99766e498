// Whether an environment keeps the contract: it is played with random actions, and what is wrong is said with what to change.
import { checkedEnv } from "./custom.js";
import type { CustomEnv, Env } from "./env.js";
import { Pcg64 } from "./random.js";
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
  /** Of the first episode and of the actions; 0 by default. */
  readonly seed?: number;
  /** How many steps each of the checks takes; 1,000 by default. */
  readonly steps?: number;
}

/** An environment without a time limit whose episodes do not end by themselves within so many random actions hangs. */
const patience = 10_000;

/**
 * Plays an environment with random actions and says what is wrong with it: sizes and names, observations and rewards that
 * are no numbers, episodes that are not the same from the same seed or from a second copy, observations that change
 * between calls, pictures that disturb, episodes that never end, actions that are not refused.
 * @param make what makes the environment, as `trainTeacher` takes it
 * @returns what was found; nothing where all is well. Whatever throws is the last finding, since the rest needs it
 */
export function checkEnv(make: () => CustomEnv, { seed = 0, steps = 1000 }: CheckOptions = {}): Finding[] {
  const findings: Finding[] = [];
  try {
    for (const check of [checkEpisodes, checkSeeds, checkBetweenCalls, checkEnd, checkActions]) {
      findings.push(...check(make, seed, steps));
    }
  } catch (error) {
    findings.push({
      problem: error instanceof Error ? error.message : String(error),
      advice: "mend this first: it ended the check, and there may be more",
    });
  }
  return findings;
}

type Check = (make: () => CustomEnv, seed: number, steps: number) => Finding[];

/** Episodes are the same again: in a new copy, in the same one, beside another copy, and while they are watched. */
const checkEpisodes: Check = (make, seed, steps) => {
  const env = checkedEnv(make());
  const first = play(env, seed, steps);
  const anew = firstDifference(first, play(checkedEnv(make()), seed, steps));
  if (anew !== undefined) {
    return [
      {
        problem: `two new copies, reset with seed ${seed} and given the same actions, differ at ${anew}`,
        advice:
          "draw every random number from a generator that reset({ seed }) seeds (defineEnv does it, and Pcg64 is one), not from Math.random or a clock, and keep no state outside of the object that the function makes",
      },
    ];
  }
  const findings: Finding[] = [];
  const again = firstDifference(first, play(env, seed, steps));
  if (again !== undefined) {
    findings.push({
      problem: `the same copy, reset with seed ${seed} once more and given the same actions, differs at ${again}`,
      advice: "let reset set everything: something is left over from the episode before",
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
      advice: "give each copy a state of its own: something is shared, a variable of the module for instance",
    });
  }
  const watched = checkedEnv(make());
  const { render } = watched;
  if (render !== undefined) {
    const drawn = firstDifference(first, play(watched, seed, steps, render));
    if (drawn !== undefined) {
      findings.push({
        problem: `while render() is called, an episode differs at ${drawn}`,
        advice: "let render only look: it must not change the state or draw random numbers",
      });
    }
  }
  return findings;
};

/** Where the seed decides the start, a reset without one goes on to another. */
const checkSeeds: Check = (make, seed) => {
  const env = checkedEnv(make());
  const start = (options?: { seed: number }) => env.reset(options).join(" ");
  const first = start({ seed });
  // many of each: where there are few starts, the same one may come again by chance
  const goesOn = Array.from({ length: 100 }, () => start()).some((later) => later !== first);
  const decided = Array.from({ length: 30 }, (_, i) => start({ seed: seed + 1 + i })).some((one) => one !== first);
  if (goesOn || !decided) return [];
  return [
    {
      problem: "reset() without a seed starts the same episode each time, although the seed decides the start",
      advice: "make the generator anew only where a seed is given; without one let the draws go on",
    },
  ];
};

/** An observation stays as it is until the next reset or step of its own environment. */
const checkBetweenCalls: Check = (make, seed, steps) => {
  const made = make();
  const other = new Player(checkedEnv(make()), seed + 1);
  const random = randomActions(seed);
  const meanwhile: [string, () => void, string][] = [
    ["a step of another copy", () => other.step(), "give each copy an array of its own for its observations"],
    ["render()", () => made.render?.(), "let render only look"],
    ["perturb()", () => made.perturb?.(0.5), "let perturb change the state, and only the next step the observation"],
  ];
  let observation = made.reset({ seed });
  for (let step = 0; step < steps; step++) {
    const before = Array.from(observation);
    for (const [what, call, advice] of meanwhile) {
      call();
      if (before.every((value, i) => value === observation[i])) continue;
      return [{ problem: `${what} changed the observation that was given before`, advice }];
    }
    const result = made.step(random.integers(0, made.actionCount));
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
    const { terminated, truncated } = made.step(random.integers(0, made.actionCount));
    if (terminated || truncated) return [];
  }
  return [
    {
      problem: `${patience} random actions did not end the first episode, and there is no time limit`,
      advice: "set maxEpisodeSteps: one episode without an end is all that training and evaluation would see",
    },
  ];
};

/** An action that is none is refused. */
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
        problem: `step(${action}) was taken, although actions are whole numbers from 0 to ${made.actionCount - 1}`,
        advice: "let step throw a RangeError for what is no action (defineEnv does it)",
      },
    ];
  }
  return [];
};

/** What a reset or a step gave. */
interface Row {
  /** "step 12", "the reset after it". */
  readonly when: string;
  /** The observation, the reward and both flags. */
  readonly numbers: readonly number[];
}

/** Takes random actions, the same for the same seed; a reset without a seed follows an episode's end. */
class Player {
  readonly rows: Row[] = [];
  readonly #env: Env;
  readonly #random: Pcg64;
  #steps = 0;

  constructor(env: Env, seed: number) {
    this.#env = env;
    this.#random = randomActions(seed);
    this.rows.push({ when: "the first reset", numbers: [...env.reset({ seed })] });
  }

  step(): void {
    const result = this.#env.step(this.#random.integers(0, this.#env.actionCount));
    const { observation, reward, terminated, truncated } = result;
    const step = `step ${++this.#steps}`;
    this.rows.push({ when: step, numbers: [...observation, reward, Number(terminated), Number(truncated)] });
    if (!terminated && !truncated) return;
    this.rows.push({ when: `the reset after ${step}`, numbers: [...this.#env.reset()] });
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

/** When two plays with the same actions first differ, or undefined where they never do. */
function firstDifference(a: readonly Row[], b: readonly Row[]): string | undefined {
  return a.find(({ when, numbers }, i) => when !== b[i].when || numbers.some((n, j) => n !== b[i].numbers[j]))?.when;
}

function randomActions(seed: number): Pcg64 {
  return new Pcg64([seed, purposes.randomPolicy, 0]);
}
