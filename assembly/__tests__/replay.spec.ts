// The ring of transitions: n-step returns worked by hand, and the ring beside a plain list of everything that happened.
import { allocate_zeroed, lay_out, layout_end, measure } from "../memory";
import {
  begin_episode,
  cut,
  episodes_sound,
  is_allowed,
  leave_episode,
  mask_bytes,
  newest_at,
  observation_at,
  place_replay,
  Replay,
  record,
  replay_sound,
  sample,
  set_gamma,
  transition_at,
  use_masks,
} from "../replay";
import { array_of, random_below, random_value, seed } from "./arrays";

const NONE: u32 = u32.MAX_VALUE;
const OPEN: u32 = 1 << 31;
const INPUTS: usize = 3;
const ACTIONS: usize = 37;

function replay_of(rows: usize, nStep: usize, gamma: f32): Replay {
  const replay = changetype<Replay>(heap.alloc(offsetof<Replay>()));
  measure();
  place_replay(replay, INPUTS, false, rows, nStep, ACTIONS, false);
  const block = allocate_zeroed(layout_end());
  lay_out(block);
  place_replay(replay, INPUTS, false, rows, nStep, ACTIONS, false);
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

function is_ready(replay: Replay, row: usize): bool {
  return transition_at(replay, row).next < OPEN;
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
  let row = begin_episode(replay);
  for (let k: usize = 0; k < steps; k++) {
    come_in(replay, k + 1);
    const last = k + 1 == steps;
    row = record(replay, row, k, <f32>(1 << (<i32>k)), last && terminated, last && truncated);
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
    expect(is_ready(replay, 3)).toBe(false, "nothing was done at the last observation");
  });

  it("n = 3: ready three steps later", () => {
    expect(episode(3, 2, false, false).state.ready).toBe(0, "two steps are too few");
    const replay = episode(3, 5, false, false);
    expect(replay.state.ready).toBe(3);
    expect_transition(replay, 0, 0, 1 + 1 + 1, 0.125, 3);
    expect_transition(replay, 1, 1, 2 + 2 + 2, 0.125, 4);
    expect_transition(replay, 2, 2, 4 + 4 + 4, 0.125, 5);
    for (let row: usize = 3; row <= 5; row++) expect(is_ready(replay, row)).toBe(false);
  });

  it("n = 1, terminated: the target does not bootstrap", () => {
    const replay = episode(1, 2, true, false);
    expect(replay.state.ready).toBe(2);
    expect_transition(replay, 0, 0, 1, 0.5, 1);
    expect_transition(replay, 1, 1, 2, 0, 2);
    expect(transition_at(replay, 2).next).toBe(NONE);
  });

  it("n = 1, truncated: the target bootstraps from the episode's last observation", () => {
    const replay = episode(1, 2, false, true);
    expect(replay.state.ready).toBe(2);
    expect_transition(replay, 1, 1, 2, 0.5, 2);
    expect(is_observation(replay, 2, 2)).toBe(true);
    expect(transition_at(replay, 2).next).toBe(NONE);
  });

  it("n = 3, terminated: the steps that are left, and no bootstrap", () => {
    const replay = episode(3, 5, true, false);
    expect(replay.state.ready).toBe(5);
    expect_transition(replay, 1, 1, 6, 0.125, 4);
    expect_transition(replay, 2, 2, 12, 0, 5);
    expect_transition(replay, 3, 3, 8 + 8, 0, 5);
    expect_transition(replay, 4, 4, 16, 0, 5);
    expect(transition_at(replay, 5).next).toBe(NONE);
  });

  it("n = 3, truncated: the steps that are left, and a bootstrap discounted by their number", () => {
    const replay = episode(3, 5, false, true);
    expect(replay.state.ready).toBe(5);
    expect_transition(replay, 1, 1, 6, 0.125, 4);
    expect_transition(replay, 2, 2, 12, 0.125, 5);
    expect_transition(replay, 3, 3, 16, 0.25, 5);
    expect_transition(replay, 4, 4, 16, 0.5, 5);
    expect(transition_at(replay, 5).next).toBe(NONE);
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
    const row = begin_episode(replay);
    come_in(replay, 4);
    record(replay, row, 7, 100, true, false);
    expect(replay.state.ready).toBe(3);
    expect_transition(replay, 0, 0, 2, 0.25, 2);
    expect_transition(replay, 1, 1, 2, 0.5, 2);
    expect_transition(replay, 3, 7, 100, 0, 4);
  });

  it("an episode that is ended from outside is truncated at its newest observation", () => {
    const replay = episode(3, 4, false, false);
    leave_episode(replay, 4);
    expect(replay.state.ready).toBe(4);
    expect_transition(replay, 1, 1, 6, 0.125, 4);
    expect_transition(replay, 2, 2, 4 + 4, 0.25, 5);
    expect_transition(replay, 3, 3, 8, 0.5, 5);
    expect(is_observation(replay, 5, 4)).toBe(true, "the same observation again");
    for (let row: usize = 4; row <= 5; row++) expect(transition_at(replay, row).next).toBe(NONE);
  });

  it("n = 3, cut: the steps so far, and a bootstrap from where they end", () => {
    const replay = episode(3, 4, false, false);
    cut(replay, 4);
    expect_transition(replay, 1, 1, 6, 0.125, 4);
    expect_transition(replay, 2, 2, 4 + 4, 0.25, 4);
    expect_transition(replay, 3, 3, 8, 0.5, 4);
    expect(replay.state.ready).toBe(4);
    come_in(replay, 5);
    const row = record(replay, 4, 4, 16, false, false);
    come_in(replay, 6);
    record(replay, row, 5, 32, true, false);
    expect_transition(replay, 4, 4, 16 + 16, 0, 6);
    expect(replay.state.ready).toBe(6, "the episode goes on from there");
  });

  it("two episodes that alternate have the transitions that each would have alone", () => {
    const replay = replay_of(40, 2, 0.5);
    come_in(replay, 0);
    let first = begin_episode(replay);
    come_in(replay, 1);
    let second = begin_episode(replay);
    for (let k: usize = 1; k <= 2; k++) {
      come_in(replay, 2 * k);
      first = record(replay, first, k, 1, false, false);
      come_in(replay, 2 * k + 1);
      second = record(replay, second, 10 + k, 8, k == 2, false);
    }
    expect(replay.state.ready).toBe(3);
    expect_transition(replay, 0, 1, 1 + 0.5, 0.25, 4);
    expect_transition(replay, 1, 11, 8 + 4, 0, 5);
    expect_transition(replay, 3, 12, 8, 0, 5);
    expect(is_ready(replay, 2)).toBe(false, "the first episode is still open");
  });
});

const WENT_ON = 1;
const TERMINATED = 2;
const TRUNCATED = 3;
const CUT = 4;

/** Everything that happened, and what a transition from each observation is by definition. */
class History {
  /** By observation: how the step from it ended, 0 where none was taken; what was done, what it gave, and what followed. */
  ends: i32[] = [];
  actions: u32[] = [];
  rewards: f32[] = [];
  follows: i32[] = [];

  // the transition that was asked for last
  sum: f32 = 0;
  discount: f32 = 0;
  next: i32 = 0;

  /** A new observation. @returns its number */
  observe(): i32 {
    this.actions.push(0);
    this.rewards.push(0);
    this.follows.push(-1);
    return this.ends.push(0) - 1;
  }

  /** Whether a transition of at most n steps from observation `from` is complete. */
  transition(from: i32, nStep: usize, gamma: f32): bool {
    let power: f32 = 1;
    this.sum = 0;
    let i = from;
    for (let k: usize = 0; k < nStep; k++) {
      // an episode that was ended from outside is cut before the step that was not taken
      if (this.ends[i] == CUT && k > 0) break;
      if (this.ends[i] == 0 || this.ends[i] == CUT) return false;
      this.sum += power * this.rewards[i];
      power *= gamma;
      this.discount = this.ends[i] == TERMINATED ? 0 : power;
      this.next = this.follows[i];
      if (this.ends[i] != WENT_ON) break;
      i = this.next;
    }
    return true;
  }
}

/** How much of the ring differs from what a plain list says; `held` is the observation in each filled row. */
function differences(replay: Replay, history: History, held: i32[], gamma: f32): i32 {
  let wrong = i32(replay.state.filled != held.length);
  let ready: usize = 0;
  for (let row = 0; row < held.length; row++) {
    const i = held[row];
    wrong += i32(!is_observation(replay, row, i));
    if (!history.transition(i, replay.nStep, gamma)) {
      wrong += i32(is_ready(replay, row));
      continue;
    }
    ready++;
    const transition = transition_at(replay, row);
    wrong += i32(transition.next >= <u32>held.length);
    if (wrong > 0) return wrong;
    wrong += i32(held[transition.next] != history.next);
    wrong += i32(transition.action != history.actions[i]);
    wrong += i32(transition.sum != history.sum);
    wrong += i32(transition.discount != history.discount);
  }
  return wrong + i32(replay.state.ready != ready);
}

function sound(replay: Replay, newest: usize[]): bool {
  const rows: u32[] = [];
  for (let i = 0; i < newest.length; i++) rows.push(<u32>newest[i]);
  return episodes_sound(replay, array_of<u32>(rows), newest.length);
}

/** Puts an observation into the row that the ring gave it. @returns whether that was not the oldest free row */
function hold(held: i32[], rows: usize, row: usize, observation: i32): i32 {
  if (held.length < <i32>rows) {
    held.push(observation);
    return i32(<i32>row != held.length - 1);
  }
  held[<i32>row] = observation;
  return 0;
}

/**
 * Episodes of random lengths, up to `most` of them open at once, into a ring of this size. Compares after each step.
 * @returns what differed
 */
function play(rows: usize, nStep: usize, most: u32, steps: i32): i32 {
  const gamma: f32 = 0.97;
  const replay = replay_of(rows, nStep, gamma);
  const history = new History();
  const random = array_of<u32>([1, 2, 3, 4]);
  const held: i32[] = [];
  const newest: i32[] = []; // by open episode: the number of its newest observation
  const places: usize[] = []; // and its row
  let wrong = 0;
  for (let step = 0; step < steps; step++) {
    const chosen = <i32>random_below(most);
    if (chosen >= newest.length) {
      const observation = history.observe();
      come_in(replay, observation);
      const row = begin_episode(replay);
      wrong += hold(held, rows, row, observation);
      newest.push(observation);
      places.push(row);
    } else if (random_below(50) == 0) {
      const head = replay.state.head;
      leave_episode(replay, places[chosen]);
      history.ends[newest[chosen]] = CUT;
      // where it was copied to
      if (replay.state.head != head) {
        const row = (replay.state.head + rows - 1) % rows;
        wrong += hold(held, rows, row, newest[chosen]);
      }
      newest.splice(chosen, 1);
      places.splice(chosen, 1);
    } else {
      const last = newest[chosen];
      const action = random_below(5);
      const reward = <f32>random_value();
      const chance = random_below(16);
      const end = chance == 0 ? TERMINATED : chance == 1 ? TRUNCATED : WENT_ON;
      const observation = history.observe();
      come_in(replay, observation);
      const row = record(replay, places[chosen], action, reward, end == TERMINATED, end == TRUNCATED);
      wrong += hold(held, rows, row, observation);
      history.ends[last] = end;
      history.actions[last] = action;
      history.rewards[last] = reward;
      history.follows[last] = observation;
      newest[chosen] = observation;
      places[chosen] = row;
      if (end != WENT_ON) {
        newest.splice(chosen, 1);
        places.splice(chosen, 1);
      }
    }
    wrong += differences(replay, history, held, gamma);
    wrong += i32(!sound(replay, places));
    wrong += i32(!replay_sound(replay));
    if (wrong > 0) return wrong; // a wrong count of ready transitions would let sample search for ever
    if (replay.state.ready > 0) wrong += i32(!is_ready(replay, sample(replay, random)));
  }
  return wrong;
}

describe("the ring", () => {
  it("holds what a plain list holds, however often it wraps around", () => {
    seed(1);
    const sizes: usize[] = [3, 1, 7, 1, 64, 1, 5, 3, 10, 3, 33, 5, 8, 5, 50, 10];
    for (let i = 0; i < sizes.length; i += 2) {
      expect(play(sizes[i], sizes[i + 1], 1, 2000)).toBe(0, `${sizes[i]} rows, n = ${sizes[i + 1]}`);
    }
  });

  it("holds it with any number of open episodes, however long one of them waits", () => {
    seed(3);
    // rows, n, episodes: the least rows that the host allows, and more
    const sizes: usize[] = [4, 1, 2, 17, 5, 3, 62, 10, 6, 40, 3, 8, 200, 5, 30];
    for (let i = 0; i < sizes.length; i += 3) {
      const wrong = play(sizes[i], sizes[i + 1], <u32>sizes[i + 2], 4000);
      expect(wrong).toBe(0, `${sizes[i]} rows, n = ${sizes[i + 1]}, ${sizes[i + 2]} episodes`);
    }
  });

  it("with one episode gives each observation the row after the one before", () => {
    const replay = replay_of(4, 1, 0.9);
    let row = begin_episode(replay);
    for (let step: usize = 1; step < 10; step++) {
      row = record(replay, row, 0, 0, false, false);
      expect(replay.state.filled).toBe(min<usize>(step + 1, 4));
      expect(row).toBe(step % 4);
    }
  });

  it("takes no open episodes for sound that are not there", () => {
    const replay = episode(3, 5, false, false);
    expect(sound(replay, [5])).toBe(true);
    expect(sound(replay, [])).toBe(false, "one that nobody names");
    expect(sound(replay, [5, 5])).toBe(false, "the same one twice");
    expect(sound(replay, [2])).toBe(false, "a transition that is ready");
    expect(sound(replay, [6])).toBe(false, "a row that holds nothing");
    newest_at(replay, 5).pending = 3;
    expect(sound(replay, [5])).toBe(false, "more open steps than n");
    newest_at(replay, 5).pending = 2;
    newest_at(replay, 5).previous = OPEN | 1;
    expect(sound(replay, [5])).toBe(false, "a step before that is not open");
  });
});

describe("masks", () => {
  it("are kept with their observations, one bit for each action", () => {
    seed(4);
    const rows: usize = 9;
    const replay = replay_of(rows, 2, 0.9);
    let row = begin_episode(replay);
    use_masks(replay, allocate_zeroed(mask_bytes(replay) * rows));
    const wanted = new Array<u32>(<i32>(rows * ACTIONS));
    for (let action: usize = 0; action < ACTIONS; action++) wanted[<i32>(row * ACTIONS + action)] = 1; // came before
    for (let step = 0; step < 100; step++) {
      const drawn: u32[] = [];
      for (let action: usize = 0; action < ACTIONS; action++) {
        drawn.push(random_below(2));
        store<u8>(replay.incomingMask + action, <u8>drawn[<i32>action]);
      }
      row = record(replay, row, 0, 0, false, false);
      for (let action: usize = 0; action < ACTIONS; action++) {
        wanted[<i32>(row * ACTIONS + action)] = drawn[<i32>action];
      }
      let wrong = 0;
      for (let r: usize = 0; r < replay.state.filled; r++) {
        for (let action: usize = 0; action < ACTIONS; action++) {
          wrong += i32(u32(is_allowed(replay, r, action)) != wanted[<i32>(r * ACTIONS + action)]);
        }
      }
      if (wrong > 0) expect(wrong).toBe(0, `step ${step}`);
    }
  });
});

describe("sample", () => {
  it("reaches every ready transition alike, and none other", () => {
    seed(2);
    const rows: usize = 30;
    const replay = replay_of(rows, 3, 0.9);
    for (let e = 0; e < 12; e++) {
      let row = begin_episode(replay);
      const steps = <u32>1 + random_below(9);
      for (let k: u32 = 1; k <= steps; k++) row = record(replay, row, 0, 1, false, k == steps);
    }
    record(replay, begin_episode(replay), 0, 1, false, false);

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
      if (!is_ready(replay, row)) expect(count).toBe(0, `row ${row} is not ready`);
      else chi += ((count - draws / ready) * (count - draws / ready)) / (draws / ready);
    }
    expect(chi).toBeLessThan(ready - 1 + 4 * NativeMath.sqrt(2 * (ready - 1)), "χ² of the ready rows");
  });
});
