// highway-fast-v0: drive fast and to the right through the traffic of a straight road (Leurent 2018, highway-env).
import type { Env, ResetOptions, StepResult } from "../env.js";
import { RandomEpisode, type RandomFrom } from "../episode.js";
import { exp } from "../exponential.js";
import { box, type Point, type Scene, type Shape } from "../scene.js";
import { collide } from "./collision.js";
import { isReachable, laneCentre, laneCount, laneWidth, speedLimit } from "./road.js";
import { drive } from "./traffic.js";
import { clip, length, Vehicle, width } from "./vehicle.js";

const trafficCount = 20;
const framesPerStep = 5;
const frameDuration = 0.2; // s

/** The speeds that the driver can choose, in m/s. */
const slowest = 20;
const fastest = 30;
const speedStep = 5;

const startSpeed = 25; // m/s
/** The distances at the start shrink with the number of lanes. */
const crowding = exp((-5 / 40) * laneCount);
/** The driven vehicle starts with more room around it. */
const startSpacing = 1.5;

const observedCount = 5;
const perceptionDistance = 200; // m
const seenBehind = 10; // m
// The features are divided by these.
const positionRange = 200; // m, along the road
const lateralRange = laneCount * laneWidth; // m
const velocityRange = 80; // m/s

const laneReward = 0.1;
const speedReward = 0.4;
const leastReward = -1;

// The part of the road that the picture shows, in m.
const viewBehind = 20;
const viewAhead = 70;
const roadLeft = laneWidth / 2;
const roadRight = roadLeft - laneCount * laneWidth;
const dashLength = 3;
const dashPeriod = 9;

/** Rewards from 0 to 1: high speed counts most, then a target lane further to the right. Terminates at a crash. */
export class Highway implements Env {
  readonly id = "highway-fast-v0";
  readonly observationSize = 5 * observedCount;
  readonly actionCount = 5;
  readonly maxEpisodeSteps = 30;
  readonly featureNames = ["driven", "first", "second", "third", "fourth"].flatMap((vehicle) =>
    ["presence", "x", "y", "x velocity", "y velocity"].map((feature) => `${vehicle} vehicle's ${feature}`),
  );
  readonly actionNames = ["lane left", "idle", "lane right", "faster", "slower"];
  /** First the driven vehicle, then the traffic, in the order in which they start. */
  readonly vehicles: readonly Vehicle[] = Array.from({ length: 1 + trafficCount }, () => new Vehicle());
  /** The other vehicles that are observed, nearest first, and how many of these places are taken. */
  readonly #observed: Vehicle[] = this.vehicles.slice(1, observedCount);
  #observedCount = 0;
  readonly #episode: RandomEpisode;

  constructor(randomFrom?: RandomFrom) {
    this.#episode = new RandomEpisode(this, randomFrom);
  }

  reset(options?: ResetOptions): Float32Array {
    const random = this.#episode.startWithDraws(options);
    let foremost = 0;
    this.vehicles.forEach((vehicle, i) => {
      const lane = random.choice(laneCount);
      const speed = i === 0 ? startSpeed : random.uniform(0.7 * speedLimit, 0.8 * speedLimit);
      const spacing = (i === 0 ? startSpacing : 1) * (12 + speed) * crowding;
      if (i === 0) foremost = 3 * spacing;
      foremost += spacing * random.uniform(0.9, 1.1);
      vehicle.place(lane, foremost, speed);
      if (i === 0) return;
      // So that the drivers do not all think of a lane change at the same time.
      vehicle.timer = ((vehicle.x + vehicle.y) * Math.PI) % 1;
      vehicle.exponent = random.uniform(3.5, 4.5);
    });
    return this.#observe();
  }

  step(action: number): StepResult {
    this.#episode.take(action);
    const { vehicles } = this;
    const driven = vehicles[0];
    this.#aim(action);
    for (let frame = 0; frame < framesPerStep; frame++) {
      driven.steer();
      driven.holdSpeed();
      // One after the other: a driver sees the lanes that earlier drivers have just chosen.
      for (let i = 1; i < vehicles.length; i++) drive(vehicles[i], vehicles);
      driven.move(frameDuration);
      for (let i = 1; i < vehicles.length; i++) {
        vehicles[i].timer += frameDuration;
        vehicles[i].move(frameDuration);
      }
      // Only the driven vehicle collides. The others pass through each other.
      for (let i = 1; i < vehicles.length; i++) collide(driven, vehicles[i], frameDuration);
    }
    this.#observe();
    return this.#episode.finish(this.#reward(), driven.crashed);
  }

  /** The road from above with all vehicles in sight. The driven vehicle stays in the same place of the picture. */
  render(): Scene {
    const driven = this.vehicles[0];
    const left = driven.x - viewBehind;
    const right = driven.x + viewAhead;
    const shapes: Shape[] = [
      box(left, roadRight - 0.6, right, roadLeft + 0.6, { fill: "#4a4f57" }),
      box(left, roadLeft - 0.1, right, roadLeft + 0.1, { fill: "#f2f2f2" }),
      box(left, roadRight - 0.1, right, roadRight + 0.1, { fill: "#f2f2f2" }),
    ];
    for (let lane = 1; lane < laneCount; lane++) {
      const line = (lane - 0.5) * -laneWidth;
      for (let x = dashPeriod * Math.floor(left / dashPeriod); x < right; x += dashPeriod) {
        shapes.push(
          box(Math.max(x, left), line - 0.1, Math.min(x + dashLength, right), line + 0.1, { fill: "#d8d8d8" }),
        );
      }
    }
    for (const vehicle of this.vehicles) {
      if (vehicle.x < left - length || vehicle.x > right + length) continue;
      const colour = vehicle.crashed ? "#d62728" : vehicle === driven ? "#2ca02c" : "#5aa9e6";
      shapes.push(
        rectangle(vehicle, -length / 2, length / 2, width / 2, colour),
        rectangle(vehicle, length * 0.02, length * 0.2, width * 0.4, "#22303c"),
      );
    }
    const text = `${driven.speed.toFixed(0)} m/s`;
    shapes.push({ kind: "text", at: [left + 2, roadLeft + 2.5], size: 4, text, fill: "#1d3320" });
    return { bounds: [left, roadRight - 6, right, roadLeft + 8], background: "#a9c79b", shapes };
  }

  /** Sets the target lane or the target speed. The target speed starts from the vehicle's present speed. */
  #aim(action: number): void {
    const driven = this.vehicles[0];
    if (action === 0 || action === 2) {
      const lane = Math.min(Math.max(driven.targetLane + action - 1, 0), laneCount - 1);
      if (isReachable(lane, driven.y)) driven.targetLane = lane;
    } else if (action === 3 || action === 4) {
      const speed = Math.min(Math.max(driven.speed, slowest), fastest);
      const nearest = slowest + speedStep * Math.round((speed - slowest) / speedStep);
      driven.targetSpeed = Math.min(Math.max(nearest + (action === 3 ? speedStep : -speedStep), slowest), fastest);
    }
  }

  /** In [0, 1]; 0 off the road. */
  #reward(): number {
    const driven = this.vehicles[0];
    if (Math.abs(driven.y - laneCentre(driven.lane)) > laneWidth / 2) return 0;
    const speed = Math.min(Math.max((driven.velocityX - slowest) / (fastest - slowest), 0), 1);
    const reward =
      (driven.crashed ? leastReward : 0) + laneReward * (driven.targetLane / (laneCount - 1)) + speedReward * speed;
    return (reward - leastReward) / (laneReward + speedReward - leastReward);
  }

  /** One row for each vehicle: presence, x, y, x velocity, y velocity. Rows of other vehicles are relative to the driven one. */
  #observe(): Float32Array {
    const { observation } = this.#episode.result;
    const driven = this.vehicles[0];
    this.#look();
    observation.fill(0);
    writeRow(observation, 0, driven.x, driven.y, driven.velocityX, driven.velocityY);
    for (let i = 0; i < this.#observedCount; i++) {
      const other = this.#observed[i];
      writeRow(
        observation,
        5 * (i + 1),
        other.x - driven.x,
        other.y - driven.y,
        other.velocityX - driven.velocityX,
        other.velocityY - driven.velocityY,
      );
    }
    return observation;
  }

  /** Finds the nearest vehicles in sight along the road, by insertion. If two are equally near, the earlier one comes first. */
  #look(): void {
    const [driven] = this.vehicles;
    const observed = this.#observed;
    let count = 0;
    for (let i = 1; i < this.vehicles.length; i++) {
      const other = this.vehicles[i];
      const ahead = other.x - driven.x;
      const aside = other.y - driven.y;
      if (ahead <= -seenBehind || Math.sqrt(ahead * ahead + aside * aside) >= perceptionDistance) continue;
      let rank = count;
      while (rank > 0 && Math.abs(ahead) < Math.abs(observed[rank - 1].x - driven.x)) {
        if (rank < observed.length) observed[rank] = observed[rank - 1];
        rank--;
      }
      if (rank === observed.length) continue;
      observed[rank] = other;
      if (count < observed.length) count++;
    }
    this.#observedCount = count;
  }
}

/** A rectangle between two distances ahead of a vehicle's centre, `side` m to each side of it, turned with the vehicle. */
function rectangle(vehicle: Vehicle, back: number, front: number, side: number, fill: string): Shape {
  const corner = (along: number, across: number): Point => [
    vehicle.x + along * vehicle.directionX - across * vehicle.directionY,
    -(vehicle.y + along * vehicle.directionY + across * vehicle.directionX),
  ];
  return {
    kind: "polygon",
    points: [corner(back, -side), corner(front, -side), corner(front, side), corner(back, side)],
    fill,
  };
}

function writeRow(row: Float32Array, from: number, x: number, y: number, velocityX: number, velocityY: number): void {
  row[from] = 1;
  row[from + 1] = clip(x / positionRange, 1);
  row[from + 2] = clip(y / lateralRange, 1);
  row[from + 3] = clip(velocityX / velocityRange, 1);
  row[from + 4] = clip(velocityY / velocityRange, 1);
}
