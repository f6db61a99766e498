// Rewards that come long after what earned them.
import { solved } from "../solve.js";
import { clamp, task } from "../task.js";

/** The day's prices, cents for a kWh in each quarter of an hour. */
const dayPrice = Array.from({ length: 96 }, (_, quarter) => {
  const hour = Math.floor(quarter / 4);
  return [18, 16, 14, 14, 15, 19, 27, 36, 38, 33, 27, 23, 20, 19, 21, 26, 34, 44, 48, 45, 38, 31, 26, 21][hour];
});

/** A battery's day. The bill comes at its end. @param atOnce the same, but paid at once: what is solved */
const batteryDay = (atOnce) => ({
  featureNames: ["quarter of an hour", "charge", "price", "sunny", "earned so far"],
  actionNames: ["wait", "charge", "discharge"],
  maxEpisodeSteps: 96,
  start: (random) => ({ quarter: 0, charge: 0, sunny: random.integers(0, 2), extra: 0, earned: 0 }),
  step(state, action, random) {
    const price = priceNow(state);
    let earned = 0;
    if (action === 1 && state.charge < 8) [state.charge, earned] = [state.charge + 1, -price - 1];
    else if (action === 2 && state.charge > 0) [state.charge, earned] = [state.charge - 1, price - 1];
    state.earned += earned;
    state.quarter++;
    state.extra = random.integers(0, 3);
    const terminated = state.quarter === 96;
    return { reward: (atOnce ? earned : terminated ? state.earned : 0) / 100, terminated };
  },
  observe(state, observation) {
    observation.set([state.quarter, state.charge, priceNow(state), state.sunny, state.earned]);
  },
});

function priceNow({ quarter, sunny, extra }) {
  const sun = sunny === 1 && quarter >= 40 && quarter < 60 ? 12 : 0;
  return (dayPrice[quarter] ?? 0) - sun + 4 * (extra - 1);
}

const windows = [5, 11, 17];

/** Mash that must be kept near three temperatures in turn. It is tasted at the end of 96 steps. */
const mash = (atOnce) => ({
  featureNames: ["step", "temperature", "time at the right temperature"],
  actionNames: ["cool", "keep", "heat"],
  maxEpisodeSteps: 96,
  start: (random) => ({ step: 0, temperature: random.integers(0, 8), good: 0 }),
  step(state, action, random) {
    const { temperature } = state;
    state.temperature = clamp(temperature + action - 1 + random.choice(3, [0.15, 0.75, 0.1]) - 1, 0, 22);
    const good = Math.abs(state.temperature - windows[Math.floor(state.step / 32)]) <= 1 ? 1 : 0;
    state.good += good;
    state.step++;
    const terminated = state.step === 96;
    return { reward: atOnce ? good : terminated ? state.good : 0, terminated };
  },
  observe(state, observation) {
    observation.set([state.step, state.temperature, state.good]);
  },
});

const yields = [
  [3, 1, 2],
  [1, 3, 1],
  [0, 2, 4],
];

/** A field: what is sown brings its yield 40 steps later, less what was lost to drought. Nothing is paid before. */
const field = {
  featureNames: ["soil", "crop", "age", "dryness", "health"],
  actionNames: ["sow wheat", "sow beans", "sow maize", "water"],
  maxEpisodeSteps: 200,
  start: (random) => ({ soil: random.integers(0, 3), crop: 0, age: 0, dryness: 0, health: 10 }),
  step(state, action, random) {
    if (state.crop === 0) {
      if (action < 3) Object.assign(state, { crop: action + 1, age: 0, dryness: 0, health: 10 });
      return { reward: 0, terminated: false };
    }
    state.age++;
    if (action === 3) state.dryness = 0;
    else if (random.choice(2, [0.75, 0.25]) === 1) state.dryness = Math.min(3, state.dryness + 1);
    if (state.dryness === 3) state.health = Math.max(0, state.health - 1);
    if (action === 3)
      state.health -= state.dryness === 0 && random.choice(2, [0.9, 0.1]) === 1 && state.health > 0 ? 1 : 0;
    if (state.age < 40) return { reward: 0, terminated: false };
    const reward = (yields[state.soil][state.crop - 1] * state.health) / 10;
    Object.assign(state, { soil: random.integers(0, 3), crop: 0, age: 0, dryness: 0, health: 10 });
    return { reward, terminated: false };
  },
  observe({ soil, crop, age, dryness, health }, observation) {
    observation.set([soil, crop, age, dryness, health]);
  },
};

export const lateReward = [
  task({
    id: "battery-day",
    kind: "late reward",
    side: "tuning",
    envSteps: 100_000,
    rules: batteryDay(false),
    reference: {
      how: "value iteration over time, charge and price of the same day with each trade paid at once (γ = 1).",
      policy: () => solved(batteryDay(true), { gamma: 1, situation: (seen) => seen.slice(0, 4) }),
    },
  }),
  task({
    id: "mash",
    kind: "late reward",
    side: "reporting",
    envSteps: 100_000,
    rules: mash(false),
    reference: {
      how: "value iteration over time and temperature of the same recipe with each good step paid at once (γ = 1).",
      policy: () => solved(mash(true), { gamma: 1, situation: (seen) => seen.slice(0, 2) }),
    },
  }),
  task({
    id: "field",
    kind: "late reward",
    side: "reporting",
    envSteps: 100_000,
    rules: field,
    reference: {
      how: "value iteration over soil, crop, age, dryness and health (γ = 0.999).",
      policy: () => solved(field, { gamma: 0.999 }),
    },
  }),
];
