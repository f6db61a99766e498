// A feature that is constant under random play and large when play is good.
import { solved } from "../solve.js";
import { task } from "../task.js";

const tools = [
  [3, 0, 4, 1, 2, 0],
  [1, 4, 2, 0, 3, 3],
];

/** Six tools in the right order make a piece, which is sold. The money earned so far is seen, but decides nothing. */
const workshop = {
  featureNames: ["stage", "pattern", "money"],
  actionNames: ["saw", "drill", "file", "glue", "paint"],
  maxEpisodeSteps: 200,
  start: (random) => ({ stage: 0, pattern: random.integers(0, 2), money: 0 }),
  step(state, tool, random) {
    if (tool !== tools[state.pattern][state.stage]) {
      state.stage = 0;
      return { reward: -0.05, terminated: false };
    }
    state.stage++;
    if (state.stage < 6) return { reward: 0.1, terminated: false };
    state.stage = 0;
    state.pattern = random.integers(0, 2);
    state.money += 800;
    return { reward: 1, terminated: false };
  },
  observe(state, observation) {
    observation[0] = state.stage;
    observation[1] = state.pattern;
    observation[2] = state.money;
  },
};

/** A lorry with five gears. Its milestones, in metres, are out of reach of random gears. */
const lorry = {
  featureNames: ["speed", "gear", "steps to the bend", "milestone"],
  actionNames: ["roll", "accelerate", "brake", "shift up", "shift down"],
  maxEpisodeSteps: 300,
  start: () => ({ speed: 0, gear: 1, bend: 9, metres: 0 }),
  step(state, action, random) {
    let { speed, gear } = state;
    if (action === 0) speed -= 1;
    else if (action === 1) speed += 3;
    else if (action === 2) speed -= 6;
    else gear += action === 3 ? 1 : -1;
    gear = Math.min(5, Math.max(1, gear));
    speed = Math.min(12 * gear, Math.max(0, speed));
    if (gear > 1 && speed < 10 * (gear - 1) - 3) [speed, gear] = [0, 1]; // the engine stalls
    let reward = speed / 60;
    if (state.bend === 0) {
      if (speed > 36) [speed, gear, reward] = [0, 1, -5]; // into the ditch
      state.bend = 9;
    } else if (state.bend < 9) state.bend--;
    else if (random.choice(2, [0.96, 0.04]) === 1) state.bend = 5;
    state.metres += speed;
    Object.assign(state, { speed, gear });
    return { reward, terminated: false };
  },
  observe(state, observation) {
    observation[0] = state.speed;
    observation[1] = state.gear;
    observation[2] = state.bend;
    observation[3] = 1000 * Math.floor(state.metres / 1000);
  },
};

export const lateFeature = [
  task({
    id: "workshop",
    kind: "late feature",
    side: "tuning",
    envSteps: 50_000,
    rules: workshop,
    reference: {
      how: "the right tool at each stage, read off the table of the rules.",
      policy: () => ({ act: ([stage, pattern]) => tools[pattern][stage] }),
    },
  }),
  task({
    id: "long-road",
    kind: "late feature",
    side: "reporting",
    envSteps: 50_000,
    rules: lorry,
    reference: {
      how: "value iteration over speed, gear and the bend (γ = 0.99); the milestone decides nothing.",
      policy: () => solved(lorry, { gamma: 0.99, situation: (seen) => seen.slice(0, 3) }),
    },
  }),
];
