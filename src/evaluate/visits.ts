// Agreement by how often a state is visited: is a student right only where its teacher has often been, or everywhere?

/**
 * How often the neighbourhood of each state was visited: the number of visited states in the same cell of a grid. The
 * cells divide the visited range of each feature evenly. A state outside the range belongs to the cell at its edge.
 * @param visited (count, size), row-major, at least one row
 * @param states each of shape (size)
 * @param cells the number of cells for each feature
 * @returns one count for each state
 * @throws RangeError if nothing was visited
 */
export function visitCounts(
  visited: Float32Array | Uint8Array,
  states: readonly Float32Array[],
  cells: number,
): number[] {
  const size = states.length === 0 ? 1 : states[0].length;
  if (visited.length === 0 || visited.length % size !== 0) {
    throw new RangeError(
      `${visited.length} numbers were given as visited states: a multiple of ${size}, at least ${size}, is needed`,
    );
  }
  const low = visited.slice(0, size);
  const high = visited.slice(0, size);
  for (let at = 0; at < visited.length; at++) {
    low[at % size] = Math.min(low[at % size], visited[at]);
    high[at % size] = Math.max(high[at % size], visited[at]);
  }
  // The number of a state's cell: one digit for each feature, in base `cells`.
  const cellOf = (state: ArrayLike<number>) => {
    let cell = 0;
    for (let i = 0; i < size; i++) {
      const place = high[i] > low[i] ? Math.floor((cells * (state[i] - low[i])) / (high[i] - low[i])) : 0;
      cell = cell * cells + Math.max(0, Math.min(cells - 1, place));
    }
    return cell;
  };
  const counts = new Map<number, number>();
  for (let at = 0; at < visited.length; at += size) {
    const cell = cellOf(visited.subarray(at, at + size));
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return states.map((state) => counts.get(cellOf(state)) ?? 0);
}

/**
 * The share of states on which two policies agree, by how often a state was visited. The states are divided into
 * `parts` parts, from the rarest to the most frequent. States with the same count stay together, in the part of the
 * middle one of them. A part without states is null.
 * @param counts how often each state was visited
 * @param agrees whether the policies agree on it
 * @returns shape (parts)
 */
export function agreementByVisits(
  counts: readonly number[],
  agrees: readonly boolean[],
  parts: number,
): (number | null)[] {
  const order = counts.map((_, i) => i).sort((a, b) => counts[a] - counts[b]);
  const total = new Array<number>(parts).fill(0);
  const agreeing = new Array<number>(parts).fill(0);
  for (let first = 0; first < order.length; ) {
    let end = first;
    while (end < order.length && counts[order[end]] === counts[order[first]]) end++;
    const part = Math.floor((parts * (first + end)) / 2 / order.length);
    for (; first < end; first++) {
      total[part]++;
      if (agrees[order[first]]) agreeing[part]++;
    }
  }
  return total.map((states, part) => (states === 0 ? null : agreeing[part] / states));
}
