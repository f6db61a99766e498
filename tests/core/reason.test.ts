// What was thrown, as people read it: one line, whatever it was, that does nothing to a terminal.
import { expect, it } from "vitest";
import { reason } from "../../src/core/reason.js";

it.each([
  [new Error("it is\n  full"), "it is full"],
  [new RangeError(), "RangeError"],
  [undefined, "undefined"],
  ["a text", "a text"],
  [Object.create(null), "something was thrown that cannot be shown as text"],
  [new Error("\u001b[2Jgone\u0007"), "?[2Jgone?"],
  [new Error("long ".repeat(1000)), "long ".repeat(100)],
])("%o", (thrown, line) => {
  expect(reason(thrown)).toBe(line);
});
