// The rules of tic-tac-toe on two sets of cells, and the value of every position by full minimax.

/** A set of cells: bit i is the cell in row ⌊i / 3⌋ and column i mod 3, from the top left. */
export type Cells = number;

export const allCells: Cells = 0b111_111_111;

/** The rows, the columns and the diagonals. */
export const lines: readonly Cells[] = [0o700, 0o070, 0o007, 0o111, 0o222, 0o444, 0o421, 0o124];

/** Whether three of the cells are in a line. */
export function hasLine(cells: Cells): boolean {
  for (let i = 0; i < lines.length; i++) if ((cells & lines[i]) === lines[i]) return true;
  return false;
}

/** The number of cells. */
export function sizeOf(cells: Cells): number {
  let size = 0;
  for (let rest = cells; rest !== 0; rest &= rest - 1) size++;
  return size;
}

/** The cell with this place among the cells, counted from 0. */
export function nthOf(cells: Cells, place: number): number {
  let rest = cells;
  for (let i = 0; i < place; i++) rest &= rest - 1;
  return 31 - Math.clz32(rest & -rest);
}

/** Values that were already found, plus 2. 0 for a position that was not asked for yet. */
const found = new Uint8Array(1 << 18);

/**
 * What a position is worth to the player who is to move, if both play as well as possible: 1 won, 0 drawn, −1 lost.
 * @param own the cells of the player who is to move
 * @param other the cells of the other player, who has just moved
 */
export function worth(own: Cells, other: Cells): number {
  const position = (own << 9) | other;
  if (found[position] === 0) found[position] = 2 + search(own, other);
  return found[position] - 2;
}

function search(own: Cells, other: Cells): number {
  if (hasLine(other)) return -1;
  const free = allCells & ~(own | other);
  if (free === 0) return 0;
  let best = -1;
  for (let rest = free; rest !== 0; rest &= rest - 1) best = Math.max(best, -worth(other, own | (rest & -rest)));
  return best;
}

/** The free cells that keep the value of a position: the best moves of the player who is to move. */
export function bestMoves(own: Cells, other: Cells): Cells {
  const value = worth(own, other);
  let best = 0;
  for (let rest = allCells & ~(own | other); rest !== 0; rest &= rest - 1) {
    const cell = rest & -rest;
    if (-worth(other, own | cell) === value) best |= cell;
  }
  return best;
}
