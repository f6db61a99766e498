// Games on boards against another player. Moves that are not allowed are masked.
import { solved } from "../solve.js";
import { numbered, task } from "../task.js";

/** The lines of four cells on a board. */
function linesOfFour(rows, columns) {
  const lines = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (const [down, right] of [
        [0, 1],
        [1, 0],
        [1, 1],
        [1, -1],
      ]) {
        const [r, c] = [row + 3 * down, column + 3 * right];
        if (r >= rows || c < 0 || c >= columns) continue;
        lines.push([0, 1, 2, 3].map((i) => (row + i * down) * columns + column + i * right));
      }
    }
  }
  return lines;
}

/** A game in which four in a line win. `place(board, move)` is the cell that a move takes, or −1 if it is not allowed. */
class FourInLine {
  constructor(rows, columns, moves, place) {
    this.cells = rows * columns;
    this.moves = moves;
    this.place = place;
    this.lines = linesOfFour(rows, columns);
    this.linesOf = Array.from({ length: this.cells }, (_, cell) => this.lines.filter((line) => line.includes(cell)));
  }

  wins(board, cell, player) {
    return this.linesOf[cell].some((line) => line.every((each) => each === cell || board[each] === player));
  }

  allowed(board) {
    const moves = [];
    for (let move = 0; move < this.moves; move++) if (this.place(board, move) !== -1) moves.push(move);
    return moves;
  }

  winning(board, player) {
    return this.allowed(board).find((move) => this.wins(board, this.place(board, move), player));
  }

  /** How good a board is for player 1: lines that only one of both can still fill. */
  outlook(board) {
    let sum = 0;
    for (const line of this.lines) {
      let [own, others] = [0, 0];
      for (const cell of line) {
        if (board[cell] === 1) own++;
        else if (board[cell] === -1) others++;
      }
      if (others === 0) sum += own * own;
      else if (own === 0) sum -= others * others;
    }
    return sum / 1000;
  }

  /** Minimax with alpha-beta, seen by the player whose turn it is. */
  search(board, player, depth, alpha, beta) {
    const moves = this.allowed(board);
    if (moves.length === 0) return { value: 0 };
    let best = { move: moves[0], value: -10 };
    for (const move of moves) {
      const cell = this.place(board, move);
      let value;
      if (this.wins(board, cell, player)) value = 1 + depth;
      else {
        board[cell] = player;
        value =
          depth === 1
            ? player * this.outlook(board)
            : -this.search(board, -player, depth - 1, -beta, -Math.max(alpha, best.value)).value;
        board[cell] = 0;
      }
      if (value > best.value) best = { move, value };
      if (best.value >= beta) break;
    }
    return best;
  }

  policy(depth) {
    return { act: (observation) => this.search(Array.from(observation), 1, depth, -10, 10).move };
  }

  /** The game against an opponent, who begins in half of the games. */
  rules(opponent) {
    return {
      featureNames: numbered("cell", this.cells),
      actionNames: numbered("move", this.moves),
      maxEpisodeSteps: this.cells,
      start: (random) => {
        const board = new Array(this.cells).fill(0);
        if (random.integers(0, 2) === 1) board[this.place(board, opponent(this, board, random))] = -1;
        return { board };
      },
      step: ({ board }, action, random) => {
        const cell = this.place(board, action);
        if (this.wins(board, cell, 1)) return { reward: 1, terminated: true };
        board[cell] = 1;
        if (!board.includes(0)) return { reward: 0, terminated: true };
        const answer = this.place(board, opponent(this, board, random));
        const lost = this.wins(board, answer, -1);
        board[answer] = -1;
        return { reward: lost ? -1 : 0, terminated: lost || !board.includes(0) };
      },
      observe: ({ board }, observation) => observation.set(board),
      mask: ({ board }, mask) => {
        for (let move = 0; move < this.moves; move++) mask[move] = this.place(board, move) === -1 ? 0 : 1;
      },
    };
  }
}

const anyMove = (game, board, random) => {
  const moves = game.allowed(board);
  return moves[random.integers(0, moves.length)];
};

/** Fills its own line of three, else the other's in half of the cases, else plays anywhere. */
const attentive = (game, board, random) => {
  const block = random.integers(0, 2) === 1 ? game.winning(board, 1) : undefined;
  return game.winning(board, -1) ?? block ?? anyMove(game, board, random);
};

/** Takes a win that is there, else plays anywhere. */
const greedy = (game, board, random) => game.winning(board, -1) ?? anyMove(game, board, random);

const free = (board, move) => (board[move] === 0 ? move : -1);
const gomoku = new FourInLine(5, 5, 25, free);

/** Discs fall: the lowest free cell of a column. */
const falling = (rows, columns) => (board, column) => {
  for (let row = rows - 1; row >= 0; row--) if (board[row * columns + column] === 0) return row * columns + column;
  return -1;
};
const dropFour = new FourInLine(6, 7, 7, falling(6, 7));
const smallDrop = new FourInLine(5, 5, 5, falling(5, 5));

const side = 4;

/** Where a pawn goes by a move, a cell and one of three ways: ahead to a free cell, or across to take; −1 if it cannot. */
function pawnTo(board, player, move) {
  const [cell, across] = [Math.floor(move / 3), (move % 3) - 1];
  const column = (cell % side) + across;
  const to = cell + player * side + across;
  if (board[cell] !== player || column < 0 || column >= side) return -1;
  return board[to] === (across === 0 ? 0 : -player) ? to : -1;
}

function pawnMoves(board, player) {
  const moves = [];
  for (let move = 0; move < 3 * side * side; move++) if (pawnTo(board, player, move) !== -1) moves.push(move);
  return moves;
}

function afterPawn(board, player, move) {
  const to = pawnTo(board, player, move);
  return board.with(Math.floor(move / 3), 0).with(to, player);
}

/** Whether a player, who has just moved, has won: a pawn is at the other edge, or the other one cannot move. */
function pawnsWin(board, player) {
  const edge = player === 1 ? board.slice(-side) : board.slice(0, side);
  return edge.includes(player) || pawnMoves(board, -player).length === 0;
}

const pawnWin = (board, player) =>
  pawnMoves(board, player).find((move) => pawnsWin(afterPawn(board, player, move), player));

/** Plays anywhere in a third of its moves; else wins, or keeps the other from winning, where it can. */
function pawnAnswer(board, random) {
  const moves = pawnMoves(board, -1);
  const any = moves[random.integers(0, moves.length)];
  if (random.integers(0, 3) === 0) return any;
  const safe = moves.filter((move) => pawnWin(afterPawn(board, -1, move), 1) === undefined);
  return pawnWin(board, -1) ?? (safe.length > 0 ? safe[random.integers(0, safe.length)] : any);
}

/** Pawns on 4 × 4 cells: who comes to the other edge, or leaves the other one no move, wins. */
const pawns = {
  featureNames: numbered("cell", side * side),
  actionNames: numbered("cell and way", 3 * side * (side - 1)),
  maxEpisodeSteps: side * side,
  start(random) {
    const board = [1, 0, 0, -1].flatMap((player) => new Array(side).fill(player));
    return { board: random.integers(0, 2) === 1 ? afterPawn(board, -1, pawnAnswer(board, random)) : board };
  },
  step(state, action, random) {
    state.board = afterPawn(state.board, 1, action);
    if (pawnsWin(state.board, 1)) return { reward: 1, terminated: true };
    state.board = afterPawn(state.board, -1, pawnAnswer(state.board, random));
    const lost = pawnsWin(state.board, -1);
    return { reward: lost ? -1 : 0, terminated: lost };
  },
  observe: ({ board }, observation) => observation.set(board),
  mask({ board }, mask) {
    for (let move = 0; move < mask.length; move++) mask[move] = pawnTo(board, 1, move) === -1 ? 0 : 1;
  },
};

const bySearch = (game, depth) => ({
  how: `minimax with ${depth} moves ahead, which counts the lines that are still open.`,
  episodes: 300,
  policy: () => game.policy(depth),
});

export const rival = [
  task({
    id: "gomoku-5x5",
    kind: "rival",
    side: "tuning",
    envSteps: 150_000,
    episodes: 500,
    rules: gomoku.rules(greedy),
    reference: bySearch(gomoku, 3),
  }),
  task({
    id: "pawns",
    kind: "rival",
    side: "tuning",
    envSteps: 150_000,
    episodes: 500,
    rules: pawns,
    reference: {
      how: "value iteration over all positions, against this very rival (γ = 1).",
      policy: () => solved(pawns, { gamma: 1 }),
    },
  }),
  task({
    id: "four-in-a-row",
    kind: "rival",
    side: "reporting",
    envSteps: 200_000,
    episodes: 500,
    rules: dropFour.rules(anyMove),
    reference: bySearch(dropFour, 4),
  }),
  task({
    id: "drop-four-5x5",
    kind: "rival",
    side: "reporting",
    envSteps: 150_000,
    episodes: 500,
    rules: smallDrop.rules(attentive),
    reference: bySearch(smallDrop, 6),
  }),
];
