// Games in which chance plays most.
import { solved } from "../solve.js";
import { task } from "../task.js";

const goal = 60;

/** What the other player's turn brings: rolls until there are 18, and loses all with a 1. */
const turns = (() => {
  const chances = new Array(24).fill(0);
  const going = new Array(24).fill(0);
  going[0] = 1;
  for (let sum = 0; sum < 18; sum++) {
    chances[0] += going[sum] / 6;
    for (let die = 2; die <= 6; die++) going[sum + die] += going[sum] / 6;
  }
  for (let sum = 18; sum < 24; sum++) chances[sum] = going[sum];
  const totals = [...chances.keys()].filter((sum) => chances[sum] > 0);
  return { totals, chances: totals.map((sum) => chances[sum]) };
})();

/** Pig to 60: roll on, or keep what the turn has brought. */
const pig = {
  featureNames: ["own points", "the other's points", "points of this turn"],
  actionNames: ["keep", "roll"],
  maxEpisodeSteps: 400,
  start: () => ({ own: 0, other: 0, turn: 0 }),
  step(state, action, random) {
    if (action === 1) {
      const die = random.integers(1, 7);
      if (die > 1) {
        state.turn += die;
        const won = state.own + state.turn >= goal;
        return { reward: won ? 1 : 0, terminated: won };
      }
    } else state.own += state.turn;
    state.turn = 0;
    state.other += turns.totals[random.choice(turns.totals.length, turns.chances)];
    const lost = state.other >= goal;
    return { reward: lost ? -1 : 0, terminated: lost };
  },
  observe({ own, other, turn }, observation) {
    observation.set([own, other, turn]);
  },
};

/** What three dice, sorted, are worth. Each die that shows the lucky number counts 6 more. */
function worthOf([a, b, c], lucky) {
  const luck = 6 * [a, b, c].filter((die) => die === lucky).length;
  if (a === c) return 30 + a + luck;
  if (b === a + 1 && c === b + 1) return 22 + luck;
  if (a === b || b === c) return 8 + b + luck;
  return c + luck;
}

const sorted = (dice) => dice.sort((a, b) => a - b);

/** Three dice, thrown again up to three times: which of them, is an action. */
const dice = {
  featureNames: ["lowest die", "middle die", "highest die", "throws left", "lucky number"],
  actionNames: ["none", "1", "2", "1 and 2", "3", "1 and 3", "2 and 3", "all"],
  maxEpisodeSteps: 3,
  start(random) {
    const lucky = random.integers(1, 7);
    return { dice: sorted([0, 0, 0].map(() => random.integers(1, 7))), left: 3, lucky };
  },
  step(state, action, random) {
    state.dice = sorted(state.dice.map((die, i) => ((action >> i) & 1 ? random.integers(1, 7) : die)));
    state.left--;
    const terminated = state.left === 0;
    return { reward: terminated ? worthOf(state.dice, state.lucky) : 0, terminated };
  },
  observe({ dice: [a, b, c], left, lucky }, observation) {
    observation.set([a, b, c, left, lucky]);
  },
};

export const chance = [
  task({
    id: "pig",
    kind: "chance",
    side: "tuning",
    envSteps: 50_000,
    episodes: 2000,
    rules: pig,
    reference: {
      how: "value iteration over all scores (γ = 1).",
      policy: () => solved(pig, { gamma: 1, tolerance: 1e-6 }),
    },
  }),
  task({
    id: "three-dice",
    kind: "chance",
    side: "reporting",
    envSteps: 50_000,
    episodes: 3000,
    rules: dice,
    reference: {
      how: "value iteration over all throws (γ = 1).",
      policy: () => solved(dice, { gamma: 1 }),
    },
  }),
];
