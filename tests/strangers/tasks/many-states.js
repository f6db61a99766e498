// Grids with hundreds of states, a cost for every step, and dear mistakes.
import { solved } from "../solve.js";
import { numbered, task } from "../task.js";

const directions = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
];
const moveNames = ["down", "up", "right", "left"];

/** The cell that a move leads to, or the same cell if a wall is between them. */
function moved(row, column, direction, rows, columns, isWall) {
  const [down, right] = directions[direction];
  const [r, c] = [row + down, column + right];
  if (r < 0 || c < 0 || r >= rows || c >= columns || isWall(row, column, r, c)) return [row, column];
  return [r, c];
}

const stops = [
  [0, 1],
  [1, 4],
  [4, 0],
  [3, 3],
];
/** Walls stand between a column and the next one, in some rows. */
const fences = new Set(["0,2", "1,2", "1,0", "3,1", "4,1", "4,3"]);
const fenced = (r, c, toR, toC) => r === toR && fences.has(`${r},${Math.min(c, toC)}`);

/** A courier on 5 × 5 cells: 25 places, 4 stops or aboard, 4 goals. Each of the 500 states is a feature of its own. */
const courier = {
  featureNames: numbered("state", 500),
  actionNames: [...moveNames, "load", "unload"],
  maxEpisodeSteps: 200,
  start(random) {
    const parcel = random.integers(0, 4);
    const goal = (parcel + 1 + random.integers(0, 3)) % 4; // another stop
    return { row: random.integers(0, 5), column: random.integers(0, 5), parcel, goal };
  },
  step(state, action) {
    const { row, column, parcel, goal } = state;
    if (action < 4) {
      [state.row, state.column] = moved(row, column, action, 5, 5, fenced);
      return { reward: -1, terminated: false };
    }
    const here = stops.findIndex(([r, c]) => r === row && c === column);
    if (action === 4) {
      if (parcel === 4 || here !== parcel) return { reward: -10, terminated: false };
      state.parcel = 4;
      return { reward: -1, terminated: false };
    }
    if (parcel !== 4 || here === -1) return { reward: -10, terminated: false };
    if (here === goal) return { reward: 20, terminated: true };
    state.parcel = here;
    return { reward: -1, terminated: false };
  },
  observe({ row, column, parcel, goal }, observation) {
    observation.fill(0);
    observation[((row * 5 + column) * 5 + parcel) * 4 + goal] = 1;
  },
};

const pallets = [
  [0, 0],
  [0, 6],
  [2, 3],
];
const docks = [
  [4, 1],
  [4, 5],
];
const shelves = new Set(["1,1", "1,2", "1,4", "1,5", "3,2", "3,3", "3,4"]);
const shelved = (_row, _column, r, c) => shelves.has(`${r},${c}`);

/** A fork-lift among shelves. Its state is four whole numbers. */
const forklift = {
  featureNames: ["row", "column", "pallet", "dock"],
  actionNames: [...moveNames, "lift", "put down"],
  maxEpisodeSteps: 200,
  start: (random) => ({
    row: 2,
    column: random.integers(0, 7),
    pallet: random.integers(0, 3),
    dock: random.integers(0, 2),
  }),
  step(state, action) {
    const { row, column, pallet, dock } = state;
    if (action < 4) {
      const [r, c] = moved(row, column, action, 5, 7, shelved);
      if (r === row && c === column) return { reward: -4, terminated: false }; // hits a shelf
      [state.row, state.column] = [r, c];
      return { reward: -1, terminated: false };
    }
    const at = ([r, c]) => r === row && c === column;
    if (action === 4) {
      if (pallet === 3 || !at(pallets[pallet])) return { reward: -10, terminated: false };
      state.pallet = 3;
      return { reward: -1, terminated: false };
    }
    if (pallet === 3 && at(docks[dock])) return { reward: 20, terminated: true };
    return { reward: -10, terminated: false };
  },
  observe({ row, column, pallet, dock }, observation) {
    observation.set([row, column, pallet, dock]);
  },
};

/** Along a cliff from one end to the other. A fall is the end, and costs 100. */
const cliff = {
  featureNames: numbered("cell", 48),
  actionNames: moveNames,
  maxEpisodeSteps: 200,
  start: () => ({ row: 3, column: 0 }),
  step(state, action) {
    [state.row, state.column] = moved(state.row, state.column, action, 4, 12, () => false);
    const { row, column } = state;
    if (row < 3 || column === 0) return { reward: -1, terminated: false };
    if (column === 11) return { reward: -1, terminated: true };
    return { reward: -100, terminated: true };
  },
  observe({ row, column }, observation) {
    observation.fill(0);
    observation[row * 12 + column] = 1;
  },
};

const exact = (rules) => ({
  how: "value iteration over all states (γ = 0.999), the shortest way.",
  policy: () => solved(rules, { gamma: 0.999 }),
});

export const manyStates = [
  task({
    id: "courier",
    kind: "many states",
    side: "tuning",
    envSteps: 100_000,
    rules: courier,
    reference: exact(courier),
  }),
  task({
    id: "forklift",
    kind: "many states",
    side: "reporting",
    envSteps: 100_000,
    rules: forklift,
    reference: exact(forklift),
  }),
  task({
    id: "cliff",
    kind: "many states",
    side: "reporting",
    envSteps: 50_000,
    rules: cliff,
    reference: exact(cliff),
  }),
];
