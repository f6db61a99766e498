// Queues: whom to let in, when to run a second server, whom to send where.
import { solved } from "../solve.js";
import { task } from "../task.js";

/** Two kinds of customers ask for one server. Waiting costs. */
const admission = {
  featureNames: ["waiting", "asks"],
  actionNames: ["refuse", "admit"],
  maxEpisodeSteps: 200,
  start: (random) => ({ waiting: random.integers(0, 5), asks: random.integers(0, 3) }),
  step(state, action, random) {
    let reward = 0;
    if (action === 1 && state.asks > 0) {
      if (state.waiting === 12) reward -= 4;
      else {
        state.waiting++;
        reward += state.asks === 1 ? 1.5 : 6;
      }
    }
    if (state.waiting > 0 && random.choice(2, [0.55, 0.45]) === 1) state.waiting--;
    reward -= 0.15 * state.waiting;
    state.asks = random.choice(3, [0.35, 0.45, 0.2]);
    return { reward, terminated: false };
  },
  observe(state, observation) {
    observation[0] = state.waiting;
    observation[1] = state.asks;
  },
};

/** A second server costs while it runs, and more when it starts. Arrivals come in busy and quiet times. */
const secondServer = {
  featureNames: ["waiting", "second server runs", "busy time"],
  actionNames: ["one server", "two servers"],
  maxEpisodeSteps: 300,
  start: () => ({ waiting: 0, on: 0, busy: 0 }),
  step(state, action, random) {
    const starts = action === 1 && state.on === 0 ? 6 : 0;
    state.on = action;
    const served = random.choice(2, [0.4, 0.6]) + (action === 1 ? random.choice(2, [0.4, 0.6]) : 0);
    const arrived = random.choice(3, state.busy === 1 ? [0.3, 0.4, 0.3] : [0.7, 0.25, 0.05]);
    state.waiting = Math.min(30, Math.max(0, state.waiting - served) + arrived);
    state.busy = random.choice(2, state.busy === 1 ? [0.05, 0.95] : [0.97, 0.03]);
    return { reward: -(state.waiting * 0.5 + action * 1.5 + starts), terminated: false };
  },
  observe(state, observation) {
    observation[0] = state.waiting;
    observation[1] = state.on;
    observation[2] = state.busy;
  },
};

/** A fast and a slow server, each with a queue. */
const routing = {
  featureNames: ["waiting at the fast server", "waiting at the slow server"],
  actionNames: ["to the fast server", "to the slow server"],
  maxEpisodeSteps: 200,
  start: () => ({ fast: 0, slow: 0 }),
  step(state, action, random) {
    let lost = 0;
    if (random.choice(2, [0.35, 0.65]) === 1) {
      const name = action === 0 ? "fast" : "slow";
      if (state[name] === 15) lost = 1;
      else state[name]++;
    }
    if (state.fast > 0 && random.choice(2, [0.45, 0.55]) === 1) state.fast--;
    if (state.slow > 0 && random.choice(2, [0.8, 0.2]) === 1) state.slow--;
    return { reward: -(state.fast + state.slow) - 20 * lost, terminated: false };
  },
  observe(state, observation) {
    observation[0] = state.fast;
    observation[1] = state.slow;
  },
};

const exact = (rules) => ({
  how: "value iteration over the lengths of the queues (γ = 0.99).",
  policy: () => solved(rules, { gamma: 0.99 }),
});

export const queue = [
  task({
    id: "admission",
    kind: "queue",
    side: "tuning",
    envSteps: 50_000,
    rules: admission,
    reference: exact(admission),
  }),
  task({
    id: "second-server",
    kind: "queue",
    side: "reporting",
    envSteps: 50_000,
    rules: secondServer,
    reference: exact(secondServer),
  }),
  task({
    id: "routing",
    kind: "queue",
    side: "reporting",
    envSteps: 50_000,
    episodes: 200,
    rules: routing,
    reference: exact(routing),
  }),
];
