// One vehicle: the kinematic bicycle model, and the controllers that keep its lane and its speed.
import { cos, sin } from "../../core/math.js";
import { asin, atan, tan } from "../trigonometry.js";
import { laneCentre, nearestLane } from "./road.js";

export const length = 5; // m
export const width = 2; // m

// Gains of the controllers, in 1/s. Each is 1 / the time in which its error falls to 1/e.
const speedGain = 1 / 0.6;
const lateralGain = 1 / 0.6;
const headingGain = 1 / 0.2;

const largestHeading = Math.PI / 4; // rad, of a lane change
const largestSteering = Math.PI / 3; // rad

/** Where a vehicle is, how it moves, and its targets. Lengths in m, angles in rad, times in s. */
export class Vehicle {
  /** Position of the centre: x along the road, y to the right from the left lane's centre. */
  x = 0;
  y = 0;
  /** Angle from the road's direction, towards the right. */
  heading = 0;
  speed = 0;
  /** Velocity along x and y, and the direction of the heading. */
  velocityX = 0;
  velocityY = 0;
  directionX = 1;
  directionY = 0;
  /** The nearest lane. */
  lane = 0;
  targetLane = 0;
  targetSpeed = 0;
  /** Angle of the front wheels. */
  steering = 0;
  acceleration = 0;
  /** Exponent of the speed in the Intelligent Driver Model. */
  exponent = 4;
  /** Time since the driver last decided about a lane change. */
  timer = 0;
  crashed = false;
  /** Whether a collision moves the vehicle in its next move, and how far along x and y. */
  struck = false;
  impactX = 0;
  impactY = 0;
  /** The four corners around the vehicle as x, y, x, y, …, at the time of the last {@link updateCorners}. */
  readonly corners = new Float64Array(8);

  /** Puts the vehicle in the middle of a lane, along the road. */
  place(lane: number, x: number, speed: number): void {
    this.x = x;
    this.y = laneCentre(lane);
    this.heading = 0;
    this.speed = speed;
    this.targetLane = lane;
    this.targetSpeed = speed;
    this.steering = 0;
    this.acceleration = 0;
    this.crashed = false;
    this.struck = false;
    this.#update();
  }

  /**
   * Steers towards the target lane. The wanted heading is larger the further away the lane is. The turn is proportional to
   * the difference from that heading.
   */
  steer(): void {
    const offset = this.y - laneCentre(this.targetLane);
    if (offset === 0 && this.heading === 0) {
      this.steering = 0; // true for most vehicles most of the time, so a shortcut is worth it
      return;
    }
    const lateralSpeed = -lateralGain * offset;
    const speed = awayFromZero(this.speed);
    const heading = clip(asin(clip(lateralSpeed / speed, 1)), largestHeading);
    const headingRate = headingGain * (heading - this.heading);
    const slip = asin(clip((length / 2 / speed) * headingRate, 1));
    this.steering = clip(atan(2 * tan(slip)), largestSteering);
  }

  /** Accelerates in proportion to the difference from the target speed. */
  holdSpeed(): void {
    this.acceleration = speedGain * (this.targetSpeed - this.speed);
  }

  /**
   * Moves for a time, by explicit Euler. A bicycle with its centre of mass in the middle slips by β, tan β = ½ tan δ (Polack
   * et al. 2017, "The kinematic bicycle model"). A crashed vehicle goes straight on and slows down.
   * @param duration in s
   */
  move(duration: number): void {
    if (this.crashed) {
      this.steering = 0;
      this.acceleration = -this.speed;
    }
    const slip = this.steering === 0 ? 0 : atan(tan(this.steering) / 2);
    this.x += this.speed * cos(this.heading + slip) * duration;
    this.y += this.speed * sin(this.heading + slip) * duration;
    if (this.struck) {
      this.x += this.impactX;
      this.y += this.impactY;
      this.crashed = true;
      this.struck = false;
    }
    this.heading += ((this.speed * sin(slip)) / (length / 2)) * duration;
    this.speed += this.acceleration * duration;
    this.#update();
  }

  /** Computes the corners for the present position and heading. */
  updateCorners(): void {
    for (let i = 0; i < 4; i++) {
      const along = i < 2 ? -length / 2 : length / 2;
      const across = i === 0 || i === 3 ? -width / 2 : width / 2;
      this.corners[2 * i] = this.x + (this.directionX * along - this.directionY * across);
      this.corners[2 * i + 1] = this.y + (this.directionY * along + this.directionX * across);
    }
  }

  /** Computes everything that follows from position, heading and speed. */
  #update(): void {
    this.directionX = cos(this.heading);
    this.directionY = sin(this.heading);
    this.velocityX = this.speed * this.directionX;
    this.velocityY = this.speed * this.directionY;
    this.lane = nearestLane(this.y);
  }
}

/** x, limited to [−limit, limit]. */
export function clip(x: number, limit: number): number {
  return Math.min(Math.max(x, -limit), limit);
}

/** x; if it is within 0.01 of 0, then 0.01 with its sign. So a division by it is safe. */
export function awayFromZero(x: number): number {
  if (Math.abs(x) > 0.01) return x;
  return x >= 0 ? 0.01 : -0.01;
}
