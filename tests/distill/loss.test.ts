// How a loss is written.
import { describe, expect, it } from "vitest";
import { fitsQValues, parseLoss } from "../../src/distill/loss.js";

describe("parseLoss", () => {
  it.each([
    ["mse", { mse: 1 }],
    ["kl", { kl: 1 }],
    ["td+0.5*kl", { td: 1, kl: 0.5 }],
    ["mse+0.5*cross-entropy", { mse: 1, "cross-entropy": 0.5 }],
    [" 2 * huber + nll ", { huber: 2, nll: 1 }],
    ["1000000*td", { td: 1_000_000 }],
  ])("reads %s", (text, weights) => expect(parseLoss(text)).toEqual(weights));

  it.each([
    "",
    "l2",
    "mse+",
    "mse+mse",
    "0*mse",
    "-1*mse",
    "*mse",
    " *mse",
    "1000001*mse",
    "mse*2",
    "1*2*mse",
    "Infinity*kl",
    "x*kl",
  ])("refuses %o", (text) => expect(parseLoss(text)).toBeUndefined());
});

it("knows which losses fit Q-values", () => {
  expect(["mse", "huber", "td", "kl+0.1*mse"].map(fitsQValues)).toEqual([true, true, true, true]);
  expect(["kl", "nll", "cross-entropy", "kl+nll"].map(fitsQValues)).toEqual([false, false, false, false]);
});
