// The conservative term of a learner's loss: a value worked by hand, and its gradient by central differences in f64. That
// a learner computes the same bits is in learner.spec.ts.
import { at, put } from "../memory";
import * as reference from "../reference";
import { array_of, expect_near, random_array, seed, zeros } from "./arrays";

/** The mean over B of the term, and its gradient. */
function term(q: usize, taken: usize, weights: usize, batch: usize, actions: usize, alpha: f64, gradient: usize): f64 {
  const losses = zeros<f64>(batch);
  reference.conservative_losses<f64>(losses, q, taken, weights, batch, actions, alpha, gradient);
  return reference.mean<f64>(losses, batch);
}

describe("the conservative term", () => {
  it("is α·(log Σ exp Q − Q of the taken action): by hand, for log 1, log 2 and log 5", () => {
    const q = array_of<f64>([0, NativeMath.log(2), NativeMath.log(5)]);
    const gradient = array_of<f64>([0, 0, 10]);
    const losses = array_of<f64>([7]);
    const weights = array_of<f64>([1]);
    reference.conservative_losses<f64>(losses, q, array_of<u32>([1]), weights, 1, 3, 4, gradient);
    expect_near(at<f64>(losses, 0), 7 + 4 * NativeMath.log(8.0 / 2), 1e-14, "loss");
    expect_near(at<f64>(gradient, 0), 4 * (1.0 / 8), 1e-14, "slope of the first action");
    expect_near(at<f64>(gradient, 1), 4 * (2.0 / 8 - 1), 1e-14, "slope of the taken action");
    expect_near(at<f64>(gradient, 2), 10 + 4 * (5.0 / 8), 1e-14, "slope of the last action");
  });

  it("leaves forbidden actions out: the same as if they were not there", () => {
    const gradient = zeros<f64>(3);
    const other = zeros<f64>(2);
    const weights = array_of<f64>([1]);
    const value = term(array_of<f64>([1, -Infinity, 3]), array_of<u32>([2]), weights, 1, 3, 2, gradient);
    expect(value).toBe(term(array_of<f64>([1, 3]), array_of<u32>([1]), weights, 1, 2, 2, other));
    expect(at<f64>(gradient, 0)).toBe(at<f64>(other, 0));
    expect(at<f64>(gradient, 1)).toBe(0);
    expect(at<f64>(gradient, 2)).toBe(at<f64>(other, 1));
  });

  it("is finite where Q-values are large", () => {
    const gradient = zeros<f64>(2);
    const value = term(array_of<f64>([5000, -5000]), array_of<u32>([1]), array_of<f64>([1]), 1, 2, 1, gradient);
    expect(value).toBe(10000);
    expect(at<f64>(gradient, 0)).toBe(1);
    expect(at<f64>(gradient, 1)).toBe(-1);
  });

  it("has the gradient that central differences give, with any weight of a row", () => {
    seed(1);
    const batch: usize = 5;
    const actions: usize = 4;
    const q = random_array<f64>(batch * actions, 3);
    const taken = array_of<u32>([0, 3, 1, 2, 3]);
    const weights = array_of<f64>([1, 0.25, 0.5, 1, 0.1]);
    const gradient = zeros<f64>(batch * actions);
    const ignored = zeros<f64>(batch * actions);
    const step = 1e-5;
    for (let alpha = 0.5; alpha <= 8; alpha *= 4) {
      memory.fill(gradient, 0, (batch * actions) << 3);
      term(q, taken, weights, batch, actions, alpha, gradient);
      for (let i: usize = 0; i < batch * actions; i++) {
        const value = at<f64>(q, i);
        put<f64>(q, i, value + step);
        const above = term(q, taken, weights, batch, actions, alpha, ignored);
        put<f64>(q, i, value - step);
        const below = term(q, taken, weights, batch, actions, alpha, ignored);
        put<f64>(q, i, value);
        expect_near(at<f64>(gradient, i), (above - below) / (2 * step), 1e-8, `slope ${i} with α ${alpha}`);
      }
    }
  });
});
