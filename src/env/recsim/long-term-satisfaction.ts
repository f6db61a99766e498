// RecSim-LongTermSatisfaction-v0: clickbait pays at once but slowly lowers satisfaction (Ie et al. 2019, arXiv 1909.04847).
import type { Env, RandomSource, ResetOptions, StepResult } from "../env.js";
import { RandomEpisode, type RandomFrom } from "../episode.js";
import { exp } from "../exponential.js";
import type { Scene } from "../scene.js";
import { drawLongTermSatisfaction } from "./long-term-satisfaction-scene.js";

const candidateCount = 10;
const sessionLength = 60; // documents
const memoryDiscount = 0.7; // share of the exposure that the next step remembers
const sensitivity = 0.01; // of the satisfaction to the exposure
const innovationDeviation = 0.05;
/** Mean of the logarithm of a fully satisfied user's engagement: with only clickbait, and without clickbait. */
const clickbaitMean = 5;
const plainMean = 4;
/** Standard deviation of the same logarithm: with only clickbait, and without clickbait. */
const clickbaitDeviation = 1;
const plainDeviation = 1;
const largestObserved = 100;

/**
 * Reward: the engagement with the shown document, which is log-normally distributed. Terminates after 60 documents.
 *
 * A slate is one document, because the reference's user always clicks the first one of a slate.
 */
export class LongTermSatisfaction implements Env {
  readonly id = "RecSim-LongTermSatisfaction-v0";
  readonly observationSize = candidateCount + 2;
  readonly actionCount = candidateCount;
  /** The limit of the reference's runner. A session ends long before. */
  readonly maxEpisodeSteps = 27_000;
  readonly featureNames: readonly string[];
  readonly actionNames: readonly string[];
  /** The share of clickbait of each document that can be shown, from 0 to 1, shape (candidateCount). */
  readonly clickbait = new Float64Array(candidateCount);
  /** The user, who is hidden: net positive exposure, satisfaction from 0 to 1, documents that are left in the session. */
  readonly state = new Float64Array(3);
  readonly #episode: RandomEpisode;
  #random!: RandomSource;
  /** The share of clickbait of the document shown last. */
  #shown = 0;

  constructor(randomFrom?: RandomFrom) {
    const documents = Array.from(this.clickbait, (_, document) => `document ${document}`);
    this.featureNames = [...documents.map((name) => `clickbait of ${name}`), "clicked", "engagement"];
    this.actionNames = documents.map((name) => `show ${name}`);
    this.#episode = new RandomEpisode(this, randomFrom);
  }

  reset(options?: ResetOptions): Float32Array {
    const random = this.#episode.startWithDraws(options);
    this.#random = random;
    this.#expose((random.random() - 0.5) * (1 / (1 - memoryDiscount)));
    this.state[2] = sessionLength;
    const { observation } = this.#episode.result;
    observation[candidateCount] = 0;
    observation[candidateCount + 1] = 0;
    return this.#observe();
  }

  step(action: number): StepResult {
    const episode = this.#episode;
    episode.take(action);
    const random = this.#random;
    const state = this.state;
    const clickbait = this.clickbait[action];
    const mean = (clickbait * clickbaitMean + (1 - clickbait) * plainMean) * state[1];
    const deviation = clickbait * clickbaitDeviation + (1 - clickbait) * plainDeviation;
    const engagement = exp(random.normal(mean, deviation));
    this.#expose(memoryDiscount * state[0] - 2 * (clickbait - 0.5) + random.normal(0, innovationDeviation));
    state[2]--;
    this.#shown = clickbait;
    const { observation } = episode.result;
    observation[candidateCount] = 1;
    observation[candidateCount + 1] = Math.min(engagement, largestObserved);
    this.#observe();
    return episode.finish(engagement, state[2] <= 0);
  }

  render(): Scene {
    const { observation } = this.#episode.result;
    return drawLongTermSatisfaction({
      clickbait: this.clickbait,
      exposure: this.state[0],
      remaining: this.state[2],
      sessionLength,
      shown: observation[candidateCount] === 1 ? this.#shown : undefined,
      engagement: observation[candidateCount + 1],
    });
  }

  #expose(exposure: number): void {
    this.state[0] = exposure;
    this.state[1] = 1 / (1 + exp(-sensitivity * exposure));
  }

  /** Draws the documents that can be shown next, and writes them. The response is already written. */
  #observe(): Float32Array {
    const { observation } = this.#episode.result;
    for (let document = 0; document < candidateCount; document++) {
      this.clickbait[document] = this.#random.random();
      observation[document] = this.clickbait[document];
    }
    return observation;
  }
}
