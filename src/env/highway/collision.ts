// Collisions of vehicles: rectangles and the separating axis theorem (Gottschalk, Lin & Manocha 1996).
import { length, type Vehicle, width } from "./vehicle.js";

const diagonal = Math.sqrt(length * length + width * width);

/**
 * Collides a vehicle with another. If they overlap now, both are crashed. If they will overlap within the duration (in s) at
 * their present velocities, their next moves push them apart, each by half of the way.
 */
export function collide(vehicle: Vehicle, other: Vehicle, duration: number): void {
  const distanceX = other.x - vehicle.x;
  const distanceY = other.y - vehicle.y;
  const distance = Math.sqrt(distanceX * distanceX + distanceY * distanceY);
  if (distance > diagonal + vehicle.speed * duration) return;
  vehicle.updateCorners();
  other.updateCorners();
  const displacementX = (vehicle.velocityX - other.velocityX) * duration;
  const displacementY = (vehicle.velocityY - other.velocityY) * duration;
  let overlap = true;
  let willOverlap = true;
  let smallestDepth = Infinity;
  let pushX = 0;
  let pushY = 0;
  for (let edge = 0; edge < 8; edge++) {
    // The normal of each edge of each rectangle is an axis.
    const corners = edge < 4 ? vehicle.corners : other.corners;
    const from = 2 * (edge % 4);
    const to = (from + 2) % 8;
    let axisX = corners[from + 1] - corners[to + 1];
    let axisY = corners[to] - corners[from];
    const norm = Math.sqrt(axisX * axisX + axisY * axisY);
    axisX /= norm;
    axisY /= norm;
    let least = lowest(vehicle.corners, axisX, axisY);
    let greatest = -lowest(vehicle.corners, -axisX, -axisY);
    const otherLeast = lowest(other.corners, axisX, axisY);
    const otherGreatest = -lowest(other.corners, -axisX, -axisY);
    if (gap(least, greatest, otherLeast, otherGreatest) > 0) overlap = false;
    const shift = axisX * displacementX + axisY * displacementY;
    if (shift < 0) least += shift;
    else greatest += shift;
    const gapThen = gap(least, greatest, otherLeast, otherGreatest);
    if (gapThen > 0) willOverlap = false;
    if (!overlap && !willOverlap) return;
    if (Math.abs(gapThen) < smallestDepth) {
      smallestDepth = Math.abs(gapThen);
      // Away from the other vehicle.
      const sign = distanceX * axisX + distanceY * axisY < 0 ? 1 : -1;
      pushX = sign * axisX;
      pushY = sign * axisY;
    }
  }
  if (willOverlap) {
    strike(vehicle, (smallestDepth * pushX) / 2, (smallestDepth * pushY) / 2);
    strike(other, -vehicle.impactX, -vehicle.impactY);
  }
  if (overlap) {
    vehicle.crashed = true;
    other.crashed = true;
  }
}

function strike(vehicle: Vehicle, impactX: number, impactY: number): void {
  vehicle.struck = true;
  vehicle.impactX = impactX;
  vehicle.impactY = impactY;
}

/** The lowest coordinate of four corners along an axis. */
function lowest(corners: Float64Array, axisX: number, axisY: number): number {
  let least = Infinity;
  for (let i = 0; i < 8; i += 2) least = Math.min(least, corners[i] * axisX + corners[i + 1] * axisY);
  return least;
}

/** The distance between two intervals; below 0 if they overlap. */
function gap(least: number, greatest: number, otherLeast: number, otherGreatest: number): number {
  return least < otherLeast ? otherLeast - greatest : least - otherGreatest;
}
