// The listing of DQN distillation as articles print it, and the correct version: a plain loop with a switch for each
// fault. docs/article.md explains it. The library's own loop is src/distill/joint.ts, which has no such switch.

import type { Env } from "../env/env.js";
import { Pcg64 } from "../env/random.js";
import { episodeSeed, purposes } from "../env/seeds.js";
import { argmax } from "../model/argmax.js";
import { linear } from "../training/schedules.js";
import { Mlp } from "./mlp.js";

/** The faults that the loop can have; each is one line of it. */
export const faultNames = [
  /** The teacher acts greedily from the first step: nothing is explored. */
  "greedy",
  /**
   * The student's target for every action a is made from Q_T(s', a), as if every action had been taken and had led to
   * s'.
   */
  "wholeRow",
  /** The teacher's targets are made by the same network that moves towards them. */
  "noTargetNetwork",
  /** The teacher stays as it was initialised. */
  "untrainedTeacher",
  /** Batches are drawn from all places of the memory, even from those not yet written, which hold zeros. */
  "unfilledMemory",
  /** 1 − done first masks the bootstrapped value, and then the whole target, so the last reward is lost. */
  "maskedTwice",
] as const;

export type Fault = (typeof faultNames)[number];

/** The joint run's settings, but with smaller networks and batches, because plain loops are slow. */
export const listingSetting = {
  teacherUnits: 32,
  studentUnits: 16,
  episodes: 400,
  episodeUpdates: 200,
  learningRate: 1e-3,
  batchSize: 32,
  memorySize: 10_000,
  gamma: 0.99,
  tau: 0.005,
  explorationFinal: 0.05,
  explorationFraction: 0.3,
};

export type ListingSetting = typeof listingSetting;

/** The state of the loop after an episode. The networks go on learning. */
export interface AfterEpisode {
  /** The episode's number, from 1. */
  readonly episode: number;
  readonly envSteps: number;
  readonly last: boolean;
  readonly teacher: Mlp;
  readonly student: Mlp;
}

/** Learns one episode after another, and hands over both networks after each. */
export function* listing(
  env: Env,
  seed: number,
  faults: ReadonlySet<Fault>,
  setting: ListingSetting = listingSetting,
): Generator<AfterEpisode> {
  const { episodes, episodeUpdates, learningRate, batchSize, memorySize, gamma, tau } = setting;
  const actions = env.actionCount;
  const random = new Pcg64([seed, purposes.learner, 0]);
  const teacher = new Mlp(env.observationSize, setting.teacherUnits, actions, random);
  const target = new Mlp(env.observationSize, setting.teacherUnits, actions, random);
  const student = new Mlp(env.observationSize, setting.studentUnits, actions, random);
  target.follow(teacher, 1);

  const memory = Array.from({ length: memorySize }, () => ({
    state: new Float32Array(env.observationSize),
    action: 0,
    reward: 0,
    next: new Float32Array(env.observationSize),
    done: 0, // 1 if the episode terminated, 0 if the time limit ended it
  }));
  let envSteps = 0; // transitions written; when the memory is full, they replace the oldest
  const slopes = new Float64Array(actions);

  const bootstrapped = (reward: number, done: number, value: number) => {
    const y = reward + gamma * (1 - done) * value;
    return faults.has("maskedTwice") ? y * (1 - done) : y;
  };

  for (let episode = 0; episode < episodes; episode++) {
    // the teacher acts
    const share = episode / episodes / setting.explorationFraction;
    const epsilon = faults.has("greedy") ? 0 : linear(1, setting.explorationFinal, share);
    let state = env.reset({ seed: episodeSeed(seed, purposes.train, episode) });
    let steps = 0;
    for (let ended = false; !ended; steps++) {
      const row = memory[envSteps % memorySize];
      row.state.set(state);
      row.action = random.random() < epsilon ? random.integers(0, actions) : teacher.act(state);
      const result = env.step(row.action);
      row.reward = result.reward;
      row.next.set(result.observation);
      row.done = result.terminated ? 1 : 0;
      state = result.observation;
      ended = result.terminated || result.truncated;
      envSteps++;
    }

    // both learn: one update for each step
    const drawnFrom = faults.has("unfilledMemory") ? memorySize : Math.min(envSteps, memorySize);
    const updates = drawnFrom < batchSize ? 0 : Math.min(steps, episodeUpdates);
    for (let update = 0; update < updates; update++) {
      for (let b = 0; b < batchSize && !faults.has("untrainedTeacher"); b++) {
        const { state, action, reward, next, done } = memory[random.integers(0, drawnFrom)];
        const best = teacher.act(next);
        const valuing = faults.has("noTargetNetwork") ? teacher : target;
        const y = bootstrapped(reward, done, valuing.forward(next)[best]);
        slopes.fill(0);
        slopes[action] = (2 * (teacher.forward(state)[action] - y)) / batchSize;
        teacher.backward(state, slopes);
      }
      if (!faults.has("untrainedTeacher")) teacher.descend(learningRate);
      target.follow(teacher, tau);

      for (let b = 0; b < batchSize; b++) {
        const { state, action, reward, next, done } = memory[random.integers(0, drawnFrom)];
        const teacherRow = teacher.forward(next);
        const q = student.forward(state);
        slopes.fill(0);
        if (faults.has("wholeRow")) {
          for (let a = 0; a < actions; a++) {
            slopes[a] = (2 * (q[a] - bootstrapped(reward, done, teacherRow[a]))) / (batchSize * actions);
          }
        } else {
          const y = bootstrapped(reward, done, teacherRow[argmax(teacherRow)]);
          slopes[action] = (2 * (q[action] - y)) / batchSize;
        }
        student.backward(state, slopes);
      }
      student.descend(learningRate);
    }
    yield { episode: episode + 1, envSteps, last: episode + 1 === episodes, teacher, student };
  }
}
