// A learner's update by two threads, without clipping and without a guide. Each thread computes its share of every
// output, so that no sum is ever split.
//
// Both run `take_share` on the same memory, each in an instance of its own. They meet whenever one will read what the
// other wrote. The leader is the thread that the host calls. A thread that has to wait looks for a while and then
// sleeps, so both must be threads that may block, never a page's main thread. The assistant never allocates, because
// only the leader's instance knows where the heap is free.
import { adam_range, begin_step, polyak } from "./adam";
import { count_update, draw, Learner, mean_loss, pass_panels, renew_priorities } from "./learner";
import { PANEL, transpose_columns, weight_gradient } from "./matmul";
import { allocate_zeroed, copy_floats } from "./memory";
import { width } from "./mlp";
import { first_gradients } from "./trainable";

/**
 * How often a thread looks before it sleeps: longer than the difference between two shares, or than a step of an
 * environment. Without sleeping, two threads that have only one core would waste a slice of its time at every meeting
 * (A1: 16 ms an update). With a tenth of the looks they sleep so often that the system leaves both on one core (A1: 57
 * → 148 µs).
 */
const LOOKS: u32 = 20_000;

@unmanaged
export class Team {
  assistant: Learner; // the leader's learner, with scratch of its own where each thread needs its own
  learningRate: f32;
  movesTarget: bool; // whether the target network moves in this update
  begun: u32; // the number of updates that have begun
  met: u32; // the number of arrivals where the two meet
  asleep: u32; // the number of threads that must be woken
}

/** A team for the learner. It lives as long as the learner. */
export function team_create(learner: Learner): Team {
  const team = changetype<Team>(heap.alloc(offsetof<Team>() + offsetof<Learner>()));
  memory.fill(changetype<usize>(team), 0, offsetof<Team>());
  const assistant = changetype<Learner>(changetype<usize>(team) + offsetof<Team>());
  memory.copy(changetype<usize>(assistant), changetype<usize>(learner), offsetof<Learner>());
  assistant.deltas = allocate_zeroed(learner.panelBytes + 12);
  assistant.lookahead = allocate_zeroed(learner.panelBytes);
  team.assistant = assistant;
  return team;
}

/** The assistant's loop: it does its share of every update that the leader begins. It never returns. */
export function team_assist(team: Team): void {
  let done: u32 = 0;
  while (true) {
    wait_while(team, offsetof<Team>("begun"), done);
    done++;
    take_share(team, team.assistant, 1);
  }
}

/** `learner_step` by the leader, with the assistant's help. */
export function team_step(team: Team, learner: Learner, n: usize, learningRate: f32): f64 {
  team.learningRate = learningRate;
  let sum: f64 = 0;
  for (let i: usize = 0; i < n; i++) {
    draw(learner);
    begin_step(learner.powers);
    team.movesTarget = count_update(learner);
    advance(team, offsetof<Team>("begun"));
    take_share(team, learner, 0);
    renew_priorities(learner);
    sum += <f64>mean_loss(learner);
  }
  return sum / <f64>n;
}

/** One update, except what the leader does alone: its draws, its counters and the loss. */
function take_share(team: Team, learner: Learner, share: u32): void {
  transpose_share(learner, share, false);
  meet(team);
  const half = (learner.panels + 1) >> 1;
  if (share == 0) pass_panels(learner, 0, half);
  else pass_panels(learner, half, learner.panels);
  meet(team);
  descend_share(learner, share, team.learningRate);
  meet(team);
  if (team.movesTarget) transpose_share(learner, share, true);
  meet(team);
}

/** Returns when both threads have come here. */
function meet(team: Team): void {
  const before = advance(team, offsetof<Team>("met"));
  const first = (before & 1) == 0;
  if (first) wait_while(team, offsetof<Team>("met"), before + 1);
}

/** Adds 1 to a counter of the team. @returns the value before */
function advance(team: Team, counter: usize): u32 {
  const at = changetype<usize>(team) + counter;
  const before = atomic.add<u32>(at, 1);
  if (atomic.load<u32>(changetype<usize>(team), offsetof<Team>("asleep")) > 0) atomic.notify(at, 1);
  return before;
}

/** Returns when a counter of the team is no longer `value`. */
function wait_while(team: Team, counter: usize, value: u32): void {
  const at = changetype<usize>(team) + counter;
  for (let looks: u32 = 0; looks < LOOKS; looks++) {
    if (atomic.load<u32>(at) != value) return;
  }
  atomic.add<u32>(changetype<usize>(team), 1, offsetof<Team>("asleep"));
  while (atomic.load<u32>(at) == value) atomic.wait<u32>(at, value, -1);
  atomic.sub<u32>(changetype<usize>(team), 1, offsetof<Team>("asleep"));
}

/** Where a share of n rows begins. The first share is a multiple of 4 rows, for the kernels' tiles. */
function share_begin(n: usize, share: u32): usize {
  return share == 0 ? 0 : min<usize>(((n >> 1) + 3) & ~3, n);
}

function share_end(n: usize, share: u32): usize {
  return share == 0 ? share_begin(n, 1) : n;
}

/**
 * A share of each dense layer's outputs: transposes the weights and biases and, with `move`, does the target's step to
 * them. With observations of bytes it does that step for the first layer, too.
 */
function transpose_share(learner: Learner, share: u32, move: bool): void {
  const online = learner.onlineWeights;
  const target = learner.targetWeights;
  const tau = learner.options.tau;
  const values = learner.denseAt >> 2;
  const from = share_begin(values, share);
  if (move) {
    const at = from << 2;
    polyak(target.parameters + at, online.parameters + at, share_end(values, share) - from, tau);
  }
  let parameters = online.parameters + learner.denseAt;
  let transposed = online.transposed + learner.denseAt;
  const toTarget = target.transposed - online.transposed;
  for (let l: usize = 0; l < learner.denseLayers; l++) {
    const inputs = width(learner.denseWidths, l);
    const outputs = width(learner.denseWidths, l + 1);
    const first = share_begin(outputs, share);
    const count = share_end(outputs, share) - first;
    const bias = (inputs * outputs + first) << 2;
    const rows = transposed + ((first * inputs) << 2);
    transpose_columns(rows, parameters + (first << 2), outputs << 2, inputs, count);
    copy_floats(transposed + bias, parameters + bias, count);
    if (move) {
      polyak(rows + toTarget, rows, count * inputs, tau);
      polyak(transposed + bias + toTarget, transposed + bias, count, tau);
    }
    const layer = ((inputs + 1) * outputs) << 2;
    parameters += layer;
    transposed += layer;
  }
}

/** A share of each layer's inputs: the gradients of their weights, and Adam. The second share also has the biases. */
function descend_share(learner: Learner, share: u32, learningRate: f32): void {
  const batch = learner.panels * PANEL;
  let spread = learner.spread;
  let packed = learner.packed;
  if (learner.bytes) {
    const outputs = width(learner.denseWidths, 0);
    const first = share_begin(learner.inputs, share);
    const end = share_end(learner.inputs, share) + share;
    first_gradients(learner, first, end);
    adam_share(learner, (first * outputs) << 2, (end - first) * outputs, learningRate);
  }
  let layer = learner.denseAt;
  for (let l: usize = 0; l < learner.denseLayers; l++) {
    const inputs = width(learner.denseWidths, l);
    const outputs = width(learner.denseWidths, l + 1);
    const first = share_begin(inputs, share);
    const rows = share_end(inputs, share) - first;
    const at = layer + ((first * outputs) << 2);
    const gradients = learner.gradients + at;
    const bias = share == 1 ? gradients + ((rows * outputs) << 2) : learner.deltas; // nobody reads it there
    weight_gradient(gradients, bias, spread + ((first * batch) << 2), packed, rows, outputs, batch);
    adam_share(learner, at, (rows + share) * outputs, learningRate);
    spread += (inputs * batch) << 2;
    packed += (batch * ((outputs + 3) & ~3)) << 2;
    layer += ((inputs + 1) * outputs) << 2;
  }
}

/** Adam for `count` parameters, beginning `at` bytes from the first. */
function adam_share(learner: Learner, at: usize, count: usize, learningRate: f32): void {
  adam_range(
    learner.onlineWeights.parameters + at,
    learner.gradients + at,
    learner.firstMoment + at,
    learner.secondMoment + at,
    count,
    learningRate,
    learner.powers,
  );
}
