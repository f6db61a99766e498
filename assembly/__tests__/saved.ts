// What a checkpoint holds of a learner or a distiller: to copy it and to compare it.
import { Table, Trainable } from "../trainable";
import { expect_same_bits } from "./arrays";

function table(net: Trainable, i: usize): Table {
  return changetype<Table>(net.tables + i * offsetof<Table>());
}

/** Copies what is always saved, and the filled rows. */
export function copy_saved(to: Trainable, from: Trainable, filled: usize): void {
  memory.copy(to.block, from.block, from.savedBytes);
  for (let i: usize = 0; i < from.tableCount; i++) {
    memory.copy(table(to, i).address, table(from, i).address, filled * table(from, i).rowBytes);
  }
}

/** Both hold the same, in the filled rows too. */
export function expect_same_saved(
  actual: Trainable,
  expected: Trainable,
  filled: usize,
  what: string,
  index: usize = 0,
): void {
  expect(actual.savedBytes).toBe(expected.savedBytes);
  expect_same_bits(actual.block, expected.block, expected.savedBytes >> 2, what, index);
  for (let i: usize = 0; i < expected.tableCount; i++) {
    const rows = (filled * table(expected, i).rowBytes) >> 2;
    expect_same_bits(table(actual, i).address, table(expected, i).address, rows, `${what}, table ${i}`, index);
  }
}
