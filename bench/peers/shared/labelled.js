// The data set of 10,000 labelled states, and batches drawn from it.

export const labelledStates = 10_000;

/** States (10,000, inputs) and Q-values (10,000, actions): random numbers serve as well as a teacher's. */
export function makeLabelled(inputs, actionCount, random) {
  return { states: random.floats(labelledStates * inputs, 1), labels: random.floats(labelledStates * actionCount, 1) };
}

/** A batch of labelled states, drawn uniformly into arrays that are reused. */
export class LabelledBatch {
  #data;
  #random;
  #inputs;
  #actionCount;

  constructor({ widths, batch }, data, random) {
    this.#data = data;
    this.#random = random;
    this.#inputs = widths[0];
    this.#actionCount = widths[widths.length - 1];
    this.states = new Float32Array(batch * this.#inputs);
    this.labels = new Float32Array(batch * this.#actionCount);
  }

  draw() {
    const { states, labels } = this.#data;
    const rows = this.labels.length / this.#actionCount;
    for (let b = 0; b < rows; b++) {
      const row = this.#random.below(labelledStates);
      copyRow(states, row, this.states, b, this.#inputs);
      copyRow(labels, row, this.labels, b, this.#actionCount);
    }
  }
}

function copyRow(from, fromRow, to, toRow, size) {
  for (let i = 0; i < size; i++) to[toRow * size + i] = from[fromRow * size + i];
}
