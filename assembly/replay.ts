// The ring of transitions, with n-step returns and uniform sampling. priorities.ts draws in another way.
//
// Each observation is stored once, in a row of the ring. An episode's last observation has a row of its own. A
// transition starts at row i and ends n rows later, or at its episode's last row. It is ready as soon as that row
// exists. R = Σ_{k<n} γ^k·r_k. The discount of what follows is γ^n, or 0 if the episode terminated.
import { area, copy_floats, floats, layout_end } from "./memory";
import { priority_fits, set_priority, sum_priorities, welcome } from "./priorities";
import { below } from "./random";
import { observation_bytes } from "./sparse";

/** The `next` of a row at which no transition starts (yet). */
const NOT_READY = u32.MAX_VALUE;

/** A row's transition without its observations. It is 16 bytes, so that drawing it fetches one cache line. */
@unmanaged
export class Transition {
  action: u32;
  sum: f32; // R, the discounted rewards
  discount: f32; // the discount of the value that follows
  next: u32; // the row of s'
}

@unmanaged
export class Replay {
  inputs: usize;
  bytes: bool; // observations are kept as u8
  rowBytes: usize; // the bytes of one observation
  rows: usize;
  nStep: usize;

  // saved
  state: ReplayState;
  always: usize; // the end of what is saved however few rows are filled
  observations: usize; // (rows, rowBytes)
  transitions: usize; // Transition (rows)
  priorities: usize; // f64 (2·rows), of which the rows' own are saved; 0 if there are no priorities

  // scratch
  incoming: usize; // (inputs): where the host writes an observation
  powers: usize; // (nStep + 1): γ^k
}

@unmanaged
export class ReplayState {
  head: usize; // the row that is written next
  filled: usize; // the number of rows that hold an observation
  ready: usize; // the number of transitions that can be sampled
  pending: usize; // the number of newest transitions whose n steps are not complete
  current: usize; // the row of the newest observation
}

export function place_replay(
  replay: Replay,
  inputs: usize,
  bytes: bool,
  rows: usize,
  nStep: usize,
  prioritised: bool,
): void {
  replay.inputs = inputs;
  replay.bytes = bytes;
  replay.rowBytes = observation_bytes(inputs, bytes);
  replay.rows = rows;
  replay.nStep = nStep;
  replay.state = changetype<ReplayState>(area(offsetof<ReplayState>()));
  replay.priorities = prioritised ? area((<u64>rows) << 4) : 0;
  // the first of the priorities belongs to no row
  replay.always = prioritised ? replay.priorities + sizeof<f64>() : <usize>layout_end();
  replay.observations = area(<u64>rows * replay.rowBytes);
  replay.transitions = area((<u64>rows) << 4);
  replay.incoming = floats(inputs);
  replay.powers = floats(nStep + 1);
}

/**
 * Whether every row and action that a restored memory names exists, and `ready` counts right. Makes the sums of the
 * priorities again.
 */
export function replay_sound(replay: Replay, actions: usize): bool {
  const state = replay.state;
  const rows = replay.rows;
  const filled = state.filled;
  if (filled > rows || state.head >= rows || state.current >= rows || state.pending > min(filled, replay.nStep)) {
    return false;
  }
  if (filled < rows && state.head != filled) return false;
  let ready: usize = 0;
  for (let row: usize = 0; row < filled; row++) {
    const transition = transition_at(replay, row);
    if (transition.action >= <u32>actions) return false;
    const starts = transition.next != NOT_READY;
    if (starts && transition.next >= <u32>filled) return false;
    if (starts) ready++;
    if (replay.priorities != 0 && !priority_fits(replay.priorities, rows, row, starts)) return false;
  }
  if (ready != state.ready) return false;
  return replay.priorities == 0 || sum_priorities(replay.priorities, rows);
}

export function set_gamma(replay: Replay, gamma: f32): void {
  let power: f32 = 1;
  for (let k: usize = 0; k <= replay.nStep; k++) {
    store<f32>(replay.powers + (k << 2), power);
    power *= gamma;
  }
}

export function observation_at(replay: Replay, row: usize): usize {
  return replay.observations + row * replay.rowBytes;
}

export function transition_at(replay: Replay, row: usize): Transition {
  return changetype<Transition>(replay.transitions + (row << 4));
}

/** Stores the incoming observation in the next row, over the oldest one. */
function push_row(replay: Replay): usize {
  const state = replay.state;
  const row = state.head;
  if (state.filled < replay.rows) state.filled++;
  else if (transition_at(replay, row).next != NOT_READY) {
    state.ready--;
    if (replay.priorities != 0) set_priority(replay.priorities, replay.rows, row, 0);
  }
  const to = observation_at(replay, row);
  if (replay.bytes) {
    for (let i: usize = 0; i < replay.inputs; i++) store<u8>(to + i, <u8>load<f32>(replay.incoming + (i << 2)));
  } else copy_floats(to, replay.incoming, replay.inputs);
  transition_at(replay, row).next = NOT_READY;
  transition_at(replay, row).sum = 0;
  state.head = row + 1 == replay.rows ? 0 : row + 1;
  state.current = row;
  return row;
}

/** An episode begins with the incoming observation. */
export function begin_episode(replay: Replay): void {
  replay.state.pending = 0;
  push_row(replay);
}

/** Records a step: the action at the current row gave this reward and the incoming observation. */
export function record(replay: Replay, action: usize, reward: f32, terminated: bool, truncated: bool): void {
  const state = replay.state;
  transition_at(replay, state.current).action = <u32>action;
  const next = push_row(replay);
  state.pending++;

  // the reward counts for each pending transition, discounted by its age; the oldest comes last
  let row = next;
  for (let age: usize = 0; age < state.pending; age++) {
    row = (row == 0 ? replay.rows : row) - 1;
    transition_at(replay, row).sum += load<f32>(replay.powers + (age << 2)) * reward;
  }

  if (terminated || truncated) {
    while (state.pending > 0) {
      complete(replay, row, next, state.pending, terminated);
      row = row + 1 == replay.rows ? 0 : row + 1;
    }
  } else if (state.pending == replay.nStep) {
    complete(replay, row, next, replay.nStep, false);
  }
}

/** The oldest pending transition is complete after `steps` steps. */
function complete(replay: Replay, row: usize, next: usize, steps: usize, terminated: bool): void {
  const transition = transition_at(replay, row);
  transition.discount = terminated ? 0 : load<f32>(replay.powers + (steps << 2));
  transition.next = <u32>next;
  replay.state.ready++;
  replay.state.pending--;
  if (replay.priorities != 0) welcome(replay.priorities, replay.rows, row);
}

/** The first row of a ready transition, drawn uniformly. At least one must be ready. */
export function sample(replay: Replay, random: usize): usize {
  let row = below(random, replay.state.filled);
  while (transition_at(replay, row).next == NOT_READY) row = below(random, replay.state.filled);
  return row;
}
