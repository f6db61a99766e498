// The ring of transitions, with n-step returns, masks of actions and uniform sampling. priorities.ts draws in another
// way.
//
// Each observation is stored once, in a row of the ring. An episode's last observation has a row of its own. A
// transition starts at row i and ends at the row of the observation n steps later, or of its episode's last one. It is
// ready as soon as that row exists. R = Σ_{k<n} γ^k·r_k. The discount of what follows is γ^n, or 0 if the episode
// terminated.
//
// Any number of episodes may be open. Each is known by the row of its newest observation. Its steps that are not ready
// are linked, from the newest to the oldest. No new observation takes the row of an open step, however long it stays:
//
//     episode 1   0 ◄───────── 3 ◄── 4        row 4 is its newest observation, 3 and 0 are open steps
//     episode 2         1 ◄ 2 ◄───────── 5    row 5 is its newest observation
import { allocate_zeroed, area, copy_floats, floats, free_block, layout_end } from "./memory";
import { priority_fits, set_priority, sum_priorities, welcome } from "./priorities";
import { below } from "./random";
import { observation_bytes } from "./sparse";

/** The `next` of a row at which no transition starts, and none will. */
const NONE: u32 = u32.MAX_VALUE;
/** Marks the `next` of an open step: the rest is the row of the step before it in its episode. */
const OPEN: u32 = 1 << 31;

/** A row's transition without its observations. It is 16 bytes, so that drawing it fetches one cache line. */
@unmanaged
export class Transition {
  action: u32;
  sum: f32; // R, the discounted rewards
  discount: f32; // the discount of the value that follows
  next: u32; // the row of s'; of an open step OPEN and the row before
}

/** What the same 16 bytes hold in the row of an open episode's newest observation, where nothing was done yet. */
@unmanaged
export class Newest {
  repeatedAction: u32; // the exploring action that is being repeated
  repeatsLeft: u32;
  pending: u32; // the number of open steps before this row
  previous: u32; // OPEN and the row before
}

@unmanaged
export class Replay {
  inputs: usize;
  bytes: bool; // observations are kept as u8
  rowBytes: usize; // the bytes of one observation
  rows: usize;
  nStep: usize;
  actions: usize;
  maskWords: usize;

  // saved
  state: ReplayState;
  always: usize; // the end of what is saved however few rows are filled
  observations: usize; // (rows, rowBytes)
  transitions: usize; // Transition (rows)
  priorities: usize; // f64 (2·rows), of which the rows' own are saved; 0 if there are no priorities
  masks: usize; // u32 (rows, maskWords): a bit for each action, 1 if it is allowed; 0 if all are, always

  // scratch
  incoming: usize; // (inputs): where the host writes an observation
  incomingMask: usize; // u8 (actions): where the host writes its mask
  powers: usize; // (nStep + 1): γ^k
}

@unmanaged
export class ReplayState {
  head: usize; // the row that is written next
  filled: usize; // the number of rows that hold an observation
  ready: usize; // the number of transitions that can be sampled
}

export function place_replay(
  replay: Replay,
  inputs: usize,
  bytes: bool,
  rows: usize,
  nStep: usize,
  actions: usize,
  prioritised: bool,
): void {
  replay.inputs = inputs;
  replay.bytes = bytes;
  replay.rowBytes = observation_bytes(inputs, bytes);
  replay.rows = rows;
  replay.nStep = nStep;
  replay.actions = actions;
  replay.maskWords = (actions + 31) >> 5;
  replay.masks = 0;
  replay.state = changetype<ReplayState>(area(offsetof<ReplayState>()));
  replay.priorities = prioritised ? area((<u64>rows) << 4) : 0;
  // the first of the priorities belongs to no row
  replay.always = prioritised ? replay.priorities + sizeof<f64>() : <usize>layout_end();
  replay.observations = area(<u64>rows * replay.rowBytes);
  replay.transitions = area((<u64>rows) << 4);
  replay.incoming = floats(inputs);
  replay.incomingMask = area(actions);
  replay.powers = floats(nStep + 1);
}

/**
 * Whether every row and action that a restored memory names exists, some action is allowed at each observation, and
 * `ready` counts right. `episodes_sound` must say the same of its open episodes. Makes the sums of the priorities again.
 */
export function replay_sound(replay: Replay): bool {
  const state = replay.state;
  const rows = replay.rows;
  const filled = state.filled;
  if (filled > rows || state.head >= rows || (filled < rows && state.head != filled)) return false;
  let ready: usize = 0;
  for (let row: usize = 0; row < filled; row++) {
    const transition = transition_at(replay, row);
    const next = transition.next;
    if (transition.action >= <u32>replay.actions) return false;
    if (next != NONE && (next & ~OPEN) >= <u32>filled) return false;
    if (is_ready(next)) ready++;
    if (!any_allowed(replay, row)) return false;
    if (replay.priorities != 0 && !priority_fits(replay.priorities, rows, row, is_ready(next))) return false;
  }
  if (ready != state.ready) return false;
  return replay.priorities == 0 || sum_priorities(replay.priorities, rows);
}

/**
 * Whether the open steps of a restored memory are exactly those of `count` episodes, whose newest observations are said
 * to lie in these rows: u32 (count).
 */
export function episodes_sound(replay: Replay, rows: usize, count: usize): bool {
  const seen = allocate_zeroed(replay.rows);
  if (seen == 0) return false;
  let open = open_rows(replay);
  let sound = true;
  for (let i: usize = 0; i < count && sound; i++) {
    let row: usize = load<u32>(rows + (i << 2));
    const pending = row < replay.state.filled ? newest_at(replay, row).pending : <u32>replay.nStep;
    sound = pending < <u32>replay.nStep;
    for (let age: u32 = 0; age <= pending && sound; age++) {
      const next = transition_at(replay, row).next;
      sound = is_open(next) && load<u8>(seen + row) == 0;
      store<u8>(seen + row, 1);
      open--;
      row = next & ~OPEN;
    }
  }
  free_block(seen);
  return sound && open == 0;
}

/** The number of rows that belong to open episodes. */
function open_rows(replay: Replay): usize {
  let open: usize = 0;
  for (let row: usize = 0; row < replay.state.filled; row++) open += usize(is_open(transition_at(replay, row).next));
  return open;
}

export function is_ready(next: u32): bool {
  return next < OPEN;
}

function is_open(next: u32): bool {
  return next >= OPEN && next != NONE;
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

export function newest_at(replay: Replay, row: usize): Newest {
  return changetype<Newest>(replay.transitions + (row << 4));
}

/** From now on a row holds a mask, which `masks` has room for; in those that are filled all actions are allowed. */
export function use_masks(replay: Replay, masks: usize): void {
  replay.masks = masks;
  memory.fill(masks, 0xff, mask_bytes(replay) * replay.rows);
}

export function mask_bytes(replay: Replay): usize {
  return replay.maskWords << 2;
}

/** Whether an action is allowed at the observation of a row. */
export function is_allowed(replay: Replay, row: usize, action: usize): bool {
  if (replay.masks == 0) return true;
  const word = load<u32>(replay.masks + ((row * replay.maskWords + (action >> 5)) << 2));
  return bool((word >> (<u32>action & 31)) & 1);
}

function any_allowed(replay: Replay, row: usize): bool {
  for (let action: usize = 0; action < replay.actions; action++) if (is_allowed(replay, row, action)) return true;
  return false;
}

/** Keeps the incoming mask, as bits. */
function put_mask(replay: Replay, row: usize): void {
  const to = replay.masks + row * mask_bytes(replay);
  memory.fill(to, 0, mask_bytes(replay));
  for (let action: usize = 0; action < replay.actions; action++) {
    const word = to + ((action >> 5) << 2);
    const bit = u32(load<u8>(replay.incomingMask + action) != 0) << (<u32>action & 31);
    store<u32>(word, load<u32>(word) | bit);
  }
}

function following(replay: Replay, row: usize): usize {
  return row + 1 == replay.rows ? 0 : row + 1;
}

/** Stores the incoming observation in the next row, over the oldest one that is not open. There must be one. */
function push_row(replay: Replay): usize {
  const state = replay.state;
  let row = state.head;
  if (state.filled < replay.rows) state.filled++;
  else {
    while (is_open(transition_at(replay, row).next)) row = following(replay, row);
    if (is_ready(transition_at(replay, row).next)) {
      state.ready--;
      if (replay.priorities != 0) set_priority(replay.priorities, replay.rows, row, 0);
    }
  }
  const to = observation_at(replay, row);
  if (replay.bytes) {
    for (let i: usize = 0; i < replay.inputs; i++) store<u8>(to + i, <u8>load<f32>(replay.incoming + (i << 2)));
  } else copy_floats(to, replay.incoming, replay.inputs);
  if (replay.masks != 0) put_mask(replay, row);
  state.head = following(replay, row);
  return row;
}

/** An episode begins with the incoming observation. @returns its row */
export function begin_episode(replay: Replay): usize {
  const row = push_row(replay);
  const newest = newest_at(replay, row);
  newest.repeatedAction = 0;
  newest.repeatsLeft = 0;
  newest.pending = 0;
  newest.previous = OPEN;
  return row;
}

/**
 * Records a step of an open episode: the action at its newest observation, in `row`, gave this reward and the incoming
 * observation.
 * @returns the row of that observation, which is now the episode's newest
 */
export function record(
  replay: Replay,
  row: usize,
  action: usize,
  reward: f32,
  terminated: bool,
  truncated: bool,
): usize {
  const was = newest_at(replay, row);
  const pending = was.pending;
  const repeatedAction = was.repeatedAction;
  const repeatsLeft = was.repeatsLeft;
  const step = transition_at(replay, row);
  step.action = <u32>action;
  step.sum = 0;
  const next = push_row(replay);

  // the reward counts for each open step, discounted by its age; the oldest comes last
  const nStep = <u32>replay.nStep;
  let at = row;
  for (let age: u32 = 0; age <= pending; age++) {
    const open = transition_at(replay, at);
    const before = open.next & ~OPEN;
    open.sum += load<f32>(replay.powers + (age << 2)) * reward;
    if (age + 1 == nStep) complete(replay, at, next, nStep, terminated);
    at = before;
  }
  const newest = newest_at(replay, next);
  newest.repeatedAction = repeatedAction;
  newest.repeatsLeft = repeatsLeft;
  newest.pending = min(pending + 1, nStep - 1);
  newest.previous = OPEN | <u32>row;
  if (terminated || truncated) end_episode(replay, next, terminated);
  return next;
}

/**
 * Ends an open episode that nobody goes on with, as truncated at its newest observation, in `row`. That gets a new row:
 * an observation must not be overwritten before the transitions that lead to it, and this one may have waited for long.
 */
export function leave_episode(replay: Replay, row: usize): void {
  const newest = newest_at(replay, row);
  const pending = newest.pending;
  const previous = newest.previous;
  const from = observation_at(replay, row);
  for (let i: usize = 0; i < replay.inputs; i++) {
    const value = replay.bytes ? <f32>load<u8>(from + i) : load<f32>(from + (i << 2));
    store<f32>(replay.incoming + (i << 2), value);
  }
  for (let action: usize = 0; action < replay.actions; action++) {
    store<u8>(replay.incomingMask + action, u8(is_allowed(replay, row, action)));
  }
  close_row(replay, row);
  if (pending == 0) return;
  const last = push_row(replay);
  newest_at(replay, last).pending = pending;
  newest_at(replay, last).previous = previous;
  end_episode(replay, last, false);
}

/**
 * Completes the open steps of an episode at its newest observation, in `row`, with fewer rewards than n. It does nothing
 * in a rare case: an observation must not be overwritten before the transitions that lead to it. If the episode has
 * waited while others filled the memory, that may not be so.
 */
export function cut(replay: Replay, row: usize): void {
  const newest = newest_at(replay, row);
  const left = left_of(replay, row);
  let at: usize = newest.previous & ~OPEN;
  for (let steps = newest.pending; steps > 0; steps--) {
    if (left_of(replay, at) > left) return;
    at = transition_at(replay, at).next & ~OPEN;
  }
  complete_open(replay, row, false);
  newest.pending = 0;
  newest.previous = OPEN;
}

/** How many rows would be overwritten before this one, if none were open. */
function left_of(replay: Replay, row: usize): usize {
  return (row + replay.rows - replay.state.head) % replay.rows;
}

/** Ends the open episode whose newest observation lies in this row, the latest one. Its open steps are then ready. */
function end_episode(replay: Replay, row: usize, terminated: bool): void {
  complete_open(replay, row, terminated);
  close_row(replay, row);
}

/** Completes the open steps of an episode at its newest observation, in this row. */
function complete_open(replay: Replay, row: usize, terminated: bool): void {
  const newest = newest_at(replay, row);
  const pending = newest.pending;
  let at: usize = newest.previous & ~OPEN;
  for (let steps: u32 = 1; steps <= pending; steps++) {
    const before = transition_at(replay, at).next & ~OPEN;
    complete(replay, at, row, steps, terminated);
    at = before;
  }
}

/** No transition starts at this row. */
function close_row(replay: Replay, row: usize): void {
  const transition = transition_at(replay, row);
  transition.action = 0;
  transition.sum = 0;
  transition.next = NONE;
}

/** An open step is complete `steps` steps later. */
function complete(replay: Replay, row: usize, next: usize, steps: usize, terminated: bool): void {
  const transition = transition_at(replay, row);
  transition.discount = terminated ? 0 : load<f32>(replay.powers + (steps << 2));
  transition.next = <u32>next;
  replay.state.ready++;
  if (replay.priorities != 0) welcome(replay.priorities, replay.rows, row);
}

/** The first row of a ready transition, drawn uniformly. At least one must be ready. */
export function sample(replay: Replay, random: usize): usize {
  let row = below(random, replay.state.filled);
  while (!is_ready(transition_at(replay, row).next)) row = below(random, replay.state.filled);
  return row;
}
