// MinAtar (Young & Tian 2019, arXiv 1903.03176): the environment around a game, with sticky actions and a binary observation.
import { need, needObject } from "../../core/needed.js";
import type { Env, RandomSource, ResetOptions, StepResult } from "../env.js";
import { RandomEpisode, type RandomFrom } from "../episode.js";
import { box, type Scene, type Shape } from "../scene.js";
import { actionNames, boardSize, type Game } from "./game.js";

/** Probability that the previous action is executed again in place of the given one. */
const stickiness = 0.1;

/** Colours of the channels, in order. */
const palette = [
  "#4cc9f0",
  "#ef476f",
  "#5c677d",
  "#ffd166",
  "#06d6a0",
  "#f78c6b",
  "#9b5de5",
  "#3a86ff",
  "#f15bb5",
  "#c5e063",
];

/** A game on a board of 10 × 10 cells. The observation has one bit for each cell and channel. */
export class MinAtar implements Env {
  readonly id: string;
  readonly observationSize: number;
  readonly actionCount: number;
  /** The reference has no limit. But an evaluation of an agent that never loses would then never end. */
  readonly maxEpisodeSteps = 10_000;
  /** Each name is a channel and its cell (row, column), counted from the top left. */
  readonly featureNames: readonly string[];
  readonly actionNames: readonly string[];
  readonly byteObservations = true;
  readonly #game: Game;
  /** For each action, its number among the game's six actions. */
  readonly #actions: readonly number[];
  readonly #episode: RandomEpisode;
  #random!: RandomSource;
  /** The action of the six that was executed last. The next episode starts with it, as in the reference. */
  #lastAction = 0;

  /** @param actions the allowed ones of the six actions, in ascending order; by default those that matter in the game */
  constructor(id: string, game: Game, actions = game?.minimalActions, randomFrom?: RandomFrom) {
    need(typeof id === "string", "id", id, "a text");
    needObject("game", game, "a game, such as Breakout,");
    this.id = id;
    this.#game = game;
    this.#actions = actions;
    this.observationSize = boardSize * boardSize * game.channels.length;
    this.actionCount = actions.length;
    this.actionNames = actions.map((action) => actionNames[action]);
    this.featureNames = Array.from({ length: boardSize * boardSize }, (_, cell) => {
      const place = `(${Math.floor(cell / boardSize)}, ${cell % boardSize})`;
      return game.channels.map((channel) => `${channel} ${place}`);
    }).flat();
    this.#episode = new RandomEpisode(this, randomFrom);
  }

  reset(options?: ResetOptions): Float32Array {
    this.#random = this.#episode.startWithDraws(options);
    if (options?.seed !== undefined) this.#lastAction = 0;
    this.#game.reset(this.#random);
    return this.#observe();
  }

  step(action: number): StepResult {
    const episode = this.#episode;
    episode.take(action);
    const game = this.#game;
    const random = this.#random;
    if (random.random() >= stickiness) this.#lastAction = this.#actions[action];
    const reward = game.act(this.#lastAction, random);
    this.#observe();
    return episode.finish(reward, game.terminated);
  }

  /** Each cell has the colour of its first channel that is set. */
  render(): Scene {
    const { observation } = this.#episode.result;
    const channels = this.#game.channels.length;
    const shapes: Shape[] = [];
    for (let cell = 0; cell < boardSize * boardSize; cell++) {
      const channel = observation.subarray(cell * channels, (cell + 1) * channels).indexOf(1);
      const left = (cell % boardSize) + 0.04;
      const bottom = boardSize - 1 - Math.floor(cell / boardSize) + 0.04;
      const fill = channel < 0 ? "#1b1f2a" : palette[channel];
      shapes.push(box(left, bottom, left + 0.92, bottom + 0.92, { fill }));
    }
    return { bounds: [0, 0, boardSize, boardSize], background: "#11141c", shapes };
  }

  #observe(): Float32Array {
    const { observation } = this.#episode.result;
    observation.fill(0);
    this.#game.draw(observation);
    return observation;
  }
}
