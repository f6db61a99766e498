// Agreement by how often a state is visited: is a student right where its teacher has often been, or everywhere?

/**
 * How often the neighbourhood of each state was visited: the number of visited states in its cell of a grid, whose cells
 * divide each feature's visited range evenly. A state beyond the range belongs to the cell at its edge.
 * @param visited (count, size), row-major, at least one row
 * @param states shape (size) each
 * @param cells of each feature
 * @returns one count a state
 * @throws RangeError where nothing was visited
 */
export function visitCounts(
  visited: Float32Array | Uint8Array,
  states: readonly Float32Array[],
  cells: number,
): number[] {
  const size = states.length === 0 ? 1 : states[0].length;
  if (visited.length === 0 || visited.length % size !== 0) {
    throw new RangeError(`${visited.length} numbers are no visited states of ${size} features, at least one of them`);
  }
  const low = visited.slice(0, size);
  const high = visited.slice(0, size);
  for (let at = 0; at < visited.length; at++) {
    low[at % size] = Math.min(low[at % size], visited[at]);
    high[at % size] = Math.max(high[at % size], visited[at]);
  }
  // The number of a state's cell, with one digit a feature to the base `cells`.
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
 * The share of states on which two policies agree, by how often a state was visited: from the rarest of `parts` parts of
 * the states to the most frequent. States with the same count stay together, in the part of the middle one of them; a
 * part that is left without states is null.
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
