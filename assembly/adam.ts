// One Adam step over the flat parameters (Kingma & Ba 2015, algorithm 1).

const BETA1: f32 = 0.9;
const BETA2: f32 = 0.999;
const EPSILON: f32 = 1e-8;
/** The smallest normal number. */
const SMALLEST: f32 = 1.17549435e-38;
const CONSTANTS = memory.data<f32>([BETA1, BETA2, <f32>1 - BETA1, <f32>1 - BETA2, EPSILON]);

/** Steps between two searches for denormal moments. */
const FLUSH_INTERVAL: u32 = 64;

/** β₁ᵗ and β₂ᵗ after the t steps taken so far, for the bias correction. Both begin at 1. */
@unmanaged
export class AdamPowers {
  beta1: f64;
  beta2: f64;
  steps: u32; // t
}

/**
 * parameters −= learningRate · m̂ / (√v̂ + ε), with m̂ and v̂ corrected for their start at zero.
 * @param gradients (P), read only
 * @param firstMoment (P) the moving average of the gradients, m
 * @param secondMoment (P) the moving average of their squares, v
 */
export function adam_step(
  parameters: usize,
  gradients: usize,
  firstMoment: usize,
  secondMoment: usize,
  count: usize,
  learningRate: f32,
  powers: AdamPowers,
): void {
  begin_step(powers);
  adam_range(parameters, gradients, firstMoment, secondMoment, count, learningRate, powers);
}

/** Counts one more step. */
export function begin_step(powers: AdamPowers): void {
  powers.beta1 *= 0.9;
  powers.beta2 *= 0.999;
  powers.steps++;
}

/** The step that was begun last, for some of the parameters. */
export function adam_range(
  parameters: usize,
  gradients: usize,
  firstMoment: usize,
  secondMoment: usize,
  count: usize,
  learningRate: f32,
  powers: AdamPowers,
): void {
  const correction1 = <f32>(1.0 / (1.0 - powers.beta1));
  const correction2 = <f32>(1.0 / (1.0 - powers.beta2));
  adam_update(parameters, gradients, firstMoment, secondMoment, count, learningRate, correction1, correction2);
  if (powers.steps % FLUSH_INTERVAL == 0) {
    flush_denormals(firstMoment, count);
    flush_denormals(secondMoment, count);
  }
}

/**
 * Sets denormal values to 0. The weights of a unit that no longer fires have gradients of zero. Their m shrinks to the
 * smallest denormal and stays there, and each denormal operand slows the arithmetic. (4,610 parameters with such
 * moments take 5.9 µs a step, without them 3.6; a search in every step would cost 1.0.) It changes only parameters
 * that are as small themselves.
 */
export function flush_denormals(values: usize, count: usize): void {
  for (let i: usize = 0; i < count; i++) {
    if (abs<f32>(load<f32>(values)) < SMALLEST) store<f32>(values, 0);
    values += 4;
  }
}

/** The element-wise part of a step, given 1/(1 − β₁ᵗ) and 1/(1 − β₂ᵗ). */
export function adam_update(
  parameters: usize,
  gradients: usize,
  firstMoment: usize,
  secondMoment: usize,
  count: usize,
  learningRate: f32,
  correction1: f32,
  correction2: f32,
): void {
  // read from memory, the constants stay in registers; V8 makes each literal anew in every turn (13 → 10 cycles)
  const beta1 = v128.load_splat<f32>(CONSTANTS);
  const beta2 = v128.load_splat<f32>(CONSTANTS, 4);
  const rest1 = v128.load_splat<f32>(CONSTANTS, 8);
  const rest2 = v128.load_splat<f32>(CONSTANTS, 12);
  const epsilon = v128.load_splat<f32>(CONSTANTS, 16);
  const rate = f32x4.splat(learningRate);
  const unbias1 = f32x4.splat(correction1);
  const unbias2 = f32x4.splat(correction2);
  let i: usize = 0;
  for (; i + 4 <= count; i += 4) {
    const g = v128.load(gradients);
    const m = f32x4.add(f32x4.mul(beta1, v128.load(firstMoment)), f32x4.mul(rest1, g));
    const v = f32x4.add(f32x4.mul(beta2, v128.load(secondMoment)), f32x4.mul(rest2, f32x4.mul(g, g)));
    const step = f32x4.div(
      f32x4.mul(rate, f32x4.mul(m, unbias1)),
      f32x4.add(f32x4.sqrt(f32x4.mul(v, unbias2)), epsilon),
    );
    v128.store(firstMoment, m);
    v128.store(secondMoment, v);
    v128.store(parameters, f32x4.sub(v128.load(parameters), step));
    parameters += 16;
    gradients += 16;
    firstMoment += 16;
    secondMoment += 16;
  }
  for (; i < count; i++) {
    const g = load<f32>(gradients);
    const m = BETA1 * load<f32>(firstMoment) + (<f32>1 - BETA1) * g;
    const v = BETA2 * load<f32>(secondMoment) + (<f32>1 - BETA2) * (g * g);
    store<f32>(firstMoment, m);
    store<f32>(secondMoment, v);
    const root = sqrt<f32>(v * correction2);
    store<f32>(parameters, load<f32>(parameters) - (learningRate * (m * correction1)) / (root + EPSILON));
    parameters += 4;
    gradients += 4;
    firstMoment += 4;
    secondMoment += 4;
  }
}

/** target += τ · (online − target), element by element; τ = 1 copies (Lillicrap et al. 2016). */
export function polyak(target: usize, online: usize, count: usize, tau: f32): void {
  if (tau == 1) {
    memory.copy(target, online, count << 2);
    return;
  }
  let i: usize = 0;
  for (; i + 4 <= count; i += 4) {
    const old = v128.load(target);
    v128.store(target, f32x4.add(old, f32x4.mul(f32x4.splat(tau), f32x4.sub(v128.load(online), old))));
    target += 16;
    online += 16;
  }
  for (; i < count; i++) {
    const old = load<f32>(target);
    store<f32>(target, old + tau * (load<f32>(online) - old));
    target += 4;
    online += 4;
  }
}
