// A teacher and a student side by side: that both learn, the same bits for the same seed, and what is refused.
import { afterEach, describe, expect, it, vi } from "vitest";
import { Follower } from "../../src/core/follower.js";
import { Handle } from "../../src/core/handle.js";
import { Learner } from "../../src/core/learner.js";
import { type JointOptions, trainJoint } from "../../src/distill/index.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { weightsHash } from "../../src/model/hash.js";
import { Interrupted } from "../../src/training/checkpoint.js";
import { DivergedError, type TrainingEvent } from "../../src/training/events.js";
import { coin } from "../coin.js";

afterEach(() => void vi.restoreAllMocks());

const short: JointOptions = {
  hidden: [17],
  studentHidden: [9],
  episodes: 60,
  bufferSize: 400, // the ring wraps
  evaluationInterval: 20,
  evaluationEpisodes: 3,
  seed: 11,
};

async function hashOf(options: JointOptions): Promise<string> {
  const { teacher, student } = await trainJoint("CartPole-v1", options);
  return weightsHash(student.parameters, teacher.parameters);
}

describe("trainJoint", () => {
  it("gives the same weights twice, and others for another seed", async () => {
    const hash = await hashOf(short);
    expect(await hashOf(short)).toBe(hash);
    expect(await hashOf({ ...short, seed: 12 })).not.toBe(hash);
  });

  it("goes on after a stop to the very weights and events of an undisturbed run", async () => {
    const straight: TrainingEvent[] = [];
    const hash = await hashOf({ ...short, onEvent: (event) => straight.push(event) });
    const events: TrainingEvent[] = [];
    const stop = new AbortController();
    const onEvent = (event: TrainingEvent) => {
      events.push(event);
      if (event.kind === "episode" && event.episode === 33) stop.abort();
    };
    const stopped: Interrupted = await trainJoint("CartPole-v1", { ...short, onEvent, signal: stop.signal }).catch(
      (error) => error,
    );
    expect(stopped).toBeInstanceOf(Interrupted);
    expect(events.length).toBe(35); // 33 episodes, and both networks evaluated once
    expect(await hashOf({ ...short, resume: stopped.checkpoint, onEvent: (event) => events.push(event) })).toBe(hash);
    expect(events).toEqual(straight);
    await expect(hashOf({ ...short, gamma: 0.9, resume: stopped.checkpoint })).rejects.toThrow(
      "this checkpoint was made with gamma 0.99, but 0.9 is asked for",
    );
  });

  it("teaches both to balance the pole for a while", async () => {
    const options = { episodes: 130, explorationFraction: 0.5, seed: 100 };
    const { teacher, student } = await trainJoint("CartPole-v1", options);
    expect(teacher.widths).toEqual([4, 64, 2]);
    expect(student.widths).toEqual([4, 32, 2]);
    expect(evaluate(teacher).mean).toBeGreaterThan(150); // a random policy has 22
    expect(evaluate(student).mean).toBeGreaterThan(150);
  });

  it("bootstraps both through truncation and not through termination", async () => {
    // a reward of 1 at every step: without an end to come Q is 1/(1 − γ) = 2, with each step the last it is 1
    const options = { gamma: 0.5, tau: 0.05, explorationFinal: 1, evaluationEpisodes: 1, seed: 3 };
    const truncated = await trainJoint(
      coin(() => ({ reward: 1 })),
      { ...options, episodes: 300 },
    );
    const terminated = await trainJoint(
      coin(() => ({ reward: 1, terminated: true })),
      { ...options, episodes: 2000, evaluationInterval: 2000 },
    );
    for (const network of [truncated.teacher, truncated.student]) {
      for (const q of [...network.qValues([0]), ...network.qValues([1])]) expect(Math.abs(q - 2)).toBeLessThan(0.2);
    }
    for (const network of [terminated.teacher, terminated.student]) {
      for (const q of network.qValues([0])) expect(Math.abs(q - 1)).toBeLessThan(0.2);
    }
  });

  it("refuses what is not allowed, and ends where the loss is not finite", async () => {
    await expect(trainJoint("CartPole-v1", { batchSize: 64, bufferSize: 32 })).rejects.toThrow(
      "batchSize is 64: at most bufferSize, 32, transitions are allowed",
    );
    await expect(trainJoint("CartPole-v1", { episodes: 0 })).rejects.toThrow("episodes is 0: a whole number from 1");
    await expect(
      trainJoint(
        coin(() => ({ reward: 3e38 })),
        { episodes: 20 },
      ),
    ).rejects.toThrow(DivergedError);
  });
});

describe("the loop of a joint run", () => {
  const episodes = (given: JointOptions, listener: (event: TrainingEvent) => void = () => {}) =>
    trainJoint(
      coin(() => ({ reward: 1 })), // each episode has ten steps
      {
        ...{ hidden: [3], studentHidden: [2], episodes: 8, batchSize: 16, evaluationEpisodes: 2 },
        ...given,
        onEvent: listener,
      },
    );

  it("has an update of both for each step of an episode, up to episodeUpdates, once there is a batch", async () => {
    const steps = vi.spyOn(Learner.prototype, "step");
    const follows = vi.spyOn(Follower.prototype, "follow");
    const reached: number[][] = [];
    await episodes({ episodeUpdates: 7, learningRate: 0.01 }, (event) => {
      if (event.kind === "episode" && event.network === "teacher")
        reached.push([event.episode, event.reward, event.envSteps, event.updates]);
    });
    const expected = Array.from({ length: 8 }, (_, i) => [i + 1, 10, 10 * (i + 1), 7 * i]); // the first has no batch
    expect(reached).toEqual(expected);
    expect(steps.mock.calls).toEqual(Array(7).fill([7, 0.01]));
    expect(follows.mock.calls.map(([, n, rate]) => [n, rate])).toEqual(Array(7).fill([7, 0.01]));
    steps.mockClear();
    await episodes({});
    expect(steps.mock.calls.map(([n]) => n)).toEqual(Array(7).fill(10));
    steps.mockClear();
    await episodes({ batchSize: 10 });
    expect(steps.mock.calls).toHaveLength(8); // ten transitions are a batch of ten
  });

  it("lets exploration fall during its share of the episodes", async () => {
    const acts = vi.spyOn(Learner.prototype, "act");
    await episodes({ explorationInitial: 1, explorationFinal: 0.2, explorationFraction: 0.5, evaluationInterval: 99 });
    const first = acts.mock.calls.filter(([, epsilon]) => epsilon > 0).filter((_, i) => i % 10 === 0);
    expect(first.map(([, epsilon]) => epsilon)).toEqual(
      [1, 0.8, 0.6, 0.4, 0.2, 0.2, 0.2, 0.2].map((epsilon) => expect.closeTo(epsilon, 12)),
    );
    expect(acts.mock.calls.every(([, , longest]) => longest === 1)).toBe(true);
  });

  it("evaluates both after each interval and at the end, with the loss of each", async () => {
    const steps = vi.spyOn(Learner.prototype, "step");
    const follows = vi.spyOn(Follower.prototype, "follow");
    const evaluations: unknown[] = [];
    let episode = 0;
    await episodes({ evaluationInterval: 3, batchSize: 35 }, (event) => {
      if (event.kind === "episode") episode = event.episode;
      if (event.kind === "evaluation") evaluations.push([episode, event.network, event.mean, event.loss]);
    });
    const last = (spy: { mock: { results: { value: unknown }[] } }, n: number) => spy.mock.results[n].value;
    expect(evaluations).toEqual([
      ...[3, 6, 8].flatMap((at) => [
        [at, "teacher", 10, at === 3 ? null : last(steps, at - 4)],
        [at, "student", 10, at === 3 ? null : last(follows, at - 4)],
      ]),
    ]);
    expect(last(steps, 4)).not.toBe(last(follows, 4));
  });

  it("says of the student, not of the teacher, that it was distilled, and how long both took", async () => {
    const { teacher, student } = await episodes({ seed: 3 });
    expect(student.training?.distillation).toEqual({ teacher: null, attempts: 1, fitsQValues: true });
    expect(teacher.training?.distillation).toBeUndefined();
    for (const { seed, envSteps, updates } of [teacher, student])
      expect([seed, envSteps, updates]).toEqual([3, 80, 70]);
    expect([teacher.widths, student.widths]).toEqual([
      [1, 3, 2],
      [1, 2, 2],
    ]);
  });

  it("says which of the two diverged", async () => {
    const follow = vi.spyOn(Follower.prototype, "follow").mockReturnValue(Number.NaN);
    await expect(episodes({})).rejects.toThrow("the student diverged: its loss is not finite after 10 updates");
    follow.mockRestore();
    vi.spyOn(Learner.prototype, "step").mockReturnValue(Number.NaN);
    await expect(episodes({})).rejects.toThrow("the teacher diverged: its loss is not finite after 10 updates");
  });

  it("gives back the core's memory, be it stopped", async () => {
    const disposals = vi.spyOn(Handle.prototype, "dispose");
    await expect(episodes({ signal: AbortSignal.abort() })).rejects.toThrow(Interrupted);
    expect(disposals).toHaveBeenCalledTimes(4); // a learner and a network to judge it, of each
  });
});
