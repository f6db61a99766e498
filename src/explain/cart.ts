// CART: a decision tree from weighted, labelled states (Breiman et al. 1984). The best leaf is split first.

/** Where a tree ends. */
export interface Leaf {
  readonly action: number;
  /** The number of states that the tree was grown from and that end here. */
  readonly states: number;
  /**
   * Every action: the first that is allowed is taken. It begins with `action`. Only a tree of an environment with masks
   * has it.
   */
  readonly order?: readonly number[];
}

/** `below` if observation[feature] ≤ threshold, `above` otherwise. */
export interface Split {
  readonly feature: number;
  readonly threshold: number;
  readonly below: Node;
  readonly above: Node;
}

/** A part of a tree. */
export type Node = Leaf | Split;

export function isLeaf(node: Node): node is Leaf {
  return "action" in node;
}

/** The data from which a tree is grown. */
export interface LabelledStates {
  /** (count, size), row-major. */
  readonly states: Float32Array;
  /** The number of features of a state. */
  readonly size: number;
  /** (count): each state's action, a whole number in [0, actionCount). */
  readonly actions: Uint16Array;
  /** (count): the weight of each state, ≥ 0. */
  readonly weights: Float64Array;
  readonly actionCount: number;
  /**
   * (count, actionCount): what each action loses, the Q-value of the best allowed action minus its own; not a number
   * where it is forbidden. Undefined if the environment has no masks.
   */
  readonly losses?: Float32Array;
}

/** A leaf that may still be split: its rows, sorted by each feature, and their best split. */
interface Growing {
  readonly rows: readonly Uint32Array[];
  readonly best: Cut | undefined;
  split?: { readonly feature: number; readonly threshold: number; readonly below: Growing; readonly above: Growing };
}

/** A split of a leaf's rows, and how much it reduces their impurity. */
interface Cut {
  readonly feature: number;
  readonly threshold: number;
  readonly gain: number;
}

/**
 * Grows a tree of at most `leaves` leaves. The leaf whose split reduces the weighted Gini impurity most is split next
 * (best first: Shi 2007), until no split reduces it. Neighbouring leaves that act alike become one leaf. The same data
 * give the same tree: of equal splits the lowest threshold of the first feature is taken.
 */
export function growTree(data: LabelledStates, leaves: number): Node {
  const sorted = Array.from({ length: data.size }, (_, feature) => sortedRows(data, feature));
  const root: Growing = { rows: sorted, best: bestSplit(data, sorted) };
  const open = [root];
  while (open.length < leaves) {
    let next = 0;
    for (let i = 1; i < open.length; i++) if (gainOf(open[i]) > gainOf(open[next])) next = i;
    const leaf = open[next];
    if (leaf.best === undefined) break;
    const { feature, threshold } = leaf.best;
    const parts = leaf.rows.map((rows) => parted(data, rows, leaf.best as Cut)); // a part of sorted rows is sorted
    const [below, above] = [0, 1].map((side): Growing => {
      const rows = parts.map((part) => part[side]);
      return { rows, best: bestSplit(data, rows) };
    });
    leaf.split = { feature, threshold, below, above };
    open.splice(next, 1, below, above);
  }
  return finished(data, root);
}

/** All rows sorted by one feature; rows with equal values keep their order. */
function sortedRows({ states, size, weights }: LabelledStates, feature: number): Uint32Array {
  const count = weights.length;
  const values = Float32Array.from({ length: count }, (_, row) => states[row * size + feature] + 0); // −0 becomes 0
  // Read as whole numbers, the bits of floats ≥ 0 have the order of the floats. With value and row in one number,
  // sorting needs no comparison function, which would take most of the time. 53 bits hold both below 2^21 rows.
  const bits = new Int32Array(values.buffer);
  const keys = Float64Array.from(bits, (word, row) => (word >= 0 ? word : -(word & 0x7fffffff)) * mostRows + row);
  return Uint32Array.from(keys.sort(), (key) => key - mostRows * Math.floor(key / mostRows));
}

const mostRows = 2 ** 21;

/** The rows below a cut and those above it, in their order. */
function parted({ states, size }: LabelledStates, rows: Uint32Array, { feature, threshold }: Cut): Uint32Array[] {
  const below = new Uint32Array(rows.length);
  const above = new Uint32Array(rows.length);
  let belowCount = 0;
  let aboveCount = 0;
  for (const row of rows) {
    if (states[row * size + feature] <= threshold) below[belowCount++] = row;
    else above[aboveCount++] = row;
  }
  return [below.subarray(0, belowCount), above.subarray(0, aboveCount)];
}

function gainOf({ best }: Growing): number {
  return best?.gain ?? 0;
}

/** Gains are differences of sums of rounded numbers. A gain smaller than this share of the weight does not count. */
const noGain = 1e-12;

/**
 * The split of these rows, sorted by each feature, that reduces Σ w·Gini most. Gini = 1 − Σ_a p_a², where p_a is the
 * action's share of the weight w. Because w·Gini = w − Σ_a w_a² / w, it is the split with the largest
 * Σ_a below_a² / below + Σ_a above_a² / above. Undefined if no split reduces it.
 */
function bestSplit(data: LabelledStates, rows: readonly Uint32Array[]): Cut | undefined {
  const { states, size, actions, weights, actionCount } = data;
  const total = weightPerAction(data, rows[0]);
  const weight = total.reduce((sum, each) => sum + each, 0);
  const unsplit = squaresOver(total, weight);
  let best: { feature: number; low: number; high: number } | undefined;
  let bestGain = noGain * weight;
  const below = new Float64Array(actionCount);
  const above = new Float64Array(actionCount);
  for (let feature = 0; feature < size; feature++) {
    const sorted = rows[feature];
    below.fill(0);
    above.set(total);
    let belowWeight = 0;
    for (let i = 0; i + 1 < sorted.length; i++) {
      const row = sorted[i];
      below[actions[row]] += weights[row];
      above[actions[row]] -= weights[row];
      belowWeight += weights[row];
      const value = states[row * size + feature];
      const next = states[sorted[i + 1] * size + feature];
      if (value === next) continue;
      const gain = squaresOver(below, belowWeight) + squaresOver(above, weight - belowWeight) - unsplit;
      if (gain > bestGain) {
        best = { feature, low: value, high: next };
        bestGain = gain;
      }
    }
  }
  return best && { feature: best.feature, threshold: between(best.low, best.high), gain: bestGain };
}

/** Σ_a w_a² / w; 0 if nothing has weight. */
function squaresOver(perAction: Float64Array, weight: number): number {
  if (weight <= 0) return 0;
  let sum = 0;
  for (const each of perAction) sum += each * each;
  return sum / weight;
}

/** A number with low ≤ number < high: the middle, rounded to as few digits as possible, so that people can read it. */
function between(low: number, high: number): number {
  const middle = (low + high) / 2;
  for (let digits = 1; digits <= 17; digits++) {
    const rounded = Number(middle.toPrecision(digits));
    if (low <= rounded && rounded < high) return rounded;
  }
  return low;
}

function finished(data: LabelledStates, { rows, split }: Growing): Node {
  if (split === undefined) return leafOf(data, rows[0]);
  const below = finished(data, split.below);
  const above = finished(data, split.above);
  if (isLeaf(below) && isLeaf(above) && below.action === above.action && String(below.order) === String(above.order)) {
    return { ...below, states: below.states + above.states };
  }
  return { feature: split.feature, threshold: split.threshold, below, above };
}

/**
 * With masks the heaviest action may be forbidden. The others then follow by what they lose on average in the leaf's
 * states that allow them. Without masks in any state, that is the order of their mean Q-values. Actions that no state
 * allows come last: the network never learnt their Q-values.
 */
function leafOf(data: LabelledStates, rows: Uint32Array): Leaf {
  const perAction = weightPerAction(data, rows);
  const action = heaviest(perAction);
  const states = rows.length;
  if (data.losses === undefined) return { action, states };
  const losses = meanLosses(data.losses, rows, data.actionCount);
  if (perAction[action] > 0) losses[action] = -1; // else no state has a choice
  const order = [...losses.keys()].sort((a, b) => (losses[a] === losses[b] ? a - b : losses[a] < losses[b] ? -1 : 1));
  return { action: order[0], states, order };
}

/** (actionCount): the mean of each action's losses, all ≥ 0, over the rows that allow it; Infinity if none does. */
function meanLosses(losses: Float32Array, rows: Uint32Array, actionCount: number): Float64Array {
  return Float64Array.from({ length: actionCount }, (_, action) => {
    let sum = 0;
    let allowed = 0;
    for (const row of rows) {
      const loss = losses[row * actionCount + action];
      if (Number.isNaN(loss)) continue;
      sum += loss;
      allowed++;
    }
    return allowed === 0 ? Number.POSITIVE_INFINITY : sum / allowed;
  });
}

function weightPerAction({ actions, weights, actionCount }: LabelledStates, rows: Uint32Array): Float64Array {
  const perAction = new Float64Array(actionCount);
  for (const row of rows) perAction[actions[row]] += weights[row];
  return perAction;
}

/** The index of the first of the largest. */
function heaviest(perAction: Float64Array): number {
  return perAction.indexOf(perAction.reduce((a, b) => Math.max(a, b)));
}
