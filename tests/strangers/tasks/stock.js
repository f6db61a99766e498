// Orders for a store: fifty actions, and rewards of about −10,000 a step.
import { solved } from "../solve.js";
import { clamp, numbered, task } from "../task.js";

const weekday = [14, 14, 16, 18, 26, 32, 8];

/** Orders arrive before the shop opens. What a customer misses is lost. */
const shop = {
  featureNames: ["stock", "weekday"],
  actionNames: numbered("order", 50),
  maxEpisodeSteps: 70,
  start: (random) => ({ stock: random.integers(0, 40), day: random.integers(0, 7) }),
  step(state, order, random) {
    const available = Math.min(99, state.stock + order);
    const demand = Math.max(0, weekday[state.day] + random.integers(-8, 9));
    const sold = Math.min(available, demand);
    state.stock = available - sold;
    state.day = (state.day + 1) % 7;
    const delivery = order > 0 ? 3000 : 0;
    return { reward: -(delivery + 400 * order + 150 * state.stock + 2500 * (demand - sold)), terminated: false };
  },
  observe(state, observation) {
    observation[0] = state.stock;
    observation[1] = state.day;
  },
};

const wanted = [6, 10, 14, 18, 22, 26, 30, 34, 38];
const wantedChances = [0.04, 0.08, 0.12, 0.16, 0.2, 0.16, 0.12, 0.08, 0.04];

/** What is ordered today arrives the day after tomorrow. */
const importer = {
  featureNames: ["stock", "on the way"],
  actionNames: numbered("order", 50),
  maxEpisodeSteps: 100,
  start: (random) => ({ stock: random.integers(10, 60), coming: random.integers(0, 40) }),
  step(state, order, random) {
    const demand = wanted[random.choice(wanted.length, wantedChances)];
    const sold = Math.min(state.stock, demand);
    state.stock = Math.min(99, state.stock - sold + state.coming);
    state.coming = order;
    return { reward: -(300 * order + 120 * state.stock + 1800 * (demand - sold)), terminated: false };
  },
  observe(state, observation) {
    observation[0] = state.stock;
    observation[1] = state.coming;
  },
};

/** Bread of today and of yesterday. What is older is thrown away. */
const bakery = {
  featureNames: ["yesterday's loaves", "rain"],
  actionNames: numbered("bake", 50),
  maxEpisodeSteps: 60,
  start: (random) => ({ old: 0, rain: random.integers(0, 2) }),
  step(state, baked, random) {
    const demand = clamp((state.rain === 1 ? 12 : 30) + random.integers(-6, 7), 0, 49);
    const soldOld = Math.min(state.old, Math.floor(demand / 3)); // a third of the customers take the cheap one
    const soldNew = Math.min(baked, demand - soldOld);
    const missed = demand - soldOld - soldNew;
    const reward = 900 * soldNew + 500 * soldOld - 350 * baked - 200 * missed - 9000;
    state.old = baked - soldNew;
    state.rain = random.choice(2, state.rain === 1 ? [0.3, 0.7] : [0.8, 0.2]);
    return { reward, terminated: false };
  },
  observe(state, observation) {
    observation[0] = state.old;
    observation[1] = state.rain;
  },
};

const exact = (rules) => ({
  how: "value iteration over stock and the other feature (γ = 0.99).",
  policy: () => solved(rules, { gamma: 0.99 }),
});

export const stock = [
  task({
    id: "stock-shop",
    kind: "stock",
    side: "tuning",
    envSteps: 50_000,
    rules: shop,
    reference: exact(shop),
  }),
  task({
    id: "stock-lead-time",
    kind: "stock",
    side: "reporting",
    envSteps: 50_000,
    rules: importer,
    reference: exact(importer),
  }),
  task({
    id: "bakery",
    kind: "stock",
    side: "reporting",
    envSteps: 50_000,
    rules: bakery,
    reference: exact(bakery),
  }),
];
