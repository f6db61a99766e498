// A student in the core that learns beside a teacher in training, from its replay memory and on its targets.
import { core } from "./instance.js";
import { Learner } from "./learner.js";

export class Follower extends Learner {
  constructor(widths: readonly number[], batchSize: number, byteObservations = false) {
    // the squared error; everything else of a learner is left unused
    const unused = { bufferSize: 3, nStep: 1, gamma: 1, tau: 1, targetUpdateInterval: 1 };
    super({ ...unused, widths, batchSize, byteObservations, huberDelta: 0 });
  }

  /**
   * n updates inside the core with batches from the teacher's replay memory, each transition's target being
   * R + γⁿ·(1 − terminated)·max_a' Q_T(s', a'); the mean of their losses.
   * @param teacher for the same observations, which it must not normalise, and actions
   */
  follow(teacher: Learner, n: number, learningRate: number): number {
    return core().learner_follow(this.handle, teacher.handle, n, learningRate);
  }
}
