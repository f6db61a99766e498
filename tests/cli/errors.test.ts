// Exit statuses, and messages on one line.
import { expect, it } from "vitest";
import { exitStatus, oneLine, UsageError } from "../../src/cli/errors.js";
import { ConfigError } from "../../src/core/config-error.js";
import { Interrupted } from "../../src/training/checkpoint.js";

it("blames the call only for what the call is to blame for", () => {
  expect(exitStatus(new UsageError("x"))).toBe(2);
  expect(exitStatus(new ConfigError("x"))).toBe(2);
  expect(exitStatus(new RangeError("Invalid array length"))).toBe(1);
  expect(exitStatus(new TypeError("x"))).toBe(1);
  expect(exitStatus(new Interrupted(new Uint8Array(0)))).toBe(130);
  expect(exitStatus(AbortSignal.abort().reason)).toBe(130); // an evaluation that was stopped
});

it("puts a message on one line", () => {
  expect(oneLine(new Error("a\n  b\r\nc\u2028d"))).toBe("a b c d");
});
