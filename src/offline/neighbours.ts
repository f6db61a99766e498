// What a log knows of a state and an action: the steps that are most like it, and how much each of them counts.
import { type Steps, stepper } from "../env/pauses.js";
import { standardDeviation } from "../evaluate/statistics.js";
import type { LoggedEpisodes } from "./episodes.js";

/** A value is made of so many neighbours, and of more if there is a line through them and many features. */
const fewest = 20;
const perFeature = 3;

/** With more features than this, a value is the neighbours' mean: lines would take too long. */
const mostSlopes = 16;

/** How many neighbours are looked up for one that counts: a resample lacks a third of the episodes, by chance more. */
const spare = 2.4;

/** What the slopes are held back with, as a share of the neighbours' mean variance. */
const ridge = 0.1;

/** Points whose variances sum to less than this are the same, but for rounding: no line goes through them. */
const indistinct = 1e-12;

/** Its multiples, without their whole parts, lie far from each other. */
const goldenRatio = 0.6180339887498949;

/** A state and an action in it. */
export interface Query {
  readonly observation: Float32Array;
  readonly action: number;
  /** Steps of this episode are not asked. */
  readonly except?: number;
}

/**
 * The steps of a log with the same action whose states are nearest to those of some queries. A distance is Euclidean,
 * each feature divided by its standard deviation in the log.
 */
export class Neighbours {
  readonly #log: LoggedEpisodes;
  readonly #episodeOf: Uint32Array;
  readonly #asked: readonly Query[];
  readonly #size: number;
  /** How many neighbours count, and how many are looked up. */
  readonly #most: number;
  readonly #width: number;
  /** Shape (steps, size) and (queries, size), scaled. */
  readonly #states: Float64Array;
  readonly #queries: Float64Array;
  /** Shape (queries, width): rows of the log, the nearest first; −1 where there are no more. And their squared distances. */
  readonly #rows: Int32Array;
  readonly #distances: Float64Array;
  /** Shape (queries, most): the neighbours that count in the present resample, and how much. */
  readonly #chosen: Uint32Array;
  readonly #weights: Float64Array;
  /** Shape (queries): how many count. */
  readonly #counts: Uint8Array;

  /** The number of queries. */
  get queries(): number {
    return this.#counts.length;
  }

  /** @param episodeOf shape (steps): the episode of each row */
  constructor(log: LoggedEpisodes, episodeOf: Uint32Array, queries: readonly Query[]) {
    const { observationSize: size, observations } = log;
    const scales = scalesOf(observations, size);
    this.#size = size;
    this.#most = size > mostSlopes ? fewest : Math.max(fewest, perFeature * size);
    this.#width = Math.ceil(spare * this.#most);
    this.#states = scaled(observations, scales);
    this.#queries = new Float64Array(queries.length * size);
    queries.forEach(({ observation }, query) => {
      this.#queries.set(scaled(observation, scales), query * size);
    });
    this.#rows = new Int32Array(queries.length * this.#width).fill(-1);
    this.#distances = new Float64Array(queries.length * this.#width).fill(Number.POSITIVE_INFINITY);
    this.#chosen = new Uint32Array(queries.length * this.#most);
    this.#weights = new Float64Array(queries.length * this.#most);
    this.#counts = new Uint8Array(queries.length);
    this.#log = log;
    this.#episodeOf = episodeOf;
    this.#asked = queries;
  }

  /** Finds the neighbours, before anything else is asked. */
  *lookUp(): Steps<void> {
    const { actionCount, actions, steps } = this.#log;
    const rowsOf: number[][] = Array.from({ length: actionCount }, () => []);
    for (let row = 0; row < steps; row++) rowsOf[actions[row]].push(row);
    const isTime = stepper();
    for (let query = 0; query < this.queries; query++) {
      const { action, except } = this.#asked[query];
      const rows = rowsOf[action];
      // of rows that are equally near the first ones count: so each query begins elsewhere, and all are used by some
      const from = Math.floor(((query * goldenRatio) % 1) * rows.length);
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i + from < rows.length ? i + from : i + from - rows.length];
        if (this.#episodeOf[row] !== except) this.#offer(query, row);
      }
      if (isTime()) yield query / this.queries;
    }
  }

  /** Weighs the neighbours anew. @param counts shape (steps): how often each row of the log is there */
  *weigh(counts: Uint32Array): Steps<void> {
    const line = new Line(this.#size);
    const isTime = stepper();
    for (let query = 0; query < this.#counts.length; query++) {
      const first = query * this.#most;
      let found = 0;
      let reach = 0;
      for (
        let i = query * this.#width;
        i < (query + 1) * this.#width && found < this.#most && this.#rows[i] >= 0;
        i++
      ) {
        if (counts[this.#rows[i]] === 0) continue;
        this.#chosen[first + found] = this.#rows[i];
        this.#weights[first + found++] = this.#distances[i];
        reach = 1.1 * this.#distances[i];
      }
      this.#counts[query] = found;
      const chosen = this.#chosen.subarray(first, first + found);
      const weights = this.#weights.subarray(first, first + found);
      let sum = 0;
      for (let i = 0; i < found; i++) {
        // nearer ones count more: Epanechnikov's kernel
        weights[i] = (reach > 0 ? 1 - weights[i] / reach : 1) * counts[chosen[i]];
        sum += weights[i];
      }
      for (let i = 0; i < found; i++) weights[i] /= sum;
      const at = this.#queries.subarray(query * this.#size, (query + 1) * this.#size);
      if (this.#size <= mostSlopes) line.through(chosen, weights, this.#states, at);
      if (isTime()) yield query / this.queries;
    }
  }

  /** Whether a query has neighbours in the resample that was weighed last. */
  knows(query: number): boolean {
    return this.#counts[query] > 0;
  }

  /** The weighted sum of the neighbours' values. @param values shape (steps) or longer */
  value(query: number, values: Float64Array): number {
    const first = query * this.#most;
    const end = first + this.#counts[query];
    let sum = 0;
    for (let i = first; i < end; i++) sum += this.#weights[i] * values[this.#chosen[i]];
    return sum;
  }

  /** Gives what lies on a query to its neighbours: what {@link value} gathers, the other way round. */
  spread(query: number, amount: number, to: Float64Array): void {
    const first = query * this.#most;
    const end = first + this.#counts[query];
    for (let i = first; i < end; i++) to[this.#chosen[i]] += this.#weights[i] * amount;
  }

  /** Puts a row among the neighbours if it is near enough. */
  #offer(query: number, row: number): void {
    const distances = this.#distances;
    const first = query * this.#width;
    let at = first + this.#width - 1;
    const farthest = distances[at];
    let distance = 0;
    for (let i = 0, a = query * this.#size, b = row * this.#size; i < this.#size; i++) {
      const difference = this.#queries[a + i] - this.#states[b + i];
      distance += difference * difference;
      if (distance >= farthest) return;
    }
    for (; at > first && distances[at - 1] > distance; at--) {
      distances[at] = distances[at - 1];
      this.#rows[at] = this.#rows[at - 1];
    }
    distances[at] = distance;
    this.#rows[at] = row;
  }
}

/** A straight line (a plane, in more dimensions) through weighted points, by ridge regression. */
class Line {
  readonly #size: number;
  readonly #centre: Float64Array;
  readonly #offset: Float64Array;
  readonly #matrix: Float64Array;

  constructor(size: number) {
    this.#size = size;
    this.#centre = new Float64Array(size);
    this.#offset = new Float64Array(size);
    this.#matrix = new Float64Array(size * size);
  }

  /**
   * From the weights of a mean to those of the line's value at a place, in place.
   * @param rows the points' rows in `states`, shape (steps, size)
   */
  through(rows: Uint32Array, weights: Float64Array, states: Float64Array, place: Float64Array): void {
    const size = this.#size;
    const centre = this.#centre.fill(0);
    const matrix = this.#matrix.fill(0);
    const offset = this.#offset;
    for (let i = 0; i < rows.length; i++) {
      for (let a = 0; a < size; a++) centre[a] += weights[i] * states[rows[i] * size + a];
    }
    for (let i = 0; i < rows.length; i++) {
      const at = rows[i] * size;
      for (let a = 0; a < size; a++) {
        const part = weights[i] * (states[at + a] - centre[a]);
        for (let b = 0; b <= a; b++) matrix[a * size + b] += part * (states[at + b] - centre[b]);
      }
    }
    let trace = 0;
    for (let a = 0; a < size; a++) trace += matrix[a * size + a];
    if (trace < indistinct) return;
    for (let a = 0; a < size; a++) {
      matrix[a * size + a] += (ridge * trace) / size;
      offset[a] = place[a] - centre[a];
    }
    solve(matrix, offset, size);
    for (let i = 0; i < rows.length; i++) {
      let slope = 0;
      for (let a = 0; a < size; a++) slope += (states[rows[i] * size + a] - centre[a]) * offset[a];
      weights[i] *= 1 + slope;
    }
  }
}

/** Solves A x = b in place of b, by Cholesky's decomposition in place of A, whose lower half is given. */
function solve(a: Float64Array, b: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * size + j];
      for (let k = 0; k < j; k++) sum -= a[i * size + k] * a[j * size + k];
      a[i * size + j] = i === j ? Math.sqrt(sum) : sum / a[j * size + j];
    }
  }
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) b[i] -= a[i * size + k] * b[k];
    b[i] /= a[i * size + i];
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) b[i] -= a[k * size + i] * b[k];
    b[i] /= a[i * size + i];
  }
}

/** What each feature is multiplied by: 1 / its standard deviation, or 0 for one that is always the same. */
function scalesOf(observations: Float32Array, size: number): Float64Array {
  const column = new Float64Array(observations.length / size);
  return Float64Array.from({ length: size }, (_, feature) => {
    for (let row = 0; row < column.length; row++) column[row] = observations[row * size + feature];
    const deviation = standardDeviation(column);
    return deviation > 0 ? 1 / deviation : 0;
  });
}

function scaled(observations: Float32Array, scales: Float64Array): Float64Array {
  return Float64Array.from(observations, (value, i) => value * scales[i % scales.length]);
}
