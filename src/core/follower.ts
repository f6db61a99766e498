// A student in the core that learns beside a teacher in training, from its replay memory and on its targets.
import { core } from "./instance.js";
import { Learner } from "./learner.js";

export class Follower extends Learner {
  constructor(widths: readonly number[], batchSize: number, byteObservations = false) {
    // the squared error; a follower uses nothing else of a learner
    const unused = { bufferSize: 3, nStep: 1, gamma: 1, tau: 1, targetUpdateInterval: 1 };
    super({ ...unused, widths, batchSize, byteObservations, huberDelta: 0 });
  }

  /**
   * Does n updates inside the core with batches from the teacher's replay memory. Each transition's target is
   * R + γⁿ·(1 − terminated)·max_a' Q_T(s', a').
   * @param teacher has the same observations and actions, and must not normalise its observations
   * @returns the mean of the updates' losses
   */
  follow(teacher: Learner, n: number, learningRate: number): number {
    return core().learner_follow(this.handle, teacher.handle, n, learningRate);
  }
}
