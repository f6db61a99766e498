// A straight road of three lanes along x.

export const laneCount = 3;
export const laneWidth = 4; // m
export const speedLimit = 30; // m/s

/** A vehicle still counts as on a lane for others if its centre is at most this far beyond the lane's edge, in m. */
const margin = 1;

/** y of a lane's centre, in m. Lane 0 is the leftmost; y grows to the right. */
export function laneCentre(lane: number): number {
  return lane * laneWidth;
}

/** The lane whose centre is nearest to y. If two are equally near, the left one. */
export function nearestLane(y: number): number {
  return Math.min(Math.max(Math.ceil(y / laneWidth - 0.5), 0), laneCount - 1);
}

/** Whether a vehicle at y is close enough to a lane to change to it: at most two lanes away. */
export function isReachable(lane: number, y: number): boolean {
  return Math.abs(y - laneCentre(lane)) <= 2 * laneWidth;
}

/** Whether a vehicle at y counts as on a lane for others. */
export function isOn(lane: number, y: number): boolean {
  return Math.abs(y - laneCentre(lane)) <= laneWidth / 2 + margin;
}
