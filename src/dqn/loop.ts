// The loop around an agent: act → record → learn → offer to the keeper of the best network.
import type { Notice } from "../core/notice.js";
import type { Env } from "../env/env.js";
import { inTurns } from "../env/pauses.js";
import type { Setting } from "../training/checkpoint.js";
import { Episodes } from "../training/episodes.js";
import { Keeper, type Pace } from "../training/keeper.js";
import { Resumable } from "../training/resumable.js";
import { Selection } from "../training/selection.js";
import type { WorkOptions } from "../training/work.js";
import type { Agent } from "./agent.js";
import type { TeacherConfig } from "./config.js";

/** What is trained, where and how. */
export interface AgentTraining extends WorkOptions {
  /** What events call the network. */
  readonly network: "teacher" | "student";
  /** What its checkpoint calls this work. */
  readonly phase: string;
  /** What must be the same when work goes on from a checkpoint. */
  readonly setting: Setting;
  readonly env: Env;
  /** A second environment: networks are evaluated here while an episode in the first is still open. */
  readonly evaluationEnv: Env;
  readonly agent: Agent;
  readonly config: TeacherConfig;
  readonly seed: number;
  /** Called at the beginning and at each progress event, with what returns the network as it is now. */
  readonly onCurrent?: (parameters: () => Float32Array) => void;
  /** A notice that is sent as the first event. */
  readonly notice?: Notice;
}

/** The result of a training. */
export interface Trained {
  /** The parameters of the best network, for raw observations. */
  readonly parameters: Float32Array;
  readonly envSteps: number;
  readonly updates: number;
  readonly wallSeconds: number;
}

/** Environment steps from one progress event to the next. */
const progressInterval = 500;

/**
 * Deep Q-learning (Mnih et al. 2015, algorithm 1), with a keeper of the best network.
 * @throws CheckpointError for a checkpoint of other work, Interrupted if stopped by the signal, and DivergedError if
 * the loss is no longer finite
 */
export async function train(training: AgentTraining): Promise<Trained> {
  const { agent, config, network, onEvent = () => {}, onNetwork, onCurrent } = training;
  const episodes = new Episodes(training.env, training.seed, agent);
  const selection = new Selection(training.evaluationEnv, agent.widths, training.seed);
  const keeper = new Keeper(selection.play, config);
  const reached = () => ({ envSteps: agent.envSteps, updates: agent.updates });
  const parametersNow = () => agent.parameters();
  try {
    const due = () => ({ ...reached(), due: keeper.due ? [network] : [] });
    const best = () => keeper.best(training.env.id, agent.widths);
    const parts = { agent, episodes, keeper };
    const work = new Resumable(training.phase, training.setting, training, parts, due, best);
    let episode = agent.episode ?? agent.begin(episodes.begin());
    if (training.notice !== undefined) onEvent({ kind: "notice", network, ...reached(), ...training.notice });
    onCurrent?.(parametersNow);

    const report = (evaluated?: number) => {
      const { envSteps, updates, loss } = agent;
      const share = envSteps / config.envSteps;
      const event = { kind: "progress", network, share, envSteps, updates, loss, mean: keeper.latestMean } as const;
      onEvent(evaluated === undefined ? event : { ...event, evaluated });
      if (evaluated === undefined) onCurrent?.(parametersNow);
    };
    const pace: Pace = (steps) => inTurns(steps, work, report);
    const offer = async () => {
      const parameters = agent.parameters();
      const judged = await keeper.offer(parameters, pace);
      onNetwork?.(parameters, agent.envSteps, judged.mean);
      onEvent({ kind: "evaluation", network, ...reached(), ...judged, loss: agent.loss });
    };
    const last = () => agent.envSteps === config.envSteps;
    const tell = () => {
      if (agent.envSteps % progressInterval === 0 || last()) report();
    };

    const goal = config.stopReturn ?? Number.POSITIVE_INFINITY;
    const goesOn = () => agent.envSteps < config.envSteps && (keeper.keptMean === null || keeper.keptMean < goal);
    if (keeper.due) await offer().then(tell); // work that was stopped within an evaluation goes on with it
    while (goesOn()) {
      const turn = work.turn();
      if (turn) await turn;

      // act, and record the step
      const result = episodes.step(episode.act());
      episode.step(result);
      if (result.terminated || result.truncated) episode = agent.begin(episodes.begin());

      // learn
      agent.update();

      // offer
      keeper.due = (agent.envSteps % config.evaluationInterval === 0 && agent.updates > 0) || last();
      if (keeper.due) await offer();
      tell();
    }
    await work.end();
    return { parameters: keeper.kept, ...reached(), wallSeconds: work.wallSeconds };
  } finally {
    selection.dispose();
  }
}
