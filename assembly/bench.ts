// What only the bench calls, compiled to a module of its own: the machine's peak, and each part of an update alone.
import { adam_step } from "./adam";
import { choose, draw, forward_next, gather, Learner, set_deltas, set_targets } from "./learner";
import { backward_panel, pack_panel } from "./mlp";
import { forward, gradients, panel_at, transpose_weights } from "./trainable";

export * from "./index";

/** The floating-point operations in one turn of `peak`. */
export const PEAK_FLOPS: i32 = 4 * 14 * 4;

/**
 * `turns` times 28 multiplications and 28 additions of four lanes each, in registers only. There are seven chains of
 * each kind, so that each unit has its next operation ready while the last one is under way.
 * @param ones 32 bytes: f32 values of 1
 */
export function peak(turns: i32, ones: usize): f32 {
  let a0 = v128.load(ones);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let a4 = a0;
  let a5 = a0;
  let a6 = a0;
  let m0 = a0;
  let m1 = a0;
  let m2 = a0;
  let m3 = a0;
  let m4 = a0;
  let m5 = a0;
  let m6 = a0;
  const c = v128.load(ones, 16);
  for (let i = 0; i < turns; i++) {
    m0 = f32x4.mul(m0, c);
    a0 = f32x4.add(a0, c);
    m1 = f32x4.mul(m1, c);
    a1 = f32x4.add(a1, c);
    m2 = f32x4.mul(m2, c);
    a2 = f32x4.add(a2, c);
    m3 = f32x4.mul(m3, c);
    a3 = f32x4.add(a3, c);
    m4 = f32x4.mul(m4, c);
    a4 = f32x4.add(a4, c);
    m5 = f32x4.mul(m5, c);
    a5 = f32x4.add(a5, c);
    m6 = f32x4.mul(m6, c);
    a6 = f32x4.add(a6, c);
    m0 = f32x4.mul(m0, c);
    a0 = f32x4.add(a0, c);
    m1 = f32x4.mul(m1, c);
    a1 = f32x4.add(a1, c);
    m2 = f32x4.mul(m2, c);
    a2 = f32x4.add(a2, c);
    m3 = f32x4.mul(m3, c);
    a3 = f32x4.add(a3, c);
    m4 = f32x4.mul(m4, c);
    a4 = f32x4.add(a4, c);
    m5 = f32x4.mul(m5, c);
    a5 = f32x4.add(a5, c);
    m6 = f32x4.mul(m6, c);
    a6 = f32x4.add(a6, c);
    m0 = f32x4.mul(m0, c);
    a0 = f32x4.add(a0, c);
    m1 = f32x4.mul(m1, c);
    a1 = f32x4.add(a1, c);
    m2 = f32x4.mul(m2, c);
    a2 = f32x4.add(a2, c);
    m3 = f32x4.mul(m3, c);
    a3 = f32x4.add(a3, c);
    m4 = f32x4.mul(m4, c);
    a4 = f32x4.add(a4, c);
    m5 = f32x4.mul(m5, c);
    a5 = f32x4.add(a5, c);
    m6 = f32x4.mul(m6, c);
    a6 = f32x4.add(a6, c);
    m0 = f32x4.mul(m0, c);
    a0 = f32x4.add(a0, c);
    m1 = f32x4.mul(m1, c);
    a1 = f32x4.add(a1, c);
    m2 = f32x4.mul(m2, c);
    a2 = f32x4.add(a2, c);
    m3 = f32x4.mul(m3, c);
    a3 = f32x4.add(a3, c);
    m4 = f32x4.mul(m4, c);
    a4 = f32x4.add(a4, c);
    m5 = f32x4.mul(m5, c);
    a5 = f32x4.add(a5, c);
    m6 = f32x4.mul(m6, c);
    a6 = f32x4.add(a6, c);
  }
  const sums = f32x4.add(f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)), f32x4.add(a4, f32x4.add(a5, a6)));
  const products = f32x4.add(f32x4.add(f32x4.add(m0, m1), f32x4.add(m2, m3)), f32x4.add(m4, f32x4.add(m5, m6)));
  return f32x4.extract_lane(f32x4.add(sums, products), 0);
}

/** The parts of a learner's update, in its order. */
export const enum Part {
  sample,
  transpose,
  forward,
  targets,
  loss,
  backward,
  pack,
  gradients,
  adam,
}

/** One part of an update, for all panels, n times. */
export function learner_part(learner: Learner, part: Part, n: i32): void {
  for (let i = 0; i < n; i++) {
    if (part == Part.sample) draw(learner);
    if (part == Part.transpose) transpose_weights(learner);
    else if (part == Part.gradients) gradients(learner);
    else if (part == Part.adam) adam(learner);
    else for (let panel: usize = 0; panel < learner.panels; panel++) panel_part(learner, part, panel);
  }
}

function adam(learner: Learner): void {
  adam_step(
    learner.onlineWeights.parameters,
    learner.gradients,
    learner.firstMoment,
    learner.secondMoment,
    learner.count,
    0,
    learner.powers,
  );
}

function panel_part(learner: Learner, part: Part, panel: usize): void {
  const activations = panel_at(learner, panel);
  const outputs = learner.outputsAt;
  if (part == Part.sample) {
    gather(learner, panel);
  } else if (part == Part.forward) {
    forward_next(learner, learner.onlineWeights, panel);
    forward_next(learner, learner.targetWeights, panel);
    forward(learner, panel);
  } else if (part == Part.targets) {
    choose(learner, panel, learner.lookahead + outputs);
    set_targets(learner, panel, learner.lookahead + outputs);
  } else if (part == Part.loss) {
    set_deltas(learner, panel);
  } else if (part == Part.backward) {
    backward_panel(
      learner.denseWidths,
      learner.denseLayers,
      learner.onlineWeights.parameters + learner.denseAt,
      activations,
      learner.deltas,
      learner.bytes,
    );
  } else if (part == Part.pack) {
    const packed = learner.packed;
    pack_panel(
      learner.denseWidths,
      learner.denseLayers,
      activations,
      learner.deltas,
      learner.spread,
      packed,
      panel,
      learner.panels,
    );
  }
}
