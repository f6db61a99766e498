// quantisation: what weights of few bits cost, rounded after training or trained through the rounding.
import { distill, distillRounded, type Student } from "../../distill/student.js";
import type { Teacher } from "../../dqn/teacher.js";
import { inTurns, stoppable } from "../../env/pauses.js";
import { resolveEnv } from "../../env/registry.js";
import { purposes } from "../../env/seeds.js";
import { greedyActions, sameShare } from "../../evaluate/churn.js";
import { returnRatio } from "../../evaluate/compare.js";
import { type Probes, probeStates } from "../../evaluate/probe.js";
import { episodeReturns, type Policy, randomPolicy } from "../../evaluate/returns.js";
import { mean } from "../../evaluate/statistics.js";
import { quantizeByPlay } from "../../export/int8.js";
import type { QuantizedModel } from "../../model/quantized.js";
import type { Cell, Outcome, Study } from "../study.js";

const bits = [8, 6, 4];
const episodes = 100;

/** What all cells of an environment and a seed are compared with. */
interface Base {
  readonly teacher: Teacher;
  /** Distilled as the environment's preset says, without rounding. */
  readonly plain: Student;
  /** Mean returns on the final evaluation's episodes. */
  readonly teacherReturn: number;
  readonly plainReturn: number;
  readonly randomReturn: number;
}

const bases = new Map<string, Base>();

async function finalReturn(env: string, policy: Policy, seed: number, signal?: AbortSignal): Promise<number> {
  const final = { seed, purpose: purposes.final, episodes };
  return mean(await inTurns(episodeReturns(resolveEnv(env), policy, final), stoppable(signal)));
}

async function baseOf(teacher: Teacher, env: string, seed: number, signal?: AbortSignal): Promise<Base> {
  const key = JSON.stringify([env, seed]);
  const known = bases.get(key);
  if (known !== undefined) return known;
  const plain = await distill(teacher, { attempts: 1, seed, signal });
  const base = {
    teacher,
    plain,
    teacherReturn: await finalReturn(env, teacher, seed, signal),
    plainReturn: await finalReturn(env, plain, seed, signal),
    randomReturn: await finalReturn(env, randomPolicy(resolveEnv(env).actionCount, seed), seed, signal),
  };
  bases.set(key, base);
  return base;
}

/** The largest whole number of this many bits, one of which is the sign. */
function largestOf(bits: number): number {
  return 2 ** (bits - 1) - 1;
}

/** The bytes that a device stores; weights are packed. */
function bytesAt({ layers, bytes }: QuantizedModel, bits: number): number {
  const weights = layers.reduce((sum, layer) => sum + layer.weights.length, 0);
  return bytes - weights + Math.ceil((weights * bits) / 8);
}

/** The share of states in which two policies take the same action. */
function agreement({ states, masks }: Probes, first: Policy, second: Policy): number {
  return sameShare(greedyActions(first, states, masks), greedyActions(second, states, masks));
}

export const quantisationStudy: Study = {
  name: "quantisation",
  question:
    "What do weights of 8 and fewer bits cost a student, rounded after training or trained through the rounding?",
  score: "ratioToF32",
  seeds: 10,
  environments: ["CartPole-v1", "MountainCar-v0", "Acrobot-v1"],

  teacher: () => ({}),
  cells: (environments) =>
    environments.flatMap((env) => [
      { name: "f32", env, settings: {} },
      ...bits.flatMap((bits): Cell[] => [
        { name: `${bits} bits after training`, env, settings: { bits, quantize: false } },
        { name: `trained through ${bits} bits`, env, settings: { bits, quantize: true } },
      ]),
    ]),

  async run({ env, settings }, seed, teachers, signal): Promise<Outcome> {
    const { bits = 32, quantize } = settings as { bits?: number; quantize?: boolean };
    const base = await baseOf(await teachers.teacher(env, seed), env, seed, signal);
    const { teacher, plain, teacherReturn, plainReturn, randomReturn } = base;
    const largest = largestOf(bits);
    const made = quantize ? await distillRounded(teacher, { attempts: 1, seed, signal, quantize }, largest) : plain;
    const quantised = bits === 32 ? undefined : quantizeByPlay(made, largest);

    const policy = quantised ?? plain;
    const result = quantised === undefined ? plainReturn : await finalReturn(env, quantised, seed, signal);
    const probes = await inTurns(probeStates(resolveEnv(env), [teacher, policy], seed), stoppable(signal));
    return {
      scores: {
        ratioToF32: returnRatio(result, plainReturn, randomReturn),
        returnRatio: returnRatio(result, teacherReturn, randomReturn),
        return: result,
        agreementWithOwn: agreement(probes, made, policy),
        agreementWithTeacher: agreement(probes, teacher, policy),
        bytes: quantised === undefined ? 4 * plain.parameters.length : bytesAt(quantised, bits),
      },
    };
  },
};
