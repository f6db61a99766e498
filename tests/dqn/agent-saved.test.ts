// An agent that was saved goes on bit for bit, with its open episodes. A file that is damaged or crafted is refused.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Agent, type AgentOptions } from "../../src/dqn/agent.js";
import { trainTeacher } from "../../src/dqn/teacher.js";
import { readSafetensors } from "../../src/model/safetensors.js";
import { CheckpointError, type Interrupted } from "../../src/training/checkpoint.js";
import { shortTeacher } from "../short-training.js";
import { signedCheckpoint } from "../signed-checkpoint.js";

const options: AgentOptions = {
  ...{ observationSize: 2, actionCount: 3, seed: 3, hidden: [5], batchSize: 4, bufferSize: 40, envSteps: 100 },
  ...{ learningStarts: 6, explorationRepeat: 4, learningRate: 0.01 },
};

interface Plan {
  readonly masked: boolean;
  /** How many steps are taken between two updates. */
  readonly pace: number;
}

/** What an agent is told at its n-th call, whichever agent it is: up to three episodes side by side, in turns. */
function call(agent: Agent, n: number, { masked, pace }: Plan): number {
  const observation = [(7 * n) % 11, (3 * n) % 5];
  const mask = masked ? [Number(n % 2 === 0), 1, Number(n % 3 === 0)] : undefined;
  const open = [...agent.episodes.values()];
  const episode = open[n % 3];
  let action = -1;
  if (episode === undefined) action = agent.begin(observation, { mask }).id;
  else if (n % 37 === 36) episode.end();
  else {
    action = episode.act({ explore: n % 13 > 0 });
    const ends = { terminated: n % 11 === 10, truncated: n % 17 === 16 };
    episode.step({ observation, reward: (n % 4) - 1, ...ends, mask, ...(n % 19 === 0 && { action: 1 }) });
  }
  if (n % pace === 0) agent.update(n % 23 === 0 ? { most: 1 } : {});
  return action;
}

/** Everything that an agent shows. */
const shown = (agent: Agent) => ({
  parameters: [...agent.parameters()],
  counts: [agent.envSteps, agent.updates, agent.due, agent.loss],
  episodes: [...agent.episodes.keys()],
  saved: agent.save(),
});

const kinds: Partial<AgentOptions>[] = [
  {},
  { nStep: 1, prioritized: true },
  { dueling: true, nStep: 3, normalizeObservations: false },
  { byteObservations: true, nStep: 4, trainFrequency: 2, gradientSteps: 3 },
  { prioritized: true, dueling: true, double: false, maxGradientNorm: 0.5, nStep: 2 },
  { loss: "mse", targetUpdateInterval: 3, tau: 1 },
];

const anyPlan = fc.record({
  kind: fc.nat(kinds.length - 1),
  plan: fc.record({ masked: fc.boolean(), pace: fc.integer({ min: 1, max: 4 }) }),
  calls: fc.nat(130),
});

describe("goes on as if it had not been saved", () => {
  it("at any point, with its open episodes", () => {
    fc.assert(
      fc.property(anyPlan, ({ kind, plan, calls }) => {
        const straight = new Agent({ ...options, ...kinds[kind] });
        for (let n = 0; n < calls; n++) call(straight, n, plan);
        const again = Agent.load(straight.save());
        expect(shown(again)).toEqual(shown(straight));
        for (let n = calls; n < calls + 40; n++) expect(call(again, n, plan)).toBe(call(straight, n, plan));
        expect(shown(again)).toEqual(shown(straight));
        expect(again.toModel()).toEqual(straight.toModel());
        for (const agent of [straight, again]) agent.dispose();
      }),
      { numRuns: 60 },
    );
  });

  it("without its replay memory alike each time, with what it has learned and no open episodes", () => {
    fc.assert(
      fc.property(anyPlan, ({ kind, plan, calls }) => {
        const straight = new Agent({ ...options, ...kinds[kind] });
        for (let n = 0; n < calls; n++) call(straight, n, plan);
        const whole = straight.save();
        const bytes = straight.save({ replayMemory: false });
        expect(straight.save()).toEqual(whole); // it is left as it was
        const [one, other] = [Agent.load(bytes), Agent.load(bytes)];
        expect(one.parameters()).toEqual(straight.parameters());
        expect([one.envSteps, one.updates]).toEqual([straight.envSteps, straight.updates]);
        expect([one.episodes.size, one.observations().length]).toEqual([0, 0]);
        const first = one.begin([1, 2]);
        expect(first.id).toBe(straight.begin([1, 2]).id); // ids go on
        other.begin([1, 2]);
        for (let n = calls; n < calls + 40; n++) expect(call(one, n, plan)).toBe(call(other, n, plan));
        expect(shown(one)).toEqual(shown(other));
        for (const agent of [straight, one, other]) agent.dispose();
      }),
      { numRuns: 30 },
    );
  });

  it("with an action that was given and not yet taken", () => {
    const straight = new Agent(options);
    const action = straight.begin([1, 2]).act();
    const again = Agent.load(straight.save());
    for (const agent of [straight, again]) {
      agent.episodes.get(0)?.step({ observation: [3, 4], reward: 1, terminated: true });
    }
    expect(shown(again)).toEqual(shown(straight));
    expect(action).toBeLessThan(3);
  });

  it("with a file that is small without the replay memory", () => {
    const agent = new Agent({ ...options, bufferSize: 5000 });
    for (let n = 0; n < 3000; n++) call(agent, n, { masked: false, pace: 4 });
    expect(agent.save().length).toBeGreaterThan(40_000);
    expect(agent.save({ replayMemory: false }).length).toBeLessThan(4000);
    agent.dispose();
  });
});

it("an agent that lost its replay memory first fills a new one, and then learns and normalises", () => {
  for (const before of [3, 30]) {
    const straight = new Agent({ ...options, learningStarts: 10, nStep: 1 });
    const step = (agent: Agent, n: number) => {
      const [open = agent.begin([5, n])] = agent.episodes.values();
      open.step({ observation: [n, -n], reward: 1, terminated: false, action: n % 3 });
      return agent.update().updates;
    };
    for (let n = 1; n <= before; n++) step(straight, n);
    const again = Agent.load(straight.save({ replayMemory: false }));
    const parameters = again.parameters();
    const updates = Array.from({ length: 14 }, (_, i) => step(again, i));
    const first = Math.max(9, 11 - before); // ten observations are held after nine steps
    expect(updates.findIndex((count) => count > 0) + 1).toBe(first);
    expect(again.parameters()).not.toEqual(parameters);
  }
});

describe("a file", () => {
  const agent = new Agent({ ...options, prioritized: true, nStep: 2 });
  for (let n = 0; n < 90; n++) call(agent, n, { masked: true, pace: 1 });
  const file = agent.save();
  const { tensors, metadata } = readSafetensors(file);
  const { setting, states } = Object.fromEntries(
    ["setting", "states"].map((name) => [name, JSON.parse(metadata[name])]),
  );
  const refused = (bytes: Uint8Array, what?: unknown): string => {
    let error: unknown;
    try {
      Agent.load(bytes).dispose();
    } catch (thrown) {
      error = thrown;
    }
    if (!(error instanceof CheckpointError)) throw new Error(`not refused: ${JSON.stringify(what)}`, { cause: error });
    expect(error.message).not.toContain("\n");
    return error.message;
  };
  const withStates = (part: string, changes: object) =>
    signedCheckpoint(file, { states: JSON.stringify({ ...states, [part]: { ...states[part], ...changes } }) });
  const withSetting = (changes: object) =>
    signedCheckpoint(file, { setting: JSON.stringify({ ...setting, ...changes }) });

  it("with any bit flipped is refused", () => {
    for (let at = 0; at < file.length; at++) {
      const damaged = file.slice();
      damaged[at] ^= 1 << (at % 8);
      refused(damaged);
    }
  });

  it("that is cut off, empty or of something else is refused", async () => {
    for (const length of [0, 7, 100, file.length - 1]) refused(file.slice(0, length));
    expect(() => Agent.load(undefined as never)).toThrow(TypeError);
    const signal = AbortSignal.abort();
    const stopped = await trainTeacher("CartPole-v1", { ...shortTeacher, signal }).catch((error) => error);
    expect(refused((stopped as Interrupted).checkpoint)).toBe("this checkpoint is of a teacher, not of an agent");
  });

  it("of an agent is not a teacher's checkpoint", async () => {
    const error = await trainTeacher("CartPole-v1", { ...shortTeacher, resume: file }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(CheckpointError);
    expect(error.message).toBe("this checkpoint is of an agent, not of a teacher");
  });

  it("with settings that cannot be, or that are another agent's, is refused", () => {
    for (const changes of [
      ...[{ observationSize: 3 }, { observationSize: 0 }, { actionCount: 2 }, { actionCount: null }, { hidden: [60] }],
      ...[{ hidden: "5" }, { bufferSize: 39 }, { bufferSize: 1 }, { bufferSize: 10_000_000, hidden: [4096, 4096] }],
      ...[{ nStep: 1 }, { seed: -1 }, { prioritized: false }, { byteObservations: true }],
      ...[{ copies: 2 }, { unknown: 1 }, { from: {} }, { from: null }, { envSteps: 0 }, { gamma: "0.9" }],
    ]) {
      refused(withSetting(changes), changes);
    }
    for (const setting of ["null", "[]", "{", "{}", "7"]) refused(signedCheckpoint(file, { setting }));
  });

  it("with counts that cannot be is refused", () => {
    for (const name of ["envSteps", "updates", "due", "scaledAt", "scheduledSteps"]) {
      for (const value of [-1, 0.5, null, "1", 1e300]) {
        expect(refused(withStates("agent", { [name]: value }))).toContain(name);
      }
    }
    refused(withStates("agent", { warm: 1 }));
    refused(withStates("learner", { begun: -1 }));
    refused(signedCheckpoint(file, { states: JSON.stringify({ learner: states.learner }) }));
    refused(signedCheckpoint(file, { states: "null" }));
  });

  it("with open episodes that cannot be is refused", () => {
    const { episodes, begun } = states.learner;
    expect(episodes.length).toBeGreaterThan(1);
    const [first, ...others] = episodes;
    const next = episodes[1].row;
    for (const given of [
      ...[[], others, [...episodes, first], [first, first, ...others], null, {}, [null, ...others]],
      ...[{ id: begun }, { id: -1 }, { id: "0" }, { id: episodes[1].id }].map((wrong) => [
        { ...first, ...wrong },
        ...others,
      ]),
      ...[{ row: next }, { row: 40 }, { row: -1 }, { row: null }, { row: 2 ** 32 + first.row }].map((wrong) => [
        ...[{ ...first, ...wrong }, ...others],
      ]),
      ...[{ action: 3 }, { action: -1 }, { action: "0" }, { steps: -1 }].map((wrong) => [
        { ...first, ...wrong },
        ...others,
      ]),
    ]) {
      refused(withStates("learner", { episodes: given }), given);
    }
  });

  it("with a block that has any of its words changed is refused, or its agent goes on without harm", () => {
    const block = tensors.get("learner.block")?.data as Uint8Array;
    for (let at = 0; at < block.length; at += 4) {
      for (const wrong of [0, 0x7fffffff, 0xffffffff]) {
        const data = block.slice();
        new DataView(data.buffer).setUint32(at, wrong, true);
        const crafted = [{ name: "learner.block", dtype: "U8" as const, shape: [data.length], data }];
        let loaded: Agent;
        try {
          loaded = Agent.load(signedCheckpoint(file, {}, crafted));
        } catch (error) {
          expect(error).toBeInstanceOf(CheckpointError);
          continue;
        }
        try {
          for (let n = 90; n < 96; n++) call(loaded, n, { masked: true, pace: 1 });
        } catch (error) {
          expect((error as Error).name).toBe("DivergedError");
        }
        loaded.dispose();
      }
    }
    const loaded = Agent.load(file);
    expect(loaded.save()).toEqual(file); // the core is whole
  });

  it("that says that there are masks where there are none, or none where there are, is refused", () => {
    refused(withStates("learner", { masked: false }));
    const plain = new Agent(options);
    plain.begin([1, 2]);
    const { metadata } = readSafetensors(plain.save());
    const learner = { ...JSON.parse(metadata.states).learner, masked: true };
    const states = JSON.stringify({ ...JSON.parse(metadata.states), learner });
    refused(signedCheckpoint(plain.save(), { states }));
  });
});
