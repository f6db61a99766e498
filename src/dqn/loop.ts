// The loop around an agent: act → record → learn → offer to the keeper of the best network.
import type { Notice } from "../core/notice.js";
import type { AnyEnv } from "../env/env.js";
import { inTurns } from "../env/pauses.js";
import { type Baseline, Model } from "../model/model.js";
import { BaselineMeter } from "../training/baseline.js";
import type { Setting } from "../training/checkpoint.js";
import { Diagnosis } from "../training/diagnosis.js";
import { Episodes } from "../training/episodes.js";
import { type Judged, Keeper } from "../training/keeper.js";
import { plainPart, Resumable } from "../training/resumable.js";
import { Selection } from "../training/selection.js";
import type { Facts } from "../training/signs.js";
import type { Pace } from "../training/trial.js";
import type { WorkOptions } from "../training/work.js";
import type { TeacherConfig } from "./config.js";
import type { DqnAgent } from "./dqn-agent.js";
import { presets } from "./presets.js";

/** What is trained, where and how. */
export interface AgentTraining extends WorkOptions {
  /** What events call the network. */
  readonly network: "teacher" | "student";
  /** What its checkpoint calls this work. */
  readonly phase: string;
  /** What must be the same when work goes on from a checkpoint. */
  readonly setting: Setting;
  /** The copies of the environment that step together. */
  readonly envs: readonly AnyEnv[];
  /** More copies: networks are evaluated here while episodes in the others are still open. None: nothing is evaluated. */
  readonly evaluationEnvs: readonly AnyEnv[];
  readonly agent: DqnAgent;
  readonly config: TeacherConfig;
  readonly seed: number;
  /** Called at the beginning and at each progress event, with what returns the network as it is now. */
  readonly onCurrent?: (parameters: () => Float32Array) => void;
  /** A notice that is sent as the first event. */
  readonly notice?: Notice;
}

/** The result of a training. */
export interface Trained {
  /** The parameters of the best network, or of the last one if none was evaluated, for raw observations. */
  readonly parameters: Float32Array;
  readonly envSteps: number;
  readonly updates: number;
  /** The environment steps that evaluations took. */
  readonly evaluationSteps: number;
  /** What networks were compared with. */
  readonly baseline: Baseline;
  readonly wallSeconds: number;
  /** The steps after which the result is no longer bit-exact, because open episodes could not be taken again. */
  readonly inexactFrom?: number;
}

/** Environment steps from one progress event to the next. */
const progressInterval = 500;

/** The observations at which the Q-values of an evaluated network are looked at. */
const lookedAt = 64;

/**
 * Deep Q-learning (Mnih et al. 2015, algorithm 1), with a keeper of the best network.
 * @throws CheckpointError for a checkpoint of other work, Interrupted if stopped by the signal or if an environment
 * fails, and DivergedError if the loss is no longer finite
 */
export async function train(training: AgentTraining): Promise<Trained> {
  const { agent, config, network, envs, onEvent = () => {}, onNetwork, onCurrent } = training;
  const episodes = new Episodes(envs, training.seed, agent, agent.randomSteps);
  const evaluates = training.evaluationEnvs.length > 0;
  const selection = new Selection(training.evaluationEnvs, agent.widths, training.seed);
  const keeper = new Keeper(selection.play, config);
  const actionCount = agent.widths[agent.widths.length - 1];
  const baselineConfig = { ...config, seed: training.seed, actionCount };
  const baseline = new BaselineMeter(training.evaluationEnvs, episodes.experience, baselineConfig);
  const state: LoopState = { before: 0, inexactFrom: null };
  const reached = () => ({ envSteps: agent.envSteps, updates: agent.updates });
  const parametersNow = () => agent.parameters();
  try {
    const due = () => ({ ...reached(), due: keeper.due ? [network] : [] });
    const place = { environment: envs[0].id, widths: agent.widths };
    const best = () => (evaluates ? keeper.best(place) : new Model({ ...place, parameters: agent.parameters() }));
    const notify = (notice: Notice) => onEvent({ kind: "notice", network, ...reached(), ...notice });
    const diagnosis = new Diagnosis(() => factsOf(training, episodes, keeper, baseline), notify);
    const parts = { ...agent.parts(), episodes, keeper, baseline, diagnosis, loop: plainPart(state) };
    const work = new Resumable(training.phase, training.setting, training, parts, due, best);
    if (training.notice !== undefined) notify(training.notice);
    if (work.resumed && !episodes.repeatable) {
      state.inexactFrom ??= agent.envSteps;
      notify(notRepeated(envs[0].id, agent.envSteps));
    }
    await work.guarded(() => episodes.begin(work));
    onCurrent?.(parametersNow);

    const report = (evaluated?: number) => {
      const { envSteps, updates, loss } = agent;
      const share = envSteps / config.envSteps;
      const event = { kind: "progress", network, share, envSteps, updates, loss, mean: keeper.latestMean } as const;
      onEvent(evaluated === undefined ? event : { ...event, evaluated });
      if (evaluated === undefined) onCurrent?.(parametersNow);
    };
    const pace: Pace = (steps) => work.guarded(() => inTurns(steps, work, report));
    const offer = async () => {
      const parameters = agent.parameters();
      const hasRoom = !last() && keeper.affords(moment(), baseline.needed(episodes.longest));
      if (hasRoom) keeper.charge(await pace(baseline.measure(episodes.longest, episodes.repeatable)));
      const judged = await keeper.offer(parameters, pace, moment());
      const onlyAction = selection.onlyAction(parameters);
      const largestQValue = selection.largestQValue(parameters, agent.someObservations(lookedAt));
      diagnosis.evaluated({ envSteps: agent.envSteps, ...judged, onlyAction, largestQValue });
      tellOf(parameters, judged);
      // the last choice fell on an earlier network
      if (last() && keeper.kept !== parameters) tellOf(keeper.kept, keeper.keptJudged);
    };
    const tellOf = (parameters: Float32Array, judged: Judged) => {
      const { evaluationSteps } = keeper;
      onNetwork?.(parameters, agent.envSteps, judged.mean);
      const beside = { loss: agent.loss, evaluationSteps, baseline: baseline.value };
      onEvent({ kind: "evaluation", network, ...reached(), ...judged, ...beside });
    };
    const last = () => agent.envSteps === config.envSteps;
    const moment = () => ({ envSteps: agent.envSteps, longest: episodes.longest, last: last() });
    const affords = () => keeper.affords(moment(), baseline.wanted(episodes.longest, agent.envSteps));
    const passes = (interval: number) => Math.floor(state.before / interval) < Math.floor(agent.envSteps / interval);
    const tell = () => {
      if (!passes(progressInterval) && !last()) return;
      diagnosis.look();
      report();
    };

    const goesOn = () => agent.envSteps < config.envSteps && !keeper.confirmed;
    if (keeper.due) await offer().then(tell); // work that was stopped within an evaluation goes on with it
    while (goesOn()) {
      const turn = work.turn();
      if (turn) await turn;

      // act, and record the step of each copy
      state.before = agent.envSteps;
      try {
        const round = episodes.round(work, config.envSteps - state.before);
        if (round) await round;
      } catch (error) {
        throw work.failed(error);
      }

      // learn
      agent.update();

      // offer
      const isTime = passes(config.evaluationInterval) && agent.updates > 0 && affords();
      keeper.due = evaluates && (isTime || last());
      if (keeper.due) await offer();
      tell();
    }
    await work.end();
    const { inexactFrom } = state;
    const { evaluationSteps } = keeper;
    const effort = { ...reached(), evaluationSteps, baseline: baseline.value, wallSeconds: work.wallSeconds };
    const parameters = evaluates ? keeper.kept : agent.parameters();
    return { parameters, ...effort, ...(inexactFrom !== null && { inexactFrom }) };
  } finally {
    selection.dispose();
  }
}

/** What the training has come to, for its diagnosis. */
function factsOf(
  { agent, config, envs }: AgentTraining,
  episodes: Episodes,
  keeper: Keeper,
  baseline: BaselineMeter,
): Omit<Facts, "evaluations"> {
  const [env] = envs;
  const { gamma, nStep, envSteps: plannedSteps, evaluationShare } = config;
  return {
    ...{ env, gamma, nStep, plannedSteps },
    envSteps: agent.envSteps,
    seen: episodes.experience.seen,
    open: episodes.open,
    evaluationSteps: keeper.evaluationSteps,
    longestEvaluated: keeper.longest,
    presetShare: presets[env.id]?.teacher.evaluationShare === evaluationShare,
    baseline: baseline.value,
    random: baseline.random,
    repeats: baseline.repeats,
    kept: keeper.latestMean === null ? undefined : keeper.keptJudged,
    constantFeatures: () => (env.byteObservations ? [] : agent.constantFeatures()),
    outlier: agent.outlier,
  };
}

/** Where the loop is: between two rounds, or before an evaluation that is due. */
interface LoopState {
  /** The environment steps before the latest round. */
  before: number;
  /** The steps at which open episodes could not be taken again; null if that never happened. */
  inexactFrom: number | null;
}

function notRepeated(id: string, envSteps: number): Notice {
  return {
    code: "not-repeated",
    message: `${id} does not repeat its episodes: the open ones count as truncated, and from step ${envSteps} on the result is not bit-exact`,
    remedy: "to go on bit for bit, an environment must answer at once and repeat its episodes",
    values: { id, envSteps },
  };
}
