// Trade in energy: rewards of 100,000 a unit, with a large constant in each.
import { solved } from "../solve.js";
import { clamp, task } from "../task.js";

const hourly = [20, 16, 14, 14, 18, 28, 44, 60, 56, 44, 36, 30, 26, 24, 26, 34, 48, 64, 72, 66, 52, 40, 32, 24];

const priceOf = ({ hour, level }) => hourly[hour] + 12 * level;

/** A battery on the market. A market fee of 3,000,000 is paid for every hour. */
const market = {
  featureNames: ["hour", "charge (MWh)", "price"],
  actionNames: ["wait", "buy", "sell"],
  maxEpisodeSteps: 72,
  start: (random) => ({ hour: random.integers(0, 24), level: random.integers(0, 5), charge: 0 }),
  step(state, action, random) {
    const price = priceOf(state) / 50;
    let trade = 0;
    if (action === 1 && state.charge < 5) [state.charge, trade] = [state.charge + 1, -price];
    else if (action === 2 && state.charge > 0) [state.charge, trade] = [state.charge - 1, 0.9 * price];
    state.hour = (state.hour + 1) % 24;
    state.level = clamp(state.level + random.choice(3, [0.15, 0.7, 0.15]) - 1, 0, 4);
    return { reward: 1e5 * trade - 3e6, terminated: false };
  },
  observe(state, observation) {
    observation[0] = state.hour;
    observation[1] = state.charge;
    observation[2] = priceOf(state);
  },
};

const quoted = [18, 25, 34, 45, 60, 90];

/** A reservoir in the mountains sells what it lets down. A subsidy of 50,000,000 is paid for every week. */
const hydro = {
  featureNames: ["stored", "price"],
  actionNames: ["sell nothing", "sell 1", "sell 2", "sell 3", "sell 4", "sell 5"],
  maxEpisodeSteps: 100,
  start: (random) => ({ stored: random.integers(5, 20), level: random.integers(0, 6) }),
  step(state, action, random) {
    const sold = Math.min(action, state.stored);
    // the last units of a week run through an older turbine
    const reward = 1e5 * (quoted[state.level] / 40) * (sold - 0.06 * sold * sold) + 5e7;
    state.stored = Math.min(30, state.stored - sold + random.choice(4, [0.3, 0.3, 0.25, 0.15]));
    const middle = [0.5, 0.4, 0.3, 0.3, 0.45, 0.7][state.level]; // how likely it goes back to the middle
    const down = state.level > 2 ? middle : 0.2;
    const up = state.level > 2 ? 0.15 : middle;
    state.level = clamp(state.level + random.choice(3, [down, 1 - down - up, up]) - 1, 0, 5);
    return { reward, terminated: false };
  },
  observe(state, observation) {
    observation[0] = state.stored;
    observation[1] = quoted[state.level];
  },
};

export const prices = [
  task({
    id: "battery-market",
    kind: "prices",
    side: "tuning",
    envSteps: 50_000,
    rules: market,
    reference: {
      how: "value iteration over hour, charge and price (γ = 0.999).",
      policy: () => solved(market, { gamma: 0.999 }),
    },
  }),
  task({
    id: "hydro-offers",
    kind: "prices",
    side: "reporting",
    envSteps: 50_000,
    episodes: 3000,
    rules: hydro,
    reference: {
      how: "value iteration over store and price (γ = 0.99).",
      policy: () => solved(hydro, { gamma: 0.99 }),
    },
  }),
];
