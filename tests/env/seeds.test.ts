// Seeds of episodes and generators: which numbers, and that none is used twice.
import { expect, test } from "vitest";
import { episodeSeed, generatorWords, purposes } from "../../src/env/seeds.js";

test("the purposes keep their numbers: a changed one would change every result", () => {
  expect(purposes).toEqual({
    train: 0,
    selection: 1,
    final: 2,
    probe: 3,
    randomPolicy: 4,
    student: 5,
    learner: 6,
    distiller: 7,
    bootstrap: 8,
    noise: 9,
    attempt: 10,
    stickyActions: 11,
    heldOut: 12,
    trial: 13,
    baseline: 14,
  });
});

// numpy 2.4.6: SeedSequence([seed, purpose, index]).generate_state(4)
test.each([
  [0, purposes.train, 0, [2968811710, 3677149159, 745650761, 2884920346]],
  [0, purposes.train, 1, [3831201730, 2013799314, 3589971085, 2228851942]],
  [5, purposes.final, 17, [1998771064, 3899690914, 2408163277, 210481243]],
  [123456789, purposes.distiller, 3, [1586353901, 364414786, 2063166652, 2057463587]],
])("seed %d, purpose %d, index %d gives NumPy's words", (seed, purpose, index, words) => {
  expect([...generatorWords(seed, purpose, index)]).toEqual(words);
  expect(episodeSeed(seed, purpose, index)).toBe(words[0]);
});

test("seeds, purposes and episodes do not share generators", () => {
  const seen = new Set<string>();
  for (const seed of [0, 1, 2]) {
    for (const purpose of Object.values(purposes)) {
      for (let index = 0; index < 50; index++) seen.add(generatorWords(seed, purpose, index).join());
    }
  }
  expect(seen.size).toBe(3 * Object.keys(purposes).length * 50);
});

test("refuses what is no whole number ≥ 0", () => {
  expect(() => episodeSeed(-1, purposes.train, 0)).toThrow("seed -1 is not allowed");
  expect(() => episodeSeed(0, purposes.train, 0.5)).toThrow(RangeError);
  expect(() => generatorWords(Number.NaN, purposes.learner, 0)).toThrow(RangeError);
});
