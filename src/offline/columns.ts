// Columns that grow row by row, as typed arrays, within a limit of memory.
import { ConfigError } from "../core/config-error.js";

type Values = Float32Array | Uint32Array | Uint8Array;

const firstRows = 256;

/** Columns of the same number of rows. */
export class Columns {
  /** The number of rows that are there. */
  rows = 0;
  readonly #columns: Column<Values>[] = [];
  readonly #memory: number;
  #capacity = firstRows;

  /** @param memory the most bytes that all columns may take */
  constructor(memory = Infinity) {
    this.#memory = memory;
  }

  /**
   * A new column. Rows that are there already, and rows that nobody writes, hold `otherwise`.
   * @param width how many numbers each row has
   */
  add<A extends Values>(make: (length: number) => A, width: number, otherwise = 0): Column<A> {
    const column = new Column(make, width, otherwise);
    this.#columns.push(column);
    this.#take(this.#capacity, () => column.grow(this.#capacity));
    return column;
  }

  /** Makes room for one more row, and counts it. @throws ConfigError if there is no memory for it */
  next(): void {
    if (this.rows === this.#capacity) {
      const most = Math.floor(this.#memory / this.#bytesPerRow());
      const capacity = Math.min(2 * this.#capacity, Math.max(most, this.rows + 1));
      this.#take(capacity, () => {
        for (const column of this.#columns) column.grow(capacity);
      });
      this.#capacity = capacity;
    }
    this.rows++;
  }

  #bytesPerRow(): number {
    return this.#columns.reduce((sum, column) => sum + column.bytesPerRow, 0);
  }

  #take(capacity: number, grow: () => void): void {
    const bytes = capacity * this.#bytesPerRow();
    const size = (count: number) => `${(count / 2 ** 20).toFixed(1)} MiB`;
    const problem = `the log does not fit in memory: ${this.rows} rows are there, and ${capacity} need ${size(bytes)}`;
    if (bytes > this.#memory) throw new ConfigError(`${problem}; ${size(this.#memory)} are allowed`);
    try {
      grow();
    } catch {
      throw new ConfigError(`${problem}, which the engine does not give`);
    }
  }
}

/** One column. Its last row is the one that {@link Columns.next} made. */
export class Column<A extends Values> {
  readonly width: number;
  readonly bytesPerRow: number;
  readonly #make: (length: number) => A;
  readonly #otherwise: number;
  #values: A;

  constructor(make: (length: number) => A, width: number, otherwise: number) {
    this.width = width;
    this.#make = make;
    this.#otherwise = otherwise;
    this.#values = make(0);
    this.bytesPerRow = this.#values.BYTES_PER_ELEMENT * width;
  }

  grow(rows: number): void {
    const values = this.#make(rows * this.width);
    values.set(this.#values);
    if (this.#otherwise !== 0) values.fill(this.#otherwise, this.#values.length);
    this.#values = values;
  }

  set(row: number, value: number, at = 0): void {
    this.#values[row * this.width + at] = value;
  }

  /** The first rows, without a copy. */
  taken(rows: number): A {
    return this.#values.subarray(0, rows * this.width) as A;
  }
}
