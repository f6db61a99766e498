// Pendulum-v1, with its torque divided into steps: swing a pendulum up and hold it there, as in Gymnasium.

import { cos, sin } from "../../core/math.js";
import { described, needObject } from "../../core/needed.js";
import type { Env, ResetOptions, StepResult } from "../env.js";
import { RandomEpisode, type RandomFrom } from "../episode.js";
import type { Point, Scene, Shape } from "../scene.js";

const gravity = 10; // m/s², on 1 kg at 1 m
const timeStep = 0.05; // s
const speedLimit = 8; // rad/s
const torqueLimit = 2; // N·m
const turn = 2 * Math.PI;

/** The speed that the strongest push adds, in rad/s. */
const pushSpeed = 4;

/** The options of a pendulum. */
export interface PendulumOptions {
  /** The number of torques, evenly spaced from −2 to 2 N·m: from 2 to 1,001; 5 by default. */
  readonly torques: number;
}

/**
 * Reward −(angle² + 0.1 · speed² + 0.001 · torque²), with the angle from upright. Angle and speed are those before the step.
 * Never terminates.
 */
export class Pendulum implements Env {
  readonly id = "Pendulum-v1";
  readonly observationSize = 3;
  readonly actionCount: number;
  readonly maxEpisodeSteps = 200;
  readonly featureNames = ["cosine of the angle", "sine of the angle", "angular velocity"];
  readonly actionNames: readonly string[];
  /** Angle from upright (rad, anticlockwise; whole turns are kept) and angular velocity (rad/s). */
  readonly state = new Float64Array(2);
  /** The torque of each action in N·m. They are float32, as the reference's actions. */
  readonly #torques: Float32Array;
  readonly #episode: RandomEpisode;
  #torque = 0;

  /** @throws RangeError if torques is not a whole number from 2 to 1,001 */
  constructor(options: Partial<PendulumOptions> = {}, randomFrom?: RandomFrom) {
    needObject("options", options);
    const { torques = 5 } = options;
    if (!Number.isInteger(torques) || torques < 2 || torques > 1001) {
      throw new RangeError(`${this.id}: torques ${described(torques)} is not allowed: a whole number from 2 to 1001`);
    }
    const step = (2 * torqueLimit) / (torques - 1);
    this.#torques = Float32Array.from({ length: torques }, (_, i) => -torqueLimit + i * step);
    this.actionCount = torques;
    this.actionNames = Array.from(this.#torques, (torque) => `torque ${Number(torque.toFixed(3))}`);
    this.#episode = new RandomEpisode(this, randomFrom);
  }

  reset(options?: ResetOptions): Float32Array {
    const random = this.#episode.startWithDraws(options);
    this.state[0] = random.uniform(-Math.PI, Math.PI);
    this.state[1] = random.uniform(-1, 1);
    this.#torque = 0;
    return this.#observe();
  }

  step(action: number): StepResult {
    const episode = this.#episode;
    episode.take(action);
    const state = this.state;
    const angle = state[0];
    const speed = state[1];
    const torque = this.#torques[action];
    this.#torque = torque;

    // In the reference, the product of a float32 torque and a constant is float32 too.
    const effort = Math.fround(Math.fround(0.001) * Math.fround(torque * torque));
    const fromUpright = upright(angle);
    const cost = fromUpright * fromUpright + 0.1 * (speed * speed) + effort;
    const acceleration = ((3 * gravity) / 2) * sin(angle) + Math.fround(3 * torque);
    const newSpeed = Math.max(-speedLimit, Math.min(speedLimit, speed + acceleration * timeStep));
    state[0] = angle + newSpeed * timeStep;
    state[1] = newSpeed;
    this.#observe();
    return episode.finish(-cost, false);
  }

  /** Pushes the pendulum: to the right if the strength is above 0, else to the left (anticlockwise from upright). */
  perturb(strength: number): void {
    const speed = this.state[1] - strength * pushSpeed;
    this.state[1] = Math.max(-speedLimit, Math.min(speedLimit, speed));
  }

  render(): Scene {
    const along = [-sin(this.state[0]), cos(this.state[0])];
    /** A point at a distance along the rod and a distance to its left. */
    const at = (length: number, left: number): Point => [
      length * along[0] - left * along[1],
      length * along[1] + left * along[0],
    ];
    const shapes: Shape[] = [
      { kind: "circle", centre: [0, 0], radius: 1.2, fill: "#e9edf5" },
      { kind: "polygon", points: [at(0, 0.09), at(1, 0.09), at(1, -0.09), at(0, -0.09)], fill: "#c8553d" },
      { kind: "circle", centre: at(1, 0), radius: 0.09, fill: "#c8553d" },
      { kind: "circle", centre: [0, 0], radius: 0.12, fill: "#2b2d42" },
    ];
    if (this.#torque !== 0) shapes.push(...torqueArrow(this.#torque));
    return { bounds: [-1.3, -1.3, 1.3, 1.3], background: "#ffffff", shapes };
  }

  #observe(): Float32Array {
    const { observation } = this.#episode.result;
    observation[0] = cos(this.state[0]);
    observation[1] = sin(this.state[0]);
    observation[2] = this.state[1];
    return observation;
  }
}

/** The same direction as an angle in [−π, π). */
function upright(angle: number): number {
  const remainder = (angle + Math.PI) % turn;
  return (remainder < 0 ? remainder + turn : remainder) - Math.PI;
}

/** An arrow around the pivot, from the top. Its length is the torque. It goes anticlockwise if the torque is positive. */
function torqueArrow(torque: number): Shape[] {
  const reach = (0.6 * Math.PI * torque) / torqueLimit;
  const at = (angle: number, radius: number): Point => [-radius * sin(angle), radius * cos(angle)];
  const arc = Array.from({ length: 17 }, (_, i) => at((reach * i) / 16, 0.34));
  const tip = reach + (torque > 0 ? 0.4 : -0.4);
  return [
    { kind: "polyline", points: arc, stroke: "#3d5a98", strokeWidth: 0.04 },
    { kind: "polygon", points: [at(reach, 0.26), at(tip, 0.34), at(reach, 0.42)], fill: "#3d5a98" },
  ];
}
