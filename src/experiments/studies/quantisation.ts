// quantisation: what weights of few bits cost, rounded after training or trained through the rounding.
import { distill } from "../../distill/student.js";
import { compare, type QPolicy, returnRatio } from "../../evaluate/compare.js";
import { quantizeByPlay } from "../../export/int8.js";
import { parameterCount } from "../../model/layout.js";
import type { QuantizedModel } from "../../model/quantized.js";
import type { Cell, Outcome, Study } from "../study.js";

const bits = [8, 6, 4, 3];
const episodes = 100;

/** The largest whole number of so many bits, of which one is the sign. */
function largestOf(bits: number): number {
  return 2 ** (bits - 1) - 1;
}

/** The bytes that a device stores, weights packed. */
function bytesAt({ layers, bytes }: QuantizedModel, bits: number): number {
  const weights = layers.reduce((sum, layer) => sum + layer.weights.length, 0);
  return bytes - weights + Math.ceil((weights * bits) / 8);
}

export const quantisationStudy: Study = {
  name: "quantisation",
  question:
    "What do weights of 8 and fewer bits cost a student, rounded after training or trained through the rounding?",
  score: "ratioToF32",
  seeds: 10,
  environments: ["CartPole-v1", "MountainCar-v0", "Acrobot-v1"],

  cells: (environments) =>
    environments.flatMap((env) => [
      { name: "f32", env, settings: {} },
      ...bits.flatMap((bits): Cell[] => [
        { name: `${bits} bits, after training`, env, settings: { bits, quantize: false } },
        { name: `${bits} bits, trained through them`, env, settings: { bits, quantize: true } },
      ]),
    ]),

  async run({ env, settings }, seed, teachers, signal): Promise<Outcome> {
    const { bits, quantize } = settings as { bits?: number; quantize?: boolean };
    const teacher = await teachers.teacher(env, seed);
    const options = { attempts: 1, seed, signal };
    const plain = await distill(teacher, options);
    const made = quantize ? await distill(teacher, { ...options, quantize }, largestOf(bits as number)) : plain;
    const quantised = bits === undefined ? undefined : quantizeByPlay(made, largestOf(bits));

    const against = (reference: QPolicy, policy: QPolicy) => compare(reference, policy, { env, seed, episodes });
    const ofTeacher = against(teacher, quantised ?? made);
    const ofPlain = against(teacher, plain);
    return {
      scores: {
        ratioToF32: returnRatio(ofTeacher.student.mean, ofPlain.student.mean, ofTeacher.random.mean),
        returnRatio: ofTeacher.returnRatio,
        return: ofTeacher.student.mean,
        returnMin: ofTeacher.student.min,
        agreementWithOwn: against(made, quantised ?? made).actionAgreement,
        agreementWithTeacher: ofTeacher.actionAgreement,
        bytes: quantised === undefined ? 4 * parameterCount(made.widths) : bytesAt(quantised, bits as number),
      },
    };
  },
};
