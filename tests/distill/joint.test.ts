// A teacher and a student side by side: that both learn, the same bits for the same seed, and what is refused.
import { describe, expect, it } from "vitest";
import { type JointOptions, trainJoint } from "../../src/distill/index.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { weightsHash } from "../../src/model/hash.js";
import { Interrupted } from "../../src/training/checkpoint.js";
import { DivergedError, type TrainingEvent } from "../../src/training/events.js";
import { coin } from "../coin.js";

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
