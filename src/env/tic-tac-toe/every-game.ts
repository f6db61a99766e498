// Every game that a policy can come to, against any opponent: whether it ever loses is counted, not sampled.
import { needNumbers, needObject } from "../../core/needed.js";
import { allCells, bestMoves, type Cells, hasLine, nthOf } from "./board.js";
import { see } from "./tic-tac-toe.js";

/** Who plays: a model, a student, or a function's object. It must answer the same to the same observation. */
export interface Player {
  /**
   * The cell to take, from 0 to 8.
   * @param observation 1 for own cells, −1 for the opponent's, 0 for free ones, shape (9)
   * @param mask 1 for free cells, 0 for others, shape (9)
   */
  act(observation: Float32Array, mask: Uint8Array): number;
}

/** All games of a policy as one of the two players, one for each way in which an opponent can move. */
export interface Games {
  /** Different positions in which the policy had to move. */
  readonly positions: number;
  readonly wins: number;
  readonly draws: number;
  readonly losses: number;
  /** Games that ended because the policy took a cell that is not free, or what is not a cell. */
  readonly illegal: number;
}

/** What {@link everyGame} counts. */
export interface EveryGame {
  readonly asX: Games;
  readonly asO: Games;
  /** Whether there is no lost game and no illegal move. */
  readonly neverLoses: boolean;
}

/**
 * Plays a policy as X and as O against every move that an opponent can make. There are at most 384 games as X and 945 as O,
 * so this takes milliseconds, and the verdict is certain.
 * @throws TypeError for a player without `act`
 */
export function everyGame(player: Player): EveryGame {
  needObject("player", player, "an object with act", "act");
  const asX = gamesFrom(player, (play) => play(0, 0));
  const asO = gamesFrom(player, (play) => {
    for (let cell = 0; cell < 9; cell++) play(0, 1 << cell);
  });
  const bad = asX.losses + asX.illegal + asO.losses + asO.illegal;
  return { asX, asO, neverLoses: bad === 0 };
}

function gamesFrom(player: Player, begin: (play: (own: Cells, other: Cells) => void) => void): Games {
  const games = { wins: 0, draws: 0, losses: 0, illegal: 0 };
  const chosen = new Map<number, number>();
  /** The policy's move. It is asked once for each position. */
  const choose = (own: Cells, other: Cells): number => {
    const position = (own << 9) | other;
    const known = chosen.get(position);
    if (known !== undefined) return known;
    const mask = new Uint8Array(9);
    const action = player.act(see(own, other, new Float32Array(9), mask), mask);
    const cell = mask[action] === 1 ? action : -1;
    chosen.set(position, cell);
    return cell;
  };
  /** All games from a position in which the policy is to move. */
  const play = (own: Cells, other: Cells): void => {
    const cell = choose(own, other);
    if (cell < 0) {
      games.illegal++;
      return;
    }
    const mine = own | (1 << cell);
    const free = allCells & ~(mine | other);
    if (hasLine(mine)) games.wins++;
    else if (free === 0) games.draws++;
    else for (let rest = free; rest !== 0; rest &= rest - 1) answer(mine, other | (rest & -rest));
  };
  const answer = (own: Cells, other: Cells): void => {
    if (hasLine(other)) games.losses++;
    else if ((own | other) === allCells) games.draws++;
    else play(own, other);
  };
  begin(play);
  return { positions: chosen.size, ...games };
}

/** Every position in which the agent is to move, as X or as O. */
export interface Positions {
  /** What the agent sees, shape (4520, 9). */
  readonly observations: Float32Array;
  /** The free cells, shape (4520, 9). */
  readonly masks: Uint8Array;
}

/** All 4,520 positions that are not the end of a game, each once. They are states to distil from, or to compare on. */
export function everyPosition(): Positions {
  const known = new Set<number>();
  const visit = (own: Cells, other: Cells): void => {
    if (hasLine(other) || (own | other) === allCells || known.has((own << 9) | other)) return;
    known.add((own << 9) | other);
    for (let rest = allCells & ~(own | other); rest !== 0; rest &= rest - 1) visit(other, own | (rest & -rest));
  };
  visit(0, 0);
  const observations = new Float32Array(9 * known.size);
  const masks = new Uint8Array(9 * known.size);
  let row = 0;
  for (const position of known) {
    const [from, to] = [9 * row, 9 * ++row];
    see(position >> 9, position & allCells, observations.subarray(from, to), masks.subarray(from, to));
  }
  return { observations, masks };
}

/** A policy that never loses: the first of the best moves by full minimax, cells counted row by row from the top left. */
export const perfectPlayer: Player = {
  act(observation) {
    needNumbers("observation", observation);
    const cells = (value: number): Cells => {
      let set = 0;
      for (let cell = 0; cell < 9; cell++) if (observation[cell] === value) set |= 1 << cell;
      return set;
    };
    return nthOf(bestMoves(cells(1), cells(-1)), 0);
  },
};
