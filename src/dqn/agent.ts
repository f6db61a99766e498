// The agent: it acts ε-greedily, records what happened, and updates its network when an update is due.
import type { Learner } from "../core/learner.js";
import type { StepResult } from "../env/env.js";
import { generatorWords, purposes } from "../env/seeds.js";
import { foldDueling, foldNormalisation } from "../model/fold.js";
import type { Saved } from "../training/checkpoint.js";
import { finiteLoss } from "../training/events.js";
import { assignState, blockPart, type Part } from "../training/resumable.js";
import { schedule } from "../training/schedules.js";
import type { TeacherConfig } from "./config.js";

/** The part of an agent's state that its learner does not hold. */
interface AgentState {
  envSteps: number;
  updates: number;
  loss: number | null;
  /** The number of updates that are due. */
  due: number;
  /** Whether observations are normalised already. */
  normalised: boolean;
  /** The steps over which schedules run: `envSteps` of the configuration with which the work began. */
  scheduledSteps: number;
}

/** An episode in which an agent acts. */
export class AgentEpisode {
  readonly #learner: Learner;
  readonly #config: TeacherConfig;
  readonly #state: AgentState;
  #action = 0;

  constructor(learner: Learner, config: TeacherConfig, state: AgentState) {
    this.#learner = learner;
    this.#config = config;
    this.#state = state;
  }

  /** The ε-greedy action at the newest observation. */
  act(): number {
    const { epsilon } = schedule(this.#config, this.#state.envSteps);
    this.#action = this.#learner.act(epsilon, this.#config.explorationRepeat);
    return this.#action;
  }

  /** Records what that action led to. */
  step({ observation, reward, terminated, truncated }: StepResult): void {
    this.#learner.record(this.#action, reward, observation, terminated, truncated);
    const state = this.#state;
    const { learningStarts, trainFrequency, gradientSteps } = this.#config;
    state.envSteps++;
    if (state.envSteps > learningStarts && state.envSteps % trainFrequency === 0) state.due += gradientSteps;
  }
}

/**
 * Double DQN (van Hasselt et al. 2016) with everything that a teacher's configuration adds. It fits into any loop:
 * begin an episode, let the agent act, tell it the step, update. One episode is open at a time.
 */
export class Agent implements Part {
  /** Observation size, hidden widths, action count. */
  readonly widths: readonly number[];
  readonly #learner: Learner;
  #config: TeacherConfig;
  readonly #network: "teacher" | "student";
  #episode: AgentEpisode | undefined;
  readonly #state: AgentState;

  /**
   * @param learner must be new and of this configuration; the agent disposes of it
   * @param network what errors call the network in training
   */
  constructor(
    learner: Learner,
    widths: readonly number[],
    config: TeacherConfig,
    seed: number,
    network: "teacher" | "student",
  ) {
    this.#learner = learner;
    this.widths = widths;
    this.#config = config;
    this.#network = network;
    const scheduledSteps = config.envSteps;
    this.#state = { envSteps: 0, updates: 0, loss: null, due: 0, normalised: false, scheduledSteps };
    learner.initialise(generatorWords(seed, purposes.learner, 0));
  }

  /** The number of steps recorded. */
  get envSteps(): number {
    return this.#state.envSteps;
  }

  get updates(): number {
    return this.#state.updates;
  }

  /** Mean loss of the latest updates; null before the first. */
  get loss(): number | null {
    return this.#state.loss;
  }

  /** The open episode; undefined before the first. */
  get episode(): AgentEpisode | undefined {
    return this.#episode;
  }

  /** An episode begins with this observation, shape (observationSize). */
  begin(observation: Float32Array): AgentEpisode {
    this.#learner.begin(observation);
    this.#episode = new AgentEpisode(this.#learner, this.#config, this.#state);
    return this.#episode;
  }

  /**
   * Does the updates that are due. It does none while the replay memory holds no complete transition. When the random
   * steps are over, it normalises observations by the mean and deviation of those seen so far.
   * @throws DivergedError if the loss is no longer finite
   */
  update(): void {
    const state = this.#state;
    const config = this.#config;
    if (config.normalizeObservations && !state.normalised && state.envSteps >= config.learningStarts) {
      this.#learner.normalise();
      state.normalised = true;
    }
    const { due } = state;
    state.due = 0;
    if (due === 0 || this.#learner.ready === 0) return;
    const { learningRate, importance } = schedule(config, state.envSteps - 1); // for the step just taken
    this.#learner.setImportance(importance);
    const loss = this.#learner.step(due, learningRate);
    state.updates += due;
    state.loss = finiteLoss(loss, this.#network, state.updates);
  }

  /** The network as it is now, a copy of its parameters for raw observations. */
  parameters(): Float32Array {
    const learned = this.#learner.parameters();
    const qValues = this.#config.dueling ? foldDueling(this.widths, learned) : learned;
    return foldNormalisation(this.widths, qValues, this.#learner.normalisation());
  }

  /** A copy of all observations in the replay memory, (rows, observationSize). */
  observations(): Float32Array | Uint8Array {
    return this.#learner.observations();
  }

  /** A copy of the observation that came `age` steps before the newest one; undefined if it is no longer held. */
  recent(age: number): Float32Array | Uint8Array | undefined {
    return this.#learner.recent(age);
  }

  save(): Saved {
    return { state: this.#state, arrays: blockPart(this.#learner).save().arrays };
  }

  restore(saved: Saved): void {
    blockPart(this.#learner).restore(saved);
    assignState(this.#state, saved.state);
    this.#config = { ...this.#config, envSteps: this.#state.scheduledSteps };
    this.#episode = new AgentEpisode(this.#learner, this.#config, this.#state);
  }

  dispose(): void {
    this.#learner.dispose();
  }
}
