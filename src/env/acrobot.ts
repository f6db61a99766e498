// Acrobot-v1: swing a two-link pendulum up by the torque at its elbow (Sutton 1996), as Gymnasium has it.
import { cos, sin } from "../core/math.js";
import type { Env, ResetOptions, StepResult } from "./env.js";
import { RandomEpisode, type RandomFrom } from "./episode.js";

const gravity = 9.8; // m/s²
const mass = 1; // kg, of each link
const length = 1; // m, of the upper link
const centre = 0.5; // m, from a link's joint to its centre of mass
const inertia = 1; // kg·m², of each link
const timeStep = 0.2; // s
const speedLimit1 = 4 * Math.PI; // rad/s
const speedLimit2 = 9 * Math.PI; // rad/s

// The classical Runge-Kutta method of order 4: each slope's weight, and how far it leads to where the next is taken.
const weights = [1, 2, 2, 1];
const reaches = [timeStep / 2, timeStep / 2, timeStep, 0]; // s

// What a step of integration writes and the next one overwrites.
const point = new Float64Array(4);
const slope = new Float64Array(4);
const slopeSum = new Float64Array(4);

/** Reward −1 a step and 0 for the one that terminates: the tip a link's length above the upper joint. */
export class Acrobot implements Env {
  readonly id = "Acrobot-v1";
  readonly observationSize = 6;
  readonly actionCount = 3;
  readonly maxEpisodeSteps = 500;
  readonly featureNames = [
    "cosine of angle 1",
    "sine of angle 1",
    "cosine of angle 2",
    "sine of angle 2",
    "angular velocity 1",
    "angular velocity 2",
  ];
  readonly actionNames = ["torque -1", "torque 0", "torque 1"];
  /** Angle 1 from hanging down and angle 2 relative to link 1 (rad, in [−π, π]), and their velocities (rad/s). */
  readonly state = new Float64Array(4);
  readonly #episode: RandomEpisode;

  constructor(randomFrom?: RandomFrom) {
    this.#episode = new RandomEpisode(this, randomFrom);
  }

  reset(options?: ResetOptions): Float32Array {
    const random = this.#episode.startWithDraws(options);
    // The reference starts from numbers rounded to float32.
    for (let i = 0; i < 4; i++) this.state[i] = Math.fround(random.uniform(-0.1, 0.1));
    return this.#observe();
  }

  step(action: number): StepResult {
    const episode = this.#episode;
    episode.take(action);
    const state = this.state;
    integrate(state, action - 1);
    state[0] = wrapAngle(state[0]);
    state[1] = wrapAngle(state[1]);
    state[2] = Math.min(Math.max(state[2], -speedLimit1), speedLimit1);
    state[3] = Math.min(Math.max(state[3], -speedLimit2), speedLimit2);
    this.#observe();
    const terminated = isTipHigh(state);
    return episode.finish(terminated ? 0 : -1, terminated);
  }

  #observe(): Float32Array {
    const { observation } = this.#episode.result;
    const state = this.state;
    for (let joint = 0; joint < 2; joint++) {
      observation[2 * joint] = cos(state[joint]);
      observation[2 * joint + 1] = sin(state[joint]);
      observation[4 + joint] = state[2 + joint];
    }
    return observation;
  }
}

/** Whether the tip is more than a link's length above the upper joint. */
function isTipHigh(state: Float64Array): boolean {
  return -cos(state[0]) - cos(state[1] + state[0]) > 1;
}

/** Moves a state by one time step. */
function integrate(state: Float64Array, torque: number): void {
  point.set(state);
  slopeSum.fill(0);
  for (let stage = 0; stage < 4; stage++) {
    writeSlope(torque);
    for (let i = 0; i < 4; i++) {
      slopeSum[i] += weights[stage] * slope[i];
      point[i] = state[i] + reaches[stage] * slope[i];
    }
  }
  for (let i = 0; i < 4; i++) state[i] += (timeStep / 6) * slopeSum[i];
}

/** Writes the time derivative at `point` into `slope`: Sutton & Barto 1998, figure 11.3 ("book" dynamics). */
function writeSlope(torque: number): void {
  const angle1 = point[0];
  const angle2 = point[1];
  const velocity1 = point[2];
  const velocity2 = point[3];
  const cosine2 = cos(angle2);
  const sine2 = sin(angle2);
  const d1 =
    mass * centre * centre + mass * (length * length + centre * centre + 2 * length * centre * cosine2) + 2 * inertia;
  const d2 = mass * (centre * centre + length * centre * cosine2) + inertia;
  const phi2 = mass * centre * gravity * cos(angle1 + angle2 - Math.PI / 2);
  const phi1 =
    -mass * length * centre * (velocity2 * velocity2) * sine2 -
    2 * mass * length * centre * velocity2 * velocity1 * sine2 +
    (mass * centre + mass * length) * gravity * cos(angle1 - Math.PI / 2) +
    phi2;
  const acceleration2 =
    (torque + (d2 / d1) * phi1 - mass * length * centre * (velocity1 * velocity1) * sine2 - phi2) /
    (mass * centre * centre + inertia - (d2 * d2) / d1);
  slope[0] = velocity1;
  slope[1] = velocity2;
  slope[2] = -(d2 * acceleration2 + phi1) / d1;
  slope[3] = acceleration2;
}

/** The same angle in [−π, π]. */
function wrapAngle(angle: number): number {
  let wrapped = angle;
  while (wrapped > Math.PI) wrapped -= 2 * Math.PI;
  while (wrapped < -Math.PI) wrapped += 2 * Math.PI;
  return wrapped;
}
