// A student that learns beside a teacher in training: sample from the teacher's replay memory → the teacher's target →
// squared error at the taken action → backward → Adam. guide.ts says how this differs from a guide and a relabeller.
import { choose, draw, gather, Learner, mean_loss, next_inputs, set_deltas, set_targets } from "./learner";
import { backward, descend, forward, forward_inputs, transpose_weights } from "./trainable";

/**
 * Does n updates of a student and returns the mean of their losses. The student is a learner with widths and draws of
 * its own; its replay memory is not used. Both have the same actions and the same observations, not normalised. The
 * teacher must have at least one transition ready. The teacher does not change.
 *
 * y = R + γⁿ·(1 − terminated)·max_a' Q_T(s', a')
 */
export function learner_follow(student: Learner, teacher: Learner, n: usize, learningRate: f32): f64 {
  const own = student.replay;
  student.replay = teacher.replay;
  transpose_weights(teacher);
  let sum: f64 = 0;
  for (let i: usize = 0; i < n; i++) sum += <f64>update(student, teacher, learningRate);
  student.replay = own;
  return sum / <f64>n;
}

function update(student: Learner, teacher: Learner, learningRate: f32): f32 {
  draw(student);
  transpose_weights(student);
  for (let panel: usize = 0; panel < student.panels; panel++) {
    gather(student, panel);
    const q = forward_inputs(teacher, teacher.onlineWeights, next_inputs(student, panel), teacher.lookahead);
    choose(student, panel, q);
    set_targets(student, panel, q);
    forward(student, panel);
    set_deltas(student, panel);
    backward(student, panel);
  }
  descend(student, learningRate, student.options.maxGradientNorm);
  return mean_loss(student);
}
