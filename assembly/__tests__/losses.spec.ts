// The six losses: values worked by hand, gradients beside central differences, what large Q-values do to them, what masks
// do to them, and the same bits over panels.

import { huber_slope, huber_value } from "../huber";
import { Comparison, huber, LOSSES, put_aside, put_aside_panels, td } from "../losses";
import { PANEL } from "../matmul";
import { at, put } from "../memory";
import {
  array_of,
  copy_of,
  expect_near,
  expect_same_bits,
  fill,
  fill_special,
  random_array,
  random_below,
  seed,
  widened,
  zeros,
} from "./arrays";
import { CROSS_ENTROPY, comparison_of, KL, loss_name, MSE, NLL, plain_loss, TD } from "./losses";

const TEMPERATURES = [0.01, 0.1, 0.5, 1.0, 2.0];

/** td's actions of a batch: some action for each row, the same at each call. */
function taken_actions(batch: usize, actions: usize): usize {
  const taken = zeros<u32>(PANEL * 3);
  for (let b: usize = 0; b < batch; b++) put<u32>(taken, b, <u32>(((b * 7919) >> 3) % actions));
  return taken;
}

/** Huber's threshold is 0.75; td's targets are the teacher's first B numbers. */
function comparison<T>(
  student: usize,
  teacher: usize,
  batch: usize,
  actions: usize,
  temperature: T,
  gradient: usize,
  scratch: usize,
): Comparison<T> {
  const c = comparison_of<T>(student, teacher, batch, actions);
  c.temperature = temperature;
  c.slopes = gradient;
  c.scratch = scratch;
  c.taken = taken_actions(batch, actions);
  c.targets = teacher;
  return c;
}

/** One of the losses by its number, as its plain loop. */
function loss<T>(
  which: i32,
  student: usize,
  teacher: usize,
  batch: usize,
  actions: usize,
  temperature: T,
  weight: T,
  gradient: usize,
): T {
  const scratch = zeros<T>(2 * actions);
  const c = comparison<T>(student, teacher, batch, actions, temperature, gradient, scratch);
  return plain_loss<T>(which, c, weight);
}

/** The same over panels; for td the targets are rows as before, as the order of (panels, 16) is theirs. */
function loss_panels(
  which: i32,
  student: usize,
  teacher: usize,
  targets: usize,
  batch: usize,
  actions: usize,
  temperature: f32,
  weight: f32,
  gradient: usize,
  scratch: usize,
): f32 {
  const c = comparison<f32>(student, teacher, batch, actions, temperature, gradient, scratch);
  c.targets = targets;
  return LOSSES[which](c, weight);
}

/** Where the value of row b and action a lies in panels. */
function panels_index(b: usize, a: usize, actions: usize): usize {
  return ((b / PANEL) * actions + a) * PANEL + (b % PANEL);
}

/** panels: (panels, A, 16) from rows: (B, A); what lies behind the last row stays. */
function to_panels(panels: usize, rows: usize, batch: usize, actions: usize): void {
  for (let b: usize = 0; b < batch; b++) {
    for (let a: usize = 0; a < actions; a++) {
      put<f32>(panels, panels_index(b, a, actions), at<f32>(rows, b * actions + a));
    }
  }
}

function to_rows(rows: usize, panels: usize, batch: usize, actions: usize): void {
  for (let b: usize = 0; b < batch; b++) {
    for (let a: usize = 0; a < actions; a++) {
      put<f32>(rows, b * actions + a, at<f32>(panels, panels_index(b, a, actions)));
    }
  }
}

const KINDS = 4;

/** Q-values: close together, far apart, often equal, or with zeros of both signs, infinities, NaN and the like. */
function fill_q_values(values: usize, count: usize, kind: i32): void {
  if (kind == 0) fill<f32>(values, count, 2);
  else if (kind == 1) fill<f32>(values, count, 1e4);
  else if (kind == 2) for (let i: usize = 0; i < count; i++) put<f32>(values, i, <f32>random_below(4) - 2);
  else {
    fill_special(values, count);
    for (let i: usize = 0; i < count; i++) if (random_below(40) == 0) put<f32>(values, i, NaN);
  }
}

/** Value and gradient of one row, in f64, beside numbers worked elsewhere. */
function expect_loss(which: i32, temperature: f64, value: f64, slopes: f64[]): void {
  const student = array_of<f64>([3, 1, 2.5]);
  const teacher = array_of<f64>([1, 2, 4]);
  const gradient = zeros<f64>(3);
  const what = `${loss_name(which)} at temperature ${temperature}`;
  expect_near(loss<f64>(which, student, teacher, 1, 3, temperature, 1, gradient), value, 1e-14, what);
  for (let a = 0; a < 3; a++) expect_near(at<f64>(gradient, a), slopes[a], 1e-14, `gradient of ${what}`);
}

/** softmax(q/τ) of one row as it is defined, for small numbers only. */
function softmax(q: usize, actions: usize, temperature: f64): f64[] {
  const shares: f64[] = [];
  let sum: f64 = 0;
  for (let a: usize = 0; a < actions; a++) {
    shares.push(NativeMath.pow(NativeMath.E, at<f64>(q, a) / temperature));
    sum += shares[shares.length - 1];
  }
  for (let a = 0; a < shares.length; a++) shares[a] /= sum;
  return shares;
}

describe("losses by hand", () => {
  it("mse of Q_T = (10, 5, 15), Q_S = (8, 4, 12) is 14/3", () => {
    const gradient = zeros<f64>(3);
    const value = loss<f64>(MSE, array_of<f64>([8, 4, 12]), array_of<f64>([10, 5, 15]), 1, 3, 1, 1, gradient);
    expect_near(value, 14.0 / 3.0, 1e-15, "mse");
    expect_near(at<f64>(gradient, 0), -4.0 / 3.0, 1e-15, "slope 0");
    expect_near(at<f64>(gradient, 1), -2.0 / 3.0, 1e-15, "slope 1");
    expect_near(at<f64>(gradient, 2), -6.0 / 3.0, 1e-15, "slope 2");
    const rounded = loss<f32>(MSE, array_of<f32>([8, 4, 12]), array_of<f32>([10, 5, 15]), 1, 3, 1, 1, zeros<f32>(3));
    expect(rounded).toBe(<f32>(14.0 / 3.0));
  });

  it("mse is a mean over batch and actions", () => {
    const value = loss<f64>(MSE, array_of<f64>([1, 2, 3, 4]), array_of<f64>([1, 0, 3, 0]), 2, 2, 1, 1, zeros<f64>(4));
    expect(value).toBe(5);
  });

  it("huber is half the square up to its threshold and linear beyond", () => {
    expect(huber_value<f64>(0.5, 1)).toBe(0.125);
    expect(huber_value<f64>(-1, 1)).toBe(0.5);
    expect(huber_value<f64>(3, 1)).toBe(2.5);
    expect(huber_value<f64>(-3, 2)).toBe(4);
    expect(huber_slope<f64>(0.5, 1)).toBe(0.5);
    expect(huber_slope<f64>(-7, 2)).toBe(-2);
    expect(huber_slope<f64>(7, 2)).toBe(2);
    // errors 0.5, -3, 1, 0 with threshold 1
    const c = comparison_of<f64>(array_of<f64>([0.5, 0, 1, 1]), array_of<f64>([0, 3, 0, 1]), 2, 2);
    c.huberDelta = 1;
    const gradient = c.slopes;
    const value = huber<f64>(c, 1);
    expect(value).toBe((0.125 + 2.5 + 0.5) / 4);
    expect(at<f64>(gradient, 0)).toBe(0.125);
    expect(at<f64>(gradient, 1)).toBe(-0.25);
    expect(at<f64>(gradient, 2)).toBe(0.25);
    expect(at<f64>(gradient, 3)).toBe(0);
  });

  // Q_T = (1, 2, 4), Q_S = (3, 1, 2.5), in 120 decimal places
  it("cross-entropy", () => {
    const sharp = [1.4379418524887546, -0.009459295699079556, -1.428482556789675];
    expect_loss(CROSS_ENTROPY, 0.5, 1.3779619876478666, sharp);
    const soft = [0.16279559205021876, -0.029926284729178822, -0.13286930732103994];
    expect_loss(CROSS_ENTROPY, 2, 1.1522793944943766, soft);
  });

  it("kl", () => {
    const sharp = [0.5716687349381032, 0.059753044345241396, -0.6314217792833446];
    expect_loss(KL, 0.5, 0.9737357664939946, sharp);
    const soft = [0.43385260980160606, -0.15352831847357848, -0.2803242913280276];
    expect_loss(KL, 2, 0.4257113180129434, soft);
  });

  it("nll", () => {
    expect_loss(NLL, 1, 1.0549569196419906, [0.5740969929676946, 0.07769557914857059, -0.6517925721162652]);
  });

  it("nll takes the first of the teacher's best actions", () => {
    const gradient = zeros<f64>(3);
    loss<f64>(NLL, array_of<f64>([0, 0, 0]), array_of<f64>([1, 4, 4]), 1, 3, 1, 1, gradient);
    expect_near(at<f64>(gradient, 1), 1.0 / 3.0 - 1.0, 1e-15, "slope at the first");
    expect_near(at<f64>(gradient, 2), 1.0 / 3.0, 1e-15, "slope at the second");
  });

  it("td is the squared error of the actions taken, a mean over the batch", () => {
    const c = comparison_of<f64>(array_of<f64>([1, 2, 3, 4, 5, 6]), zeros<f64>(6), 2, 3);
    // errors 3 − 2.5 and 4 − 7
    c.taken = array_of<u32>([2, 0]);
    c.targets = array_of<f64>([2.5, 7]);
    const gradient = c.slopes;
    const value = td<f64>(c, 1);
    expect(value).toBe((0.25 + 9) / 2);
    expect_same_bits(gradient, array_of<f64>([0, 0, 0.5, -3, 0, 0]), 12, "gradient of td");
  });

  it("cross-entropy, nll and kl equal their definitions by a plain softmax, as means over the batch", () => {
    seed(1);
    const batch: usize = 5;
    const actions: usize = 4;
    const student = random_array<f64>(batch * actions, 3);
    const teacher = random_array<f64>(batch * actions, 3);
    for (let t = 1; t < TEMPERATURES.length; t++) {
      const tau = TEMPERATURES[t];
      let crossEntropy = 0.0;
      let likelihood = 0.0;
      let divergence = 0.0;
      for (let b: usize = 0; b < batch; b++) {
        const row = (b * actions) << 3;
        const p = softmax(teacher + row, actions, tau);
        const q = softmax(student + row, actions, 1);
        const qTau = softmax(student + row, actions, tau);
        let best = 0;
        for (let a = 0; a < <i32>actions; a++) {
          crossEntropy -= p[a] * NativeMath.log(qTau[a]);
          divergence += p[a] * NativeMath.log(p[a] / q[a]);
          if (p[a] > p[best]) best = a;
        }
        likelihood -= NativeMath.log(q[best]);
      }
      const gradient = zeros<f64>(batch * actions);
      const entropy = loss<f64>(CROSS_ENTROPY, student, teacher, batch, actions, tau, 1, gradient);
      expect_near(entropy, crossEntropy / 5, 1e-12, `cross-entropy at ${tau}`);
      expect_near(
        loss<f64>(KL, student, teacher, batch, actions, tau, 1, gradient),
        divergence / 5,
        1e-12,
        `kl at ${tau}`,
      );
      expect_near(loss<f64>(NLL, student, teacher, batch, actions, tau, 1, gradient), likelihood / 5, 1e-12, "nll");
    }
  });

  it("kl is 0 where the student's softmax is the teacher's at its temperature", () => {
    const teacher = array_of<f64>([1, 2, 4]);
    const student = array_of<f64>([2 + 7, 4 + 7, 8 + 7]);
    const gradient = zeros<f64>(3);
    expect_near(loss<f64>(KL, student, teacher, 1, 3, 0.5, 1, gradient), 0, 1e-15, "kl");
    for (let a = 0; a < 3; a++) expect_near(at<f64>(gradient, a), 0, 1e-15, "gradient of kl");
  });
});

describe("gradients of the losses", () => {
  it("equal central differences in f64 at every temperature", () => {
    seed(2);
    const batch: usize = 3;
    const actions: usize = 4;
    const count = batch * actions;
    const ignored = zeros<f64>(count);
    for (let which = 0; which < LOSSES.length; which++) {
      for (let t = 0; t < TEMPERATURES.length; t++) {
        const tau = TEMPERATURES[t];
        // once as far apart as Q-values are, once close enough together for a softmax that is not all or nothing
        for (let spread = 0; spread < 2; spread++) {
          const size = spread == 0 ? 2.0 : 2.0 * tau;
          const student = random_array<f64>(count, size);
          const teacher = random_array<f64>(count, size);
          const gradient = zeros<f64>(count);
          loss<f64>(which, student, teacher, batch, actions, tau, 1, gradient);
          const h = 1e-5 * min(tau, 1.0);
          for (let i: usize = 0; i < count; i++) {
            const old = at<f64>(student, i);
            put<f64>(student, i, old + h);
            const above = loss<f64>(which, student, teacher, batch, actions, tau, 1, ignored);
            put<f64>(student, i, old - h);
            const below = loss<f64>(which, student, teacher, batch, actions, tau, 1, ignored);
            put<f64>(student, i, old);
            const what = `gradient of ${loss_name(which)}, temperature ${tau}, spread ${size}`;
            expect_near(at<f64>(gradient, i), (above - below) / (2 * h), 1e-7, what);
          }
        }
      }
    }
  });

  it("are scaled by the weight and added to what is there", () => {
    seed(3);
    const count: usize = 12;
    const student = random_array<f32>(count, 2);
    const teacher = random_array<f32>(count, 2);
    for (let which = 0; which < LOSSES.length; which++) {
      const before = random_array<f32>(count, 1);
      const single = zeros<f32>(count);
      const value = loss<f32>(which, student, teacher, 3, 4, 0.5, 1, single);
      const gradient = copy_of<f32>(before, count);
      const weighted = loss<f32>(which, student, teacher, 3, 4, 0.5, 0.25, gradient);
      expect(weighted).toBe(value, `${loss_name(which)}: the weight belongs to the gradient`);
      const expected = zeros<f32>(count);
      for (let i: usize = 0; i < count; i++) {
        put<f32>(expected, i, at<f32>(before, i) + <f32>0.25 * at<f32>(single, i));
      }
      expect_same_bits(gradient, expected, count, loss_name(which));
    }
  });
});

describe("losses in numbers", () => {
  it("have neither NaN nor infinity for Q-values of ten thousand", () => {
    seed(4);
    const count: usize = 12;
    for (let which = 0; which < LOSSES.length; which++) {
      for (let t = 0; t < TEMPERATURES.length; t++) {
        for (let round = 0; round < 20; round++) {
          const what = `${loss_name(which)} at temperature ${TEMPERATURES[t]}`;
          const student = random_array<f32>(count, 1e4);
          const teacher = random_array<f32>(count, 1e4);
          const gradient = zeros<f32>(count);
          let sum = <f64>loss<f32>(which, student, teacher, 3, 4, <f32>TEMPERATURES[t], 1, gradient);
          for (let i: usize = 0; i < count; i++) sum += abs<f64>(<f64>at<f32>(gradient, i));
          if (!isFinite(sum)) expect(sum).toBeFinite(`${what} in f32`);

          const wide = zeros<f64>(count);
          sum = loss<f64>(which, widened(student, count), widened(teacher, count), 3, 4, TEMPERATURES[t], 1, wide);
          for (let i: usize = 0; i < count; i++) sum += abs<f64>(at<f64>(wide, i));
          if (!isFinite(sum)) expect(sum).toBeFinite(`${what} in f64`);
        }
      }
    }
  });

  it("are in f32 close to what they are in f64", () => {
    seed(5);
    const count: usize = 12;
    for (let which = 0; which < LOSSES.length; which++) {
      for (let t = 0; t < TEMPERATURES.length; t++) {
        const what = `${loss_name(which)} at temperature ${TEMPERATURES[t]}`;
        const tau = <f32>TEMPERATURES[t];
        const student = random_array<f32>(count, 2);
        const teacher = random_array<f32>(count, 2);
        const gradient = zeros<f32>(count);
        const wide = zeros<f64>(count);
        const value = loss<f32>(which, student, teacher, 3, 4, tau, 1, gradient);
        const exact = loss<f64>(which, widened(student, count), widened(teacher, count), 3, 4, <f64>tau, 1, wide);
        expect_near(<f64>value, exact, 1e-5, what);
        for (let i: usize = 0; i < count; i++) {
          expect_near(<f64>at<f32>(gradient, i), at<f64>(wide, i), 2e-5 / <f64>min<f32>(tau, 1), `gradient of ${what}`);
        }
      }
    }
  });
});

describe("losses over panels", () => {
  it("have the bits of the plain loops, whatever lies behind the last row", () => {
    seed(6);
    const most: usize = 48 * 18;
    const student = zeros<f32>(most);
    const teacher = zeros<f32>(most);
    const gradient = zeros<f32>(most);
    const actual = zeros<f32>(most);
    const studentPanels = zeros<f32>(most);
    const teacherPanels = zeros<f32>(most);
    const gradientPanels = zeros<f32>(most);
    const scratch = zeros<f32>(2 * most);
    const values = zeros<f32>(2);
    fill_special(studentPanels, most);
    fill_special(teacherPanels, most);
    for (let actions: usize = 1; actions <= 18; actions++) {
      for (let batch: usize = 1; batch <= 48; batch++) {
        for (let round = 0; round < LOSSES.length * KINDS; round++) {
          const which = round % LOSSES.length;
          const kind = round / LOSSES.length;
          const count = batch * actions;
          const tau = <f32>TEMPERATURES[random_below(TEMPERATURES.length)];
          const weight: f32 = random_below(2) == 0 ? 1 : 0.3;
          fill_q_values(student, count, kind);
          fill_q_values(teacher, count, kind);
          fill<f32>(gradient, count, 1);
          to_panels(studentPanels, student, batch, actions);
          to_panels(teacherPanels, teacher, batch, actions);
          to_panels(gradientPanels, gradient, batch, actions);
          put<f32>(values, 0, loss<f32>(which, student, teacher, batch, actions, tau, weight, gradient));
          const value = loss_panels(
            which,
            studentPanels,
            teacherPanels,
            teacher,
            batch,
            actions,
            tau,
            weight,
            gradientPanels,
            scratch,
          );
          put<f32>(values, 1, value);
          to_rows(actual, gradientPanels, batch, actions);
          expect_same_bits(values + 4, values, 1, loss_name(which), batch, actions, kind);
          expect_same_bits(actual, gradient, count, loss_name(which), batch, actions, kind);
        }
      }
    }
  });
});

/** masks: (B, A), with `allowed` ones at random places in each row; a random number of ones if it is 0. */
function random_masks(batch: usize, actions: usize, allowed: usize): usize {
  const masks = zeros<u8>(batch * actions);
  for (let b: usize = 0; b < batch; b++) {
    let left = allowed != 0 ? allowed : <usize>(1 + random_below(<u32>actions));
    while (left > 0) {
      const at = masks + b * actions + random_below(<u32>actions);
      if (load<u8>(at)) continue;
      store<u8>(at, 1);
      left--;
    }
  }
  return masks;
}

/** The actions taken, one allowed action for each row. */
function allowed_actions(masks: usize, batch: usize, actions: usize): usize {
  const taken = zeros<u32>(PANEL * 3);
  for (let b: usize = 0; b < batch; b++) {
    let action: u32 = random_below(<u32>actions);
    while (!load<u8>(masks + b * actions + action)) action = random_below(<u32>actions);
    put<u32>(taken, b, action);
  }
  return taken;
}

/** A loss of rows with masks, as its plain loop. The Q-values stay as they are. */
function masked_loss<T>(
  which: i32,
  student: usize,
  teacher: usize,
  masks: usize,
  taken: usize,
  batch: usize,
  actions: usize,
  temperature: T,
  gradient: usize,
): T {
  const count = batch * actions;
  const c = comparison<T>(
    copy_of<T>(student, count),
    copy_of<T>(teacher, count),
    batch,
    actions,
    temperature,
    gradient,
    zeros<T>(2 * actions),
  );
  c.taken = taken;
  c.targets = zeros<T>(batch);
  c.masks = masks;
  c.allowed = put_aside<T>(c);
  return plain_loss<T>(which, c, 1);
}

describe("losses with masks", () => {
  it("have gradients that equal central differences in f64, and are 0 for forbidden actions", () => {
    seed(11);
    const batch: usize = 3;
    const actions: usize = 5;
    const count = batch * actions;
    const ignored = zeros<f64>(count);
    for (let which = 0; which < LOSSES.length; which++) {
      for (let t = 0; t < TEMPERATURES.length; t++) {
        const tau = TEMPERATURES[t];
        for (let spread = 0; spread < 2; spread++) {
          const size = spread == 0 ? 2.0 : 2.0 * tau;
          const student = random_array<f64>(count, size);
          const teacher = random_array<f64>(count, size);
          const masks = random_masks(batch, actions, 0);
          const taken = allowed_actions(masks, batch, actions);
          const gradient = zeros<f64>(count);
          masked_loss<f64>(which, student, teacher, masks, taken, batch, actions, tau, gradient);
          const h = 1e-5 * min(tau, 1.0);
          for (let i: usize = 0; i < count; i++) {
            const old = at<f64>(student, i);
            put<f64>(student, i, old + h);
            const above = masked_loss<f64>(which, student, teacher, masks, taken, batch, actions, tau, ignored);
            put<f64>(student, i, old - h);
            const below = masked_loss<f64>(which, student, teacher, masks, taken, batch, actions, tau, ignored);
            put<f64>(student, i, old);
            const what = `gradient of ${loss_name(which)}, temperature ${tau}, spread ${size}`;
            const slope = at<f64>(gradient, i);
            expect_near(slope, (above - below) / (2 * h), 1e-7, what);
            if (!load<u8>(masks + i) && (slope != 0 || above != below)) expect(slope).toBe(0, `forbidden: ${what}`);
          }
        }
      }
    }
  });

  it("have the bits of the rows without the forbidden actions", () => {
    seed(12);
    for (let round = 0; round < 3000; round++) {
      const which = round % LOSSES.length;
      const kind = (round / LOSSES.length) % 3;
      const actions: usize = 1 + random_below(8);
      const allowed: usize = 1 + random_below(<u32>actions);
      const batch: usize = 1 + random_below(6);
      const tau = <f32>TEMPERATURES[random_below(TEMPERATURES.length)];
      const count = batch * actions;
      const student = zeros<f32>(count);
      const teacher = zeros<f32>(count);
      fill_q_values(student, count, kind);
      fill_q_values(teacher, count, kind);
      const masks = random_masks(batch, actions, allowed);
      const taken = allowed_actions(masks, batch, actions);

      // the same rows without the forbidden actions, and what is where in them
      const fewer = batch * allowed;
      const students = zeros<f32>(fewer);
      const teachers = zeros<f32>(fewer);
      const places = zeros<u32>(fewer);
      let next: usize = 0;
      for (let i: usize = 0; i < count; i++) {
        if (!load<u8>(masks + i)) continue;
        put<f32>(students, next, at<f32>(student, i));
        put<f32>(teachers, next, at<f32>(teacher, i));
        put<u32>(places, next, <u32>i);
        next++;
      }
      const c = comparison_of<f32>(students, teachers, batch, allowed);
      c.temperature = tau;
      c.taken = zeros<u32>(batch);
      for (let i: usize = 0; i < fewer; i++) {
        const b = i / allowed;
        if (at<u32>(places, i) == <u32>(b * actions) + at<u32>(taken, b)) put<u32>(c.taken, b, <u32>(i % allowed));
      }
      const values = zeros<f32>(2);
      put<f32>(values, 0, plain_loss<f32>(which, c, 1));

      const gradient = zeros<f32>(count);
      const value = masked_loss<f32>(which, student, teacher, masks, taken, batch, actions, tau, gradient);
      put<f32>(values, 1, value);
      const expected = zeros<f32>(count);
      for (let i: usize = 0; i < fewer; i++) put<f32>(expected, at<u32>(places, i), at<f32>(c.slopes, i));
      expect_same_bits(values + 4, values, 1, loss_name(which), batch, actions, allowed);
      expect_same_bits(gradient, expected, count, loss_name(which), batch, actions, allowed);
    }
  });

  it("have the same bits whatever finite number a forbidden action has", () => {
    seed(13);
    const batch: usize = 4;
    const actions: usize = 6;
    const count = batch * actions;
    const anything: f32[] = [0, -0.0, 1, -1e4, 3e8, -3e38, 3.4e38, 1e-40];
    for (let round = 0; round < 2000; round++) {
      const which = round % LOSSES.length;
      const tau = <f32>TEMPERATURES[random_below(TEMPERATURES.length)];
      const masks = random_masks(batch, actions, 0);
      const taken = allowed_actions(masks, batch, actions);
      const student = random_array<f32>(count, 2);
      const teacher = random_array<f32>(count, 2);
      const first = zeros<f32>(count + 1);
      put<f32>(first, count, masked_loss<f32>(which, student, teacher, masks, taken, batch, actions, tau, first));
      for (let i: usize = 0; i < count; i++) {
        if (load<u8>(masks + i)) continue;
        put<f32>(student, i, anything[random_below(anything.length)]);
        put<f32>(teacher, i, anything[random_below(anything.length)]);
      }
      const second = zeros<f32>(count + 1);
      put<f32>(second, count, masked_loss<f32>(which, student, teacher, masks, taken, batch, actions, tau, second));
      expect_same_bits(second, first, count + 1, loss_name(which));
    }
  });

  it("have the bits of no mask where every action is allowed", () => {
    seed(14);
    for (let round = 0; round < 600; round++) {
      const which = round % LOSSES.length;
      const actions: usize = 1 + random_below(6);
      const batch: usize = 1 + random_below(20);
      const count = batch * actions;
      const tau = <f32>TEMPERATURES[random_below(TEMPERATURES.length)];
      const student = random_array<f32>(count, 2);
      const teacher = random_array<f32>(count, 2);
      const c = comparison_of<f32>(student, teacher, batch, actions);
      c.temperature = tau;
      c.taken = taken_actions(batch, actions);
      const values = zeros<f32>(2);
      put<f32>(values, 0, plain_loss<f32>(which, c, 1));
      const masks = random_masks(batch, actions, actions);
      const gradient = zeros<f32>(count);
      const value = masked_loss<f32>(which, student, teacher, masks, c.taken, batch, actions, tau, gradient);
      put<f32>(values, 1, value);
      expect_same_bits(values + 4, values, 1, loss_name(which), batch, actions);
      expect_same_bits(gradient, c.slopes, count, loss_name(which), batch, actions);
    }
  });

  it("have no slope for a forbidden action however low the allowed ones are", () => {
    for (let which = 0; which < LOSSES.length; which++) {
      const student = array_of<f32>([-1e12, 5, -1e12]);
      const teacher = array_of<f32>([-1e12, 7, -1e12]);
      const masks = array_of<u8>([1, 0, 1]);
      const gradient = zeros<f32>(3);
      masked_loss<f32>(which, student, teacher, masks, zeros<u32>(1), 1, 3, 1, gradient);
      expect(at<f32>(gradient, 1)).toBe(0, loss_name(which));
    }
  });

  it("are finite for Q-values of ten thousand", () => {
    seed(15);
    const count: usize = 12;
    for (let which = 0; which < LOSSES.length; which++) {
      for (let t = 0; t < TEMPERATURES.length; t++) {
        for (let round = 0; round < 20; round++) {
          const student = random_array<f32>(count, 1e4);
          const teacher = random_array<f32>(count, 1e4);
          const masks = random_masks(3, 4, 0);
          const taken = allowed_actions(masks, 3, 4);
          const gradient = zeros<f32>(count);
          const tau = <f32>TEMPERATURES[t];
          let sum = <f64>masked_loss<f32>(which, student, teacher, masks, taken, 3, 4, tau, gradient);
          for (let i: usize = 0; i < count; i++) sum += abs<f64>(<f64>at<f32>(gradient, i));
          if (!isFinite(sum)) expect(sum).toBeFinite(`${loss_name(which)} at temperature ${tau}`);
        }
      }
    }
  });

  it("have over panels the bits of the plain loops, whatever lies behind the last row", () => {
    seed(16);
    const most: usize = 48 * 18;
    const studentPanels = zeros<f32>(most);
    const teacherPanels = zeros<f32>(most);
    const gradientPanels = zeros<f32>(most);
    const actual = zeros<f32>(most);
    const scratch = zeros<f32>(2 * most);
    fill_special(studentPanels, most);
    fill_special(teacherPanels, most);
    for (let round = 0; round < 3000; round++) {
      const which = round % LOSSES.length;
      const kind = (round / LOSSES.length) % 3;
      const actions: usize = 1 + random_below(18);
      const batch: usize = 1 + random_below(48);
      const count = batch * actions;
      const tau = <f32>TEMPERATURES[random_below(TEMPERATURES.length)];
      const student = zeros<f32>(count);
      const teacher = zeros<f32>(count);
      fill_q_values(student, count, kind);
      fill_q_values(teacher, count, kind);
      const masks = random_masks(batch, actions, 0);
      const taken = allowed_actions(masks, batch, actions);
      const gradient = zeros<f32>(count);
      const values = zeros<f32>(2);
      const plain = masked_loss<f32>(which, student, teacher, masks, taken, batch, actions, tau, gradient);
      put<f32>(values, 0, plain);
      to_panels(studentPanels, student, batch, actions);
      to_panels(teacherPanels, teacher, batch, actions);
      memory.fill(gradientPanels, 0, most << 2);
      const c = comparison<f32>(studentPanels, teacherPanels, batch, actions, tau, gradientPanels, scratch);
      c.taken = taken;
      c.targets = zeros<f32>(PANEL * 3);
      c.masks = masks;
      c.allowed = put_aside_panels(c);
      put<f32>(values, 1, LOSSES[which](c, 1));
      to_rows(actual, gradientPanels, batch, actions);
      expect_same_bits(values + 4, values, 1, loss_name(which), batch, actions, kind);
      expect_same_bits(actual, gradient, count, loss_name(which), batch, actions, kind);
    }
  });
});
