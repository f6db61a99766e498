// The agent for someone else's loop: which options it has, what it does with what it is told, and how it says what is wrong.
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { Learner } from "../../src/core/learner.js";
import { Agent, type AgentOptions } from "../../src/dqn/agent.js";
import { teacherOptions } from "../../src/dqn/config.js";
import { loopOptions } from "../../src/dqn/dqn-agent.js";
import { Model } from "../../src/model/model.js";
import { schedule } from "../../src/training/schedules.js";

afterEach(() => void vi.restoreAllMocks());

const made: Agent[] = [];
afterAll(() => {
  for (const agent of made) agent.dispose();
});

const options: AgentOptions = {
  ...{ observationSize: 2, actionCount: 3, seed: 3, hidden: [5], nStep: 2, batchSize: 4, bufferSize: 60 },
  ...{ envSteps: 100, learningStarts: 4, trainFrequency: 3, gradientSteps: 2, learningRate: 0.01 },
};

function make(given: Partial<AgentOptions> = {}): Agent {
  const agent = new Agent({ ...options, ...given });
  made.push(agent);
  return agent;
}

const step = (n: number) => ({ observation: [n / 9, -n], reward: n % 3, terminated: false });

/** What an error says, which must be one line. */
function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect((error as Error).message).not.toContain("\n");
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  throw new Error("it was not refused");
}

describe("options", () => {
  it("are a teacher's, at their defaults; a model says which it had", () => {
    const agent = new Agent({ observationSize: 4, actionCount: 2 });
    const defaults = Object.entries(teacherOptions).filter(([name]) => !loopOptions.includes(name as never));
    const expected = Object.fromEntries(defaults.map(([name, option]) => [name, option.default]));
    expect(agent.toModel().training).toEqual({ seed: 0, envSteps: 0, updates: 0, wallSeconds: 0, config: expected });
    expect(agent.widths).toEqual([4, 64, 64, 2]);
    agent.dispose();
  });

  it("reach the learner, each of them", () => {
    const given = {
      ...{ batchSize: 7, bufferSize: 70, nStep: 3, gamma: 0.5, tau: 0.25, targetUpdateInterval: 9, double: false },
      ...{ dueling: true, maxGradientNorm: 2, prioritized: true, priorityExponent: 0.5, huberDelta: 3 },
    };
    const create = vi.spyOn(Learner.prototype, "initialise");
    const agent = make({ ...given, loss: "huber" });
    expect(create).toHaveBeenCalledTimes(1);
    expect(agent.toModel().training?.config).toMatchObject(given);
    expect(agent.parameters()).toHaveLength(3 * 5 + 6 * 3);
  });

  it.each<[unknown, string]>([
    [undefined, "TypeError: options is undefined: an object is needed"],
    [{ actionCount: 2 }, "ConfigError: observationSize is undefined: a whole number from 1 to "],
    [{ observationSize: 0, actionCount: 2 }, "ConfigError: observationSize is 0: a whole number from 1 to "],
    [{ observationSize: 4, actionCount: 1.5 }, "ConfigError: actionCount is 1.5: a whole number from 1 to "],
    [{ ...options, byteObservations: 1 }, "TypeError: byteObservations is 1: true or false is needed"],
    [{ ...options, seed: -1 }, "ConfigError: seed is -1: a whole number from 0 "],
    [{ ...options, gamma: 2 }, "ConfigError: gamma is 2: a number from 0 to 1 is allowed"],
    [{ ...options, batchSize: 61 }, "ConfigError: the teacher's batchSize is 61: at most bufferSize, 60,"],
    [{ ...options, nStep: 59 }, "ConfigError: the teacher's nStep is 59: at most bufferSize − 2, 58,"],
    [{ ...options, learningStarts: 100 }, "ConfigError: the teacher's learningStarts is 100: it must be less than"],
    [
      { ...options, byteObservations: true, normalizeObservations: true },
      "ConfigError: normalizeObservations is true: only false is allowed for observations that are bytes",
    ],
    ...loopOptions.map((name): [object, string] => [
      { ...options, [name]: teacherOptions[name].default },
      `ConfigError: unknown agent option "${name}": allowed are hidden, envSteps, learningRate,`,
    ]),
    [{ ...options, threads: 2 }, 'ConfigError: unknown agent option "threads": allowed are hidden, '],
  ])("%o is refused in one line", (given, message) => {
    expect(refusal(() => new Agent(given as AgentOptions))).toContain(message);
  });
});

describe("in a loop", () => {
  it("counts the steps of all episodes together, and the updates that are due by them", () => {
    const agent = make();
    const [first, second] = [agent.begin([0, 0]), agent.begin([1, 1])];
    for (let n = 1; n <= 12; n++) {
      const episode = n % 2 === 0 ? second : first;
      episode.act();
      episode.step(step(n));
      expect(agent.envSteps).toBe(n);
      expect(agent.due).toBe(n < 6 ? 0 : 2 * (Math.floor(n / 3) - 1)); // at 6, 9 and 12
    }
    const steps = vi.spyOn(Learner.prototype, "step");
    const { learningRate } = schedule(agent.toModel().training?.config as never, 11);
    expect(agent.update({ most: 1 })).toEqual({ updates: 1, loss: expect.any(Number) });
    expect([agent.due, agent.updates]).toEqual([5, 1]);
    expect(agent.update({ most: 0 })).toEqual({ updates: 0, loss: null });
    expect(agent.update({ most: 2 }).updates).toBe(2);
    expect(agent.update({ most: 99 })).toEqual({ updates: 3, loss: agent.loss });
    expect(steps.mock.calls).toEqual([1, 2, 3].map((n) => [n, learningRate]));
    expect([agent.due, agent.updates]).toEqual([0, 6]);
    expect(agent.update()).toEqual({ updates: 0, loss: null });
  });

  it("gives each episode a number, and knows the open ones by it", () => {
    const agent = make();
    const [first, second, third] = [0, 1, 2].map((n) => agent.begin([n, n]));
    expect([first, second, third].map(({ id }) => id)).toEqual([0, 1, 2]);
    expect([...agent.episodes]).toEqual([first, second, third].map((episode) => [episode.id, episode]));
    second.end();
    first.act();
    first.step({ ...step(1), terminated: true });
    third.act();
    third.step({ ...step(1), truncated: true });
    expect([...agent.episodes.keys()]).toEqual([]);
    expect(agent.begin([0, 0]).id).toBe(3);
  });

  it("acts greedily where it is asked to, and that draws nothing", () => {
    const [agent, other] = [make({ explorationRepeat: 1 }), make({ explorationRepeat: 1 })];
    const model = agent.toModel();
    const play = (agent: Agent, asks: boolean) => {
      const episode = agent.begin([0.5, 2]);
      return Array.from({ length: 20 }, (_, n) => {
        const newest: [number, number] = n === 0 ? [0.5, 2] : [n / 9, -n];
        if (asks) expect(episode.act({ explore: false })).toBe(model.act(newest));
        const action = episode.act();
        episode.step(step(n + 1));
        return action;
      });
    };
    const actions = play(agent, true);
    expect(new Set(actions).size).toBe(3);
    expect(actions).toEqual(play(other, false));
  });

  it("records the action that was really taken, if it is told", () => {
    const record = vi.spyOn(Learner.prototype, "record");
    const agent = make();
    const episode = agent.begin([0, 0]);
    const chosen = episode.act();
    const another = (chosen + 1) % 3;
    episode.step({ ...step(1), action: another });
    episode.step({ ...step(2), action: 0 }); // it need not be asked
    episode.act();
    const asked = episode.act({ explore: false }); // the latest answer counts
    episode.step(step(3));
    expect(record.mock.calls.map(([, action]) => action)).toEqual([another, 0, asked]);
  });

  it("has schedules that run over envSteps and then stay at their ends", () => {
    const act = vi.spyOn(Learner.prototype, "act");
    const steps = vi.spyOn(Learner.prototype, "step");
    const finals = { explorationFinal: 0.125, learningRateFinal: 0.001 };
    const agent = make({ envSteps: 20, explorationRepeat: 1, ...finals, trainFrequency: 1 });
    const episode = agent.begin([0, 0]);
    for (let n = 1; n <= 60; n++) {
      episode.act();
      episode.step(step(n));
      agent.update();
    }
    expect(act.mock.calls.slice(0, 4).map(([, epsilon]) => epsilon)).toEqual([1, 1, 1, 1]);
    expect(new Set(act.mock.calls.slice(20).map(([, epsilon]) => epsilon))).toEqual(new Set([0.125]));
    expect(new Set(steps.mock.calls.slice(-40).map(([, rate]) => rate))).toEqual(new Set([0.001]));
  });

  it("gives its network as a model, wherever it says that it acts", () => {
    for (const given of [{}, { dueling: true }, { byteObservations: true }]) {
      const agent = make({ ...given, trainFrequency: 1 });
      const episode = agent.begin([1, 2]);
      for (let n = 1; n <= 30; n++) {
        episode.act();
        episode.step({ ...step(n), observation: [n % 5, (3 * n) % 7] });
        agent.update();
      }
      const model = agent.toModel({ environment: "cache" });
      expect(model).toBeInstanceOf(Model);
      expect([model.environment, model.widths, agent.toModel().environment]).toEqual(["cache", [2, 5, 3], "custom"]);
      expect(model.training).toMatchObject({ envSteps: 30, updates: agent.updates, seed: 3 });
      for (let n = 0; n < 9; n++) expect(agent.begin([n, 9 - n]).act({ explore: false })).toBe(model.act([n, 9 - n]));
      const before = model.parameters.slice();
      for (let n = 1; n <= 9; n++) episode.step({ ...step(n), observation: [n, n], action: 0 });
      agent.update();
      expect(model.parameters).toEqual(before); // a copy
      expect(agent.toModel().parameters).not.toEqual(before);
    }
  });
});

describe("says in one line", () => {
  const where = "episode 0, step 3: ";
  const third = (given: object, opening: object = {}): string => {
    const agent = make();
    const episode = agent.begin([0, 0], opening);
    for (let n = 1; n <= 2; n++) episode.step({ ...step(n), action: 1, mask: [0, 1, 1] });
    episode.act();
    const before = agent.envSteps;
    const message = refusal(() => episode.step({ ...step(3), ...given }));
    expect(agent.envSteps).toBe(before); // nothing was recorded
    episode.step({ ...step(3), action: 1 }); // and it goes on
    return message;
  };

  it.each<[object, string]>([
    [{ observation: [1, 2, 3] }, `RangeError: ${where}an observation of length 3 was given: 2 numbers are needed`],
    [{ observation: undefined }, `RangeError: ${where}observation is undefined: 2 numbers are needed`],
    [{ observation: [1, Number.NaN] }, `RangeError: ${where}an observation with NaN was given: numbers that float32`],
    [{ observation: [1, 1e39] }, `RangeError: ${where}an observation with 1e+39 was given: numbers that float32`],
    [{ observation: [null, 1] }, `RangeError: ${where}an observation with null was given: numbers that float32`],
    [{ observation: ["1", 1] }, `RangeError: ${where}an observation with "1" was given: numbers that float32`],
    [{ reward: Number.NaN }, `RangeError: ${where}reward is NaN: a number that float32 can hold is needed`],
    [{ reward: undefined }, `RangeError: ${where}reward is undefined: a number that float32 can hold is needed`],
    [{ reward: 1e39 }, `RangeError: ${where}reward is 1e+39: a number that float32 can hold is needed`],
    [{ terminated: 1 }, `TypeError: ${where}terminated is 1: true or false is needed`],
    [{ terminated: undefined }, `TypeError: ${where}terminated is undefined: true or false is needed`],
    [{ truncated: "no" }, `TypeError: ${where}truncated is "no": true or false is needed`],
    [{ mask: [0, 0, 0] }, `RangeError: ${where}a mask of zeros was given: at least one action must be allowed`],
    [{ mask: [1, 1] }, `RangeError: ${where}a mask of length 2 was given: 3 numbers are needed`],
    [{ mask: [1, 2, 1] }, `RangeError: ${where}the mask has 2 at 1: 0 or 1 is needed`],
    [{ mask: null }, `RangeError: ${where}mask is null: 3 numbers are needed`],
    [{ action: 0 }, `RangeError: ${where}action 0 is forbidden by the mask`],
    [{ action: 3 }, `RangeError: ${where}action is 3: a whole number from 0 to 2 is allowed`],
    [{ action: -1 }, `RangeError: ${where}action is -1: a whole number from 0 to 2 is allowed`],
    [{ action: 0.5 }, `RangeError: ${where}action is 0.5: a whole number from 0 to 2 is allowed`],
    [{ action: "1" }, `RangeError: ${where}action is "1": a whole number from 0 to 2 is allowed`],
  ])("that a step with %o is not allowed, and which one it is", (given, message) => {
    expect(third(given)).toContain(message);
  });

  it("that an episode does not begin with what is not allowed", () => {
    const agent = make();
    const begin = (observation: unknown, mask?: unknown) =>
      refusal(() => agent.begin(observation as number[], { mask: mask as number[] }));
    expect(begin([1])).toBe("RangeError: episode 0: an observation of length 1 was given: 2 numbers are needed");
    expect(begin([1, Number.NaN])).toContain("RangeError: episode 0: an observation with NaN was given");
    expect(begin([1, 2], [0, 0, 0])).toContain("RangeError: episode 0: a mask of zeros was given");
    expect(begin([1, 2], [1])).toContain("RangeError: episode 0: a mask of length 1 was given: 3 numbers are needed");
    expect(begin(undefined)).toContain("RangeError: episode 0: observation is undefined: 2 numbers are needed");
    expect(agent.episodes.size).toBe(0);
    const bytes = make({ byteObservations: true });
    expect(refusal(() => bytes.begin([1, 256]))).toBe(
      "RangeError: episode 0: an observation with 256 was given: whole numbers from 0 to 255 are needed",
    );
  });

  it("that no action was taken, or that nothing was given", () => {
    const episode = make().begin([0, 0]);
    const missing = "Error: episode 0, step 1: no action was taken: call act(), or give { action }";
    expect(refusal(() => episode.step(step(1)))).toBe(missing);
    episode.act();
    expect(refusal(() => episode.step(undefined as never))).toBe(
      "TypeError: episode 0, step 1: step is undefined: an object is needed",
    );
    episode.step(step(1));
    expect(refusal(() => episode.step(step(2)))).toBe(missing.replace("step 1", "step 2"));
  });

  it("that an episode has ended, however it did", () => {
    const agent = make();
    for (const [id, how] of [{ end: true }, { terminated: true }, { truncated: true }].entries()) {
      const episode = agent.begin([0, 0]);
      if ("end" in how) episode.end();
      else episode.step({ ...step(1), action: 0, ...how });
      for (const call of [() => episode.act(), () => episode.end(), () => episode.step({ ...step(1), action: 0 })]) {
        expect(refusal(call)).toBe(`Error: episode ${id} has ended: begin another one`);
      }
    }
  });

  it("how many updates may be asked for", () => {
    const agent = make();
    for (const most of [-1, 0.5, Number.NaN, "2", null]) {
      expect(refusal(() => agent.update({ most: most as number }))).toContain(": a whole number from 0 on is needed");
    }
  });

  it("that it has been disposed of", () => {
    const agent = new Agent(options);
    const episode = agent.begin([0, 0]);
    episode.act();
    agent.dispose();
    agent.dispose(); // twice does no harm
    const gone = "this learner has been disposed of";
    const calls: (() => unknown)[] = [
      () => agent.begin([0, 0]),
      () => episode.act(),
      () => episode.step(step(1)),
      () => episode.end(),
      () => agent.toModel(),
      () => agent.save(),
      () => agent.save({ replayMemory: false }),
    ];
    for (const call of calls) expect(refusal(call)).toContain(gone);
  });
});
