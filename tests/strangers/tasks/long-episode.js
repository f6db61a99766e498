// Episodes of 5,000 steps.
import { solved } from "../solve.js";
import { clamp, task } from "../task.js";

/** Outside, in half degrees, in each quarter of an hour: coldest at six, warmest at fifteen o'clock. */
const outside = ({ quarter, weather }) => {
  const since = (quarter - 24 + 96) % 96;
  return Math.floor(since < 36 ? 8 + since * 0.7 : 33.2 - (since - 36) * 0.42) + 3 * weather;
};

/** A greenhouse, quarter of an hour by quarter of an hour. Heating by day is dear. */
const greenhouse = {
  featureNames: ["inside (°C)", "quarter of an hour", "outside (°C)"],
  actionNames: ["wait", "heat", "open"],
  maxEpisodeSteps: 5000,
  start: (random) => ({ inside: random.integers(20, 50), quarter: 0, weather: random.integers(0, 4) }),
  step(state, action, random) {
    const { inside, quarter } = state;
    const sun = quarter > 32 && quarter < 68 ? 1 : 0;
    const drift = (outside(state) - inside) / (action === 2 ? 5 : 14) + sun + (action === 1 ? 2.5 : 0);
    const whole = Math.floor(drift);
    state.inside = clamp(inside + whole + random.choice(2, [1 - (drift - whole), drift - whole]), 0, 90);
    state.quarter = (quarter + 1) % 96;
    state.weather = clamp(state.weather + random.choice(3, [0.01, 0.98, 0.01]) - 1, 0, 3);
    const heating = action === 1 ? (quarter > 28 && quarter < 88 ? 0.9 : 0.3) : 0;
    return { reward: -Math.abs(state.inside - 42) / 8 - heating, terminated: false };
  },
  observe(state, observation) {
    observation[0] = state.inside / 2;
    observation[1] = state.quarter;
    observation[2] = outside(state) / 2;
  },
};

const needs = [1, 1, 1, 2, 2, 3, 4, 4, 3, 2, 1, 1, 1];
const inflows = [
  [0.7, 0.25, 0.05, 0],
  [0.25, 0.35, 0.25, 0.15],
  [0.05, 0.2, 0.35, 0.4],
];

/** A reservoir gives water to fields, week by week, and must neither run dry nor over. */
const reservoir = {
  featureNames: ["level", "week", "wetness"],
  actionNames: ["release 0", "release 1", "release 2", "release 4", "release 7"],
  maxEpisodeSteps: 5000,
  start: (random) => ({ level: random.integers(10, 40), week: 0, regime: random.integers(0, 3) }),
  step(state, action, random) {
    const need = needs[Math.floor(state.week / 4)];
    const released = Math.min(state.level, [0, 1, 2, 4, 7][action]);
    const missing = Math.max(0, need - released);
    let level = state.level - released + 2 * random.choice(4, inflows[state.regime]);
    const over = Math.max(0, level - 50);
    level -= over;
    state.level = level;
    state.week = (state.week + 1) % 52;
    state.regime = clamp(state.regime + random.choice(3, [0.08, 0.84, 0.08]) - 1, 0, 2);
    return { reward: Math.min(need, released) - missing * missing - 4 * over, terminated: false };
  },
  observe(state, observation) {
    observation[0] = state.level;
    observation[1] = state.week;
    observation[2] = state.regime;
  },
};

export const longEpisode = [
  task({
    id: "greenhouse",
    kind: "long episode",
    side: "tuning",
    envSteps: 50_000,
    episodes: 20,
    rules: greenhouse,
    reference: {
      how: "value iteration over inside, outside and the time of day (γ = 0.99).",
      policy: () => solved(greenhouse, { gamma: 0.99, tolerance: 1e-5 }),
    },
  }),
  task({
    id: "reservoir",
    kind: "long episode",
    side: "reporting",
    envSteps: 50_000,
    episodes: 20,
    rules: reservoir,
    reference: {
      how: "value iteration over level, week and wetness (γ = 0.99).",
      policy: () => solved(reservoir, { gamma: 0.99, tolerance: 1e-5 }),
    },
  }),
];
