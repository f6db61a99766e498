// A student that learns beside a teacher in training: sample from the teacher's replay memory → the teacher's target →
// squared error at the action taken → backward → Adam. guide.ts says how this differs from a guide and a relabeller.
import { choose, draw, gather, Learner, mean_loss, next_inputs, set_deltas, set_targets } from "./learner";
import { backward, descend, forward, forward_inputs, transpose_weights } from "./trainable";

/**
 * n updates of a student, a learner of its own widths and draws whose replay memory stays unused; returns the mean of
 * their losses. Both have the same observations, unnormalised, and actions. At least one transition of the teacher must
 * be ready. The teacher does not change.
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
