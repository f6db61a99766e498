// Which episodes are used for what: nothing is learned from, or chosen on, an episode of the final evaluation.
import { beforeEach, describe, expect, it } from "vitest";
import { distillMany, distillProximal, shrink, trainJoint } from "../../src/distill/index.js";
import { distill } from "../../src/distill/student.js";
import { trainTeacher } from "../../src/dqn/teacher.js";
import type { CustomEnv } from "../../src/env/env.js";
import { episodeSeed, purposes } from "../../src/env/seeds.js";
import { compare } from "../../src/evaluate/compare.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { Model } from "../../src/model/model.js";
import type { TrainingEvent } from "../../src/training/events.js";
import { shortStudent, shortTeacher } from "../short-training.js";

const seed = 7;
const mostEpisodes = 3000;
type Name = keyof typeof purposes;

/** Which episode of which purpose a reset seed belongs to. */
const owners = new Map<number, [Name, number]>();
for (const [name, purpose] of Object.entries(purposes) as [Name, (typeof purposes)[Name]][]) {
  for (let i = 0; i < mostEpisodes; i++) owners.set(episodeSeed(seed, purpose, i), [name, i]);
}

// each student of a search has a seed of its own, and of it nothing but student and selection episodes
const attemptSeed = episodeSeed(seed, purposes.attempt, 1);
for (const purpose of [purposes.student, purposes.selection]) {
  for (let i = 0; i < mostEpisodes; i++) owners.set(episodeSeed(attemptSeed, purpose, i), ["attempt", i]);
}

/** Every reset so far, of all environments together. */
let resets: [Name, number][] = [];
beforeEach(() => {
  resets = [];
});

/** Two features, two actions, episodes of 1 to 10 steps: an environment that says which seeds it was reset with. */
function recording(): CustomEnv {
  let left = 0;
  let place = 0;
  return {
    id: "recording",
    observationSize: 2,
    actionCount: 2,
    reset({ seed } = {}) {
      const owner = seed === undefined ? undefined : owners.get(seed);
      if (owner === undefined) throw new Error(`reset with ${seed}, a seed of no purpose`);
      resets.push(owner);
      left = 1 + ((seed as number) % 10);
      place = (seed as number) % 7;
      return [place, left];
    },
    step(action) {
      left--;
      place = (3 * place + action + 1) % 7;
      return { observation: [place, left], reward: action + place / 70, terminated: left === 0 };
    },
  };
}

const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
const episodesOf = (name: Name) => resets.filter(([owner]) => owner === name).map(([, episode]) => episode);
const names = () => [...new Set(resets.map(([owner]) => owner))].sort();
const run = (name: Name, from: number, count: number) => range(from, count).map((episode) => [name, episode]);

const label = new Model({ environment: "recording", widths: [2, 2], parameters: Float32Array.of(0, 1, 0, 0.5, 0, 0) });
const { evaluationEpisodes, confirmationEpisodes } = shortTeacher;

describe("training a teacher", () => {
  it("learns from train episodes, each once and in order, and is judged on selection episodes alone", async () => {
    const events: TrainingEvent[] = [];
    await trainTeacher(recording, {
      ...shortTeacher,
      averageFraction: 0,
      seed,
      onEvent: (event) => events.push(event),
    });
    expect(names()).toEqual(["baseline", "selection", "train"]); // nothing is chosen on the baseline's
    const learned = episodesOf("train");
    expect(learned).toEqual(range(0, learned.length));
    // each evaluation plays the same episodes; the rounds of the last choice play the ones that follow
    const played = episodesOf("selection");
    const evaluated = new Set(events.filter(({ kind }) => kind === "evaluation").map(({ envSteps }) => envSteps));
    expect(evaluated.size).toBe(3);
    for (const _ of evaluated) expect(played.splice(0, evaluationEpisodes)).toEqual(range(0, evaluationEpisodes));
    const rounds = 2; // of three networks, then of two
    expect(played).toHaveLength(rounds * confirmationEpisodes);
    expect(new Set(played)).toEqual(new Set(range(evaluationEpisodes, Math.max(...played) + 1 - evaluationEpisodes)));
  });

  it("beside its own teacher does the same", async () => {
    await distillProximal(label, { ...shortTeacher, env: recording, seed });
    expect(names()).toEqual(["baseline", "selection", "train"]);
    expect(Math.max(...episodesOf("selection"))).toBeLessThan(evaluationEpisodes + 2 * confirmationEpisodes);
  });
});

describe("distilling a student", () => {
  const { rounds, evaluationEpisodes } = shortStudent;

  it.each(["student", "teacher", "mixed"] as const)(
    "collects states from %s in student episodes and is judged on selection episodes alone",
    async (states) => {
      await distill(label, { ...shortStudent, env: recording, seed, states, attempts: 2, threshold: 1000 });
      expect(names()).toEqual(["selection", "student"]);
      const collected = episodesOf("student");
      expect(collected).toEqual(range(0, collected.length));
      // the teacher, random play, and the student after each round of both attempts
      expect(episodesOf("selection")).toEqual(
        Array.from({ length: 2 + 2 * rounds }, () => range(0, evaluationEpisodes)).flat(),
      );
    },
  );

  it("from replayed states plays selection episodes alone", async () => {
    const teacher = await trainTeacher(recording, { ...shortTeacher, seed });
    resets = [];
    await distill(teacher, { ...shortStudent, seed, states: "replay" });
    expect(names()).toEqual(["selection"]);
  });

  it("of several teachers tests it on final episodes only when nothing is chosen any more", async () => {
    let learned = 0;
    const { attempts: _, threshold: __, ...options } = shortStudent;
    const onRound = () => {
      expect(names()).toEqual(["selection", "student"]);
      learned = resets.length;
    };
    const teacher = Object.assign(label, { env: recording });
    await distillMany([teacher, teacher], { ...options, seed, onRound });
    const after = new Set(resets.slice(learned).map(([owner]) => owner));
    expect([...after].sort()).toEqual(["final", "probe"]);
  });
});

it("a joint run learns from train episodes, in order, and is judged on selection episodes alone", async () => {
  await trainJoint(recording, { seed, episodes: 25, evaluationInterval: 10, evaluationEpisodes: 4, batchSize: 16 });
  expect(names()).toEqual(["selection", "train"]);
  expect(episodesOf("train")).toEqual(range(0, 25));
  expect(episodesOf("selection")).toEqual(Array.from({ length: 2 * 3 }, () => range(0, 4)).flat());
});

describe("what a result is measured on", () => {
  it("evaluate plays the first final episodes, each once, and nothing else", () => {
    evaluate(label, { env: recording, seed, episodes: 9 });
    expect(resets).toEqual(run("final", 0, 9));
  });

  it("compare plays the same final episodes with teacher, student and at random, and ten probe episodes", () => {
    compare(label, label, { env: recording, seed, episodes: 9 });
    const once = run("final", 0, 9);
    expect(resets).toEqual([...once, ...once, ...once, ...run("probe", 0, 10)]);
  });

  it("the smallest student is searched on selection episodes, and only what passed is tested on final ones", async () => {
    const options = { ...shortStudent, hidden: [4], threshold: -1000, attempts: 1, envSteps: 100, updates: 100 };
    const searched: number[] = [];
    const found = await shrink(label, {
      ...options,
      env: recording,
      seed,
      episodes: 20,
      onSize: (size) => {
        if (size.final === null) searched.push(episodesOf("final").length);
      },
    });
    expect(searched.length).toBeGreaterThan(1);
    expect(searched).toEqual(searched.map(() => 0));
    const tested = found.sizes.filter(({ final }) => final !== null).length;
    // the teacher, random play, and each size that is tested
    expect(episodesOf("final")).toEqual(Array.from({ length: 2 + tested }, () => range(0, 20)).flat());
  });
});
