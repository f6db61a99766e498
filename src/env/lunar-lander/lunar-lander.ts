// LunarLander-v3: land a rocket with three engines on a pad, as Gymnasium has it, on planck, a port of Box2D.
//
// Box2D computes in float32. planck computes in float64, with the host's sine and cosine. So an episode follows the reference's
// closely until the first contact. After it, the episode is similar, but not equal.
import { Box, Edge, Polygon, RevoluteJoint, Vec2, World } from "planck";
import { cos, sin } from "../../core/math.js";
import type { Env, RandomSource, ResetOptions, StepResult } from "../env.js";
import { RandomEpisode, type RandomFrom } from "../episode.js";
import type { Point, Scene, Shape } from "../scene.js";

type Body = ReturnType<World["createBody"]>;

/** Pixels of the reference's picture for each unit of length. The reference gives its sizes in pixels. */
const scale = 30;
const width = 600 / scale;
const height = 400 / scale;
const timeStep = 1 / 50; // s
const velocityIterations = 180;
const positionIterations = 60;
const gravity = -10;

const chunks = 11;
const chunkWidth = width / (chunks - 1);
/** The pad's two ends, as indices of the terrain's heights. */
const padStart = 4;
const padEnd = 6;
const padHeight = height / 4;

const hull: readonly Point[] = [
  [-14 / scale, 17 / scale],
  [-17 / scale, 0],
  [-17 / scale, -10 / scale],
  [17 / scale, -10 / scale],
  [17 / scale, 0],
  [14 / scale, 17 / scale],
];
/** The hull's centre of mass, above its origin. */
const hullCentreUp = 2635 / 867 / scale;
const startForce = 1000; // N, at most, along each axis
const legAway = 20 / scale;
const legDown = 18 / scale;
const legHalfWidth = 2 / scale;
const legHalfLength = 8 / scale;
const legAngle = 0.05; // rad
const legTorque = 40;
const legSpeed = 0.3; // rad/s
/** A leg's joint turns outwards, between these two angles in rad. */
const legInnermost = 0.9 - 0.5;
const legOutermost = 0.9;
// The hull and the legs can touch only the ground, and not each other.
const ground = 0x0001;
const hullCategory = 0x0010;
const legCategory = 0x0020;

const mainEnginePower = 13;
const mainEngineDown = 4 / scale;
const sideEnginePower = 0.6;
const sideEngineAway = 12 / scale;
/** The height at which a side engine acts. The reference uses two different numbers, so its lever depends on the angle. */
const sideEngineUp = 14 / scale;
const sideEngineAlong = 17 / scale;

/** The impulse of the strongest push, in N·s. It changes the speed by about 2 m/s. */
const pushImpulse = 10;

const mainEngine = 2;

/**
 * Reward for a step: the change of a sum over distance to the pad, speed, angle and legs on the ground, minus the fuel. In its
 * place, −100 for a crash or for leaving at the sides, and +100 for coming to rest. All three terminate.
 */
export class LunarLander implements Env {
  readonly id = "LunarLander-v3";
  readonly observationSize = 8;
  readonly actionCount = 4;
  readonly maxEpisodeSteps = 1000;
  readonly featureNames = [
    "horizontal position",
    "height above the pad",
    "horizontal velocity",
    "vertical velocity",
    "angle",
    "angular velocity",
    "left leg on the ground",
    "right leg on the ground",
  ];
  readonly actionNames = ["do nothing", "fire left engine", "fire main engine", "fire right engine"];
  /** Heights of the ground at the ends of its ten equal parts, in the world's units, shape (11). */
  readonly terrain = new Float64Array(chunks);
  readonly #episode: RandomEpisode;
  readonly #drawnHeights = new Float64Array(chunks + 1);
  /** The observation in float64. */
  readonly #state = new Float64Array(8);
  #random!: RandomSource;
  #world!: World;
  #lander!: Body;
  readonly #legs: Body[] = [];
  readonly #legOnGround = [false, false];
  #crashed = false;
  #potential = 0;
  /** The action of the latest step, which tells the engine. */
  #fired = 0;

  /** @param randomFrom gives the draws; by default NumPy's generator */
  constructor(randomFrom?: RandomFrom) {
    this.#episode = new RandomEpisode(this, randomFrom);
  }

  reset(options?: ResetOptions): Float32Array {
    this.#random = this.#episode.startWithDraws(options);
    this.#crashed = false;
    this.#legOnGround.fill(false);
    this.#world = new World({ gravity: new Vec2(0, gravity) });
    this.#makeGround();
    this.#makeLander();
    this.#watchContacts();
    // the reference's first observation comes from a first step without an engine
    this.#advance(0);
    this.#potential = this.#potentialNow();
    return this.#episode.result.observation;
  }

  step(action: number): StepResult {
    this.#episode.take(action);
    this.#advance(action);
    const potential = this.#potentialNow();
    let reward = potential - this.#potential;
    this.#potential = potential;
    if (action === mainEngine) reward -= 0.3;
    else if (action !== 0) reward -= 0.03;
    const lost = this.#crashed || Math.abs(this.#state[0]) >= 1;
    const atRest = !this.#lander.isAwake();
    if (lost) reward = -100;
    if (atRest) reward = 100;
    return this.#episode.finish(reward, lost || atRest);
  }

  /** Pushes the lander: to the right if the strength is above 0, else to the left. */
  perturb(strength: number): void {
    this.#lander.applyLinearImpulse(new Vec2(strength * pushImpulse, 0), this.#lander.getWorldCenter(), true);
  }

  render(): Scene {
    const shapes: Shape[] = [];
    const moon: Point[] = [[0, 0], ...Array.from(this.terrain, (y, i): Point => [i * chunkWidth, y]), [width, 0]];
    shapes.push({ kind: "polygon", points: moon, fill: "#b8bcc8" });
    for (const i of [padStart, padEnd]) {
      const x = i * chunkWidth;
      const top = padHeight + 1.6;
      const cloth: Point[] = [
        [x, top],
        [x + 0.8, top - 0.25],
        [x, top - 0.5],
      ];
      const pole: Point[] = [
        [x, padHeight],
        [x, top],
      ];
      shapes.push({ kind: "polyline", points: pole, stroke: "#ffffff", strokeWidth: 0.08 });
      shapes.push({ kind: "polygon", points: cloth, fill: "#f2c14e" });
    }
    const part = (body: Body, points: readonly Point[], fill: string) =>
      shapes.push({ kind: "polygon", points: points.map((point) => placed(body, point)), fill });
    if (this.#fired !== 0) part(this.#lander, flames[this.#fired - 1], "#ff8c42");
    for (const [i, leg] of this.#legs.entries()) {
      const strut = [placed(this.#lander, [i === 0 ? hipAway : -hipAway, 0]), placed(leg, [0, 0])];
      shapes.push({ kind: "polyline", points: strut, stroke: "#5d6bb0", strokeWidth: 0.08 });
      part(leg, legOutline, "#7f8fd9");
    }
    part(this.#lander, hull, "#a9b4f0");
    part(this.#lander, porthole, "#2b3360");
    return { bounds: [0, 0, width, height], background: "#10142b", shapes };
  }

  #makeGround(): void {
    const drawn = this.#drawnHeights;
    for (let i = 0; i <= chunks; i++) drawn[i] = this.#random.uniform(0, height / 2);
    for (let i = padStart - 1; i <= padEnd + 1; i++) drawn[i] = padHeight;
    // The twelfth height is a neighbour of both ends.
    for (let i = 0; i < chunks; i++) {
      this.terrain[i] = 0.33 * (drawn[(i + chunks) % (chunks + 1)] + drawn[i] + drawn[i + 1]);
    }
    const moon = this.#world.createBody();
    moon.createFixture(new Edge(new Vec2(0, 0), new Vec2(width, 0)));
    for (let i = 0; i < chunks - 1; i++) {
      const left = new Vec2(i * chunkWidth, this.terrain[i]);
      const right = new Vec2((i + 1) * chunkWidth, this.terrain[i + 1]);
      moon.createFixture(new Edge(left, right), { friction: 0.1 });
    }
  }

  #makeLander(): void {
    const world = this.#world;
    const lander = world.createDynamicBody(new Vec2(width / 2, height));
    lander.createFixture(new Polygon(hull.map(([x, y]) => new Vec2(x, y))), {
      density: 5,
      friction: 0.1,
      filterCategoryBits: hullCategory,
      filterMaskBits: ground,
    });
    centreMass(lander, hullCentreUp);
    const forceX = this.#random.uniform(-startForce, startForce);
    const forceY = this.#random.uniform(-startForce, startForce);
    lander.applyForceToCenter(new Vec2(forceX, forceY), true);
    this.#lander = lander;

    for (const [index, side] of [-1, 1].entries()) {
      const leg = world.createDynamicBody(new Vec2(width / 2 - side * legAway, height), side * legAngle);
      leg.createFixture(new Box(legHalfWidth, legHalfLength), {
        density: 1,
        filterCategoryBits: legCategory,
        filterMaskBits: ground,
      });
      world.createJoint(
        new RevoluteJoint({
          bodyA: lander,
          bodyB: leg,
          localAnchorA: new Vec2(0, 0),
          localAnchorB: new Vec2(side * legAway, legDown),
          enableMotor: true,
          maxMotorTorque: legTorque,
          motorSpeed: side * legSpeed,
          enableLimit: true,
          lowerAngle: side < 0 ? legInnermost : -legOutermost,
          upperAngle: side < 0 ? legOutermost : -legInnermost,
        }),
      );
      this.#legs[index] = leg;
    }
  }

  #watchContacts(): void {
    const legOf = (a: Body, b: Body) => this.#legs.findIndex((leg) => leg === a || leg === b);
    this.#world.on("begin-contact", (contact) => {
      const a = contact.getFixtureA().getBody();
      const b = contact.getFixtureB().getBody();
      if (a === this.#lander || b === this.#lander) this.#crashed = true;
      const leg = legOf(a, b);
      if (leg >= 0) this.#legOnGround[leg] = true;
    });
    // If a leg is on two parts of the ground and leaves one of them, it counts as lifted, as in the reference.
    this.#world.on("end-contact", (contact) => {
      const leg = legOf(contact.getFixtureA().getBody(), contact.getFixtureB().getBody());
      if (leg >= 0) this.#legOnGround[leg] = false;
    });
  }

  /** Fires the action's engine, moves the world by one time step and observes. */
  #advance(action: number): void {
    const alongDispersion = this.#random.uniform(-1, 1) / scale;
    const acrossDispersion = this.#random.uniform(-1, 1) / scale;
    if (action === mainEngine) this.#fireMain(alongDispersion, acrossDispersion);
    else if (action !== 0) this.#fireSide(action - mainEngine, alongDispersion, acrossDispersion);
    this.#fired = action;
    this.#world.step(timeStep, velocityIterations, positionIterations);
    this.#observe();
  }

  #fireMain(alongDispersion: number, acrossDispersion: number): void {
    const angle = this.#lander.getAngle();
    const sine = sin(angle);
    const cosine = cos(angle);
    const along = mainEngineDown + 2 * alongDispersion;
    const x = sine * along - cosine * acrossDispersion;
    const y = -cosine * along - sine * acrossDispersion;
    const { x: landerX, y: landerY } = this.#lander.getPosition();
    this.#thrust(-x * mainEnginePower, -y * mainEnginePower, landerX + x, landerY + y);
  }

  /** @param direction −1 for the left engine, 1 for the right one */
  #fireSide(direction: number, alongDispersion: number, acrossDispersion: number): void {
    const angle = this.#lander.getAngle();
    const sine = sin(angle);
    const cosine = cos(angle);
    const across = 3 * acrossDispersion + direction * sideEngineAway;
    const x = sine * alongDispersion - cosine * across;
    const y = -cosine * alongDispersion - sine * across;
    const { x: landerX, y: landerY } = this.#lander.getPosition();
    this.#thrust(
      -x * sideEnginePower,
      -y * sideEnginePower,
      landerX + x - sine * sideEngineAlong,
      landerY + y + cosine * sideEngineUp,
    );
  }

  #thrust(impulseX: number, impulseY: number, x: number, y: number): void {
    this.#lander.applyLinearImpulse(new Vec2(impulseX, impulseY), new Vec2(x, y), true);
  }

  #observe(): void {
    const state = this.#state;
    const { x, y } = this.#lander.getPosition();
    const { x: velocityX, y: velocityY } = this.#lander.getLinearVelocity();
    state[0] = (x - width / 2) / (width / 2);
    state[1] = (y - (padHeight + legDown)) / (height / 2);
    state[2] = velocityX * (width / 2) * timeStep;
    state[3] = velocityY * (height / 2) * timeStep;
    state[4] = this.#lander.getAngle();
    state[5] = 20 * this.#lander.getAngularVelocity() * timeStep;
    state[6] = this.#legOnGround[0] ? 1 : 0;
    state[7] = this.#legOnGround[1] ? 1 : 0;
    this.#episode.result.observation.set(state);
  }

  /** The potential, whose change is the reward (Ng et al. 1999, "Policy invariance under reward transformations"). */
  #potentialNow(): number {
    const [x, y, velocityX, velocityY, angle, , leftLeg, rightLeg] = this.#state;
    return (
      -100 * Math.sqrt(x * x + y * y) -
      100 * Math.sqrt(velocityX * velocityX + velocityY * velocityY) -
      100 * Math.abs(angle) +
      10 * leftLeg +
      10 * rightLeg
    );
  }
}

/** Corrects a body's centre of mass: planck 1.4 puts a polygon's at a wrong height. */
function centreMass(body: Body, up: number): void {
  const mass = body.getMass();
  const { x, y } = body.getLocalCenter();
  const inertia = body.getInertia() - mass * (x * x + y * y);
  body.setMassData({ mass, center: new Vec2(0, up), I: inertia + mass * up * up });
}

/** The position in the world of a body's own point. */
function placed(body: Body, [x, y]: Point): Point {
  const point = body.getWorldPoint(new Vec2(x, y));
  return [point.x, point.y];
}

// Outlines for the picture, in the coordinates of the lander and its legs.
const legOutline: readonly Point[] = [
  [-legHalfWidth, -legHalfLength],
  [legHalfWidth, -legHalfLength],
  [legHalfWidth, legHalfLength],
  [-legHalfWidth, legHalfLength],
];
const hipAway = 12 / scale;
const porthole: readonly Point[] = [
  [-6 / scale, 3 / scale],
  [6 / scale, 3 / scale],
  [5 / scale, 12 / scale],
  [-5 / scale, 12 / scale],
];
/** The flames of actions 1, 2 and 3. The left engine pushes to the left, so its flame is on the right. */
const flames: readonly (readonly Point[])[] = [
  [
    [15 / scale, 17 / scale],
    [27 / scale, 14 / scale],
    [15 / scale, 11 / scale],
  ],
  [
    [-7 / scale, -10 / scale],
    [7 / scale, -10 / scale],
    [0, -32 / scale],
  ],
  [
    [-15 / scale, 17 / scale],
    [-27 / scale, 14 / scale],
    [-15 / scale, 11 / scale],
  ],
];
