// Observations of odd sizes: tiny and huge beside each other, constant, drifting, with outliers and error codes.
import { solved } from "../solve.js";
import { clamp, task } from "../task.js";

/** A reactor whose instruments show moles, pascals, and the pressure outside, which never changes. */
const reactor = {
  featureNames: ["concentration (mol)", "pressure (Pa)", "pressure outside (Pa)"],
  actionNames: ["wait", "feed", "heat", "vent"],
  maxEpisodeSteps: 100,
  start: (random) => ({ concentration: random.integers(0, 8), pressure: random.integers(0, 8) }),
  step(state, action, random) {
    let { concentration, pressure } = state;
    let reward = 0;
    if (action === 1) [concentration, reward] = [Math.min(20, concentration + 3), -0.5];
    else if (action === 2) [pressure, reward] = [pressure + 2, -0.2];
    else if (action === 3) pressure = Math.max(0, pressure - 3);
    reward += (concentration * pressure) / 100;
    const hotter = concentration / 25;
    pressure += random.choice(2, [1 - hotter, hotter]);
    concentration = Math.max(0, concentration - random.choice(2, [0.4, 0.6]));
    if (pressure > 18) [concentration, pressure, reward] = [2, 2, -20]; // the valve bursts
    Object.assign(state, { concentration, pressure });
    return { reward, terminated: false };
  },
  observe({ concentration, pressure }, observation) {
    observation[0] = concentration * 1e-6;
    observation[1] = pressure * 1e5;
    observation[2] = 101_325;
  },
};

/** Two thermometers whose common drift is soon far larger than the difference that matters. */
const drift = {
  featureNames: ["thermometer inside", "thermometer outside"],
  actionNames: ["cool", "wait", "warm"],
  maxEpisodeSteps: 300,
  start: (random) => ({ difference: random.integers(-8, 9), drift: random.integers(0, 20) }),
  step(state, action, random) {
    state.difference = clamp(state.difference + 2 * (action - 1) + random.choice(4, [0.2, 0.3, 0.3, 0.2]) - 1, -12, 12);
    state.drift += random.integers(0, 3);
    return { reward: -Math.abs(state.difference) / 4 - (action === 1 ? 0 : 0.2), terminated: false };
  },
  observe({ difference, drift }, observation) {
    observation[0] = 20 + drift + difference;
    observation[1] = 20 + drift;
  },
};

const targets = [5, 10, 15];

/** A tank whose gauge shows a thousand times too much in one step of fifty. */
const gauge = {
  featureNames: ["level", "wanted level", "price of water"],
  actionNames: ["closed", "half open", "open"],
  maxEpisodeSteps: 200,
  start: (random) => ({ level: random.integers(0, 21), target: random.integers(0, 3), dear: 0, glitch: 0 }),
  step(state, action, random) {
    const inflow = random.choice(3, [0.4, 0.4, 0.2]);
    state.level = clamp(state.level + 2 * action - inflow - 1, 0, 20);
    const cost = action * (state.dear === 1 ? 0.6 : 0.1);
    const reward = -Math.abs(state.level - targets[state.target]) / 5 - cost;
    if (random.choice(2, [0.97, 0.03]) === 1) state.target = random.integers(0, 3);
    state.dear = random.choice(2, state.dear === 1 ? [0.2, 0.8] : [0.9, 0.1]);
    state.glitch = random.choice(2, [0.98, 0.02]);
    return { reward, terminated: false };
  },
  observe({ level, target, dear, glitch }, observation) {
    observation[0] = glitch === 1 ? 1000 * level : level;
    observation[1] = targets[target];
    observation[2] = dear === 1 ? 0.006 : 0.001;
  },
};

const errorCode = -9999;

/** How moist grain of a field is. */
const moistureOf = (field, random) => 10 + 3 * field + random.integers(0, 13);

/** What the probe sends: the moisture, or in 3 % of the batches its error code. */
function probed(field, random) {
  return random.choice(2, [0.97, 0.03]) === 1 ? errorCode : moistureOf(field, random);
}

/** Grain on a belt through a drum. Where the probe fails, the field still tells something. */
const dryer = {
  featureNames: ["moisture (%)", "field", "heat", "night"],
  actionNames: ["fast", "slow", "slowest", "heat, fast", "heat, slow", "heat, slowest"],
  maxEpisodeSteps: 100,
  start(random) {
    const field = random.integers(0, 3);
    return { moisture: probed(field, random), field, heat: random.integers(0, 4), night: 0 };
  },
  step(state, action, random) {
    const { field, heat, night } = state;
    const moisture = state.moisture === errorCode ? moistureOf(field, random) : state.moisture;
    const [burns, slowness] = [action >= 3, action % 3];
    const left = moisture - heat * (1 + slowness);
    let reward = 2 - 0.4 * slowness;
    if (left > 14) reward -= 0.4 * (left - 14);
    else if (left < 11) reward -= 0.4 * (11 - left);
    if (burns) reward -= night === 1 ? 0.1 : 0.5;
    state.heat = clamp(heat + (burns ? 1 : -random.choice(2, [0.5, 0.5])), 0, 8);
    if (random.choice(2, [0.9, 0.1]) === 1) state.field = random.integers(0, 3);
    state.night = random.choice(2, night === 1 ? [0.1, 0.9] : [0.9, 0.1]);
    state.moisture = probed(state.field, random);
    return { reward, terminated: false };
  },
  observe({ moisture, field, heat, night }, observation) {
    observation.set([moisture, field, heat, night]);
  },
};

export const oddScales = [
  task({
    id: "reactor-units",
    kind: "odd scales",
    side: "tuning",
    envSteps: 50_000,
    rules: reactor,
    reference: {
      how: "value iteration over concentration and pressure (γ = 0.99).",
      policy: () => solved(reactor, { gamma: 0.99 }),
    },
  }),
  task({
    id: "grain-dryer",
    kind: "odd scales",
    side: "tuning",
    envSteps: 50_000,
    rules: dryer,
    reference: {
      how: "value iteration over moisture or error code, field, heat and night (γ = 0.99).",
      policy: () => solved(dryer, { gamma: 0.99 }),
    },
  }),
  task({
    id: "sensor-drift",
    kind: "odd scales",
    side: "reporting",
    envSteps: 50_000,
    rules: drift,
    reference: {
      how: "value iteration over the difference of the two readings (γ = 0.99).",
      policy: () => solved(drift, { gamma: 0.99, situation: ([inside, out]) => [inside - out] }),
    },
  }),
  task({
    id: "gauge-outliers",
    kind: "odd scales",
    side: "reporting",
    envSteps: 50_000,
    rules: gauge,
    reference: {
      how: "value iteration over level, wanted level, price and whether the gauge fails (γ = 0.99).",
      policy: () => solved(gauge, { gamma: 0.99 }),
    },
  }),
];
