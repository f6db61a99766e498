// MountainCar-v0: drive a weak car out of a valley (Moore 1990), as in Gymnasium.
import { cos } from "../core/math.js";
import type { Env, ResetOptions, StepResult } from "./env.js";
import { RandomEpisode, type RandomFrom } from "./episode.js";
import { asInFirstRelease, type KnownEnv, studentInFirstRelease } from "./known.js";

export const leftWall = -1.2;
export const rightEnd = 0.6;
export const goal = 0.5;
const speedLimit = 0.07;
const startCentre = -0.5;

/** The physics that can differ from the reference. */
export interface MountainCarPhysics {
  /** The steepest slope changes the velocity by this in a step; 0.0025 in the reference. */
  readonly gravity: number;
  /** The engine changes the velocity by this in a step; 0.001 in the reference. */
  readonly force: number;
  /** Largest distance of the first position from −0.5; 0.1 in the reference. */
  readonly startRange: number;
}

/** Reward −1 for each step, also for the last one. Terminates at the goal on the right hill. */
export class MountainCar implements Env {
  readonly id = "MountainCar-v0";
  readonly observationSize = 2;
  readonly actionCount = 3;
  readonly maxEpisodeSteps = 200;
  readonly featureNames = ["position", "velocity"];
  readonly actionNames = ["accelerate left", "coast", "accelerate right"];
  /** Position along the valley (its lowest point is at −π/6), and velocity in the same unit per step. */
  readonly state = new Float64Array(2);
  readonly #gravity: number;
  readonly #force: number;
  readonly #startRange: number;
  readonly #episode: RandomEpisode;

  /** @param physics the values that differ from the reference */
  constructor(
    { gravity = 0.0025, force = 0.001, startRange = 0.1 }: Partial<MountainCarPhysics> = {},
    randomFrom?: RandomFrom,
  ) {
    this.#gravity = gravity;
    this.#force = force;
    this.#startRange = startRange;
    this.#episode = new RandomEpisode(this, randomFrom);
  }

  reset(options?: ResetOptions): Float32Array {
    const random = this.#episode.startWithDraws(options);
    this.state[0] = random.uniform(startCentre - this.#startRange, startCentre + this.#startRange);
    this.state[1] = 0;
    return this.#observe();
  }

  step(action: number): StepResult {
    const episode = this.#episode;
    episode.take(action);
    const state = this.state;
    const slope = cos(3 * state[0]) * -this.#gravity;
    const velocity = Math.max(-speedLimit, Math.min(speedLimit, state[1] + ((action - 1) * this.#force + slope)));
    const position = Math.max(leftWall, Math.min(rightEnd, state[0] + velocity));
    state[0] = position;
    state[1] = position === leftWall && velocity < 0 ? 0 : velocity;
    this.#observe();
    return episode.finish(-1, position >= goal && velocity >= 0);
  }

  /** Pushes the car. At strength 1, half of its highest speed is added, to the right. At −1 it is the same to the left. */
  perturb(strength: number): void {
    this.state[1] += (strength * speedLimit) / 2;
  }

  #observe(): Float32Array {
    const { observation } = this.#episode.result;
    observation[0] = this.state[0];
    observation[1] = this.state[1];
    return observation;
  }
}

/** MountainCar-v0, with everything that is known about it. */
export const mountainCar: KnownEnv = {
  id: "MountainCar-v0",
  make: () => new MountainCar(),
  presets: {
    // Random steps cost almost nothing, and learning can begin only at the goal. So there are enough of them for each seed to
    // reach the goal, and a buffer that does not forget it.
    teacher: {
      ...asInFirstRelease,
      hidden: [64, 64, 64],
      envSteps: 200_000,
      bufferSize: 200_000,
      learningStarts: 15_000,
      batchSize: 32,
      double: false,
      dueling: true,
      explorationFraction: 0.4,
      explorationRepeat: 50,
      averageFraction: 0.25,
      stopReturn: -99, // some seeds are done early, and the others have time
    },
    student: { ...studentInFirstRelease, envSteps: 20_000, updates: 30_000, rounds: 20, evaluationEpisodes: 300 },
  },
  about: {
    field: "control",
    task: { en: "Rock a weak car out of a valley.", zh: "让动力不足的小车来回摆动，冲出山谷。" },
    observation: "2 numbers",
    actions: "3",
    shows: "exploration: only the goal makes a difference",
    stepsPerSecond: 30,
    seconds: 12,
    seeds: 5,
    chinese: {
      "accelerate left": "向左加速",
      coast: "滑行",
      "accelerate right": "向右加速",
      position: "位置",
      velocity: "速度",
    },
  },
  reference: {
    pythonSeconds: 48,
    goal: { seeds: 10, worst: -105, mean: -100, slowestSeconds: 30 },
    everySeed: { first: 50_000, seeds: 100, worst: -105 },
  },
};
