// RecSim-InterestEvolution-v0: keep a user watching. What is watched changes the interests (Ie et al. 2019, arXiv 1909.04847).
import { need, needObject } from "../../core/needed.js";
import type { Env, RandomSource, ResetOptions, StepResult } from "../env.js";
import { RandomEpisode, type RandomFrom } from "../episode.js";
import type { Scene } from "../scene.js";
import { drawInterestEvolution } from "./interest-evolution-scene.js";
import { slates } from "./slates.js";

/** Each document has one topic, and the user has an interest in each topic. */
const topicCount = 20;
const startBudget = 200; // minutes
const videoLength = 4; // minutes
const qualityDeviation = 0.1;
const browsingTime = 0.5; // minutes that a slate takes if nothing of it is watched
const budgetFactor = 0.9 / 3.4; // share of the watch time that the user gets back for each unit of quality
const interestStep = 0.3; // a click moves an interest by at most this share of the way to 1

/** The mean quality of a topic's documents: from −3 to 0 over the first 14 topics, from 0 to 3 over the other 6. */
const topicQuality = Float64Array.from({ length: topicCount }, (_, topic) =>
  topic < 14 ? (topic * 3) / 13 - 3 : ((topic - 14) * 3) / 5,
);

/** The sizes that can differ from the reference. */
export interface InterestEvolutionSizes {
  /** Documents that can be shown; 5 in the reference's example of an agent whose actions are whole slates. */
  readonly candidates: number;
  /** Documents shown at once, at most `candidates`; 2 in the reference's example. */
  readonly slateSize: number;
}

/**
 * Reward: the minutes watched of the clicked document. Terminates when the user's time is used up.
 *
 * The observation holds the same as the reference's, with one difference. The reference gives a document's topic as a vector
 * of 20 numbers, of which one is 1. Here it is the topic's number and the interest in that topic, which is the product of
 * that vector and the interests.
 */
export class InterestEvolution implements Env {
  readonly id = "RecSim-InterestEvolution-v0";
  readonly observationSize: number;
  readonly actionCount: number;
  /** The limit of the reference's runner. A user's time is used up long before. */
  readonly maxEpisodeSteps = 27_000;
  readonly featureNames: readonly string[];
  readonly actionNames: readonly string[];
  /** The user's interest in each topic, from −1 to 1, shape (topicCount). */
  readonly interests = new Float64Array(topicCount);
  /** Topic and quality of each document that can be shown. The quality is hidden until it is shown. Shape (candidates). */
  readonly topics: Uint8Array;
  readonly qualities: Float64Array;
  readonly #slates: readonly (readonly number[])[];
  /** The probability that the user clicks each document of a slate, then the probability of no click. */
  readonly #probabilities: Float64Array;
  /** Index of the observation's last part. For each shown document: whether it was clicked, watch time, quality, topic. */
  readonly #responseStart: number;
  readonly #episode: RandomEpisode;
  #random!: RandomSource;
  #timeBudget = 0;
  /** The slate shown last, for the picture. */
  #shown: readonly number[] = [];

  /** @param sizes the sizes that differ from the reference */
  constructor(sizes: Partial<InterestEvolutionSizes> = {}, randomFrom?: RandomFrom) {
    needObject("sizes", sizes);
    const { candidates = 5, slateSize = 2 } = sizes;
    const isCount = (count: number) => Number.isInteger(count) && count >= 1;
    need(isCount(candidates), "candidates", candidates, "a whole number from 1 on");
    const fits = isCount(slateSize) && slateSize <= candidates;
    need(fits, "slateSize", slateSize, `a whole number from 1 to candidates, ${candidates},`);
    this.topics = new Uint8Array(candidates);
    this.qualities = new Float64Array(candidates);
    this.#responseStart = topicCount + 2 * candidates;
    this.#slates = slates(candidates, slateSize);
    this.#probabilities = new Float64Array(slateSize + 1);
    this.actionCount = this.#slates.length;
    this.actionNames = this.#slates.map((slate) => `show ${slate.join(", ")}`);
    this.featureNames = [
      ...range(topicCount).map((topic) => `interest in topic ${topic}`),
      ...range(candidates).flatMap((document) => [`topic of document ${document}`, `interest in document ${document}`]),
      ...range(slateSize).flatMap((place) =>
        ["clicked", "watch time", "quality", "topic"].map((what) => `shown document ${place}: ${what}`),
      ),
    ];
    this.observationSize = this.featureNames.length;
    this.#episode = new RandomEpisode(this, randomFrom);
  }

  /** Minutes that the user has left. The observation does not show them. */
  get timeBudget(): number {
    return this.#timeBudget;
  }

  reset(options?: ResetOptions): Float32Array {
    const random = this.#episode.startWithDraws(options);
    this.#random = random;
    const { observation } = this.#episode.result;
    for (let topic = 0; topic < topicCount; topic++) this.interests[topic] = random.uniform(-1, 1);
    this.#timeBudget = startBudget;
    this.#shown = [];
    observation.fill(0);
    return this.#observe();
  }

  step(action: number): StepResult {
    const episode = this.#episode;
    episode.take(action);
    const slate = this.#slates[action];
    const { observation } = episode.result;
    const place = this.#choose(slate);
    let reward = 0;
    if (place < slate.length) {
      const document = slate[place];
      reward = Math.min(this.#timeBudget, videoLength);
      this.#moveInterest(this.topics[document]);
      this.#timeBudget -= reward;
      this.#timeBudget += budgetFactor * reward * this.qualities[document];
    } else {
      this.#timeBudget -= browsingTime;
    }
    let feature = this.#responseStart;
    for (let i = 0; i < slate.length; i++) {
      observation[feature++] = i === place ? 1 : 0;
      observation[feature++] = i === place ? reward : 0;
      observation[feature++] = this.qualities[slate[i]];
      observation[feature++] = this.topics[slate[i]];
    }
    this.#shown = slate;
    this.#observe();
    return episode.finish(reward, this.#timeBudget <= 0);
  }

  render(): Scene {
    const { observation } = this.#episode.result;
    const shown = this.#shown.map((_, place) => {
      const [clicked, watchTime, quality, topic] = observation.subarray(this.#responseStart + 4 * place);
      return { clicked: clicked === 1, watchTime, quality, topic };
    });
    const { interests, topics, qualities } = this;
    return drawInterestEvolution({ interests, topics, qualities, timeBudget: this.#timeBudget, startBudget, shown });
  }

  /**
   * The place in the slate that the user clicks, or the slate's size for no click. The probability is proportional to
   * interest + 1 for a document, and to 2 for no click.
   */
  #choose(slate: readonly number[]): number {
    const probabilities = this.#probabilities;
    const none = slate.length;
    let total = 0;
    for (let i = 0; i < none; i++) {
      probabilities[i] = this.interests[this.topics[slate[i]]] + 1;
      total += probabilities[i];
    }
    probabilities[none] = 2;
    total += 2;
    for (let i = 0; i <= none; i++) probabilities[i] /= total;
    return this.#random.choice(none + 1, probabilities);
  }

  /**
   * A watched document moves the interest in its topic. A larger interest is more likely to rise. An interest nearer to ±1
   * moves less.
   */
  #moveInterest(topic: number): void {
    const interest = this.interests[topic];
    const change = (interestStep - interestStep * Math.abs(interest)) * (1 - interest);
    const moved = this.#random.random() < (interest + 1) / 2 ? interest + change : interest - change;
    this.interests[topic] = Math.max(-1, Math.min(1, moved));
  }

  /** Draws the documents that can be shown next, and writes them and the interests. The response is already written. */
  #observe(): Float32Array {
    const random = this.#random;
    const { observation } = this.#episode.result;
    for (let topic = 0; topic < topicCount; topic++) observation[topic] = this.interests[topic];
    for (let document = 0; document < this.topics.length; document++) {
      const topic = random.integers(0, topicCount);
      this.topics[document] = topic;
      this.qualities[document] = random.normal(topicQuality[topic], qualityDeviation);
      observation[topicCount + 2 * document] = topic;
      observation[topicCount + 2 * document + 1] = this.interests[topic];
    }
    return observation;
  }
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
