// A straight road of three lanes along x.

export const laneCount = 3;
export const laneWidth = 4; // m
export const speedLimit = 30; // m/s

/** How far beyond a lane's edge a vehicle's centre still counts as on it for others, in m. */
const margin = 1;

/** y of a lane's centre, in m. Lane 0 is the leftmost; y grows to the right. */
export function laneCentre(lane: number): number {
  return lane * laneWidth;
}

/** The lane whose centre is nearest to y; of two as near, the left one. */
export function nearestLane(y: number): number {
  return Math.min(Math.max(Math.ceil(y / laneWidth - 0.5), 0), laneCount - 1);
}

/** Whether y is close enough to a lane to change to it: at most two lanes away. */
export function isReachable(lane: number, y: number): boolean {
  return Math.abs(y - laneCentre(lane)) <= 2 * laneWidth;
}

/** Whether who is at y is a neighbour of those on a lane. */
export function isOn(lane: number, y: number): boolean {
  return Math.abs(y - laneCentre(lane)) <= laneWidth / 2 + margin;
}
