// The agent for someone else's loop: it is made from options, saved as bytes, and turned into a model.

import { ConfigError } from "../core/config-error.js";
import { Learner } from "../core/learner.js";
import { need, needObject } from "../core/needed.js";
import { largestObservation, mostActions } from "../env/custom.js";
import { checkedSeed, shown } from "../evaluate/checks.js";
import { bytesOf } from "../model/bytes.js";
import { Model } from "../model/model.js";
import {
  CheckpointError,
  readCheckpoint,
  readSetting,
  type Saved,
  type Setting,
  writeCheckpoint,
} from "../training/checkpoint.js";
import { checkOptions } from "../training/options.js";
import { teacherOptions } from "./config.js";
import { hiddenOf, learnerShape, startingParameters, teacherConfig } from "./configure.js";
import { type AgentConfig, DqnAgent, loopOptions } from "./dqn-agent.js";

/** Options of {@link Agent}: its sizes, and every option of a teacher that needs no environment. */
export interface AgentOptions extends Partial<AgentConfig> {
  readonly observationSize: number;
  readonly actionCount: number;
  /** Whether every feature is always a whole number from 0 to 255, and mostly 0. The replay memory then stores bytes. */
  readonly byteObservations?: boolean;
  /** Everything random is derived from it; 0 by default. */
  readonly seed?: number;
  /** The model whose weights it begins with; random weights by default. It must have the same widths, and ReLU. */
  readonly from?: Model;
}

const phase = "agent";

/** The options of an agent: those of a teacher, without those of the loop around it. */
const agentOptions = Object.fromEntries(
  Object.entries(teacherOptions).filter(([name]) => !(loopOptions as readonly string[]).includes(name)),
);

/**
 * The teacher in a loop that somebody else owns, such as a live service:
 *
 *     const agent = new Agent({ observationSize: 4, actionCount: 2, seed: 0 });
 *     const episode = agent.begin(observation);
 *     const action = episode.act();
 *     episode.step({ observation, reward, terminated, truncated });
 *     agent.update();
 *
 * Schedules run over `envSteps` and then stay at their end values. It chooses no best network: {@link Agent.toModel} is
 * the network as it is now.
 */
export class Agent extends DqnAgent {
  readonly #setting: Setting;

  /** @throws ConfigError for an option that is not allowed, and for a `from` of other widths */
  constructor(options: AgentOptions) {
    needObject("options", options);
    const { observationSize, actionCount, byteObservations = false, seed: givenSeed = 0, from, ...given } = options;
    checkSize("observationSize", observationSize, largestObservation);
    checkSize("actionCount", actionCount, mostActions);
    need(typeof byteObservations === "boolean", "byteObservations", byteObservations, "true or false");
    checkOptions("agent", agentOptions, given);
    const seed = checkedSeed(givenSeed);
    const all = teacherConfig({ id: "", byteObservations }, { ...given, ...hiddenOf(from, given) });
    const config = Object.fromEntries(Object.keys(agentOptions).map((name) => [name, all[name as keyof AgentConfig]]));
    const widths = [observationSize, ...all.hidden, actionCount];
    const start = startingParameters(from, widths);
    super(new Learner(learnerShape(widths, all, byteObservations)), widths, all, seed, "teacher", start);
    this.#setting = { observationSize, actionCount, byteObservations, seed, ...config };
  }

  /**
   * The network as it is now, as a model: to save it, export it or distil it.
   * @param options `environment`: what the model says that it acts in; "custom" by default. Its `training` has no time,
   * because an agent does not know how much of it was its own
   */
  toModel({ environment = "custom" }: { readonly environment?: string } = {}): Model {
    const { observationSize, actionCount, byteObservations, seed, ...config } = this.#setting;
    const { envSteps, updates } = this;
    const training = { seed: seed as number, envSteps, updates, wallSeconds: 0, config };
    return new Model({ environment, widths: this.widths, parameters: this.parameters(), training });
  }

  /**
   * Everything that {@link Agent.load} needs to go on bit for bit, open episodes too, as a file.
   * @param options `replayMemory`: whether the replay memory is in it; true by default. Without it the file is small. The
   * agent then has no open episodes. It first fills a new one with `learningStarts` observations, before it learns again
   */
  save({ replayMemory = true }: { readonly replayMemory?: boolean } = {}): Uint8Array {
    need(typeof replayMemory === "boolean", "replayMemory", replayMemory, "true or false");
    const { envSteps, updates } = this;
    const parts = Object.entries(this.parts(replayMemory)).map(([name, part]) => [name, part.save()]);
    const reached = { envSteps, updates, wallSeconds: 0 };
    return writeCheckpoint({ phase, setting: this.#setting, reached, parts: Object.fromEntries(parts) });
  }

  /**
   * The agent that was saved. Its open episodes are in {@link Agent.episodes}.
   * @throws CheckpointError for a file that is damaged or is not an agent's
   */
  static load(bytes: Uint8Array | ArrayBuffer): Agent {
    const file = bytesOf(bytes);
    const setting = readSetting(file, phase);
    const agent = made(setting);
    try {
      const { learner, agent: counts } = agent.parts();
      const restore = {
        learner: (saved: Saved) => learner.restore(saved),
        agent: (saved: Saved) => counts.restore(saved),
      };
      readCheckpoint(file, phase, agent.#setting, restore, true);
    } catch (error) {
      agent.dispose();
      throw error;
    }
    return agent;
  }
}

/** An agent with the setting in a file, which may be anything. */
function made(setting: Setting): Agent {
  try {
    return new Agent(setting as unknown as AgentOptions);
  } catch (error) {
    throw new CheckpointError(`the checkpoint is damaged: ${(error as Error).message}`);
  }
}

function checkSize(name: string, value: unknown, most: number): void {
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most) return;
  throw new ConfigError(`${name} is ${shown(value)}: a whole number from 1 to ${most} is allowed`);
}
