// Controls in the units of their instruments, and walls that chance does not get over.
import { cos, sin } from "../../../dist/core/math.js";
import { solved, solvedOnGrid } from "../solve.js";
import { clamp, task } from "../task.js";

const degrees = 180 / Math.PI;

/** A pendulum that is too heavy for its motor, in degrees and degrees a second. 0° is upright. */
const swingUp = {
  featureNames: ["angle (°)", "speed (°/s)"],
  actionNames: ["left", "none", "right"],
  maxEpisodeSteps: 200,
  start: (random) => ({ angle: 180 - random.uniform(-20, 20), speed: random.uniform(-20, 20) }),
  step(state, action) {
    const { angle } = state;
    const faster = state.speed + 0.05 * degrees * (10 * sin(angle / degrees) + 4 * (action - 1));
    state.speed = clamp(faster, -460, 460);
    const turned = angle + 0.05 * state.speed;
    state.angle = turned > 180 ? turned - 360 : turned < -180 ? turned + 360 : turned;
    return { reward: (1 + cos(state.angle / degrees)) / 2, terminated: false };
  },
  observe({ angle, speed }, observation) {
    observation[0] = angle > 180 ? angle - 360 : angle;
    observation[1] = speed;
  },
};

/** A stage on a rail, in micrometres, with five forces. It docks where it is slow and near 0. */
const docking = {
  featureNames: ["place (µm)", "speed (µm/s)"],
  actionNames: ["back fast", "back", "none", "forward", "forward fast"],
  maxEpisodeSteps: 200,
  start: (random) => ({ place: (2 * random.integers(0, 2) - 1) * random.uniform(150_000, 400_000), speed: 0 }),
  step(state, action) {
    let speed = state.speed + 0.1 * 20_000 * (action - 2);
    let place = state.place + 0.1 * speed;
    let reward = -Math.abs(place) / 400_000;
    if (Math.abs(place) > 500_000) [place, speed, reward] = [Math.sign(place) * 500_000, 0, reward - 2];
    Object.assign(state, { place, speed });
    const docked = Math.abs(place) < 6000 && Math.abs(speed) < 8000;
    return { reward: docked ? 20 : reward, terminated: docked };
  },
  observe({ place, speed }, observation) {
    observation[0] = place;
    observation[1] = speed;
  },
};

/** A swing-boat at a fair: weak pushes in the right rhythm take it to the horizontal. */
const swingBoat = {
  featureNames: ["angle", "speed"],
  actionNames: ["push left", "wait", "push right"],
  maxEpisodeSteps: 250,
  start: (random) => ({ angle: random.uniform(-0.1, 0.1), speed: 0 }),
  step(state, action) {
    const { angle, speed } = state;
    state.speed = speed + 0.1 * (-4 * sin(angle) - 0.03 * speed + 0.5 * (action - 1));
    state.angle = angle + 0.1 * state.speed;
    return { reward: -1, terminated: Math.abs(state.angle) >= Math.PI / 2 };
  },
  observe({ angle, speed }, observation) {
    observation[0] = angle;
    observation[1] = speed;
  },
};

/** A lorry in a valley, in metres. Fuel costs, and only the pass at the top pays. */
const valley = {
  featureNames: ["place (m)", "speed (m/s)"],
  actionNames: ["back", "roll", "forward"],
  maxEpisodeSteps: 200,
  start: (random) => ({ place: random.uniform(-26, -14), speed: 0 }),
  step(state, action) {
    const slope = clamp((state.place + 20) / 200, -0.2, 0.12);
    let speed = state.speed + 0.5 * (0.6 * (action - 1) - 9.8 * slope);
    let place = state.place + 0.5 * speed;
    if (place < -80) [place, speed] = [-80, 0];
    Object.assign(state, { place, speed });
    const arrived = place >= 40;
    return { reward: (arrived ? 100 : 0) - (action === 1 ? 0 : 0.2), terminated: arrived };
  },
  observe({ place, speed }, observation) {
    observation[0] = place;
    observation[1] = speed;
  },
};

const source = 11;

/** The chances to be carried back, to stay, and to come ahead, by current and action. */
const swims = [
  [
    [1, 0, 0],
    [0.1, 0.9, 0],
    [0.05, 0.45, 0.5],
  ],
  [
    [1, 0, 0],
    [0.1, 0.9, 0],
    [0.6, 0.35, 0.05],
  ],
];

/** A river whose source is worth the swim. While the current is strong, holding on is all that helps. */
const river = {
  featureNames: ["place", "strong current"],
  actionNames: ["drift", "hold on", "swim"],
  maxEpisodeSteps: 150,
  start: (random) => ({ place: random.integers(0, 2), strong: random.integers(0, 2) }),
  step(state, action, random) {
    state.place = clamp(state.place + random.choice(3, swims[state.strong][action]) - 1, 0, source);
    if (random.choice(2, [0.85, 0.15]) === 1) state.strong = 1 - state.strong;
    return { reward: state.place === source ? 10 : state.place === 0 ? 0.05 : 0, terminated: false };
  },
  observe({ place, strong }, observation) {
    observation[0] = place;
    observation[1] = strong;
  },
};

/** A furnace, in degrees. Only iron of 1,250° can be tapped, an open door lets the heat out, and a lining of 1,500° breaks. */
const furnace = {
  featureNames: ["lining (°C)", "iron (°C)"],
  actionNames: ["off", "low", "full", "tap"],
  maxEpisodeSteps: 200,
  start: (random) => ({ lining: random.uniform(20, 120), iron: random.uniform(20, 60) }),
  step(state, action) {
    const { lining, iron } = state;
    const heating = [0, 30, 90, 0][action];
    let hot = lining + heating - 0.08 * (lining - iron) - 0.015 * (lining - 20);
    let warm = iron + 0.06 * (lining - iron);
    const tapped = action === 3 && iron >= 1250;
    if (action === 3 && !tapped) [hot, warm] = [20 + 0.8 * (hot - 20), 20 + 0.8 * (warm - 20)];
    Object.assign(state, { lining: hot, iron: warm });
    if (tapped) return { reward: 100, terminated: true };
    const broken = hot > 1500;
    return { reward: broken ? -50 : -[0, 0.15, 0.4, 0.2][action], terminated: broken };
  },
  observe({ lining, iron }, observation) {
    observation[0] = lining;
    observation[1] = iron;
  },
};

/**
 * The best policy for rules without chance whose state is two numbers, which are what is observed.
 * @param axes for each of the two, by its name: the grid
 */
function onGrid({ step, actionNames }, { axes, ...how }) {
  const [x, y] = Object.keys(axes);
  return solvedOnGrid({
    ...how,
    axes: Object.values(axes),
    actions: actionNames.length,
    read: (observation) => observation,
    step(atX, atY, action) {
      const state = { [x]: atX, [y]: atY };
      const { reward, terminated } = step(state, action);
      return { x: state[x], y: state[y], reward, terminated };
    },
  });
}

export const control = [
  task({
    id: "swing-up",
    kind: "control",
    side: "tuning",
    envSteps: 50_000,
    rules: swingUp,
    reference: {
      how: "value iteration on a grid of 180 angles and 185 speeds (γ = 0.99).",
      policy: () =>
        onGrid(swingUp, {
          axes: {
            angle: { from: -180, to: 180, points: 180, wraps: true },
            speed: { from: -460, to: 460, points: 185 },
          },
          gamma: 0.99,
          tolerance: 1e-4,
        }),
    },
  }),
  task({
    id: "docking",
    kind: "control",
    side: "reporting",
    envSteps: 50_000,
    rules: docking,
    reference: {
      how: "value iteration on a grid of 401 places and 241 speeds (γ = 0.995).",
      policy: () =>
        onGrid(docking, {
          axes: {
            place: { from: -500_000, to: 500_000, points: 401 },
            speed: { from: -240_000, to: 240_000, points: 241 },
          },
          gamma: 0.995,
          tolerance: 1e-4,
        }),
    },
  }),
];

export const wall = [
  task({
    id: "swing-boat",
    kind: "wall",
    side: "tuning",
    envSteps: 100_000,
    rules: swingBoat,
    reference: {
      how: "value iteration on a grid of 161 angles and 161 speeds (γ = 0.999).",
      policy: () =>
        onGrid(swingBoat, {
          axes: {
            angle: { from: -1.6, to: 1.6, points: 161 },
            speed: { from: -3.2, to: 3.2, points: 161 },
          },
          gamma: 0.999,
          tolerance: 1e-3,
        }),
    },
  }),
  task({
    id: "river",
    kind: "wall",
    side: "tuning",
    envSteps: 100_000,
    episodes: 300,
    rules: river,
    reference: {
      how: "value iteration over place and current (γ = 0.99).",
      policy: () => solved(river, { gamma: 0.99 }),
    },
  }),
  task({
    id: "furnace",
    kind: "wall",
    side: "tuning",
    envSteps: 100_000,
    rules: furnace,
    reference: {
      how: "value iteration on a grid of 151 temperatures of the lining and 151 of the iron (γ = 0.999).",
      policy: () =>
        onGrid(furnace, {
          axes: {
            lining: { from: 0, to: 1500, points: 151 },
            iron: { from: 0, to: 1500, points: 151 },
          },
          gamma: 0.999,
          tolerance: 1e-3,
        }),
    },
  }),
  task({
    id: "valley-lorry",
    kind: "wall",
    side: "reporting",
    envSteps: 100_000,
    rules: valley,
    reference: {
      how: "value iteration on a grid of 241 places and 201 speeds (γ = 0.999).",
      policy: () =>
        onGrid(valley, {
          axes: {
            place: { from: -80, to: 40, points: 241 },
            speed: { from: -15, to: 15, points: 201 },
          },
          gamma: 0.999,
          tolerance: 1e-3,
        }),
    },
  }),
];
