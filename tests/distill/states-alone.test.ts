// A student from states alone: what it never sees, by what it is chosen, its figures, and how it goes on.
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { statesConfig, studentConfig } from "../../src/distill/config.js";
import { partsOf } from "../../src/distill/given-states.js";
import type { StatesLabeller } from "../../src/distill/labeller.js";
import { distill, type StatesOptions } from "../../src/distill/student.js";
import { Pcg64 } from "../../src/env/random.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { loadModel, saveModel } from "../../src/model/files.js";
import { Model } from "../../src/model/model.js";
import { readSafetensors } from "../../src/model/safetensors.js";
import { type CheckpointError, Interrupted } from "../../src/training/checkpoint.js";
import type { TrainingEvent } from "../../src/training/events.js";

const seed = 3;
const count = 200;
const size = 3;
const actions = 4;

/** Its environment exists nowhere. */
const teacher = new Model({
  environment: "nobody's",
  widths: [size, actions],
  parameters: Float32Array.from({ length: (size + 1) * actions }, (_, i) => Math.fround(((i * 7) % 11) - 5)),
});

function drawn(length: number, key: number): Float32Array {
  const random = new Pcg64([key]);
  return Float32Array.from({ length }, () => 2 * random.random() - 1);
}
const observations = drawn(count * size, 1);
/** The teacher's best action is forbidden in every second state. */
const masks = Uint8Array.from({ length: count * actions }, (_, i) => {
  const row = Math.floor(i / actions);
  const best = teacher.act(observations.subarray(row * size, (row + 1) * size));
  return row % 2 === 1 && i % actions === best ? 0 : 1;
});
const short = { hidden: [5], seed, updates: 300, rounds: 3, batchSize: 16, attempts: 1 };
const student = (given: Partial<StatesOptions> = {}) => distill(teacher, { ...short, observations, ...given });

/** The same states, but those of these rows are others. */
function changed(rows: Uint32Array): Float32Array {
  const other = observations.slice();
  const values = drawn(rows.length * size, 2);
  for (const [i, row] of rows.entries()) other.set(values.subarray(i * size, (i + 1) * size), row * size);
  return other;
}

describe("the three parts of the states", () => {
  it("are all rows, each once; a tenth each is held out, which the seed draws", () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 500 }), fc.nat(1000), (rows, seed) => {
        const { training, selection, final } = partsOf(rows, seed);
        const all = [...training, ...selection, ...final].sort((a, b) => a - b);
        expect(all).toEqual(Array.from({ length: rows }, (_, i) => i));
        expect([selection.length, final.length]).toEqual(Array(2).fill(Math.floor(rows / 10)));
      }),
    );
    expect(partsOf(count, 3)).toEqual(partsOf(count, 3));
    expect(partsOf(count, 4)).not.toEqual(partsOf(count, 3));
  });

  it("final states decide neither a weight nor a choice", async () => {
    const networks = (given: Float32Array) => {
      const seen: Float32Array[] = [];
      const onNetwork = (parameters: Float32Array) => void seen.push(parameters.slice());
      return student({ observations: given, onNetwork, attempts: 2, threshold: 1 }).then((made) => ({ made, seen }));
    };
    const [before, after] = [await networks(observations), await networks(changed(partsOf(count, seed).final))];
    expect(after.seen).toEqual(before.seen);
    expect(after.made.parameters).toEqual(before.made.parameters);
    expect(after.made.heldOut).not.toEqual(before.made.heldOut);
  });

  it("selection states decide no weight, only which network is kept", async () => {
    const networks = async (given: Float32Array) => {
      const seen: Float32Array[] = [];
      await student({ observations: given, onNetwork: (parameters) => void seen.push(parameters.slice()) });
      return seen;
    };
    const before = await networks(observations);
    expect(await networks(changed(partsOf(count, seed).selection))).toEqual(before);
    // and the others do decide
    expect(await networks(changed(partsOf(count, seed).training.slice(0, 3)))).not.toEqual(before);
  });
});

describe("what is kept and said", () => {
  /** The share of rows in which both act alike, and the mean squared error, one row after another. */
  function byHand(made: Model, rows: Uint32Array, masks?: Uint8Array) {
    let alike = 0;
    const errors: number[] = [];
    const labels: number[] = [];
    for (const row of rows) {
      const observation = observations.subarray(row * size, (row + 1) * size);
      const allowed = Array.from({ length: actions }, (_, a) => a).filter((a) => masks?.[row * actions + a] !== 0);
      const [expected, actual] = [teacher, made].map((network) => network.qValues(observation));
      const best = (values: Float32Array) => allowed.reduce((most, a) => (values[a] > values[most] ? a : most));
      if (best(expected) === best(actual)) alike++;
      for (const a of allowed) {
        labels.push(expected[a]);
        errors.push((expected[a] - actual[a]) ** 2);
      }
    }
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const centre = mean(labels);
    const qMse = mean(errors);
    return { actionAgreement: alike / rows.length, qMse, qR2: 1 - qMse / mean(labels.map((q) => (q - centre) ** 2)) };
  }
  const about = (figures: ReturnType<typeof byHand>) => ({
    actionAgreement: figures.actionAgreement,
    qMse: expect.closeTo(figures.qMse, 9),
    qR2: expect.closeTo(figures.qR2, 9),
  });

  it.each([
    ["with", masks],
    ["without", undefined],
  ] as const)("the figures are those of the final states, %s masks", async (_, masks) => {
    const made = await student({ masks });
    const { final } = partsOf(count, seed);
    expect(made.heldOut).toEqual({ states: 20, ...about(byHand(made, final, masks)) });
    expect(made.heldOut?.actionAgreement).toBeGreaterThan(0.5);
    expect(loadModel(saveModel(made)).training?.distillation?.heldOut).toEqual(made.heldOut);
  });

  it("the network that most often acts as the teacher does in the selection states, the newest of several alike", async () => {
    const networks: Float32Array[] = [];
    const agreements: number[] = [];
    const made = await student({
      ...{ masks, rounds: 6, threshold: 1, attempts: 2 },
      onNetwork: (parameters, envSteps, agreement) => {
        expect(envSteps).toBe(0);
        networks.push(parameters.slice());
        agreements.push(agreement);
      },
    });
    const { selection } = partsOf(count, seed);
    const expected = networks.map((parameters) => {
      const network = new Model({ environment: "", widths: [size, 5, actions], parameters });
      return byHand(network, selection, masks).actionAgreement;
    });
    expect(agreements).toEqual(expected);
    expect(made.parameters).toEqual(networks[agreements.lastIndexOf(Math.max(...agreements))]);
  });

  it("another student is tried until one agrees as often as threshold says", async () => {
    const tried = async (threshold: number) => {
      const events: TrainingEvent[] = [];
      const made = await student({ threshold, attempts: 3, onEvent: (event) => void events.push(event) });
      const attempts = events.filter((event) => event.kind === "attempt");
      expect(made.attempts).toBe(attempts.length);
      return attempts.map(({ actionAgreement, returnRatio, satisfied }) => {
        expect(returnRatio).toBeNull();
        expect(satisfied).toBe((actionAgreement as number) >= threshold);
        return actionAgreement;
      });
    };
    const [first, ...others] = await tried(1.1);
    expect(others).toHaveLength(2);
    expect(await tried(first as number)).toEqual([first]);
  });

  it("events: agreement, and no return", async () => {
    const events: TrainingEvent[] = [];
    await student({ rounds: 2, onEvent: (event) => void events.push(event) });
    const told = { network: "student", attempt: 1, envSteps: 0, loss: expect.any(Number) };
    const agreement = { actionAgreement: expect.any(Number), qMse: expect.any(Number), qR2: expect.any(Number) };
    const progress = (updates: number, actionAgreement: unknown) => ({
      ...{ kind: "progress", ...told, share: updates / 300, updates, mean: null, actionAgreement },
    });
    const judged = (updates: number) => ({ kind: "agreement", ...told, updates, ...agreement, best: true });
    const some = expect.any(Number);
    expect(events).toMatchObject([
      ...[progress(100, null), judged(150), progress(150, some), progress(250, some)],
      ...[{ ...judged(300), best: expect.any(Boolean) }, progress(300, some), { kind: "attempt", attempt: 1 }],
    ]);
  });

  it("no Q-values are compared where the loss does not fit them", async () => {
    expect((await student({ loss: "kl" })).heldOut).toMatchObject({ qMse: null, qR2: null });
  });

  it("forbidden actions' Q-values change nothing", async () => {
    const shifted = (by: number): StatesLabeller => ({
      widths: teacher.widths,
      qValuesOfMany: (states) => {
        const labels = teacher.qValuesOfMany(states);
        for (let row = 0; row * size < states.length; row++) {
          const at = rowOf(states.subarray(row * size, (row + 1) * size));
          for (let a = 0; a < actions; a++) if (masks[at * actions + a] === 0) labels[row * actions + a] += by;
        }
        return labels;
      },
    });
    const rowOf = (state: Float32Array) => {
      for (let row = 0; ; row++) if (state.every((x, i) => x === observations[row * size + i])) return row;
    };
    const [zero, more] = await Promise.all(
      [0, 1000].map((by) => distill(shifted(by), { ...short, observations, masks })),
    );
    expect(more.parameters).toEqual(zero.parameters);
    expect(more.heldOut).toEqual(zero.heldOut);
  });
});

describe("a teacher without an environment", () => {
  it("is anything with widths and Q-values, and its student can be saved and asked", async () => {
    const plain = { widths: [size, actions], qValuesOfMany: (states: Float32Array) => teacher.qValuesOfMany(states) };
    const made = await distill(plain, { ...short, observations });
    expect(made.parameters).toEqual((await student()).parameters);
    expect(made.environment).toBe("");
    expect(loadModel(saveModel(made)).act([0.1, 0.2, 0.3])).toBe(made.act([0.1, 0.2, 0.3]));
    expect(() => evaluate(made)).toThrow("evaluate does not know the environment: give { env }, an id or a function");
    await expect(distill({ ...plain, environment: "", act: () => 0 })).rejects.toThrow(
      "distill does not know the teacher's environment: give { env }, or states: { observations }",
    );
  });

  it("may be one of this library: its preset's threshold, which is about returns, does not count", () => {
    expect(studentConfig("Acrobot-v1", {}).hidden).toEqual(statesConfig("Acrobot-v1", {}).hidden);
    expect(statesConfig("Highway-v0", {}).threshold).toBe(statesConfig("", {}).threshold);
  });
});

it("the same states give the same student, whatever they are given in", async () => {
  const made = await student({ masks });
  const same = [
    { observations: Array.from(observations), masks: Array.from(masks) },
    { observations: Float64Array.from(observations), masks: Float32Array.from(masks) },
    { observations, masks, observationSize: size },
  ];
  for (const given of same) expect((await student(given)).parameters).toEqual(made.parameters);
  expect((await student({ masks, seed: 4 })).parameters).not.toEqual(made.parameters);
  expect((await student()).parameters).not.toEqual(made.parameters);
});

it("bytes are kept as bytes and not normalised, and weights may be rounded", async () => {
  const bytes = Uint8Array.from(observations, (x) => (x > 0 ? 1 : 0));
  const made = await student({ observations: bytes, quantize: true });
  expect(made.training?.distillation?.featureScale).toEqual(Array(size).fill(1));
  const floats = await student({ observations: Float32Array.from(bytes), quantize: true });
  expect(floats.training?.distillation?.featureScale).not.toEqual(Array(size).fill(1));
});

describe("work that is stopped", () => {
  const options = { masks, attempts: 2, threshold: 1.1, quantize: true };

  /** Is stopped at the first look that `when` says. */
  function stopped(when: (look: number) => boolean): AbortSignal {
    let looks = 0;
    return { get aborted() { return when(looks++); }, addEventListener() {}, removeEventListener() {} } as never; // biome-ignore format: short
  }

  it("goes on bit for bit, wherever it was stopped", async () => {
    let clock = 0;
    vi.spyOn(performance, "now").mockImplementation(() => (clock += 11)); // it may pause wherever that is possible
    const straight = await student(options);
    const places = new Set<string>();
    for (let look = 0; ; look++) {
      const error = await student({ ...options, signal: stopped((at) => at >= look) }).catch((error) => error);
      if (!(error instanceof Interrupted)) break;
      const { metadata } = readSafetensors(error.checkpoint);
      const { loop, collector, keeper } = JSON.parse(metadata.states);
      places.add([loop.attempt, loop.round, collector.labelled, keeper.due].join());
      const resumed = await student({ ...options, resume: error.checkpoint });
      expect(resumed.parameters).toEqual(straight.parameters);
      expect(resumed.training?.distillation).toEqual(straight.training?.distillation);
      expect(resumed.updates).toBe(straight.updates);
      expect(resumed.inexactFrom).toBeUndefined();
    }
    vi.restoreAllMocks();
    // while states are labelled, between updates, within an evaluation, in the second attempt
    for (const place of ["1,0,64,false", "1,1,160,false", "1,1,160,true", "2,1,160,false"])
      expect(places).toContain(place);
  });

  it("goes on with the same states and masks alone", async () => {
    const error = await student({ ...options, signal: AbortSignal.abort() }).catch((error) => error);
    const other = { ...options, resume: (error as Interrupted).checkpoint };
    const refused = async (given: Partial<StatesOptions>) =>
      ((await student({ ...other, ...given }).catch((error) => error)) as CheckpointError).message;
    expect(await refused({ observations: changed(partsOf(count, seed).final) })).toMatch(
      /^this checkpoint was made with observations "[0-9a-f]{32}", but "[0-9a-f]{32}" is asked for$/,
    );
    expect(await refused({ masks: undefined })).toMatch(/with masks "[0-9a-f]{32}", but undefined is asked for$/);
    expect(await refused({ threshold: 0.5 })).toMatch(/with threshold 1.1, but 0.5 is asked for$/);
  });
});

describe("is refused in one line", () => {
  const nan = observations.slice();
  nan[7] = Number.NaN;
  const wrong = masks.slice();
  wrong.fill(0, 8, 12);
  const cases: [Record<string, unknown>, string][] = [
    [{ envSteps: 5 }, "envSteps is 5: {never}"],
    [{ env: "CartPole-v1" }, 'env is "CartPole-v1": {never}'],
    [{ copies: 2 }, "copies is 2: {never}"],
    [{ states: "teacher" }, 'states is "teacher": {never}'],
    [{ exploration: 0 }, "exploration is 0: {never}"],
    [{ evaluationEpisodes: 5 }, "evaluationEpisodes is 5: {never}"],
    [{ gamma: 0.9 }, "gamma is 0.9: {never}"],
    [{ loss: "mse+td" }, "the student's loss is mse+td: td needs transitions, and states alone are given"],
    [{ rounds: 301 }, "the student's rounds is 301: at most updates, 300, is allowed"],
    [{ observations: [1, 2] }, "observations has length 2: a multiple of the teacher's observation size, 3, is needed"],
    [
      { observations: observations.slice(0, 27) },
      "observations has 9 states: at least 10 are needed, because some are held out",
    ],
    [{ observations: nan }, "observations: feature 1 of state 2 is NaN: a number that float32 can hold is needed"],
    [
      { observations: [[1, 2, 3]] },
      "observations is a list of lists: a list of numbers, one row after the other, is needed",
    ],
    [{ observations: undefined }, "observations is undefined: a list of numbers, one row after the other, is needed"],
    [{ observationSize: 4 }, "observationSize is 4: the teacher's, 3, is needed"],
    [{ masks: [1, 0] }, "masks have length 2: 200 rows of 4 actions, 800, are needed"],
    [
      { masks: wrong },
      "row 2 of masks is [0, 0, 0, 0]: 1 for each allowed action, at least one, and 0 for others are needed",
    ],
  ];
  const never = "it is not allowed where states are given, because nothing is played";
  it.each(cases)("%j", async (given, text) => {
    const message = text.replace("{never}", never);
    await expect(student(given as never)).rejects.toThrow(new RegExp(`^${message.replace(/[[\](){}+*?.]/g, "\\$&")}$`));
  });

  it("a teacher that gives no Q-values, or some that are not finite", async () => {
    const giving = (labels: (rows: number) => ArrayLike<number>) =>
      distill(
        { widths: [size, actions], qValuesOfMany: (states) => labels(states.length / size) as Float32Array },
        { ...short, observations },
      );
    await expect(giving(() => [1])).rejects.toThrow(
      "the teacher's qValuesOfMany gave 1 numbers for 64 states: 4 for each state are needed",
    );
    await expect(giving((rows) => new Float32Array(rows * actions).fill(Number.NaN, 5))).rejects.toThrow(
      /^the teacher's Q-value of action 1 in state \d+ is NaN: a finite number is needed$/,
    );
  });
});
