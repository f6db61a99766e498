// Rewards whose noise is fifty times the difference between two actions. Policies are judged without that noise.
import { solved } from "../solve.js";
import { task } from "../task.js";

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
