// physics: teacher and student in worlds for which neither was trained. Which loss keeps most of the teacher there?
import { ConfigError } from "../../core/config-error.js";
import { distill } from "../../distill/student.js";
import { Acrobot } from "../../env/acrobot.js";
import { CartPole } from "../../env/cartpole.js";
import type { Env } from "../../env/env.js";
import { MountainCar } from "../../env/mountain-car.js";
import { NoisyEnv } from "../../env/noisy.js";
import { inTurns, stoppable } from "../../env/pauses.js";
import { purposes } from "../../env/seeds.js";
import { returnRatio } from "../../evaluate/compare.js";
import { featureDeviations, probeStates } from "../../evaluate/probe.js";
import { episodeReturns, type Policy, randomPolicy } from "../../evaluate/returns.js";
import { mean } from "../../evaluate/statistics.js";
import type { Cell, Outcome, Study } from "../study.js";

/** An environment whose constants can be changed, and the values that each constant takes, one constant at a time. */
interface Changeable {
  make(constants: Readonly<Record<string, number>>): Env;
  /** Values below and above the reference's, which the environment's own file names. */
  readonly physics: Readonly<Record<string, readonly number[]>>;
  /** Above the reference's range, so that most episodes start outside the usual range. */
  readonly startRanges: readonly number[];
}

const changeable: Readonly<Record<string, Changeable>> = {
  "CartPole-v1": {
    make: (constants) => new CartPole(constants),
    physics: {
      poleLength: [0.25, 0.5, 2, 4], // × 1/4, 1/2, 2, 4
      gravity: [2.45, 4.9, 19.6, 39.2],
      pushForce: [2.5, 5, 20, 40],
    },
    startRanges: [0.1, 0.2],
  },
  "MountainCar-v0": {
    make: (constants) => new MountainCar(constants),
    physics: {
      gravity: [0.002, 0.00225, 0.00275, 0.003], // × 0.8, 0.9, 1.1, 1.2: further away, no car or every car arrives
      force: [0.0008, 0.0009, 0.0011, 0.0012],
    },
    startRanges: [0.3, 0.6],
  },
  "Acrobot-v1": {
    make: (constants) => new Acrobot(constants),
    physics: {
      linkLength: [0.5, 0.75, 1.25, 1.5], // × 1/2, 3/4, 5/4, 3/2
      linkMass: [0.5, 0.75, 1.25, 1.5],
      gravity: [4.9, 7.35, 12.25, 14.7],
    },
    startRanges: [0.5, 1],
  },
};

/** Standard deviation of the noise, as a share of each feature's deviation. */
const noiseShares = [0.01, 0.05, 0.1];
/** The cell of the teacher itself; every student is compared with it. */
const ofTeacher = "teacher";
const losses = ["mse+cross-entropy", "mse", "huber", "cross-entropy", "kl", "nll"];
const episodes = 100;

interface World {
  readonly name: string;
  readonly kind: "physics" | "starts" | "noise";
  make(): Env;
}

/** Every changed world of an environment. The noise is relative to how much the features vary while the policy acts. */
async function changedWorlds(env: string, policy: Policy, seed: number, signal?: AbortSignal): Promise<World[]> {
  const { make, physics, startRanges } = changeable[env];
  const ofPhysics = Object.entries(physics).flatMap(([constant, values]) =>
    values.map(
      (value): World => ({ name: `${constant} ${value}`, kind: "physics", make: () => make({ [constant]: value }) }),
    ),
  );
  const ofStarts = startRanges.map(
    (startRange): World => ({ name: `startRange ${startRange}`, kind: "starts", make: () => make({ startRange }) }),
  );
  const { states } = await inTurns(probeStates(make({}), [policy], seed), stoppable(signal));
  const deviations = featureDeviations(states);
  const ofNoise = noiseShares.map((share): World => {
    const scaled = deviations.map((deviation) => share * deviation);
    return { name: `noise ${100 * share} %`, kind: "noise", make: () => new NoisyEnv(make({}), scaled) };
  });
  return [...ofPhysics, ...ofStarts, ...ofNoise];
}

/** Mean returns in one world, on the final evaluation's seeds. */
interface Returns {
  readonly student: number;
  readonly teacher: number;
  readonly random: number;
}

async function returnsIn(
  env: Env,
  student: Policy,
  teacher: Policy,
  seed: number,
  signal?: AbortSignal,
): Promise<Returns> {
  const final = { seed, purpose: purposes.final, episodes };
  const pauses = stoppable(signal);
  const meanOf = async (policy: Policy) => mean(await inTurns(episodeReturns(env, policy, final), pauses));
  return {
    student: await meanOf(student),
    teacher: await meanOf(teacher),
    random: await meanOf(randomPolicy(env.actionCount, seed)),
  };
}

/**
 * The share of the teacher's return above random play, over several worlds together. It is computed from the mean
 * returns, so that a world in which the teacher is hardly better than random does not get too much weight.
 */
function kept(worlds: readonly Returns[]): number | null {
  const over = (who: keyof Returns) => mean(worlds.map((returns) => returns[who]));
  return returnRatio(over("student"), over("teacher"), over("random"));
}

export const physicsStudy: Study = {
  name: "physics",
  question:
    "Which loss keeps most of the teacher's return where physics, starts or observations are not as in training?",
  score: "kept",
  seeds: 10,
  environments: Object.keys(changeable),

  /** @throws ConfigError for an environment whose constants cannot be changed */
  teacher: () => ({}),
  cells(environments) {
    return environments.flatMap((env) => {
      if (!Object.hasOwn(changeable, env)) {
        throw new ConfigError(`no changed worlds of ${env}: ${Object.keys(changeable).join(", ")} have some`);
      }
      const students = losses.map((loss): Cell => ({ name: loss, env, settings: { loss, hidden: [16] } }));
      return [{ name: ofTeacher, env, settings: {} }, ...students];
    });
  },

  async run({ name, env, settings }, seed, teachers, signal): Promise<Outcome> {
    const teacher = await teachers.teacher(env, seed);
    const student = name === ofTeacher ? teacher : await distill(teacher, { ...settings, attempts: 1, seed, signal });

    const usual = await returnsIn(changeable[env].make({}), student, teacher, seed, signal);
    const worlds: { name: string; kind: World["kind"]; returns: Returns }[] = [];
    for (const { name, kind, make } of await changedWorlds(env, teacher, seed, signal)) {
      worlds.push({ name, kind, returns: await returnsIn(make(), student, teacher, seed, signal) });
    }
    const ofKind = (wanted: World["kind"]) =>
      worlds.filter(({ kind }) => kind === wanted).map(({ returns }) => returns);

    const scores: Record<string, number | null> = {
      kept: kept(worlds.map(({ returns }) => returns)),
      keptPhysics: kept(ofKind("physics")),
      keptStarts: kept(ofKind("starts")),
      keptNoise: kept(ofKind("noise")),
      keptUsual: kept([usual]),
      return: usual.student,
    };
    for (const world of worlds) {
      scores[`${world.name}: kept`] = kept([world.returns]);
      scores[`${world.name}: return`] = world.returns.student;
    }
    return { scores };
  },
};
