// Masks of the labelled states: a forbidden label changes nothing, a mask of ones neither, and masks go on with the work.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lossNames } from "../../src/core/losses.js";
import { Apprentice } from "../../src/distill/apprentice.js";
import { type StudentConfig, studentConfig } from "../../src/distill/config.js";
import type { Labeller } from "../../src/distill/labeller.js";
import { distill } from "../../src/distill/student.js";
import { resolveEnv } from "../../src/env/registry.js";
import type { Saved } from "../../src/training/checkpoint.js";
import { coin } from "../coin.js";

const actions = 2;
const env = resolveEnv(coin(() => ({ reward: 0 })));
const short = { hidden: [3], envSteps: 8, updates: 40, rounds: 2, batchSize: 4 };

/** For each state: the number itself, the labels, and which of them are allowed. */
const quarters = (most: number) => fc.integer({ min: -4 * most, max: 4 * most }).map((value) => value / 4);
const state = fc.record({
  value: quarters(2),
  labels: fc.tuple(quarters(9), quarters(9)),
  mask: fc.constantFrom([1, 1], [1, 0], [0, 1]),
  taken: fc.nat(actions - 1),
});
const eightStates = fc.array(state, { minLength: 8, maxLength: 8 });
type States = readonly { value: number; labels: readonly number[]; mask: readonly number[]; taken: number }[];

const anything = fc.float({ noNaN: true, noDefaultInfinity: true });
const losses = fc.constantFrom(...lossNames, "mse+0.5*cross-entropy", "huber+kl+nll+td");

const flat = (rows: readonly ArrayLike<number>[]) => rows.flatMap((row) => Array.from(row));

/** The parameters after 20 updates from these states. */
function learned(states: States, given: Partial<StudentConfig>, masks: boolean, quantised = false): Float32Array {
  const config = studentConfig("coin", { ...short, ...given });
  const student = new Apprentice(env, config, 5, quantised ? 127 : 0);
  // what was done there was allowed
  const targets = {
    actions: Uint32Array.from(states, ({ mask, taken }) => (mask[taken] === 1 ? taken : 1 - taken)),
    values: Float32Array.from(states, ({ value }) => value),
  };
  const labels = Float32Array.from(flat(states.map(({ labels }) => labels)));
  const given8 = Float32Array.from(states, ({ value }) => value);
  student.add(given8, labels, targets, masks ? Uint8Array.from(flat(states.map(({ mask }) => mask))) : undefined);
  student.begin(1);
  student.learn(20);
  const parameters = student.parameters();
  student.dispose();
  return parameters;
}

it("a forbidden label may be any finite number, without another weight", () => {
  fc.assert(
    fc.property(
      eightStates,
      losses,
      fc.boolean(),
      fc.boolean(),
      fc.array(anything, { minLength: 16, maxLength: 16 }),
      (states, loss, standardizeLabels, quantised, others) => {
        const changed = states.map((each, row) => ({
          ...each,
          labels: each.labels.map((label, a) => (each.mask[a] === 1 ? label : others[2 * row + a])),
        }));
        const given = { loss, standardizeLabels };
        expect(learned(changed, given, true, quantised)).toEqual(learned(states, given, true, quantised));
      },
    ),
  );
});

it("a mask of ones gives the very weights of no mask", () => {
  fc.assert(
    fc.property(eightStates, losses, fc.boolean(), fc.boolean(), (states, loss, standardizeLabels, quantised) => {
      const free = states.map((each) => ({ ...each, mask: [1, 1] }));
      const given = { loss, standardizeLabels };
      expect(learned(free, given, true, quantised)).toEqual(learned(free, given, false, quantised));
    }),
  );
});

it("a student fits the allowed labels, wherever the forbidden ones are", () => {
  const student = new Apprentice(
    env,
    studentConfig("coin", { ...short, hidden: [], loss: "mse", updates: 4000 }),
    5,
    0,
  );
  const states = Float32Array.of(-1, 0, 1, 2);
  // q = (3x, −x) where it is allowed
  const masks = Uint8Array.of(1, 0, 1, 1, 0, 1, 1, 1);
  const labels = Float32Array.of(-3, 1e6, 0, 0, -1e6, -1, 6, -2);
  student.add(states, labels, undefined, masks);
  student.begin(1);
  student.learn(4000);
  const fitted = [0, 3, -1, 0].map((value) => expect.closeTo(value, 2)); // W (1 × 2) is first
  expect([...student.parameters()]).toEqual([fitted[1], fitted[2], fitted[0], fitted[3]]);
  student.dispose();
});

describe("a checkpoint", () => {
  const made = () => new Apprentice(env, studentConfig("coin", { ...short, loss: "kl" }), 5, 0);
  const states = Float32Array.of(10, 12, 14, 16);
  const labels = Float32Array.of(100, 300, 100, 300, 100, 300, 100, 300);
  const masks = Uint8Array.of(1, 1, 0, 1, 1, 0, 1, 1);
  const plain = ({ state, arrays }: Saved) => ({ state: JSON.parse(JSON.stringify(state)), arrays });
  const size = ({ arrays }: Saved) => (arrays.block as Uint8Array).length;

  it("holds the masks, and work goes on to the same bits", () => {
    const straight = made();
    straight.add(states, labels, undefined, masks);
    straight.begin(1);
    straight.learn(7);
    const again = made();
    again.restore(plain(straight.save()));
    for (const student of [straight, again]) student.add(states, labels, undefined, masks);
    expect(again.learn(9)).toBe(straight.learn(9));
    expect(again.parameters()).toEqual(straight.parameters());
    for (const student of [straight, again]) student.dispose();
  });

  it("says nothing of masks if there are none", () => {
    const [without, withMasks] = [made(), made()];
    without.add(states, labels);
    withMasks.add(states, labels, undefined, masks);
    expect(without.save().state).toEqual({ attempt: 0, update: 0, updates: 0 });
    expect(size(withMasks.save()) - size(without.save())).toBe(masks.length);
    for (const student of [without, withMasks]) student.dispose();
  });

  it("with masks is refused if they are missing", () => {
    const student = made();
    student.add(states, labels, undefined, masks);
    const { state, arrays } = plain(student.save());
    const block = (arrays.block as Uint8Array).slice(0, -1);
    const again = made();
    expect(() => again.restore({ state, arrays: { block } })).toThrow(/^it holds \d+ bytes of state, but/);
    for (const each of [student, again]) each.dispose();
  });

  it("of states without masks, to which states with masks are added, keeps both", () => {
    const [late, early] = [made(), made()];
    late.add(states, labels);
    late.add(states, labels, undefined, masks);
    early.add(states, labels, undefined, Uint8Array.of(1, 1, 1, 1, 1, 1, 1, 1));
    early.add(states, labels, undefined, masks);
    expect(late.save()).toEqual(early.save());
    for (const student of [late, early]) student.dispose();
  });
});

describe("a teacher's replay memory", () => {
  const rows = 6;
  const observations = Float32Array.from({ length: rows }, (_, i) => i - 2);
  const masks = Uint8Array.of(1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1);
  /** A plain object; `wrong` is its Q-value of each forbidden action. */
  const teacher = (wrong: number, given: Partial<Labeller> = {}): Labeller => ({
    environment: "coin",
    env: coin(() => ({ reward: 0 })),
    widths: [1, actions],
    act: () => 0,
    observations,
    masks,
    // the states of a small replay memory come in its order
    qValuesOfMany: (states) =>
      Float32Array.from({ length: actions * states.length }, (_, i) =>
        masks[i] === 1 ? states[i >> 1] * (1 + (i % 2)) : wrong,
      ),
    ...given,
  });
  const options = { ...short, envSteps: 100, states: "replay", evaluationEpisodes: 2, attempts: 1 } as const;

  it("lends its masks to the labels", async () => {
    const [one, other] = [await distill(teacher(3), options), await distill(teacher(-1e9), options)];
    expect(one.parameters).toEqual(other.parameters);
    const free = await distill(teacher(3, { masks: undefined }), options);
    expect(free.parameters).not.toEqual(one.parameters);
  });

  it.each([
    [{ masks: masks.subarray(1) }, "the teacher's masks have length 11: 6 rows of 2 actions, 12, are needed"],
    [
      { masks: Uint8Array.of(...masks.subarray(0, 10), 0, 0) },
      "row 5 of the teacher's masks is [0, 0]: 1 for each allowed action, at least one, and 0 for others are needed",
    ],
    [
      { masks: Uint8Array.of(2, ...masks.subarray(1)) },
      "row 0 of the teacher's masks is [2, 1]: 1 for each allowed action, at least one, and 0 for others are needed",
    ],
  ])("is refused with %o", async (given, message) => {
    await expect(distill(teacher(0, given), options)).rejects.toThrow(message);
  });
});
