// Controls in the units of their instruments, and walls that chance does not get over.
import { cos, sin } from "../../../dist/core/math.js";
import { solved, solvedOnGrid } from "../solve.js";
import { clamp, task } from "../task.js";

const degrees = 180 / Math.PI;

/** A pendulum that is too heavy for its motor, in degrees and degrees a second. 0° is upright. */
function swing({ angle, speed }, action) {
  let faster = speed + 0.05 * degrees * (10 * sin(angle / degrees) + 4 * (action - 1));
  faster = clamp(faster, -460, 460);
  const turned = angle + 0.05 * faster;
  const next = turned > 180 ? turned - 360 : turned < -180 ? turned + 360 : turned;
  return { angle: next, speed: faster, reward: (1 + cos(next / degrees)) / 2 };
}

const swingUp = {
  featureNames: ["angle (°)", "speed (°/s)"],
  actionNames: ["left", "none", "right"],
  maxEpisodeSteps: 200,
  start: (random) => ({ angle: 180 - random.uniform(-20, 20), speed: random.uniform(-20, 20) }),
  step(state, action) {
    const { angle, speed, reward } = swing(state, action);
    Object.assign(state, { angle, speed });
    return { reward, terminated: false };
  },
  observe({ angle, speed }, observation) {
    observation[0] = angle > 180 ? angle - 360 : angle;
    observation[1] = speed;
  },
};

/** A stage on a rail, in micrometres, with five forces. It docks where it is slow and near 0. */
function drive({ place, speed }, action) {
  const faster = speed + 0.1 * 20_000 * (action - 2);
  let next = place + 0.1 * faster;
  let reward = -Math.abs(next) / 400_000;
  let after = faster;
  if (Math.abs(next) > 500_000) [next, after, reward] = [Math.sign(next) * 500_000, 0, reward - 2];
  const docked = Math.abs(next) < 6000 && Math.abs(after) < 8000;
  return { place: next, speed: after, reward: docked ? 20 : reward, terminated: docked };
}

const docking = {
  featureNames: ["place (µm)", "speed (µm/s)"],
  actionNames: ["back fast", "back", "none", "forward", "forward fast"],
  maxEpisodeSteps: 200,
  start: (random) => ({ place: (2 * random.integers(0, 2) - 1) * random.uniform(150_000, 400_000), speed: 0 }),
  step(state, action) {
    const { place, speed, reward, terminated } = drive(state, action);
    Object.assign(state, { place, speed });
    return { reward, terminated };
  },
  observe({ place, speed }, observation) {
    observation[0] = place;
    observation[1] = speed;
  },
};

/** A swing-boat at a fair: weak pushes in the right rhythm take it to the horizontal. */
function push({ angle, speed }, action) {
  const faster = speed + 0.1 * (-4 * sin(angle) - 0.03 * speed + 0.5 * (action - 1));
  const next = angle + 0.1 * faster;
  return { angle: next, speed: faster, terminated: Math.abs(next) >= Math.PI / 2 };
}

const swingBoat = {
  featureNames: ["angle", "speed"],
  actionNames: ["push left", "wait", "push right"],
  maxEpisodeSteps: 250,
  start: (random) => ({ angle: random.uniform(-0.1, 0.1), speed: 0 }),
  step(state, action) {
    const { angle, speed, terminated } = push(state, action);
    Object.assign(state, { angle, speed });
    return { reward: -1, terminated };
  },
  observe({ angle, speed }, observation) {
    observation[0] = angle;
    observation[1] = speed;
  },
};

/** A lorry in a valley, in metres. Fuel costs, and only the pass at the top pays. */
function climb({ place, speed }, action) {
  const slope = clamp((place + 20) / 200, -0.2, 0.12);
  let faster = speed + 0.5 * (0.6 * (action - 1) - 9.8 * slope);
  let next = place + 0.5 * faster;
  if (next < -80) [next, faster] = [-80, 0];
  const arrived = next >= 40;
  return { place: next, speed: faster, reward: (arrived ? 100 : 0) - (action === 1 ? 0 : 0.2), terminated: arrived };
}

const valley = {
  featureNames: ["place (m)", "speed (m/s)"],
  actionNames: ["back", "roll", "forward"],
  maxEpisodeSteps: 200,
  start: (random) => ({ place: random.uniform(-26, -14), speed: 0 }),
  step(state, action) {
    const { place, speed, reward, terminated } = climb(state, action);
    Object.assign(state, { place, speed });
    return { reward, terminated };
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
function melt({ lining, iron }, action) {
  const heating = [0, 30, 90, 0][action];
  let hot = lining + heating - 0.08 * (lining - iron) - 0.015 * (lining - 20);
  let warm = iron + 0.06 * (lining - iron);
  if (action === 3) {
    if (iron >= 1250) return { lining: hot, iron: warm, reward: 100, terminated: true };
    [hot, warm] = [20 + 0.8 * (hot - 20), 20 + 0.8 * (warm - 20)];
  }
  const broken = hot > 1500;
  return { lining: hot, iron: warm, reward: broken ? -50 : -[0, 0.15, 0.4, 0.2][action], terminated: broken };
}

const furnace = {
  featureNames: ["lining (°C)", "iron (°C)"],
  actionNames: ["off", "low", "full", "tap"],
  maxEpisodeSteps: 200,
  start: (random) => ({ lining: random.uniform(20, 120), iron: random.uniform(20, 60) }),
  step(state, action) {
    const { lining, iron, reward, terminated } = melt(state, action);
    Object.assign(state, { lining, iron });
    return { reward, terminated };
  },
  observe({ lining, iron }, observation) {
    observation[0] = lining;
    observation[1] = iron;
  },
};

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
        solvedOnGrid({
          step(angle, speed, action) {
            const next = swing({ angle, speed }, action);
            return { x: next.angle, y: next.speed, reward: next.reward, terminated: false };
          },
          actions: 3,
          axes: [
            { from: -180, to: 180, points: 180, wraps: true },
            { from: -460, to: 460, points: 185 },
          ],
          gamma: 0.99,
          read: ([angle, speed]) => [angle, speed],
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
        solvedOnGrid({
          step(place, speed, action) {
            const next = drive({ place, speed }, action);
            return { x: next.place, y: next.speed, reward: next.reward, terminated: next.terminated };
          },
          actions: 5,
          axes: [
            { from: -500_000, to: 500_000, points: 401 },
            { from: -240_000, to: 240_000, points: 241 },
          ],
          gamma: 0.995,
          read: ([place, speed]) => [place, speed],
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
        solvedOnGrid({
          step(angle, speed, action) {
            const next = push({ angle, speed }, action);
            return { x: next.angle, y: next.speed, reward: -1, terminated: next.terminated };
          },
          actions: 3,
          axes: [
            { from: -1.6, to: 1.6, points: 161 },
            { from: -3.2, to: 3.2, points: 161 },
          ],
          gamma: 0.999,
          read: ([angle, speed]) => [angle, speed],
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
        solvedOnGrid({
          step(lining, iron, action) {
            const next = melt({ lining, iron }, action);
            return { x: next.lining, y: next.iron, reward: next.reward, terminated: next.terminated };
          },
          actions: 4,
          axes: [
            { from: 0, to: 1500, points: 151 },
            { from: 0, to: 1500, points: 151 },
          ],
          gamma: 0.999,
          read: ([lining, iron]) => [lining, iron],
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
        solvedOnGrid({
          step(place, speed, action) {
            const next = climb({ place, speed }, action);
            return { x: next.place, y: next.speed, reward: next.reward, terminated: next.terminated };
          },
          actions: 3,
          axes: [
            { from: -80, to: 40, points: 241 },
            { from: -15, to: 15, points: 201 },
          ],
          gamma: 0.999,
          read: ([place, speed]) => [place, speed],
          tolerance: 1e-3,
        }),
    },
  }),
];
