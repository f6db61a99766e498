// teachers: what a student inherits from a teacher that was stopped early, or whose training failed.
import { readFileSync } from "node:fs";
import type { StateSource } from "../../distill/config.js";
import { distill } from "../../distill/student.js";
import { trainTeacher } from "../../dqn/teacher.js";
import { inTurns, stoppable } from "../../env/pauses.js";
import { resolveEnv } from "../../env/registry.js";
import { purposes } from "../../env/seeds.js";
import { compareAsync, returnRatio } from "../../evaluate/compare.js";
import { episodeReturns, randomPolicy } from "../../evaluate/returns.js";
import { mean } from "../../evaluate/statistics.js";
import { loadModel } from "../../model/files.js";
import { Model } from "../../model/model.js";
import type { Cell, Outcome, Study } from "../study.js";

/** A network from the teacher's training, at one of the periodic evaluations. */
export interface Snapshot {
  readonly parameters: Float32Array;
  readonly envSteps: number;
  /** Its mean return on the selection seeds. */
  readonly mean: number;
}

/** What is kept from a teacher's training. */
interface Training {
  readonly best: Model;
  /** The network at each of the stages at which the training could have been stopped. */
  readonly stopped: ReadonlyMap<number, Snapshot>;
}

/** Shares of the way from random play to the best network. */
const stages = [1, 0.75, 0.5, 0.25];
/** The stage of the teacher whose training failed. */
const failed = "failed";
const failedIn = "CartPole-v1";
const sources: readonly StateSource[] = ["student", "teacher", "mixed"];
const losses = ["mse+cross-entropy", "td"];
const episodes = 100;
/** In environment steps. A teacher that learns fast passes all stages within a thousand. */
const evaluationInterval = 100;

/**
 * The network at which a training would have been stopped: the first that has gone this share of the way from random
 * play to the best. No network before it was as good, so training would have kept this one.
 * @param snapshots at least one; the best network is among them
 * @param share from 0 to 1
 */
export function stoppedAt(snapshots: readonly Snapshot[], random: number, share: number): Snapshot {
  const best = Math.max(...snapshots.map((snapshot) => snapshot.mean));
  return snapshots.find((snapshot) => snapshot.mean - random >= share * (best - random)) as Snapshot;
}

/**
 * How much of its teacher's shortcoming a student inherits: 0 if it is as good as the best teacher, 1 if it is as bad
 * as its own, more if it is worse. Null if its teacher has hardly a shortcoming, less than a tenth.
 * @param student its share of the best teacher's return above random play
 * @param teacher the same share for its own teacher
 */
export function inheritedShare(student: number, teacher: number): number | null {
  return teacher <= 0.9 ? (1 - student) / (1 - teacher) : null;
}

/** A DQN of Stable-Baselines3 2.9 for CartPole-v1, 4-256-256-2, whose training failed: its mean return is about 19. */
export function failedTeacher() {
  return loadModel(readFileSync(new URL("../../../fixtures/cartpole-failed.safetensors", import.meta.url)));
}

// All cells of an environment and a seed need the same training. A worker does it once; a store of teachers keeps no
// networks along the way.
const trainings = new Map<string, Training>();

async function trained(env: string, seed: number, signal?: AbortSignal): Promise<Training> {
  const key = JSON.stringify([env, seed]);
  const known = trainings.get(key);
  if (known !== undefined) return known;
  const snapshots: Snapshot[] = [];
  const onNetwork = (parameters: Float32Array, envSteps: number, mean: number) =>
    snapshots.push({ parameters, envSteps, mean });
  const teacher = await trainTeacher(env, { seed, evaluationInterval, signal, onNetwork });
  const place = resolveEnv(env);
  const selection = { seed, purpose: purposes.selection, episodes: teacher.config.evaluationEpisodes };
  const random = mean(
    await inTurns(episodeReturns(place, randomPolicy(place.actionCount, seed), selection), stoppable(signal)),
  );
  const training = {
    best: new Model(teacher),
    stopped: new Map(stages.map((share) => [share, stoppedAt(snapshots, random, share)])),
  };
  trainings.set(key, training);
  return training;
}

export const teachersStudy: Study = {
  name: "teachers",
  question: "How much of a bad teacher does a student inherit, and do its own states or td repair it?",
  score: "reached",
  seeds: 10,
  environments: ["CartPole-v1", "MountainCar-v0", "Acrobot-v1"],

  teacher: () => null,
  cells(environments) {
    return environments.flatMap((env) =>
      [...stages, ...(env === failedIn ? [failed] : [])].flatMap((stage) =>
        sources.flatMap((states) =>
          losses.map((loss): Cell => {
            const name = typeof stage === "number" ? `${100 * stage} %` : stage;
            return { name: `${name}, ${states}, ${loss}`, env, settings: { stage, states, loss } };
          }),
        ),
      ),
    );
  },

  async run({ env, settings }, seed, _teachers, signal): Promise<Outcome> {
    const { best, stopped } = await trained(env, seed, signal);
    const { stage, states, loss } = settings as { stage: number | string; states: StateSource; loss: string };
    const snapshot = typeof stage === "number" ? stopped.get(stage) : undefined;
    const teacher = snapshot === undefined ? failedTeacher() : new Model({ ...best, parameters: snapshot.parameters });

    // One student only: which of several attempts came near a bad teacher would say little.
    let lastRound = 0;
    const onNetwork = (_parameters: Float32Array, _envSteps: number, mean: number) => {
      lastRound = mean;
    };
    const student = await distill(teacher, { states, loss, attempts: 1, seed, signal, onNetwork });

    const result = await compareAsync(teacher, student, { env, seed, episodes, signal });
    const final = { seed, purpose: purposes.final, episodes };
    const bestReturn = mean(await inTurns(episodeReturns(resolveEnv(env), best, final), stoppable(signal)));
    const shareOfBest = ({ mean }: { mean: number }) => returnRatio(mean, bestReturn, result.random.mean);
    const reached = shareOfBest(result.student);
    const teacherReached = shareOfBest(result.teacher);
    return {
      scores: {
        reached,
        teacherReached,
        inherited: reached === null || teacherReached === null ? null : inheritedShare(reached, teacherReached),
        ratio: result.returnRatio,
        return: result.student.mean,
        returnOfLastRound: lastRound,
        teacherReturn: result.teacher.mean,
        teacherSteps: snapshot?.envSteps ?? null,
        bestReturn,
        actionAgreement: result.actionAgreement,
      },
    };
  },
};
