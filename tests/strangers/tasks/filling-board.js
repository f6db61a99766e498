// Boards that fill or empty: a snake, groups of a colour, falling blocks, and tiles that merge.
import { numbered, task } from "../task.js";

const size = 6;
const cells = size * size;
const steps = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
];

/** The cell next to another one, or −1 beyond the edge. */
function neighbour(cell, direction) {
  const row = Math.floor(cell / size) + steps[direction][0];
  const column = (cell % size) + steps[direction][1];
  return row < 0 || column < 0 || row >= size || column >= size ? -1 : row * size + column;
}

/** A snake that grows by each meal. `life[cell]` is how many steps a part of the body stays there. */
const snake = {
  featureNames: [...numbered("body", cells), ...numbered("head", cells), ...numbered("food", cells)],
  actionNames: ["up", "right", "down", "left"],
  maxEpisodeSteps: 200,
  start(random) {
    const head = size * random.integers(1, 5) + random.integers(1, 5);
    const state = { life: new Array(cells).fill(0), head, length: 2, food: 0 };
    state.life[head] = 2;
    state.life[neighbour(head, random.integers(0, 4))] = 1;
    state.food = freeCell(state, random);
    return state;
  },
  step(state, action, random) {
    const { life } = state;
    const next = neighbour(state.head, action);
    const eats = next === state.food;
    if (!eats) for (let i = 0; i < cells; i++) if (life[i] > 0) life[i]--;
    if (next === -1 || life[next] > 0) return { reward: -1, terminated: true };
    if (eats) state.length++;
    state.head = next;
    life[next] = state.length;
    if (state.length === cells) return { reward: 1, terminated: true };
    if (eats) state.food = freeCell(state, random);
    return { reward: eats ? 1 : 0, terminated: false };
  },
  observe({ life, head, food }, observation) {
    for (let i = 0; i < cells; i++) observation[i] = life[i] / cells;
    observation.fill(0, cells);
    observation[cells + head] = 1;
    observation[2 * cells + food] = 1;
  },
};

function freeCell({ life }, random) {
  const free = [...life.keys()].filter((cell) => life[cell] === 0);
  return free[random.integers(0, free.length)];
}

/** The first direction of a shortest way from a cell to another one, past a body that shrinks; −1 if there is none. */
function wayTo(from, goal, life) {
  const queue = [[from, -1, 0]];
  const seen = new Set([from]);
  for (const [cell, first, time] of queue) {
    for (let direction = 0; direction < 4; direction++) {
      const next = neighbour(cell, direction);
      if (next === -1 || seen.has(next) || life[next] > time + 1) continue;
      const begun = first === -1 ? direction : first;
      if (next === goal) return begun;
      seen.add(next);
      queue.push([next, begun, time + 1]);
    }
  }
  return -1;
}

/** Goes to the food if the way back to the tail then stays open; else follows the tail. */
const carefulSnake = {
  act(observation) {
    const life = Array.from(observation.subarray(0, cells), (share) => Math.round(share * cells));
    const head = observation.indexOf(1, cells) - cells;
    const food = observation.indexOf(1, 2 * cells) - 2 * cells;
    const stays = (direction) => {
      const next = neighbour(head, direction);
      if (next === -1 || life[next] > 1) return undefined;
      const eats = next === food;
      const after = life.map((each) => (eats ? each : Math.max(0, each - 1)));
      after[next] = Math.max(...life) + (eats ? 1 : 0);
      const tail = after.indexOf(Math.min(...after.filter((each) => each > 0)));
      const open = tail === next || wayTo(next, tail, after.with(tail, 0)) !== -1;
      return open ? after : undefined;
    };
    const safe = [0, 1, 2, 3].filter((direction) => stays(direction) !== undefined);
    const toFood = wayTo(head, food, life);
    if (safe.includes(toFood)) return toFood;
    const distance = (direction) => {
      const next = neighbour(head, direction);
      return Math.abs(Math.floor(next / size) - Math.floor(food / size)) + Math.abs((next % size) - (food % size));
    };
    if (safe.length > 0) return safe.sort((a, b) => distance(a) - distance(b))[0];
    const possible = [0, 1, 2, 3].find((direction) => {
      const next = neighbour(head, direction);
      return next !== -1 && life[next] <= 1;
    });
    return possible ?? 0;
  },
};

const colours = ["red", "green", "blue", "yellow"];

/** The cells that hang together with a cell by their colour. Rows are from below. */
function groupOf(board, cell) {
  const group = [cell];
  for (const each of group) {
    const column = each % size;
    const beside = [each - size, each + size];
    if (column > 0) beside.push(each - 1);
    if (column < size - 1) beside.push(each + 1);
    for (const next of beside) if (board[next] === board[cell] && !group.includes(next)) group.push(next);
  }
  return group;
}

/** All groups of two or more cells. */
function groupsOf(board) {
  const seen = new Set();
  const groups = [];
  for (let cell = 0; cell < cells; cell++) {
    if (board[cell] === 0 || seen.has(cell)) continue;
    const group = groupOf(board, cell);
    for (const each of group) seen.add(each);
    if (group.length > 1) groups.push(group);
  }
  return groups;
}

/** The board without a group: what is above falls, and columns close up to the left. */
function without(board, group) {
  const columns = [];
  for (let column = 0; column < size; column++) {
    const kept = [];
    for (let cell = column; cell < cells; cell += size) {
      if (board[cell] > 0 && !group.includes(cell)) kept.push(board[cell]);
    }
    if (kept.length > 0) columns.push(kept);
  }
  return board.map((_, cell) => columns[cell % size]?.[Math.floor(cell / size)] ?? 0);
}

const groupWorth = ({ length }) => (length - 1) ** 2;

/** Groups of a colour vanish by a click. Large ones are worth far more, so small ones are for bringing them together. */
const colourGroups = {
  featureNames: colours.flatMap((colour) => numbered(colour, cells)),
  actionNames: numbered("cell", cells),
  maxEpisodeSteps: cells,
  start(random) {
    let board;
    do board = Array.from({ length: cells }, () => random.integers(1, colours.length + 1));
    while (groupsOf(board).length === 0);
    return { board };
  },
  step(state, action) {
    const group = groupOf(state.board, action);
    state.board = without(state.board, group);
    return { reward: groupWorth(group), terminated: groupsOf(state.board).length === 0 };
  },
  observe({ board }, observation) {
    for (let i = 0; i < observation.length; i++) {
      observation[i] = board[i % cells] === 1 + Math.floor(i / cells) ? 1 : 0;
    }
  },
  mask({ board }, mask) {
    mask.fill(0);
    for (const group of groupsOf(board)) for (const cell of group) mask[cell] = 1;
  },
};

/** Looks at every way to the end. */
function toTheEnd() {
  const known = new Map();
  const best = (board) => {
    const key = board.join("");
    if (known.has(key)) return known.get(key);
    let found = { value: 0, cell: -1 };
    for (const group of groupsOf(board)) {
      const value = groupWorth(group) + best(without(board, group)).value;
      if (value > found.value) found = { value, cell: group[0] };
    }
    known.set(key, found);
    return found;
  };
  return {
    act(observation) {
      const board = new Array(cells).fill(0);
      for (let i = 0; i < observation.length; i++) board[i % cells] += observation[i] * (1 + Math.floor(i / cells));
      if (!known.has(board.join(""))) known.clear(); // another game
      return best(board).cell;
    },
  };
}

const [wide, tall] = [5, 8];
/** The pieces in each of their turns: which cells, as [row from below, column]. */
const pieces = [
  [
    [
      [0, 0],
      [0, 1],
    ],
    [
      [0, 0],
      [1, 0],
    ],
  ],
  [
    [
      [0, 0],
      [0, 1],
      [0, 2],
    ],
    [
      [0, 0],
      [1, 0],
      [2, 0],
    ],
  ],
  [
    [
      [0, 0],
      [0, 1],
      [1, 0],
    ],
    [
      [0, 0],
      [0, 1],
      [1, 1],
    ],
    [
      [0, 0],
      [1, 0],
      [1, 1],
    ],
    [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
  ],
];

/** The board after a piece fell; undefined if it does not fit. Rows are from below. */
function dropped(board, piece, turn, column) {
  const shape = pieces[piece][turn];
  if (shape === undefined || shape.some(([, c]) => column + c >= wide)) return undefined;
  const fits = (row) => shape.every(([r, c]) => row + r >= tall || board[(row + r) * wide + column + c] === 0);
  let row = tall;
  while (row > 0 && fits(row - 1)) row--;
  if (shape.some(([r]) => row + r >= tall)) return { over: true };
  const next = board.slice();
  for (const [r, c] of shape) next[(row + r) * wide + column + c] = 1;
  const kept = [];
  for (let r = 0; r < tall; r++) {
    const line = next.slice(r * wide, (r + 1) * wide);
    if (line.includes(0)) kept.push(...line);
  }
  const lines = tall - kept.length / wide;
  return { board: [...kept, ...new Array(lines * wide).fill(0)], lines, over: false };
}

/** Blocks of two and three cells fall onto a board of 5 × 8. A full row goes away. */
const blocks = {
  featureNames: [...numbered("cell", wide * tall), "domino", "bar", "corner"],
  actionNames: numbered("column and turn", 4 * wide),
  maxEpisodeSteps: 100,
  start: (random) => ({ board: new Array(wide * tall).fill(0), piece: random.integers(0, 3) }),
  step(state, action, random) {
    const result = dropped(state.board, state.piece, action % 4, Math.floor(action / 4));
    if (result.over) return { reward: -1, terminated: true };
    state.board = result.board;
    state.piece = random.integers(0, 3);
    return { reward: result.lines, terminated: false };
  },
  observe({ board, piece }, observation) {
    observation.set(board);
    observation.fill(0, wide * tall);
    observation[wide * tall + piece] = 1;
  },
  mask({ board, piece }, mask) {
    for (let i = 0; i < mask.length; i++) {
      mask[i] = dropped(board, piece, i % 4, Math.floor(i / 4)) === undefined ? 0 : 1;
    }
  },
};

/** Prefers full rows, few holes, and a low and even surface. */
const tidy = {
  act(observation, mask) {
    const board = Array.from(observation.subarray(0, wide * tall));
    const piece = observation.indexOf(1, wide * tall) - wide * tall;
    let [best, highest] = [0, Number.NEGATIVE_INFINITY];
    for (let action = 0; action < mask.length; action++) {
      if (mask[action] === 0) continue;
      const result = dropped(board, piece, action % 4, Math.floor(action / 4));
      const worth = result.over ? -1e6 : 0.76 * result.lines - surface(result.board);
      if (worth > highest) [best, highest] = [action, worth];
    }
    return best;
  },
};

function surface(board) {
  let [sum, holes, uneven, before] = [0, 0, 0, -1];
  for (let column = 0; column < wide; column++) {
    let height = tall;
    while (height > 0 && board[(height - 1) * wide + column] === 0) height--;
    for (let row = 0; row < height; row++) if (board[row * wide + column] === 0) holes++;
    if (before >= 0) uneven += Math.abs(height - before);
    before = height;
    sum += height;
  }
  return 0.51 * sum + 0.66 * holes + 0.18 * uneven;
}

const lanes = [
  [
    [0, 1, 2],
    [3, 4, 5],
    [6, 7, 8],
  ],
  [
    [2, 1, 0],
    [5, 4, 3],
    [8, 7, 6],
  ],
  [
    [0, 3, 6],
    [1, 4, 7],
    [2, 5, 8],
  ],
  [
    [6, 3, 0],
    [7, 4, 1],
    [8, 5, 2],
  ],
];

/** The board of 3 × 3 after all tiles slid; its tiles are exponents of two. */
function slid(board, direction) {
  const next = board.slice();
  let gained = 0;
  for (const lane of lanes[direction]) {
    const tiles = lane.map((cell) => board[cell]).filter((tile) => tile > 0);
    for (let i = 0; i + 1 < tiles.length; i++) {
      if (tiles[i] !== tiles[i + 1]) continue;
      tiles[i]++;
      gained += 2 ** tiles[i];
      tiles.splice(i + 1, 1);
    }
    for (let i = 0; i < 3; i++) next[lane[i]] = tiles[i] ?? 0;
  }
  return { board: next, gained, moved: next.some((tile, i) => tile !== board[i]) };
}

const canMove = (board) => [0, 1, 2, 3].some((direction) => slid(board, direction).moved);

function putTile(board, random) {
  const free = [...board.keys()].filter((cell) => board[cell] === 0);
  board[free[random.integers(0, free.length)]] = random.choice(2, [0.9, 0.1]) + 1;
}

/** 2048 on 3 × 3 cells. The reward is the value of merged tiles. */
const merging = {
  featureNames: numbered("exponent", 9),
  actionNames: ["left", "right", "up", "down"],
  maxEpisodeSteps: 500,
  start(random) {
    const board = new Array(9).fill(0);
    putTile(board, random);
    putTile(board, random);
    return { board };
  },
  step(state, action, random) {
    const { board, gained } = slid(state.board, action);
    putTile(board, random);
    state.board = board;
    return { reward: gained, terminated: !canMove(board) };
  },
  observe({ board }, observation) {
    observation.set(board);
  },
  mask({ board }, mask) {
    for (let i = 0; i < 4; i++) mask[i] = slid(board, i).moved ? 1 : 0;
  },
};

/** The mean of what can be gained in some moves, and a little for each free cell then. */
function outlook(board, depth) {
  let best = -50; // no move is left
  for (let direction = 0; direction < 4; direction++) {
    const result = slid(board, direction);
    if (result.moved) best = Math.max(best, result.gained + afterTile(result.board, depth - 1));
  }
  return best;
}

function afterTile(board, depth) {
  const free = [...board.keys()].filter((cell) => board[cell] === 0);
  if (depth === 0) return 6 * free.length + corner(board);
  let sum = 0;
  for (const cell of free) sum += 0.9 * outlook(board.with(cell, 1), depth) + 0.1 * outlook(board.with(cell, 2), depth);
  return sum / free.length;
}

/** Large tiles are worth more in one corner, in order. */
function corner(board) {
  const weights = [8, 4, 2, 4, 2, 1, 2, 1, 0.5];
  return board.reduce((sum, tile, cell) => sum + (weights[cell] * 2 ** tile) / 16, 0);
}

const farsighted = {
  act(observation) {
    const board = Array.from(observation);
    let [best, highest] = [0, Number.NEGATIVE_INFINITY];
    for (let direction = 0; direction < 4; direction++) {
      const result = slid(board, direction);
      if (!result.moved) continue;
      const worth = result.gained + afterTile(result.board, 1);
      if (worth > highest) [best, highest] = [direction, worth];
    }
    return best;
  },
};

export const fillingBoard = [
  task({
    id: "snake",
    kind: "filling board",
    side: "tuning",
    envSteps: 200_000,
    rules: snake,
    reference: {
      how: "by hand: the shortest way to the food if the tail can be reached afterwards, else any safe step.",
      policy: () => carefulSnake,
    },
  }),
  task({
    id: "colour-groups",
    kind: "filling board",
    side: "tuning",
    envSteps: 150_000,
    episodes: 1000,
    rules: colourGroups,
    reference: {
      how: "a search through every way to the end.",
      episodes: 1000,
      policy: toTheEnd,
    },
  }),
  task({
    id: "blocks",
    kind: "filling board",
    side: "reporting",
    envSteps: 150_000,
    rules: blocks,
    reference: {
      how: "by hand: the place that leaves full rows, few holes and a low, even surface.",
      policy: () => tidy,
    },
  }),
  task({
    id: "merging-tiles",
    kind: "filling board",
    side: "reporting",
    envSteps: 150_000,
    episodes: 500,
    rules: merging,
    reference: {
      how: "by hand: the best mean over two moves and a new tile, with large tiles in a corner.",
      episodes: 300,
      policy: () => farsighted,
    },
  }),
];
