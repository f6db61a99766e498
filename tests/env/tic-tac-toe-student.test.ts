// What the guide promises of tic-tac-toe: a student of at most 1,000 bytes that never loses, and no illegal moves.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { makeEnv } from "../../src/env/registry.js";
import { everyGame } from "../../src/env/tic-tac-toe/index.js";
import { quantizeByPlay } from "../../src/export/int8.js";
import { distill, trainTeacher } from "../../src/index.js";
import { loadQuantized } from "../../src/model/quantized-files.js";

const id = "TicTacToe-mixed-v0";

/** Moves that are not allowed, in this many games. Each of them ends its game. */
function illegalMoves(policy: { act(observation: Float32Array, mask?: Uint8Array): number }, games: number): number {
  const env = makeEnv(id);
  let illegal = 0;
  env.reset({ seed: 0 });
  for (let game = 0; game < games; game++) {
    let observation = env.reset();
    for (let over = false; !over; ) {
      const action = policy.act(observation, env.actionMask);
      over = env.actionMask?.[action] !== 1;
      if (over) illegal++;
      else ({ observation, terminated: over } = env.step(action));
    }
  }
  return illegal;
}

describe("a student of the presets, in 8 bits", () => {
  // scripts/tic-tac-toe.js, seed 0
  const student = loadQuantized(readFileSync(new URL("tic-tac-toe-student.int8.safetensors", import.meta.url)));

  it("has at most 1,000 bytes of weights", () => {
    expect(student.environment).toBe(id);
    expect(student.bytes).toBe(990);
  });

  it("never loses, whatever the opponent does, as X and as O", () => {
    const { asX, asO, neverLoses } = everyGame(student);
    expect(neverLoses).toBe(true);
    expect(asX).toMatchObject({ losses: 0, illegal: 0 });
    expect(asO).toMatchObject({ losses: 0, illegal: 0 });
    expect(asX.wins).toBeGreaterThan(asX.draws); // it takes what an opponent gives
    expect(asO.wins).toBeGreaterThan(asO.draws);
  });

  it("makes no illegal move in 10,000 games", () => {
    expect(illegalMoves(student, 10_000)).toBe(0);
  });
});

it("a teacher, its student and this one in 8 bits make no illegal move in 10,000 games, however short they learned", async () => {
  const teacher = await trainTeacher(id, {
    seed: 0,
    envSteps: 1500,
    learningStarts: 500,
    evaluationInterval: 1500,
    evaluationEpisodes: 10,
    confirmationEpisodes: 10,
  });
  const student = await distill(teacher, { seed: 0, envSteps: 500, updates: 200, evaluationEpisodes: 10 });
  for (const policy of [teacher, student, quantizeByPlay(student)]) {
    expect(illegalMoves(policy, 10_000)).toBe(0);
    const { asX, asO } = everyGame(policy);
    expect([asX.illegal, asO.illegal]).toEqual([0, 0]);
  }
  // masks make it so: without them the same networks take cells that are taken
  const unmasked = { act: (observation: Float32Array) => teacher.act(observation) };
  expect(illegalMoves(unmasked, 1000)).toBeGreaterThan(0);
});
