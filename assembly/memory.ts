// Where every buffer lies: one block for each learner, laid out once, so that a training step allocates nothing.
//
//   allocated      block, at a multiple of 64
//   ▼              ▼
//   ┌────────┬─────┬───────┬────────────┬─────────┬────────┬──────────────┬────────┬───────────┬─────────────┬─────┐
//   │ unused │  ▲  │ state │ parameters │ moments │ target │ replay: rows │ widths │ gradients │ activations │  …  │
//   └────────┴──│──┴───────┴────────────┴─────────┴────────┴──────────────┴────────┴───────────┴─────────────┴─────┘
//               │  └───────── savedBytes, always ──────────┘└─ if filled ─┘└────────── scratch of one update ──────┘
//               │   a checkpoint holds those, and the filled rows of the tables
//               the address that was allocated, which `free_block` gives back
//
// A distiller has labelled states in place of target and replay. A network that only answers has nothing to save.
// Every area begins at the start of a cache line. A `place` function asks for the areas in their order. It runs twice:
// after `measure` the areas are only counted, after `lay_out` they lie in the block. So their sizes and places are one
// fact.

/** A cache line. A row of 16 values should lie in one (8-256-256-4: 6.5 µs an action; otherwise 8.3 to 9.5). */
const LINE: usize = 64;

/** heap.alloc ends the program from 1 GiB on, counting its own header. So such blocks are refused first. */
const LARGEST_BLOCK: u64 = (1 << 30) - 16 - LINE;

// where the next area begins
let cursor: u64 = 0;

/** Begins counting areas, up to `layout_end`. Their addresses mean nothing yet. */
export function measure(): void {
  cursor = 0;
}

/** Begins handing out areas, from the start of the block. */
export function lay_out(block: usize): void {
  cursor = block;
}

/**
 * Where the next area would begin. When counting, this is the number of bytes of all areas; else the address after the
 * last.
 */
export function layout_end(): u64 {
  return cursor;
}

/** The address of the next `bytes` bytes, at the start of a cache line. */
export function area(bytes: u64): usize {
  const start = cursor;
  cursor = (start + bytes + LINE - 1) & ~(<u64>LINE - 1);
  return <usize>start;
}

/** The address of the next `count` f32 values, at the start of a cache line. */
export function floats(count: u64): usize {
  return area(count << 2);
}

/** A block of zeros that starts at a cache line, or 0 if it would take 1 GiB or more. */
export function allocate_zeroed(bytes: u64): usize {
  if (bytes > LARGEST_BLOCK) return 0;
  const allocated = heap.alloc(<usize>bytes + LINE);
  const block = (allocated + LINE) & ~(LINE - 1); // at least 16 bytes after the allocated address
  store<usize>(block - sizeof<usize>(), allocated);
  memory.fill(block, 0, <usize>bytes);
  return block;
}

/** Gives back a block of `allocate_zeroed`. */
export function free_block(block: usize): void {
  heap.free(load<usize>(block - sizeof<usize>()));
}

/** Copies `count` f32 values. A call of memory.copy costs as much as copying a hundred of them. */
export function copy_floats(to: usize, from: usize, count: usize): void {
  let i: usize = 0;
  for (; i + 4 <= count; i += 4) v128.store(to + (i << 2), v128.load(from + (i << 2)));
  for (; i < count; i++) store<f32>(to + (i << 2), load<f32>(from + (i << 2)));
}

/** Sets `count` f32 values to 0, as cheaply. */
export function clear_floats(at: usize, count: usize): void {
  let i: usize = 0;
  for (; i + 4 <= count; i += 4) v128.store(at + (i << 2), f32x4.splat(0));
  for (; i < count; i++) store<f32>(at + (i << 2), 0);
}

/** Reads element number `index` of an array. */
export function at<T>(values: usize, index: usize): T {
  return load<T>(values + (index << alignof<T>()));
}

/** Writes element number `index` of an array. */
export function put<T>(values: usize, index: usize, value: T): void {
  store<T>(values + (index << alignof<T>()), value);
}
