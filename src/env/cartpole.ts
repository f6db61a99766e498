// CartPole-v1: balance a pole on a cart by pushing the cart (Barto, Sutton & Anderson 1983), as in Gymnasium.
import { cos, sin } from "../core/math.js";
import type { Env, ResetOptions, StepResult } from "./env.js";
import { RandomEpisode, type RandomFrom } from "./episode.js";
import { type KnownEnv, studentInFirstRelease } from "./known.js";

const poleMass = 0.1; // kg
const totalMass = poleMass + 1.0; // kg, of pole and cart together
const timeStep = 0.02; // s
/** The largest distance of the cart from the middle. */
export const positionLimit = 2.4; // m
const angleLimit = (12 * 2 * Math.PI) / 360; // rad: 12 degrees

/** The physics that can differ from the reference. */
export interface CartPolePhysics {
  /** m/s²; 9.8 in the reference. */
  readonly gravity: number;
  /** m, of the whole pole, above 0; 1 in the reference. */
  readonly poleLength: number;
  /** N; 10 in the reference. */
  readonly pushForce: number;
  /** Largest distance from 0 of each of the four numbers that an episode starts from; 0.05 in the reference. */
  readonly startRange: number;
}

/** Reward 1 for each step, also for the last one. Terminates if the cart or the pole leaves its limits. */
export class CartPole implements Env {
  readonly id = "CartPole-v1";
  readonly observationSize = 4;
  readonly actionCount = 2;
  readonly maxEpisodeSteps = 500;
  readonly featureNames = ["cart position", "cart velocity", "pole angle", "pole angular velocity"];
  readonly actionNames = ["push left", "push right"];
  /** Position (m), velocity (m/s), angle from upright (rad), angular velocity (rad/s). */
  readonly state = new Float64Array(4);
  /** m, of the whole pole. */
  readonly poleLength: number;
  readonly #gravity: number;
  readonly #pushForce: number;
  readonly #startRange: number;
  readonly #episode: RandomEpisode;

  /** @param physics the values that differ from the reference */
  constructor(
    { gravity = 9.8, poleLength = 1, pushForce = 10, startRange = 0.05 }: Partial<CartPolePhysics> = {},
    randomFrom?: RandomFrom,
  ) {
    this.poleLength = poleLength;
    this.#gravity = gravity;
    this.#pushForce = pushForce;
    this.#startRange = startRange;
    this.#episode = new RandomEpisode(this, randomFrom);
  }

  reset(options?: ResetOptions): Float32Array {
    const random = this.#episode.startWithDraws(options);
    for (let i = 0; i < 4; i++) this.state[i] = random.uniform(-this.#startRange, this.#startRange);
    return this.#observe();
  }

  step(action: number): StepResult {
    const episode = this.#episode;
    episode.take(action);
    const state = this.state;
    const halfLength = this.poleLength / 2;
    const poleMassLength = poleMass * halfLength;
    const velocity = state[1];
    const angle = state[2];
    const angularVelocity = state[3];

    // Florian 2005, "Correct equations for the dynamics of the cart-pole system", without friction.
    const sine = sin(angle);
    const cosine = cos(angle);
    const force = action === 1 ? this.#pushForce : -this.#pushForce;
    const push = (force + poleMassLength * (angularVelocity * angularVelocity) * sine) / totalMass;
    const angularAcceleration =
      (this.#gravity * sine - cosine * push) / (halfLength * (4 / 3 - (poleMass * (cosine * cosine)) / totalMass));
    const acceleration = push - (poleMassLength * angularAcceleration * cosine) / totalMass;

    // Explicit Euler: positions move by the old velocities.
    state[0] += timeStep * velocity;
    state[1] = velocity + timeStep * acceleration;
    state[2] = angle + timeStep * angularVelocity;
    state[3] = angularVelocity + timeStep * angularAcceleration;
    this.#observe();
    return episode.finish(1, Math.abs(state[0]) > positionLimit || Math.abs(state[2]) > angleLimit);
  }

  /** Pushes the cart. At strength 1 it is 1 m/s faster to the right. At −1 it is the same to the left. */
  perturb(strength: number): void {
    this.state[1] += strength;
  }

  #observe(): Float32Array {
    const { observation } = this.#episode.result;
    const state = this.state;
    observation[0] = state[0];
    observation[1] = state[1];
    observation[2] = state[2];
    observation[3] = state[3];
    return observation;
  }
}

/** CartPole-v1, with everything that is known about it. */
export const cartPole: KnownEnv = {
  id: "CartPole-v1",
  make: () => new CartPole(),
  presets: {
    // A thousand further episodes, because a network that fails in one of 200 passes 300 of them at times.
    teacher: {
      gamma: 0.98,
      nStep: 5,
      tau: 0.01,
      explorationFraction: 0.2,
      explorationRepeat: 1,
      evaluationShare: 1,
      averageFraction: 0,
      confirmationEpisodes: 1000,
      stopReturn: 500,
    },
    student: { ...studentInFirstRelease },
  },
  about: {
    field: "control",
    task: { en: "Balance a pole on a cart by pushing the cart left or right.", zh: "左右推动小车，让杆子保持直立。" },
    observation: "4 numbers",
    actions: "2",
    shows: "the shortest real task: return 500 within seconds",
    stepsPerSecond: 50,
    seconds: 3,
    seeds: 5,
    chinese: {
      "push left": "向左推",
      "push right": "向右推",
      "cart position": "小车位置",
      "cart velocity": "小车速度",
      "pole angle": "杆角度",
      "pole angular velocity": "杆角速度",
    },
  },
  reference: {
    pythonSeconds: 46,
    goal: { seeds: 20, worst: 495, mean: 495, medianSeconds: 5 },
    everySeed: { first: 10_000, seeds: 1000, worst: 495 },
  },
};
