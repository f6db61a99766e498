// Prioritised replay: the sum tree beside a plain list, the shares in which rows are drawn, weights worked by hand.
import { allocate_zeroed, at, lay_out, layout_end, measure } from "../memory";
import {
  begin_priorities,
  draw_by_priority,
  priority_of,
  renew,
  row_at,
  set_priority,
  weigh,
  welcome,
} from "../priorities";
import { begin_episode, leave_episode, place_replay, Replay, record, set_gamma, transition_at } from "../replay";
import { array_of, expect_near, random_below, random_value, seed, zeros } from "./arrays";

const OPEN: u32 = 1 << 31;

function priorities_of(values: f64[]): usize {
  const rows = values.length;
  const priorities = zeros<f64>(2 * rows);
  begin_priorities(priorities);
  for (let row = 0; row < rows; row++) set_priority(priorities, rows, row, values[row]);
  return priorities;
}

describe("the sum tree", () => {
  it("finds each row in just its share of the sum, for any number of rows", () => {
    seed(1);
    for (let rows = 2; rows <= 40; rows++) {
      // whole numbers, so that sums are exact: every point of the sum belongs to one row
      const values: f64[] = [];
      let sum = 0;
      for (let row = 0; row < rows; row++) {
        values.push(<f64>random_below(4));
        sum += <i32>values[row];
      }
      const priorities = priorities_of(values);
      expect(at<f64>(priorities, 1)).toBe(<f64>sum, `sum of ${rows}`);
      const found = new Array<i32>(rows);
      for (let point = 0; point < sum; point++) found[<i32>row_at(priorities, rows, <f64>point + 0.5)]++;
      for (let row = 0; row < rows; row++) {
        if (<f64>found[row] != values[row]) expect(<f64>found[row]).toBe(values[row], `row ${row} of ${rows}`);
      }
    }
  });

  it("never gives a row of priority 0, at no point that rounding can lead to", () => {
    const priorities = priorities_of([0, 0.1, 0, 0.3, 1e-30, 0, 0]);
    const sum = at<f64>(priorities, 1);
    const points: f64[] = [0, 0.1, 0.1 + 0.3, sum, sum + 1, Infinity, NaN];
    for (let i = 0; i < points.length; i++) {
      expect(priority_of(priorities, 7, row_at(priorities, 7, points[i]))).toBeGreaterThan(0);
    }
  });

  it("draws rows in the shares of their priorities, one from each part of the sum", () => {
    const priorities = priorities_of([1, 0, 2, 5, 0, 8]);
    const random = array_of<u32>([1, 2, 3, 4]);
    const sampled = zeros<u32>(16);
    const counts = new Array<i32>(6);
    for (let i = 0; i < 1000; i++) {
      draw_by_priority(priorities, 6, random, 16, sampled);
      for (let b: usize = 0; b < 16; b++) counts[at<u32>(sampled, b)]++;
    }
    // a part is as large as a priority of 1, so that hardly anything is left to chance
    expect(counts[0]).toBe(1000);
    expect(counts[1]).toBe(0);
    expect(counts[2]).toBe(2000);
    expect(counts[3]).toBe(5000);
    expect(counts[4]).toBe(0);
    expect(counts[5]).toBe(8000);
  });
});

describe("importance weights", () => {
  it("are (N·P)^−β over the batch's largest: by hand, priorities 1, 3 and 4 of 8, β = 1/2", () => {
    // N = 3, P = 1/8, 3/8, 1/2: (3/8)^−½ = 1.633, (9/8)^−½ = 0.9428, (3/2)^−½ = 0.8165
    const priorities = priorities_of([1, 0, 3, 4]);
    const weights = zeros<f32>(4);
    weigh(priorities, 4, 3, array_of<u32>([0, 2, 3]), weights, 0.5);
    expect(at<f32>(weights, 0)).toBe(1);
    expect_near(<f64>at<f32>(weights, 1), 0.94280904 / 1.6329932, 1e-6, "P = 3/8");
    expect_near(<f64>at<f32>(weights, 2), 0.81649658 / 1.6329932, 1e-6, "P = 1/2");
    // the largest is the batch's, not the memory's
    weigh(priorities, 4, 2, array_of<u32>([2, 3]), weights, 1);
    expect(at<f32>(weights, 0)).toBe(1);
    expect_near(<f64>at<f32>(weights, 1), 0.75, 1e-6, "3/4");
    weigh(priorities, 4, 2, array_of<u32>([2, 3]), weights, 0);
    expect(at<f32>(weights, 1)).toBe(1, "β = 0");
  });
});

describe("renewed priorities", () => {
  it("are (|δ| + ε)^α, and the largest is what a new transition gets", () => {
    const priorities = priorities_of([0, 1, 1, 1, 1]);
    const errors = array_of<f32>([-4, 0.25, 0, 9]);
    const sampled = array_of<u32>([1, 2, 3, 1]);
    renew(priorities, 5, 3, sampled, errors, 0.5);
    expect_near(priority_of(priorities, 5, 1), 2, 1e-6, "4^½");
    expect_near(priority_of(priorities, 5, 2), 0.5, 1e-5, "(1/4)^½");
    expect_near(priority_of(priorities, 5, 3), 1e-3, 1e-9, "ε^½");
    expect(priority_of(priorities, 5, 4)).toBe(1, "not drawn");
    welcome(priorities, 5, 0);
    expect(priority_of(priorities, 5, 0)).toBe(priority_of(priorities, 5, 1));
  });

  it("stay finite where an error is no number", () => {
    const priorities = priorities_of([1, 1]);
    renew(priorities, 2, 2, array_of<u32>([0, 1]), array_of<f32>([NaN, Infinity, 0, 0]), 1);
    expect(at<f64>(priorities, 1)).toBeLessThan(1e31);
    expect(row_at(priorities, 2, 1)).toBe(0);
  });
});

/** Episodes into a small ring, with priorities renewed in between; how much of the tree differs from a plain list. */
function differences(rows: usize, nStep: usize, steps: i32): i32 {
  const replay = changetype<Replay>(heap.alloc(offsetof<Replay>()));
  measure();
  place_replay(replay, 1, false, rows, nStep, 1, true);
  lay_out(allocate_zeroed(layout_end()));
  place_replay(replay, 1, false, rows, nStep, 1, true);
  set_gamma(replay, 0.9);
  begin_priorities(replay.priorities);
  const given = new Array<f64>(<i32>rows); // by row: what was given to the transition that starts there
  let largest = 1.0;
  let wrong = 0;
  let over = true;
  let newest: usize = 0;
  const wasReady = new Array<bool>(<i32>rows);
  for (let step = 0; step < steps; step++) {
    const head = <i32>replay.state.head;
    if (over || random_below(20) == 0) {
      if (!over) leave_episode(replay, newest);
      newest = begin_episode(replay);
      over = false;
    } else {
      const chance = random_below(8);
      over = chance < 2;
      newest = record(replay, newest, 0, 1, chance == 0, chance == 1);
    }
    wasReady[head] = false;
    let ready: usize = 0;
    let sum = 0.0;
    for (let row = 0; row < <i32>rows; row++) {
      const isReady = row < <i32>replay.state.filled && transition_at(replay, row).next < OPEN;
      if (isReady && !wasReady[row]) given[row] = largest;
      if (!isReady) given[row] = 0;
      wasReady[row] = isReady;
      ready += usize(isReady);
      sum += given[row];
      wrong += i32(priority_of(replay.priorities, rows, row) != given[row]);
    }
    wrong += i32(ready != replay.state.ready);
    wrong += i32(abs(at<f64>(replay.priorities, 1) - sum) > 1e-12 * sum);
    if (ready > 0) {
      const row = <i32>row_at(replay.priorities, rows, (0.5 + 0.5 * random_value()) * sum);
      wrong += i32(!wasReady[row]);
      const error = <f32>(3 * random_value());
      const sampled = array_of<u32>([row]);
      renew(replay.priorities, rows, 1, sampled, array_of<f32>([error, 0, 0, 0]), 1);
      given[row] = <f64>(abs<f32>(error) + <f32>1e-6);
      wrong += i32(abs(priority_of(replay.priorities, rows, row) - given[row]) > 1e-6);
      given[row] = priority_of(replay.priorities, rows, row);
      largest = max(largest, given[row]);
    }
  }
  return wrong;
}

describe("priorities in the ring", () => {
  it("are those of a plain list, however fast rows are overwritten, for every n", () => {
    seed(3);
    const sizes: usize[] = [3, 1, 7, 1, 8, 3, 12, 10, 33, 5];
    for (let i = 0; i < sizes.length; i += 2) {
      expect(differences(sizes[i], sizes[i + 1], 600)).toBe(0, `${sizes[i]} rows, n = ${sizes[i + 1]}`);
    }
  });
});
