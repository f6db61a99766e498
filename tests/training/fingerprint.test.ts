// The fingerprint of a network: any other number gives another one.
import { describe, expect, it } from "vitest";
import { SeedSequence } from "../../src/env/seed-sequence.js";
import { fingerprint } from "../../src/training/fingerprint.js";

describe("a fingerprint", () => {
  const print = (parameters?: Float32Array) => fingerprint({ parameters });

  it("tells one number from another wherever it stands, and a part of an array from the rest", () => {
    const parameters = Float32Array.from({ length: 10_000 }, (_, i) => i);
    expect(print(parameters)).toMatch(/^[0-9a-f]{32}$/);
    for (const at of [0, 4095, 4096, 9999]) {
      const other = parameters.slice();
      other[at] += 0.5;
      expect(print(other)).not.toBe(print(parameters));
    }
    expect(print(parameters.subarray(3, 9))).toBe(print(parameters.slice(3, 9)));
    expect(print(parameters.subarray(3, 9))).not.toBe(print(parameters.subarray(3, 10)));
  });

  it("is that of NumPy's SeedSequence of the numbers' bits behind four zeros", () => {
    expect(print(Float32Array.of(1, -2.5))).toBe("e8b83ad1fc5b4862f6e8b616bd2719cc");
  });

  it("takes 4,096 numbers at a time, and nothing after the last", () => {
    const words = new SeedSequence([0, 0, 0, 0, ...new Uint32Array(4096)]).generateState(4);
    const hex = Array.from(words, (word) => word.toString(16).padStart(8, "0")).join("");
    expect(print(new Float32Array(4096))).toBe(hex);
  });

  it("is not there where the parameters are not known", () => {
    expect(print()).toBeNull();
  });
});
