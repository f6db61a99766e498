// Options: what each kind allows, what it reads from a text, and how layers make a configuration.
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/core/config-error.js";
import {
  checkOptions,
  configure,
  flag,
  hiddenWidths,
  type Option,
  type Options,
  oneOf,
  optional,
  optionalNumber,
  real,
  whole,
  withDefaults,
} from "../../src/training/options.js";

describe.each<[string, () => Option<unknown>, unknown[], unknown[], string]>([
  [
    "a number with its lower end",
    () => real(1, { from: 0, to: 2 }),
    [0, 0.5, 2],
    [-0.1, 2.1, Number.NaN, "1", null],
    "a number from 0 to 2",
  ],
  [
    "a number without its lower end",
    () => real(1, { above: 0, to: 2 }),
    [1e-9, 2],
    [0, 2.1, "1"],
    "a number above 0 and at most 2",
  ],
  ["a whole number", () => whole(1, { from: 1, to: 3 }), [1, 3], [0, 4, 1.5, "2"], "a whole number from 1 to 3"],
  [
    "a finite number or none",
    () => optionalNumber(null),
    [null, -1e9, 0.5],
    [Number.POSITIVE_INFINITY, Number.NaN, "1", undefined],
    "a finite number or none",
  ],
  [
    "another one or none",
    () => optional(whole(1, { from: 1, to: 3 })),
    [null, 2],
    [0, "none", undefined],
    "a whole number from 1 to 3 or none",
  ],
  ["a name", () => oneOf("a", ["a", "b"]), ["a", "b"], ["c", "", 0], "a or b"],
  ["yes or no", () => flag(true), [true, false], ["true", 1, null], "true or false"],
  [
    "widths",
    () => hiddenWidths([16]),
    [[], [1], [4096, 3], Array(8).fill(2)],
    [[0], [4097], [1.5], ["2"], Array(9).fill(2), 3, { length: 0 }],
    "a list of at most 8 whole numbers from 1 to 4096 with commas between them",
  ],
])("%s", (_, make, allowed, refused, inWords) => {
  it("allows what it says, and nothing else", () => {
    const { accepts, allowed: words } = make();
    expect(words).toBe(inWords);
    expect(allowed.map((value) => accepts(value))).toEqual(allowed.map(() => true));
    expect(refused.map((value) => accepts(value))).toEqual(refused.map(() => false));
  });
});

describe("reads from a text", () => {
  const read = (option: Option<unknown>, texts: string[]) => texts.map((text) => option.parse(text));

  it("numbers, and leaves what is not one for the check to refuse", () => {
    const texts = ["1", " 2.5 ", "1e3", "", "  ", "none", "NaN"];
    const numbers = [1, 2.5, 1000, "", "  "];
    for (const option of [real(1, { from: 0, to: 2 }), whole(1, { from: 0, to: 2 })]) {
      expect(read(option, texts)).toEqual([...numbers, "none", "NaN"]);
    }
    expect(read(optionalNumber(1), texts)).toEqual([...numbers, null, "NaN"]);
    expect(read(optional(whole(1, { from: 0, to: 2 })), texts)).toEqual([...numbers, null, "NaN"]);
  });

  it("names, truth and widths", () => {
    expect(read(oneOf("a", ["a", "b"]), ["b", "c"])).toEqual(["b", "c"]);
    expect(read(flag(true), ["true", "false", "yes", ""])).toEqual([true, false, "yes", ""]);
    expect(read(hiddenWidths([16]), ["none", "3", "3, 4", "3,x"])).toEqual([[], [3], [3, 4], [3, "x"]]);
  });
});

it("each kind keeps its default, and numbers their range", () => {
  expect(real(1.5, { from: 0, to: 2 })).toMatchObject({ default: 1.5, range: { from: 0, to: 2 }, whole: false });
  expect(whole(1, { from: 0, to: 2 })).toMatchObject({ default: 1, range: { from: 0, to: 2 }, whole: true });
  expect(hiddenWidths([3, 4])).toMatchObject({ default: [3, 4], range: { from: 1, to: 4096 }, whole: true });
  expect([optionalNumber(7), oneOf("b", ["a", "b"]), flag(false)].map((option) => option.default)).toEqual([
    7,
    "b",
    false,
  ]);
  expect(optional(whole(1, { from: 0, to: 2 })).default).toBeNull();
});

const options: Options<{ size: number; name: "a" | "b"; rate: number }> = {
  size: whole(3, { from: 1, to: 9 }),
  name: oneOf("a", ["a", "b"]),
  rate: real(0.5, { from: 0, to: 1 }),
};

it("another default changes nothing else, and not the options that it was made from", () => {
  const changed = withDefaults(options, { size: 5 });
  expect(changed).toEqual({ ...options, size: { ...options.size, default: 5 } });
  expect(options.size.default).toBe(3);
});

describe("a configuration", () => {
  it("is the defaults and the layers over them, the last one strongest", () => {
    expect(configure("test", options)).toEqual({ size: 3, name: "a", rate: 0.5 });
    expect(configure("test", options, { size: 4, name: "b" }, { size: 5 })).toEqual({ size: 5, name: "b", rate: 0.5 });
  });

  it("takes what is undefined for not given", () => {
    expect(configure("test", options, { size: 4 }, { size: undefined })).toEqual({ size: 4, name: "a", rate: 0.5 });
  });

  it.each([
    [{ size: 0 }, "size is 0: a whole number from 1 to 9 is allowed"],
    [{ sise: 1 }, 'unknown test option "sise": allowed are size, name, rate'],
    [{ toString: 1 }, 'unknown test option "toString": allowed are size, name, rate'],
    [{ name: ["a"] }, 'name is ["a"]: a or b is allowed'],
  ])("refuses %o in any layer", (given, message) => {
    const layers = [{}, given as never, {}];
    expect(() => configure("test", options, ...layers)).toThrow(new ConfigError(message));
  });

  it("is refused by the names that were written", () => {
    const called = (name: string) => `--${name}`;
    expect(() => checkOptions("test", options, { size: 0 }, called)).toThrow("--size is 0:");
    expect(() => checkOptions("test", options, { sise: 0 }, called)).toThrow('unknown test option "--sise"');
    expect(() => checkOptions("test", options, { size: undefined, sise: undefined }, called)).not.toThrow();
  });
});
