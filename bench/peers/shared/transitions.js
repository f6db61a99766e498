// The replay memory of 100,000 transitions, and batches drawn from it.
import { gamma } from "./cases.js";

const episodes = 1000;
const episodeSteps = 100;
/** Observations held: a transition starts at each but an episode's last, and ends at the next. */
export const replayRows = episodes * (episodeSteps + 1);

/** Random transitions; every episode terminates. */
export function makeReplay(inputs, actionCount, random) {
  const observations = random.floats(replayRows * inputs, 1); // (rows, inputs)
  const rewards = random.floats(replayRows, 2); // large enough for both parts of the Huber loss
  const actions = Uint8Array.from({ length: replayRows }, () => random.below(actionCount));
  const terminated = Uint8Array.from({ length: replayRows }, (_, row) => Number(stepOf(row) === episodeSteps - 1));
  const isLast = Uint8Array.from({ length: replayRows }, (_, row) => Number(stepOf(row) === episodeSteps));
  return { observations, rewards, actions, terminated, isLast };
}

function stepOf(row) {
  return row % (episodeSteps + 1);
}

/** A batch of transitions, drawn uniformly into arrays that are reused. */
export class TransitionBatch {
  #replay;
  #random;
  #inputs;
  #actionCount;

  constructor({ widths, batch }, replay, random) {
    this.#replay = replay;
    this.#random = random;
    this.#inputs = widths[0];
    this.#actionCount = widths[widths.length - 1];
    this.states = new Float32Array(batch * this.#inputs);
    this.nextStates = new Float32Array(batch * this.#inputs);
    this.actions = new Uint8Array(batch);
    /** 1 at the action taken, else 0: (batch, actionCount). */
    this.taken = new Float32Array(batch * this.#actionCount);
    this.rewards = new Float32Array(batch);
    /** γ, or 0 where the episode terminated. */
    this.discounts = new Float32Array(batch);
  }

  draw() {
    const { observations, rewards, actions, terminated, isLast } = this.#replay;
    const inputs = this.#inputs;
    this.taken.fill(0);
    for (let b = 0; b < this.actions.length; b++) {
      let row = this.#random.below(replayRows);
      while (isLast[row] === 1) row = this.#random.below(replayRows);
      const from = row * inputs;
      const to = b * inputs;
      for (let i = 0; i < inputs; i++) {
        this.states[to + i] = observations[from + i];
        this.nextStates[to + i] = observations[from + inputs + i];
      }
      this.actions[b] = actions[row];
      this.taken[b * this.#actionCount + actions[row]] = 1;
      this.rewards[b] = rewards[row];
      this.discounts[b] = terminated[row] === 1 ? 0 : gamma;
    }
  }
}
