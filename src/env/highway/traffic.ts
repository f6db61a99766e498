// How the traffic drives: the Intelligent Driver Model (Treiber, Hennecke & Helbing 2000) within a lane, and MOBIL (Kesting,
// Treiber & Helbing 2007) for lane changes.
import { power } from "../power.js";
import { isOn, isReachable, laneCount, speedLimit } from "./road.js";
import { awayFromZero, clip, type Vehicle } from "./vehicle.js";

const maximumAcceleration = 3; // m/s², a in the paper
const comfortableDeceleration = 5; // m/s², b
const jamDistance = 10; // m, s₀ plus a vehicle's length, since gaps are from centre to centre
const timeHeadway = 1.5; // s, T
const strongestAcceleration = 6; // m/s², in both directions

const safeBraking = 2; // m/s², b_safe of MOBIL: how hard the new follower may have to brake
const changingThreshold = 0.2; // m/s², Δa_th
const changingInterval = 1; // s, between two decisions about a lane change
const slowestChange = 1; // m/s

/** The nearest vehicle on a lane that is beside or ahead of this one. */
function precedingOn(lane: number, vehicle: Vehicle, vehicles: readonly Vehicle[]): Vehicle | undefined {
  let preceding: Vehicle | undefined;
  for (const other of vehicles) {
    if (other === vehicle || other.x < vehicle.x || !isOn(lane, other.y)) continue;
    if (preceding === undefined || other.x <= preceding.x) preceding = other;
  }
  return preceding;
}

/** The nearest vehicle on a lane that is behind this one. */
function followingOn(lane: number, vehicle: Vehicle, vehicles: readonly Vehicle[]): Vehicle | undefined {
  let following: Vehicle | undefined;
  for (const other of vehicles) {
    if (other === vehicle || other.x >= vehicle.x || !isOn(lane, other.y)) continue;
    if (following === undefined || other.x > following.x) following = other;
  }
  return following;
}

/** The gap that a vehicle wants to have to another: s* = s₀ + v·T + v·Δv / (2·√(a·b)), in m. */
function desiredGap(vehicle: Vehicle, other: Vehicle): number {
  const approach =
    (vehicle.velocityX - other.velocityX) * vehicle.directionX +
    (vehicle.velocityY - other.velocityY) * vehicle.directionY;
  return (
    jamDistance +
    vehicle.speed * timeHeadway +
    (vehicle.speed * approach) / (2 * Math.sqrt(maximumAcceleration * comfortableDeceleration))
  );
}

/**
 * How a vehicle accelerates behind another one, or with a free road ahead: a·(1 − (v/v₀)^δ − (s* : s)²), in m/s². Each driver
 * has an exponent δ, and uses it also to predict how others accelerate.
 */
function acceleration(exponent: number, vehicle: Vehicle, preceding: Vehicle | undefined): number {
  const desiredSpeed = Math.min(vehicle.targetSpeed, speedLimit);
  const free = maximumAcceleration * (1 - power(Math.max(vehicle.speed, 0) / desiredSpeed, exponent));
  if (preceding === undefined) return free;
  const ratio = desiredGap(vehicle, preceding) / awayFromZero(preceding.x - vehicle.x);
  return free - maximumAcceleration * (ratio * ratio);
}

/** Whether a vehicle should change to a lane. Its politeness is 0: it considers only the safety of others. */
function shouldChange(vehicle: Vehicle, lane: number, vehicles: readonly Vehicle[]): boolean {
  const { exponent } = vehicle;
  const follower = followingOn(lane, vehicle, vehicles);
  if (follower !== undefined && acceleration(exponent, follower, vehicle) < -safeBraking) return false;
  const now = acceleration(exponent, vehicle, precedingOn(vehicle.lane, vehicle, vehicles));
  const then = acceleration(exponent, vehicle, precedingOn(lane, vehicle, vehicles));
  return then - now >= changingThreshold;
}

/** Whether another vehicle close ahead is changing to the same lane. */
function isForestalled(vehicle: Vehicle, vehicles: readonly Vehicle[]): boolean {
  for (const other of vehicles) {
    if (other === vehicle || other.targetLane !== vehicle.targetLane || other.lane === other.targetLane) continue;
    const distance = other.x - vehicle.x;
    if (distance > 0 && distance < desiredGap(vehicle, other)) return true;
  }
  return false;
}

function chooseLane(vehicle: Vehicle, vehicles: readonly Vehicle[]): void {
  const { lane } = vehicle;
  if (lane !== vehicle.targetLane) {
    if (isForestalled(vehicle, vehicles)) vehicle.targetLane = lane;
    return;
  }
  if (vehicle.timer <= changingInterval) return;
  vehicle.timer = 0;
  // If both sides are worth it, the vehicle takes the right one, which comes last.
  for (let side = lane - 1; side <= lane + 1; side += 2) {
    if (side < 0 || side >= laneCount || !isReachable(side, vehicle.y) || Math.abs(vehicle.speed) < slowestChange)
      continue;
    if (shouldChange(vehicle, side, vehicles)) vehicle.targetLane = side;
  }
}

/** Decides how a vehicle of the traffic steers and accelerates. For a crashed vehicle, nothing is decided. */
export function drive(vehicle: Vehicle, vehicles: readonly Vehicle[]): void {
  if (vehicle.crashed) return;
  chooseLane(vehicle, vehicles);
  vehicle.steer();
  const { lane, targetLane, exponent } = vehicle;
  let chosen = acceleration(exponent, vehicle, precedingOn(lane, vehicle, vehicles));
  // Between two lanes, it keeps its distance from the vehicles ahead on both.
  if (lane !== targetLane) {
    chosen = Math.min(chosen, acceleration(exponent, vehicle, precedingOn(targetLane, vehicle, vehicles)));
  }
  vehicle.acceleration = clip(chosen, strongestAcceleration);
}
