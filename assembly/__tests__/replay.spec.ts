// The ring of transitions: n-step returns worked by hand, and the ring beside a plain list of everything that happened.
import { allocate_zeroed, lay_out, layout_end, measure } from "../memory";
import {
  begin_episode,
  observation_at,
  place_replay,
  Replay,
  record,
  sample,
  set_gamma,
  transition_at,
} from "../replay";
import { array_of, random_below, random_value, seed } from "./arrays";

const NOT_READY: usize = u32.MAX_VALUE;
const INPUTS: usize = 3;

function replay_of(rows: usize, nStep: usize, gamma: f32): Replay {
  const replay = changetype<Replay>(heap.alloc(offsetof<Replay>()));
  measure();
  place_replay(replay, INPUTS, false, rows, nStep, false);
  const block = allocate_zeroed(layout_end());
  lay_out(block);
  place_replay(replay, INPUTS, false, rows, nStep, false);
  set_gamma(replay, gamma);
  return replay;
}

/** The incoming observation carries its number, so that it is known again wherever it turns up. */
function come_in(replay: Replay, number: usize): void {
  for (let i: usize = 0; i < INPUTS; i++) store<f32>(replay.incoming + (i << 2), <f32>(number * 10 + i));
}

function is_observation(replay: Replay, row: usize, number: usize): bool {
  for (let i: usize = 0; i < INPUTS; i++) {
    if (load<f32>(observation_at(replay, row) + (i << 2)) != <f32>(number * 10 + i)) return false;
  }
  return true;
}

function next_row(replay: Replay, row: usize): usize {
  return transition_at(replay, row).next;
}

function expect_transition(replay: Replay, row: usize, action: u32, sum: f32, discount: f32, next: u32): void {
  const transition = transition_at(replay, row);
  expect(transition.next).toBe(next, `next row of ${row}`);
  expect(transition.action).toBe(action, `action of ${row}`);
  expect(transition.sum).toBe(sum, `return of ${row}`);
  expect(transition.discount).toBe(discount, `discount of ${row}`);
}

/** An episode from row 0 with rewards 1, 2, 4, … and actions 0, 1, 2, …; the last step ends it as said. */
function episode(nStep: usize, steps: usize, terminated: bool, truncated: bool): Replay {
  const replay = replay_of(40, nStep, 0.5);
  come_in(replay, 0);
  begin_episode(replay);
  for (let k: usize = 0; k < steps; k++) {
    come_in(replay, k + 1);
    const last = k + 1 == steps;
    record(replay, k, <f32>(1 << (<i32>k)), last && terminated, last && truncated);
  }
  return replay;
}

describe("n-step returns by hand, discount 1/2", () => {
  it("n = 1: each step's own reward", () => {
    const replay = episode(1, 3, false, false);
    expect(replay.state.ready).toBe(3);
    expect_transition(replay, 0, 0, 1, 0.5, 1);
    expect_transition(replay, 1, 1, 2, 0.5, 2);
    expect_transition(replay, 2, 2, 4, 0.5, 3);
    expect(next_row(replay, 3)).toBe(NOT_READY, "nothing was done at the last observation");
  });

  it("n = 3: ready three steps later", () => {
    expect(episode(3, 2, false, false).state.ready).toBe(0, "two steps are too few");
    const replay = episode(3, 5, false, false);
    expect(replay.state.ready).toBe(3);
    expect_transition(replay, 0, 0, 1 + 1 + 1, 0.125, 3);
    expect_transition(replay, 1, 1, 2 + 2 + 2, 0.125, 4);
    expect_transition(replay, 2, 2, 4 + 4 + 4, 0.125, 5);
    for (let row: usize = 3; row <= 5; row++) expect(next_row(replay, row)).toBe(NOT_READY);
  });

  it("n = 1, terminated: the target does not bootstrap", () => {
    const replay = episode(1, 2, true, false);
    expect(replay.state.ready).toBe(2);
    expect_transition(replay, 0, 0, 1, 0.5, 1);
    expect_transition(replay, 1, 1, 2, 0, 2);
    expect(next_row(replay, 2)).toBe(NOT_READY);
  });

  it("n = 1, truncated: the target bootstraps from the episode's last observation", () => {
    const replay = episode(1, 2, false, true);
    expect(replay.state.ready).toBe(2);
    expect_transition(replay, 1, 1, 2, 0.5, 2);
    expect(is_observation(replay, 2, 2)).toBe(true);
    expect(next_row(replay, 2)).toBe(NOT_READY);
  });

  it("n = 3, terminated: the steps that are left, and no bootstrap", () => {
    const replay = episode(3, 5, true, false);
    expect(replay.state.ready).toBe(5);
    expect_transition(replay, 1, 1, 6, 0.125, 4);
    expect_transition(replay, 2, 2, 12, 0, 5);
    expect_transition(replay, 3, 3, 8 + 8, 0, 5);
    expect_transition(replay, 4, 4, 16, 0, 5);
    expect(next_row(replay, 5)).toBe(NOT_READY);
  });

  it("n = 3, truncated: the steps that are left, and a bootstrap discounted by their number", () => {
    const replay = episode(3, 5, false, true);
    expect(replay.state.ready).toBe(5);
    expect_transition(replay, 1, 1, 6, 0.125, 4);
    expect_transition(replay, 2, 2, 12, 0.125, 5);
    expect_transition(replay, 3, 3, 16, 0.25, 5);
    expect_transition(replay, 4, 4, 16, 0.5, 5);
    expect(next_row(replay, 5)).toBe(NOT_READY);
  });

  it("n = 5, an episode shorter than n", () => {
    const terminated = episode(5, 2, true, false);
    expect(terminated.state.ready).toBe(2);
    expect_transition(terminated, 0, 0, 2, 0, 2);
    expect_transition(terminated, 1, 1, 2, 0, 2);
    const truncated = episode(5, 2, false, true);
    expect(truncated.state.ready).toBe(2);
    expect_transition(truncated, 0, 0, 2, 0.25, 2);
    expect_transition(truncated, 1, 1, 2, 0.5, 2);
    expect(episode(5, 4, false, false).state.ready).toBe(0);
  });

  it("terminated decides where both are true", () => {
    expect_transition(episode(1, 2, true, true), 1, 1, 2, 0, 2);
  });

  it("rewards do not cross into the next episode", () => {
    const replay = episode(3, 2, false, true);
    come_in(replay, 3);
    begin_episode(replay);
    come_in(replay, 4);
    record(replay, 7, 100, true, false);
    expect(replay.state.ready).toBe(3);
    expect_transition(replay, 0, 0, 2, 0.25, 2);
    expect_transition(replay, 1, 1, 2, 0.5, 2);
    expect_transition(replay, 3, 7, 100, 0, 4);
  });

  it("an episode that is left unfinished keeps its complete transitions only", () => {
    const replay = episode(3, 4, false, false);
    come_in(replay, 5);
    begin_episode(replay);
    come_in(replay, 6);
    record(replay, 7, 100, false, true);
    expect(replay.state.ready).toBe(3);
    expect_transition(replay, 0, 0, 3, 0.125, 3);
    expect_transition(replay, 1, 1, 6, 0.125, 4);
    for (let row: usize = 2; row <= 4; row++) expect(next_row(replay, row)).toBe(NOT_READY);
    expect_transition(replay, 5, 7, 100, 0.5, 6);
  });
});

const WENT_ON = 1;
const TERMINATED = 2;
const TRUNCATED = 3;

/** Everything that happened, and what a transition from each observation is by definition. */
class History {
  /** By observation: how the step from it ended, 0 where none was taken; what was done and what it gave. */
  ends: i32[] = [];
  actions: u32[] = [];
  rewards: f32[] = [];

  // the transition that was asked for last
  sum: f32 = 0;
  discount: f32 = 0;
  next: i32 = 0;

  observe(): void {
    this.ends.push(0);
    this.actions.push(0);
    this.rewards.push(0);
  }

  /** Whether a transition of at most n steps from observation `from` is complete. */
  transition(from: i32, nStep: usize, gamma: f32): bool {
    let power: f32 = 1;
    this.sum = 0;
    let i = from;
    for (let k: usize = 0; k < nStep; k++) {
      if (this.ends[i] == 0) return false;
      this.sum += power * this.rewards[i];
      power *= gamma;
      this.discount = this.ends[i] == TERMINATED ? 0 : power;
      this.next = i + 1;
      if (this.ends[i] != WENT_ON) break;
      i++;
    }
    return true;
  }
}

/** How much of the ring differs from the last `rows` observations of the history. */
function differences(replay: Replay, history: History, gamma: f32): i32 {
  const rows = <i32>replay.rows;
  const observed = history.ends.length;
  let wrong = 0;
  let ready: usize = 0;
  for (let i = max(0, observed - rows); i < observed; i++) {
    const row = i % rows;
    wrong += i32(!is_observation(replay, row, i));
    if (history.transition(i, replay.nStep, gamma)) {
      ready++;
      const transition = transition_at(replay, row);
      wrong += i32(transition.next != history.next % rows);
      wrong += i32(!is_observation(replay, history.next % rows, history.next));
      wrong += i32(transition.action != history.actions[i]);
      wrong += i32(transition.sum != history.sum);
      wrong += i32(transition.discount != history.discount);
    } else wrong += i32(next_row(replay, row) != NOT_READY);
  }
  return wrong + i32(replay.state.ready != ready);
}

/** Episodes of random lengths into a ring of this size; compares after each step and returns what differed. */
function play(rows: usize, nStep: usize, steps: i32): i32 {
  const gamma: f32 = 0.97;
  const replay = replay_of(rows, nStep, gamma);
  const history = new History();
  const random = array_of<u32>([1, 2, 3, 4]);
  let wrong = 0;
  let over = true;
  for (let step = 0; step < steps; step++) {
    come_in(replay, history.ends.length);
    // now and then an episode is left unfinished
    if (over || random_below(50) == 0) {
      begin_episode(replay);
      history.observe();
      over = false;
    } else {
      const last = history.ends.length - 1;
      const action = random_below(5);
      const reward = <f32>random_value();
      const chance = random_below(16);
      const end = chance == 0 ? TERMINATED : chance == 1 ? TRUNCATED : WENT_ON;
      over = end != WENT_ON;
      record(replay, action, reward, end == TERMINATED, end == TRUNCATED);
      history.ends[last] = end;
      history.actions[last] = action;
      history.rewards[last] = reward;
      history.observe();
    }
    wrong += differences(replay, history, gamma);
    if (wrong > 0) return wrong; // a wrong count of ready transitions would let sample search for ever
    if (replay.state.ready > 0) {
      const row = <i32>sample(replay, random);
      const newest = history.ends.length - 1;
      const number = newest - (((newest % <i32>rows) - row + <i32>rows) % <i32>rows);
      wrong += i32(number < 0 || !history.transition(number, nStep, gamma));
    }
  }
  return wrong;
}

describe("the ring", () => {
  it("holds what a plain list holds, however often it wraps around", () => {
    seed(1);
    const sizes: usize[] = [2, 1, 7, 1, 64, 1, 4, 3, 10, 3, 33, 5, 6, 5, 50, 10];
    for (let i = 0; i < sizes.length; i += 2) {
      expect(play(sizes[i], sizes[i + 1], 2000)).toBe(0, `${sizes[i]} rows, n = ${sizes[i + 1]}`);
    }
  });

  it("counts the observations it holds", () => {
    const replay = replay_of(4, 1, 0.9);
    begin_episode(replay);
    for (let step: usize = 1; step < 10; step++) {
      record(replay, 0, 0, false, false);
      expect(replay.state.filled).toBe(min<usize>(step + 1, 4));
      expect(replay.state.current).toBe(step % 4);
    }
  });
});

describe("sample", () => {
  it("reaches every ready transition alike, and none other", () => {
    seed(2);
    const rows: usize = 30;
    const replay = replay_of(rows, 3, 0.9);
    for (let e = 0; e < 12; e++) {
      begin_episode(replay);
      const steps = <u32>1 + random_below(9);
      for (let k: u32 = 1; k <= steps; k++) record(replay, 0, 1, false, k == steps);
    }
    begin_episode(replay);
    record(replay, 0, 1, false, false);

    const random = array_of<u32>([5, 6, 7, 8]);
    const draws = 100000;
    const counts = new Array<i32>(<i32>rows);
    for (let i = 0; i < draws; i++) counts[<i32>sample(replay, random)]++;
    const ready = <f64>replay.state.ready;
    expect(ready).toBeGreaterThan(15);
    expect(ready).toBeLessThan(<f64>rows);
    let chi = 0.0;
    for (let row: usize = 0; row < rows; row++) {
      const count = <f64>counts[<i32>row];
      if (next_row(replay, row) == NOT_READY) expect(count).toBe(0, `row ${row} is not ready`);
      else chi += ((count - draws / ready) * (count - draws / ready)) / (draws / ready);
    }
    expect(chi).toBeLessThan(ready - 1 + 4 * NativeMath.sqrt(2 * (ready - 1)), "χ² of the ready rows");
  });
});
