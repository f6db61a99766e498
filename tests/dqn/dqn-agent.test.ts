// What every agent does: it acts ε-greedily, records what came of it, counts the updates that are due, and goes on from what it saved.
import { afterEach, describe, expect, it, vi } from "vitest";
import { Learner } from "../../src/core/learner.js";
import { Network } from "../../src/core/network.js";
import { type TeacherConfig, teacherOptions } from "../../src/dqn/config.js";
import { learnerShape } from "../../src/dqn/configure.js";
import { DqnAgent } from "../../src/dqn/dqn-agent.js";
import { generatorWords, purposes } from "../../src/env/seeds.js";
import { DivergedError } from "../../src/training/events.js";
import { configure } from "../../src/training/options.js";
import { schedule } from "../../src/training/schedules.js";

afterEach(() => void vi.restoreAllMocks());

const widths = [2, 5, 3];
const options: Partial<TeacherConfig> = {
  ...{ envSteps: 100, learningStarts: 4, trainFrequency: 3, gradientSteps: 2, nStep: 1, batchSize: 4, bufferSize: 50 },
  ...{ explorationInitial: 0.5, explorationFinal: 0.1, explorationFraction: 0.5, explorationRepeat: 7 },
  ...{ learningRate: 0.01, learningRateFinal: 0.001, importanceExponent: 0.4, prioritized: true },
};

function made(given: Partial<TeacherConfig> = {}, seed = 3, network: "teacher" | "student" = "teacher") {
  const config = configure<TeacherConfig>("teacher", teacherOptions, options, given);
  const learner = new Learner(learnerShape(widths, config, false));
  const agent = new DqnAgent(learner, widths, config, seed, network);
  return { agent, learner, config };
}

const observation = (n: number) => Float32Array.of(((7 * n) % 11) / 3, 5 - ((3 * n) % 7));

/** So many more steps, the episode's end at every fifth; the agent updates after each where `updates`. */
function steps(agent: DqnAgent, count: number, updates = true): number[] {
  const actions: number[] = [];
  let episode = [...agent.episodes.values()][0] ?? agent.begin(observation(0));
  for (let i = 0; i < count; i++) {
    const n = agent.envSteps + 1;
    actions.push(episode.act());
    const [terminated, truncated] = [n % 10 === 5, n % 10 === 0];
    episode.step({ observation: observation(n), reward: n % 4, terminated, truncated });
    if (n % 5 === 0) episode = agent.begin(observation(0));
    if (updates) agent.update();
  }
  return actions;
}

it("is new: nothing recorded, nothing learned, first weights by the seed", () => {
  const initialise = vi.spyOn(Learner.prototype, "initialise");
  const { agent } = made();
  expect(initialise.mock.calls).toEqual([[generatorWords(3, purposes.learner, 0)]]);
  expect([agent.envSteps, agent.updates, agent.loss, agent.episodes.size]).toEqual([0, 0, null, 0]);
  expect(agent.widths).toEqual(widths);
  expect(made().agent.parameters()).toEqual(agent.parameters());
  expect(made({}, 4).agent.parameters()).not.toEqual(agent.parameters());
});

describe("acts", () => {
  it("with the ε of the schedule at the steps so far, a random action repeated as configured", () => {
    const act = vi.spyOn(Learner.prototype, "act");
    const { agent, config } = made();
    steps(agent, 30);
    for (const [i, [, chance, longest]] of act.mock.calls.entries()) {
      // so many steps has a run of random ones in the mean: 1 + 1/2 + … + 1/7
      const run = 363 / 140;
      expect((chance * run) / (1 - chance + chance * run)).toBeCloseTo(schedule(config, i).epsilon, 12);
      expect(longest).toBe(7);
    }
    expect(act).toHaveBeenCalledTimes(30);
  });

  it("and records that action, with what came of it", () => {
    const begin = vi.spyOn(Learner.prototype, "begin");
    const record = vi.spyOn(Learner.prototype, "record");
    const { agent } = made();
    const actions = steps(agent, 12);
    expect(new Set(actions).size).toBeGreaterThan(1);
    expect(record.mock.calls.map(([, ...recorded]) => recorded)).toEqual(
      actions.map((action, i) => [action, (i + 1) % 4, observation(i + 1), i % 10 === 4, i % 10 === 9, undefined]),
    );
    expect(begin.mock.calls).toEqual(Array(3).fill([observation(0), undefined]));
    expect(agent.envSteps).toBe(12);
  });

  it("greedily by the network that its parameters describe, where nothing is left to chance", () => {
    for (const dueling of [false, true]) {
      const greedy = { dueling, learningStarts: 10, explorationInitial: 0, explorationFinal: 0 };
      const { agent } = made(greedy);
      steps(agent, 60);
      const network = new Network(widths, 1);
      network.setParameters(agent.parameters());
      const chosen = Array.from({ length: 40 }, (_, n) => {
        const anywhere = Float32Array.of(((7 * n) % 13) * 9 - 54, ((5 * n) % 11) * 9 - 45);
        const action = agent.begin(anywhere).act();
        expect(action).toBe(network.act(anywhere));
        return action;
      });
      expect(new Set(chosen).size).toBeGreaterThan(1);
    }
  });
});

describe("updates", () => {
  it("are due at every trainFrequency-th step after the random ones, gradientSteps each", () => {
    const step = vi.spyOn(Learner.prototype, "step");
    const importance = vi.spyOn(Learner.prototype, "setImportance");
    const { agent, config } = made();
    steps(agent, 13);
    // steps 6, 9 and 12: rate and exponent are those of the step just taken
    const taken = [5, 8, 11].map((before) => schedule(config, before));
    expect(step.mock.calls).toEqual(taken.map(({ learningRate }) => [2, learningRate]));
    expect(importance.mock.calls).toEqual(taken.map(({ importance }) => [importance]));
    expect(agent.updates).toBe(6);
    expect(agent.loss).toBe(step.mock.results[2].value);
  });

  it("are not due at the last of the random steps", () => {
    const { agent } = made({ learningStarts: 6 });
    steps(agent, 8);
    expect(agent.updates).toBe(0);
    steps(agent, 1);
    expect(agent.updates).toBe(2);
  });

  it("wait until they are asked for, and are then made at once", () => {
    const step = vi.spyOn(Learner.prototype, "step");
    const { agent } = made();
    steps(agent, 13, false);
    agent.update();
    agent.update();
    expect(step.mock.calls.map(([n]) => n)).toEqual([6]);
  });

  it("that fall due before a whole transition is there are not made up for", () => {
    const step = vi.spyOn(Learner.prototype, "step");
    const { agent } = made({
      learningStarts: 1,
      trainFrequency: 1,
      gradientSteps: 1,
      nStep: 4,
      cutAtRandomActions: false,
    });
    steps(agent, 5);
    expect(step.mock.calls.map(([n]) => n)).toEqual([1, 1]); // steps 4 and 5
  });

  it("begin two steps on where all actions are random: a return ends before the next one", () => {
    const step = vi.spyOn(Learner.prototype, "step");
    const { agent } = made({ learningStarts: 1, trainFrequency: 1, gradientSteps: 1, nStep: 4, explorationFinal: 1 });
    steps(agent, 5);
    expect(step.mock.calls.map(([n]) => n)).toEqual([1, 1, 1, 1]); // steps 2 to 5
  });

  it.each(["teacher", "student"] as const)("of a %s end where the loss is not finite", (network) => {
    vi.spyOn(Learner.prototype, "step").mockReturnValue(Number.NaN);
    const { agent } = made({}, 3, network);
    expect(() => steps(agent, 6)).toThrow(new DivergedError(network, 2));
  });
});

describe("normalises observations", () => {
  const times = (given: Partial<TeacherConfig>, count: number) => {
    vi.restoreAllMocks();
    const normalise = vi.spyOn(Learner.prototype, "normalise");
    steps(made({ renewScales: false, ...given }).agent, count);
    return normalise.mock.calls.length;
  };

  it("once, when the random steps are over, where that is asked for", () => {
    expect(times({}, 3)).toBe(0);
    expect(times({}, 4)).toBe(1);
    expect(times({}, 40)).toBe(1);
    expect(times({ normalizeObservations: false }, 40)).toBe(0);
    expect(times({ renewScales: true }, 40)).toBe(0);
  });

  it("anew when the steps have grown by a quarter, or a little if an observation is far outside", () => {
    vi.restoreAllMocks();
    const renew = vi.spyOn(Learner.prototype, "renew");
    const { agent } = made({ learningStarts: 100, envSteps: 400 });
    const at: number[] = [];
    let episode = agent.begin([0, 0]);
    for (let n = 1; n <= 300; n++) {
      const calls = renew.mock.calls.length;
      const feature = n === 160 ? 50 : (n % 7) / 7; // once far outside
      episode.step({ observation: [feature, feature], reward: n % 2, terminated: n % 5 === 0, action: 0 });
      if (n % 5 === 0) episode = agent.begin([0, 0]);
      agent.update();
      if (renew.mock.calls.length > calls) at.push(n);
    }
    expect(at).toEqual([100, 125, 157, 165, 207, 259]);
    expect(renew.mock.calls).toEqual([
      [true, true, true], // nothing is learned yet
      ...Array.from({ length: 5 }, () => [true, true, false]),
    ]);
  });

  /** What the agent says is far outside: a feature near 1,000, and one near 0; each step of `odd` has other ones. */
  const outlierOf = (odd: Readonly<Record<number, readonly [number, number]>>, given: Partial<TeacherConfig> = {}) => {
    const { agent } = made({ learningStarts: 40, envSteps: 400, ...given });
    let episode = agent.begin([1000, 0]);
    for (let n = 1; n <= 300; n++) {
      const usual = [1000 + (n % 7) / 7, (n % 5) / 5] as const;
      episode.step({ observation: odd[n] ?? usual, reward: n % 2, terminated: n % 5 === 0, action: 0 });
      if (n % 5 === 0) episode = agent.begin([1000, 0]);
      agent.update();
    }
    return agent.outlier;
  };

  it.each([
    ["nothing", {}, undefined],
    ["a value that is larger than all before", { 160: [1000, 50] }, { feature: 1, value: 50 }],
    ["a value that is smaller than all before", { 160: [900, 0] }, { feature: 0, value: 900 }],
    ["the farther of two", { 160: [900, 500] }, { feature: 1, value: 500 }],
    ["not one in the first quarter of the steps", { 90: [1000, 50] }, undefined],
    ["the first of two", { 160: [1000, 50], 250: [0, 0] }, { feature: 1, value: 50 }],
  ] as const)("and says what was far outside: %s", (_, odd, expected) => {
    const found = outlierOf(odd);
    if (expected === undefined) expect(found).toBeUndefined();
    else {
      expect(found).toMatchObject(expected);
      expect(found?.envSteps).toBeGreaterThanOrEqual(160);
      expect(found?.envSteps).toBeLessThan(200);
    }
  });

  it("so that its parameters are for raw ones", () => {
    const { agent, learner } = made({ normalizeReturns: false });
    steps(agent, 40);
    const { mean, scale } = learner.normalisation();
    expect([...scale]).not.toEqual([1, 1]);
    const [raw, inner] = [agent.parameters(), learner.parameters()].map((parameters) => {
      const network = new Network(widths, 1);
      network.setParameters(parameters);
      return network;
    });
    const normalised = observation(9).map((value, i) => (value - mean[i]) * scale[i]);
    const expected = [...inner.qValues(normalised)].map((q) => expect.closeTo(q, 4));
    expect([...raw.qValues(observation(9))]).toEqual(expected);
  });
});

it("keeps the observations of its replay memory", () => {
  const { agent } = made();
  steps(agent, 3);
  expect([...agent.observations()]).toEqual([0, 1, 2, 3].flatMap((n) => [...observation(n)]));
});

it.each(["envSteps", "updates", "due", "scaledAt", "scheduledSteps"])("does not go on with a damaged %s", (name) => {
  const { agent } = made();
  steps(agent, 5);
  const { state, arrays } = agent.parts().agent.save();
  for (const value of [-1, 0.5, null]) {
    const part = made().agent.parts().agent;
    expect(() => part.restore({ state: { ...state, [name]: value }, arrays })).toThrow(`its ${name} is ${value}`);
  }
});

it.each([2, 5, 11, 27])(
  "goes on from step %d, in the middle of an episode or not, as if it had not stopped",
  (stop) => {
    const straight = made().agent;
    steps(straight, stop);
    steps(straight, 3, false); // with updates that are due
    const { agent } = made({}, 99);
    const [from, to] = [straight.parts(), agent.parts()];
    for (const part of ["learner", "agent"] as const) {
      const { state, arrays } = from[part].save();
      to[part].restore({ state: JSON.parse(JSON.stringify(state)), arrays });
    }
    expect([...agent.episodes.keys()]).toEqual([...straight.episodes.keys()]);
    const of = ({ envSteps, updates, loss }: DqnAgent) => [envSteps, updates, loss];
    expect(of(agent)).toEqual(of(straight));
    expect(agent.parameters()).toEqual(straight.parameters());
    const renew = vi.spyOn(Learner.prototype, "renew");
    expect(steps(agent, 30)).toEqual(steps(straight, 30));
    expect(renew.mock.calls.length).toBeGreaterThan(2);
    expect(of(agent)).toEqual(of(straight));
    expect(agent.parameters()).toEqual(straight.parameters());
  },
);

it("gives its learner back", () => {
  const { agent, learner } = made();
  agent.dispose();
  expect(() => learner.parameters()).toThrow("this learner has been disposed of");
});
