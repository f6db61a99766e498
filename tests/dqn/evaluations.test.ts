// The evaluations of a training: when one is due, that the baseline comes first and within the budget, and who is told what.
import { afterEach, describe, expect, it, vi } from "vitest";
import { Learner } from "../../src/core/learner.js";
import type { AgentTraining } from "../../src/dqn/agent-training.js";
import { type TeacherConfig, teacherOptions } from "../../src/dqn/config.js";
import { learnerShape } from "../../src/dqn/configure.js";
import { DqnAgent } from "../../src/dqn/dqn-agent.js";
import { Evaluations } from "../../src/dqn/evaluations.js";
import { Teller } from "../../src/dqn/teller.js";
import { cartPole } from "../../src/env/cartpole.js";
import type { CustomEnv, ResetOptions } from "../../src/env/env.js";
import { atOnce, stoppable } from "../../src/env/pauses.js";
import { resolveAnyEnv } from "../../src/env/registry.js";
import { episodeSeed, purposes } from "../../src/env/seeds.js";
import { Episodes } from "../../src/training/episodes.js";
import type { TrainingEvent } from "../../src/training/events.js";
import { configure } from "../../src/training/options.js";
import { signs } from "../../src/training/signs.js";
import type { Pace } from "../../src/training/trial.js";
import { coin } from "../coin.js";

const options: Partial<TeacherConfig> = {
  ...{
    hidden: [4],
    envSteps: 1000,
    learningStarts: 50,
    trainFrequency: 1,
    batchSize: 4,
    bufferSize: 500,
    explorationRepeat: 1,
  },
  ...{ evaluationInterval: 100, evaluationEpisodes: 2, confirmationEpisodes: 2, evaluationShare: 1 },
};
const pace: Pace = async (steps) => atOnce(steps);

const disposed: { dispose(): void }[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const each of disposed.splice(0)) each.dispose();
});

interface Task extends Partial<Pick<CustomEnv, "id" | "repeatable">> {
  /** What each step is worth in the environment of evaluations. */
  readonly worth?: () => number;
  /** Whether there is such an environment. */
  readonly evaluated?: boolean;
}

/** A training whose loop the test is. */
function training(given: Partial<TeacherConfig> = {}, task: Task = {}) {
  const { worth = () => 1, evaluated = true, ...about } = task;
  const config = configure<TeacherConfig>("teacher", teacherOptions, options, given);
  const envs = [resolveAnyEnv(() => ({ ...coin(() => ({ reward: 1 }))(), ...about }))];
  let evaluationSteps = 0;
  const seeds = new Set<number | undefined>();
  const counted = (): CustomEnv => {
    const env = coin(() => {
      evaluationSteps++;
      return { reward: worth() };
    })();
    const reset = (options?: ResetOptions) => {
      seeds.add(options?.seed);
      return env.reset(options);
    };
    return { ...env, reset };
  };
  const learner = new Learner(learnerShape([1, 4, 2], config, false));
  const agent = new DqnAgent(learner, [1, 4, 2], config, 3, "teacher");
  const told: unknown[] = [];
  const events: TrainingEvent[] = [];
  const work: AgentTraining = {
    ...{ network: "teacher", phase: "teacher", setting: {}, envs, agent, config, seed: 3 },
    evaluationEnvs: evaluated ? [resolveAnyEnv(counted)] : [],
    onEvent: (event) => {
      told.push(event.kind);
      events.push(event);
    },
    onNetwork: (...network) => told.push(network),
  };
  const episodes = new Episodes(envs, 3, agent, agent.randomSteps);
  const evaluations = new Evaluations(work, episodes, new Teller(work));
  disposed.push(evaluations, agent);
  const pauses = stoppable(undefined);
  episodes.begin(pauses);
  /** Steps up to this one, and updates unless it only records. */
  const goTo = (step: number, learns = true) => {
    while (agent.envSteps < step) {
      episodes.round(pauses, 1);
      if (learns) agent.update();
    }
  };
  return { agent, evaluations, goTo, told, events, seeds, steps: () => evaluationSteps };
}

describe("an evaluation is due", () => {
  it("where a round passes a multiple of evaluationInterval, however many steps it has", () => {
    const { evaluations, goTo } = training();
    goTo(199);
    expect(evaluations.isDue(198)).toBe(false);
    goTo(200);
    expect(evaluations.isDue(199)).toBe(true);
    goTo(203);
    expect(evaluations.isDue(195)).toBe(true);
    expect(evaluations.isDue(200)).toBe(false);
  });

  it("not before the first update, but for the last one", () => {
    const { evaluations, goTo } = training();
    goTo(100, false);
    expect(evaluations.isDue(99)).toBe(false);
    goTo(1000, false);
    expect(evaluations.isDue(999)).toBe(true);
  });

  it("at the end even if that is no multiple, and even if the budget has no room", () => {
    const { evaluations, goTo } = training({ envSteps: 150, evaluationShare: 0.01 });
    goTo(100);
    expect(evaluations.isDue(99)).toBe(false);
    goTo(150);
    expect(evaluations.isDue(149)).toBe(true);
  });

  it("never where there is no environment for it; the network as it is now is then the best", () => {
    const { agent, evaluations, goTo } = training({}, { evaluated: false });
    goTo(1000);
    expect(evaluations.isDue(0)).toBe(false);
    expect(evaluations.best?.parameters).toEqual(agent.parameters());
  });

  it("only where there is room for the baseline, too, in the first 30 % of the steps", () => {
    // after 200 steps half the budget is 25: two episodes of 10 steps, but no more
    const given = { evaluationShare: 0.2 };
    const early = training(given);
    early.goTo(200);
    expect(early.evaluations.baseline.needed(10)).toBeGreaterThan(0);
    expect(early.evaluations.isDue(199)).toBe(false);
    const late = training({ ...given, envSteps: 600 });
    late.goTo(200);
    expect(late.evaluations.baseline.needed(10)).toBeGreaterThan(0);
    expect(late.evaluations.isDue(199)).toBe(true);
  });
});

describe("an offer", () => {
  it("measures the baseline first, once, and counts its steps", async () => {
    const { evaluations, goTo, steps } = training({ envSteps: 4000 });
    const { baseline, keeper } = evaluations;
    goTo(100);
    expect(baseline.value.constant).toBeNull();
    await evaluations.offer(pace);
    expect(baseline.value.constant?.mean).toBe(10);
    expect(keeper.evaluationSteps).toBe(steps());
    expect(steps()).toBeGreaterThan(2 * 10);
    const before = steps();
    goTo(200);
    await evaluations.offer(pace);
    expect(steps()).toBe(before + 2 * 10);
    expect(keeper.evaluationSteps).toBe(steps());
  });

  it("measures none where the budget has no room for it, and none at the end", async () => {
    const small = training({ evaluationShare: 0.2 });
    small.goTo(200);
    await small.evaluations.offer(pace);
    expect(small.steps()).toBe(2 * 10);
    const last = training();
    last.goTo(1000);
    await last.evaluations.offer(pace);
    expect(last.steps()).toBe(2 * 10);
    expect(last.evaluations.baseline.value.constant).toBeNull();
  });

  it("plays selection episodes and episodes of the baseline, of the training's seed", async () => {
    const { evaluations, goTo, seeds } = training();
    goTo(500);
    await evaluations.offer(pace);
    const { selection, baseline } = purposes;
    const own = [episodeSeed(3, selection, 0), episodeSeed(3, selection, 1), episodeSeed(3, baseline, 0)];
    expect(seeds).toEqual(new Set(own));
  });

  it("does not look whether the environment repeats its episodes where it says that it does not", async () => {
    const much = { envSteps: 20_000 }; // so that the budget has room for both
    const [looks, knows] = [training(much), training(much, { repeatable: false })];
    for (const { evaluations, goTo } of [looks, knows]) {
      goTo(500);
      await evaluations.offer(pace);
    }
    expect(looks.steps() - knows.steps()).toBe(2 * 8);
  });

  it("tells of the network, and then of its evaluation, with what both took together", async () => {
    const { agent, evaluations, goTo, told, events, steps } = training();
    goTo(100);
    await evaluations.offer(pace);
    expect(told).toEqual([[agent.parameters(), 100, 10], "evaluation"]);
    expect(events).toEqual([
      {
        ...{ kind: "evaluation", network: "teacher", envSteps: 100, updates: agent.updates, loss: agent.loss },
        ...{ episodes: 2, mean: 10, std: 0, min: 10, best: true },
        ...{ evaluationSteps: steps(), baseline: evaluations.baseline.value },
      },
    ]);
    expect(evaluations.best?.parameters).toEqual(agent.parameters());
  });

  it("at the end tells of an earlier network, too, if the last choice falls on it", async () => {
    let worth = 5;
    const { agent, evaluations, goTo, told, events } = training({ envSteps: 200 }, { worth: () => worth });
    goTo(100);
    await evaluations.offer(pace);
    const first = agent.parameters();
    worth = 1;
    goTo(200);
    await evaluations.offer(pace);
    const [, , last, , kept] = told;
    expect(last).toEqual([agent.parameters(), 200, 10]);
    expect(kept).toEqual([first, 200, expect.any(Number)]);
    expect(events.map((event) => "best" in event && event.best)).toEqual([true, false, true]);
    expect(evaluations.best?.parameters).toEqual(first);
  });

  it("before the end tells only of the network that was offered", async () => {
    let worth = 5;
    const { evaluations, goTo, events } = training({}, { worth: () => worth });
    goTo(100);
    await evaluations.offer(pace);
    worth = 1;
    goTo(200);
    await evaluations.offer(pace);
    expect(events.map((event) => "best" in event && event.best)).toEqual([true, false]);
  });

  it("is heard of by the diagnosis, with the only action and the largest Q-value", async () => {
    const { agent, evaluations, goTo } = training();
    goTo(100);
    await evaluations.offer(pace);
    const { evaluations: heard } = evaluations.diagnosis.save().state as { evaluations: Record<string, unknown>[] };
    expect(heard).toMatchObject([{ envSteps: 100, episodes: 2, mean: 10, best: true }]);
    const { best } = evaluations;
    const qValues = [0, 1].flatMap((feature) => [...(best?.qValues([feature]) ?? [])]);
    expect(heard[0].largestQValue).toBe(Math.max(...qValues.map(Math.abs)));
    const actions = new Set([0, 1].map((feature) => best?.act([feature])));
    expect(heard[0].onlyAction).toBe(actions.size === 1 ? [...actions][0] : null);
    expect(agent.updates).toBeGreaterThan(0);
  });

  it("that stops within the baseline or the evaluation changes nothing", async () => {
    const { evaluations, goTo, told } = training();
    goTo(100);
    const { keeper, baseline, diagnosis } = evaluations;
    keeper.due = true;
    const saved = () => structuredClone([keeper, baseline, diagnosis].map((part) => part.save()));
    const before = saved();
    const stops: Pace = async () => {
      throw new Error("stopped");
    };
    await expect(evaluations.offer(stops)).rejects.toThrow("stopped");
    expect(saved()).toEqual(before);
    let paced = 0;
    const stopsLater: Pace = async (steps) => (paced++ === 0 ? atOnce(steps) : stops(steps));
    await expect(evaluations.offer(stopsLater)).rejects.toThrow("stopped");
    expect(keeper.due).toBe(true);
    expect(keeper.latestMean).toBeNull();
    expect(diagnosis.save()).toEqual(before[2]);
    expect(told).toEqual([]);
  });
});

describe("a diagnosis", () => {
  it("knows the training, the budget and the baseline", async () => {
    const looked = vi.spyOn(signs.unseeded, "seen");
    const { agent, evaluations, goTo } = training({ gamma: 0.9, nStep: 2 });
    goTo(495);
    await evaluations.offer(pace);
    evaluations.diagnosis.look();
    const { keeper, baseline } = evaluations;
    const facts = looked.mock.calls[0][0];
    expect(facts).toMatchObject({
      ...{ env: { id: "coin" }, gamma: 0.9, nStep: 2, plannedSteps: 1000, envSteps: 495, open: 5, presetShare: false },
      ...{ seen: { steps: 495, ended: 49 }, evaluationSteps: keeper.evaluationSteps, longestEvaluated: 10 },
      ...{ baseline: baseline.value, random: { count: 5, mean: 10 }, repeats: true, kept: keeper.keptJudged },
      ...{ outlier: undefined, evaluations: [{ envSteps: 495 }] },
    });
    expect(facts.constantFeatures()).toEqual(agent.constantFeatures());
  });

  it("knows whether the share of evaluations is the environment's preset", () => {
    const looked = vi.spyOn(signs.unseeded, "seen");
    const preset = cartPole.presets?.teacher.evaluationShare as number;
    for (const evaluationShare of [preset, preset / 2]) {
      training({ evaluationShare }, { id: cartPole.id }).evaluations.diagnosis.look();
    }
    expect(looked.mock.calls.map(([facts]) => [facts.presetShare, facts.kept])).toEqual([
      [true, undefined],
      [false, undefined],
    ]);
  });

  it("tells its notices as events", async () => {
    const { evaluations, goTo, events } = training({ evaluationEpisodes: 30 });
    goTo(500);
    await evaluations.offer(pace);
    evaluations.diagnosis.look();
    const codes = events.flatMap((event) => (event.kind === "notice" ? event.code : []));
    expect(codes).toEqual(expect.arrayContaining(["equal-rewards", "no-better-than-random"]));
  });
});
