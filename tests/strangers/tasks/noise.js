// Rewards whose noise is many times the difference between two actions. Where it is only added, policies are judged without.
import { solved } from "../solve.js";
import { numbered, task } from "../task.js";

const shifts = [1, 1.5, 0.5];

/** A machine wears out. What it earns falls by 1 with each grade of wear. */
const machine = (noise) => ({
  featureNames: ["wear", "shift"],
  actionNames: ["run", "service", "overhaul"],
  maxEpisodeSteps: 60,
  start: (random) => ({ wear: random.integers(0, 4), shift: 0 }),
  step(state, action, random) {
    const earned = shifts[state.shift] * (10 - state.wear);
    let reward = earned;
    if (action === 0) {
      state.wear += random.choice(2, [0.5, 0.5]);
      if (state.wear > 9) [state.wear, reward] = [0, -40];
    } else if (action === 1) {
      reward = earned / 2 - 3;
      state.wear = Math.max(0, state.wear - 3);
    } else {
      reward = -12;
      state.wear = 0;
    }
    state.shift = (state.shift + 1) % 3;
    return { reward: random.normal(reward, noise), terminated: false };
  },
  observe(state, observation) {
    observation[0] = state.wear;
    observation[1] = state.shift;
  },
});

const worth = [
  [3, 2, 1, 0],
  [0, 1, 2, 3],
];

/** Which of four campaigns a visitor is shown. The best is worth 1 more than the next. */
const campaigns = (noise) => ({
  featureNames: ["new customer", "hour"],
  actionNames: ["voucher", "news", "bundle", "loyalty"],
  maxEpisodeSteps: 50,
  start: (random) => ({ segment: random.integers(0, 2), hour: random.integers(0, 24) }),
  step(state, action, random) {
    const reward = random.normal(worth[state.segment][action], noise);
    state.segment = random.integers(0, 2);
    state.hour = random.integers(0, 24);
    return { reward, terminated: false };
  },
  observe(state, observation) {
    observation[0] = state.segment;
    observation[1] = state.hour;
  },
});

const priceOf = (action) => 12 + 4 * action;
const most = [24, 36, 48, 72];
const quantities = [1, 2, 4, 10];
const quantityChances = [0.5, 0.3, 0.15, 0.05];

/** The price that a customer is told. Most do not buy, and a few buy a lot. What each would pay at most is not known. */
const priceList = {
  featureNames: ["kind of customer", "cost"],
  actionNames: numbered("price", 10),
  maxEpisodeSteps: 200,
  start: (random) => ({ kind: random.integers(0, 4), cost: random.integers(4, 16) }),
  step(state, action, random) {
    const margin = priceOf(action) - state.cost;
    const buys = random.choice(2, [0.4, 0.6]) === 1 && random.uniform(0, most[state.kind]) >= priceOf(action);
    const reward = buys ? margin * quantities[random.choice(4, quantityChances)] : 0;
    Object.assign(state, { kind: random.integers(0, 4), cost: random.integers(4, 16) });
    return { reward, terminated: false };
  },
  observe({ kind, cost }, observation) {
    observation[0] = kind;
    observation[1] = cost;
  },
};

/** The price with the highest mean gain. */
function bestPrice([kind, cost]) {
  const gain = (action) => (priceOf(action) - cost) * Math.max(0, 1 - priceOf(action) / most[kind]);
  let best = 0;
  for (let action = 1; action < 10; action++) if (gain(action) > gain(best)) best = action;
  return best;
}

export const noise = [
  task({
    id: "machine-repair",
    kind: "noise",
    side: "tuning",
    envSteps: 50_000,
    rules: machine(50),
    judged: machine(0),
    reference: {
      how: "value iteration over wear and shift (γ = 0.99).",
      policy: () => solved(machine(0), { gamma: 0.99 }),
    },
  }),
  task({
    id: "price-list",
    kind: "noise",
    side: "tuning",
    envSteps: 50_000,
    episodes: 1000,
    rules: priceList,
    reference: {
      how: "the price with the highest mean gain, by the formula for the share of customers who pay it.",
      policy: () => ({ act: bestPrice }),
    },
  }),
  task({
    id: "campaigns",
    kind: "noise",
    side: "reporting",
    envSteps: 100_000,
    rules: campaigns(50),
    judged: campaigns(0),
    reference: {
      how: "the campaign that is worth most to the visitor, read off the table of the rules.",
      policy: () => ({ act: ([segment]) => (segment === 0 ? 0 : 3) }),
    },
  }),
];
