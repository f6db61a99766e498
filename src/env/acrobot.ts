// Acrobot-v1: swing a two-link pendulum up by the torque at its elbow (Sutton 1996), as in Gymnasium.
import { cos, sin } from "../core/math.js";
import type { Env, ResetOptions, StepResult } from "./env.js";
import { RandomEpisode, type RandomFrom } from "./episode.js";
import { asInFirstRelease, type KnownEnv, studentInFirstRelease } from "./known.js";

const timeStep = 0.2; // s
const speedLimit1 = 4 * Math.PI; // rad/s
const speedLimit2 = 9 * Math.PI; // rad/s

// The classical Runge-Kutta method of order 4: the weight of each slope, and how far to follow it for the next slope.
const weights = [1, 2, 2, 1];
const reaches = [timeStep / 2, timeStep / 2, timeStep, 0]; // s

// Working arrays. Each step of integration overwrites them.
const point = new Float64Array(4);
const slope = new Float64Array(4);
const slopeSum = new Float64Array(4);

/** The physics that can differ from the reference. */
export interface AcrobotPhysics {
  /** m/s²; 9.8 in the reference. */
  readonly gravity: number;
  /** kg, of each link, above 0; 1 in the reference. */
  readonly linkMass: number;
  /** m, of each link, above 0; 1 in the reference. A link's centre of mass is in its middle. */
  readonly linkLength: number;
  /** Largest distance from 0 of each of the four numbers that an episode starts from; 0.1 in the reference. */
  readonly startRange: number;
}

/**
 * Reward −1 for each step, and 0 for the step that terminates. It terminates if the tip is more than a link's length above the
 * upper joint.
 */
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
  /** Angle 1 (0 is hanging down) and angle 2 (relative to link 1), in rad, in [−π, π]; then their velocities in rad/s. */
  readonly state = new Float64Array(4);
  readonly physics: AcrobotPhysics;
  readonly #episode: RandomEpisode;

  /** @param physics the values that differ from the reference */
  constructor(
    { gravity = 9.8, linkMass = 1, linkLength = 1, startRange = 0.1 }: Partial<AcrobotPhysics> = {},
    randomFrom?: RandomFrom,
  ) {
    this.physics = { gravity, linkMass, linkLength, startRange };
    this.#episode = new RandomEpisode(this, randomFrom);
  }

  reset(options?: ResetOptions): Float32Array {
    const random = this.#episode.startWithDraws(options);
    const { startRange } = this.physics;
    // The reference starts from numbers rounded to float32.
    for (let i = 0; i < 4; i++) this.state[i] = Math.fround(random.uniform(-startRange, startRange));
    return this.#observe();
  }

  step(action: number): StepResult {
    const episode = this.#episode;
    episode.take(action);
    const state = this.state;
    integrate(state, action - 1, this.physics);
    state[0] = wrapAngle(state[0]);
    state[1] = wrapAngle(state[1]);
    state[2] = Math.min(Math.max(state[2], -speedLimit1), speedLimit1);
    state[3] = Math.min(Math.max(state[3], -speedLimit2), speedLimit2);
    this.#observe();
    const terminated = isTipHigh(state);
    return episode.finish(terminated ? 0 : -1, terminated);
  }

  /** Pushes the tip. At strength 1 the lower link turns 2 rad/s faster, counter-clockwise. At −1 it is the same clockwise. */
  perturb(strength: number): void {
    this.state[3] += 2 * strength;
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
function integrate(state: Float64Array, torque: number, physics: AcrobotPhysics): void {
  point.set(state);
  slopeSum.fill(0);
  for (let stage = 0; stage < 4; stage++) {
    writeSlope(torque, physics);
    for (let i = 0; i < 4; i++) {
      slopeSum[i] += weights[stage] * slope[i];
      point[i] = state[i] + reaches[stage] * slope[i];
    }
  }
  for (let i = 0; i < 4; i++) state[i] += (timeStep / 6) * slopeSum[i];
}

/** Writes the time derivative at `point` into `slope`: Sutton & Barto 1998, figure 11.3 ("book" dynamics). */
function writeSlope(torque: number, { gravity, linkMass: mass, linkLength: length }: AcrobotPhysics): void {
  const centre = length / 2;
  const inertia = mass * length * length; // 1 in the reference; it grows with a link's mass and length as for any shape
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

/** Acrobot-v1, with everything that is known about it. */
export const acrobot: KnownEnv = {
  id: "Acrobot-v1",
  make: () => new Acrobot(),
  presets: {
    // One-step targets: longer targets hold returns of old policies in the replay memory, which slow the new policy down.
    // Three layers: near the goal the links are so fast that neighbouring states end a whole swing apart. Two layers, even of
    // 128 neurons, cannot tell such states apart.
    teacher: {
      ...asInFirstRelease,
      hidden: [64, 64, 64],
      envSteps: 160_000,
      bufferSize: 160_000,
      batchSize: 32,
      nStep: 1,
      tau: 0.03,
      double: false,
      dueling: true,
      learningRate: 2e-3,
      learningRateFinal: 5e-5,
      explorationFraction: 0.1,
      huberDelta: 10,
      normalizeObservations: false,
      confirmationEpisodes: 500,
    },
    student: {
      ...studentInFirstRelease,
      hidden: [32, 32],
      envSteps: 60_000,
      updates: 60_000,
      rounds: 30,
      evaluationEpisodes: 500,
      attempts: 2,
    },
  },
  about: {
    field: "control",
    task: { en: "Swing two links up by the joint between them.", zh: "只靠两根连杆之间的关节，把它们荡起来。" },
    observation: "6 numbers",
    actions: "3",
    shows: "fast, chaotic motion: neighbouring states end far apart",
    stepsPerSecond: 15,
    seconds: 21,
    seeds: 5,
    chinese: {
      "torque -#": "力矩 −#",
      "torque #": "力矩 #",
      "cosine of angle #": "角 # 的余弦",
      "sine of angle #": "角 # 的正弦",
      "angular velocity #": "角速度 #",
    },
  },
  reference: {
    pythonSeconds: 72,
    goal: { seeds: 10, worst: -80, mean: -72, slowestSeconds: 30 },
    everySeed: { first: 20_000, seeds: 100, worst: -80 },
  },
};
