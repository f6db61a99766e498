// The losses for the specs: each by its name as a plain loop, and comparisons on which to compute them.
import {
  Comparison,
  cross_entropy,
  cross_entropy_panels,
  huber,
  huber_panels,
  kl,
  kl_panels,
  LOSSES,
  loss_options,
  loss_weight,
  mse,
  mse_panels,
  nll,
  nll_panels,
  put_aside,
  td,
  td_panels,
} from "../losses";
import { at } from "../memory";
import { zeros } from "./arrays";

export const MSE = LOSSES.indexOf(mse_panels);
export const HUBER = LOSSES.indexOf(huber_panels);
export const CROSS_ENTROPY = LOSSES.indexOf(cross_entropy_panels);
export const NLL = LOSSES.indexOf(nll_panels);
export const KL = LOSSES.indexOf(kl_panels);
export const TD = LOSSES.indexOf(td_panels);

/** The plain loop of a loss in the list. */
export function plain_loss<T>(loss: i32, c: Comparison<T>, weight: T): T {
  if (loss == MSE) return mse<T>(c, weight);
  if (loss == HUBER) return huber<T>(c, weight);
  if (loss == CROSS_ENTROPY) return cross_entropy<T>(c, weight);
  if (loss == NLL) return nll<T>(c, weight);
  if (loss == KL) return kl<T>(c, weight);
  if (loss == TD) return td<T>(c, weight);
  throw new Error(`loss ${loss} has no plain loop here`);
}

/** The weighted sum of the plain loops. */
export function plain_sum(c: Comparison<f32>): f32 {
  if (c.masks != 0) c.allowed = put_aside<f32>(c);
  let sum: f32 = 0;
  for (let loss = 0; loss < LOSSES.length; loss++) {
    const weight = at<f32>(c.weights, loss);
    if (weight > 0) sum += weight * plain_loss<f32>(loss, c, weight);
  }
  return sum;
}

export function loss_name(loss: i32): string {
  if (loss == MSE) return "mse";
  if (loss == HUBER) return "huber";
  if (loss == CROSS_ENTROPY) return "cross-entropy";
  if (loss == NLL) return "nll";
  if (loss == KL) return "kl";
  if (loss == TD) return "td";
  throw new Error("a loss without a name here");
}

/** A comparison over rows (B, A), with slopes of 0, temperature 1 and Huber's threshold 0.75. */
export function comparison_of<T>(student: usize, teacher: usize, batch: usize, actions: usize): Comparison<T> {
  const c = changetype<Comparison<T>>(zeros<u8>(offsetof<Comparison<T>>()));
  c.weights = zeros<f32>(LOSSES.length);
  c.temperature = 1;
  c.huberDelta = <T>0.75;
  c.transitions = true;
  c.batch = batch;
  c.actions = actions;
  c.allowed = batch * actions;
  c.student = student;
  c.teacher = teacher;
  c.slopes = zeros<T>(batch * actions);
  c.scratch = zeros<T>(2 * actions);
  c.taken = zeros<u32>(batch);
  c.targets = zeros<T>(batch);
  return c;
}

/** A weighted sum of losses. */
export class Mixture {
  private weights: Map<i32, f32> = new Map();

  /** The weights for this loss alone. */
  static of(loss: i32): Mixture {
    return new Mixture().and(loss, 1);
  }

  and(loss: i32, weight: f32): Mixture {
    this.weights.set(loss, weight);
    return this;
  }

  /** Makes it what a comparison in the core computes. */
  use(c: Comparison<f32>, temperature: f32, huberDelta: f32): void {
    for (let loss = 0; loss < LOSSES.length; loss++) {
      loss_weight(c, loss, this.weights.has(loss) ? this.weights.get(loss) : 0);
    }
    loss_options(c, temperature, huberDelta, this.weights.has(TD));
  }

  get empty(): bool {
    return this.weights.size == 0;
  }

  toString(): string {
    let text = "";
    const losses = this.weights.keys();
    for (let i = 0; i < losses.length; i++) text += ` ${this.weights.get(losses[i])}*${loss_name(losses[i])}`;
    return text;
  }
}
