// The loop around an agent: act → record → learn → offer to the keeper of the best network.
import type { Notice } from "../core/notice.js";
import { inTurns } from "../env/pauses.js";
import type { Baseline, Model } from "../model/model.js";
import { Episodes } from "../training/episodes.js";
import { plainPart, Resumable } from "../training/resumable.js";
import { passed } from "../training/schedules.js";
import type { AgentTraining } from "./agent-training.js";
import { Evaluations } from "./evaluations.js";
import { Teller } from "./teller.js";

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

/**
 * Deep Q-learning (Mnih et al. 2015, algorithm 1), with a keeper of the best network.
 * @throws CheckpointError for a checkpoint of other work, Interrupted if stopped by the signal or if an environment
 * fails, and DivergedError if the loss is no longer finite
 */
export async function train(training: AgentTraining): Promise<Trained> {
  const { agent, config, envs, network, phase, setting, seed } = training;
  const teller = new Teller(training);
  const episodes = new Episodes(envs, seed, agent, agent.randomSteps);
  const evaluations = new Evaluations(training, episodes, teller);
  const { keeper, baseline, diagnosis, averaged } = evaluations;
  const state: LoopState = { before: 0, inexactFrom: null };
  try {
    const parts = { ...agent.parts(), episodes, keeper, baseline, diagnosis, averaged, loop: plainPart(state) };
    const reached = () => ({ ...teller.reached, due: keeper.due ? [network] : [] });
    const work = new Resumable(phase, setting, training, parts, reached, () => evaluations.best);
    const progress = (evaluated?: number) => teller.progress(keeper.latestMean, evaluated);
    const offer = () => evaluations.offer((steps) => work.guarded(() => inTurns(steps, work, progress)));
    const tell = () => {
      if (!passed(progressInterval, state.before, agent.envSteps) && agent.envSteps < config.envSteps) return;
      diagnosis.look();
      progress();
    };
    if (training.notice !== undefined) teller.notify(training.notice);
    if (work.resumed && !episodes.repeatable) {
      state.inexactFrom ??= agent.envSteps;
      teller.notify(notRepeated(envs[0].id, agent.envSteps));
    }
    await work.guarded(() => episodes.begin(work));
    teller.current();

    if (keeper.due) await offer().then(tell); // work that was stopped within an evaluation goes on with it
    while (agent.envSteps < config.envSteps && !keeper.confirmed) {
      const turn = work.turn();
      if (turn) await turn;

      // act, and record the step of each copy
      state.before = agent.envSteps;
      const round = work.guarded(() => episodes.round(work, config.envSteps - state.before));
      if (round) await round;

      // learn
      agent.update();
      evaluations.average(state.before);

      // offer
      keeper.due = evaluations.isDue(state.before);
      if (keeper.due) await offer();
      tell();
    }
    await work.end();
    const { parameters } = evaluations.best as Model; // the last network at least was offered
    const effort = { ...teller.reached, evaluationSteps: keeper.evaluationSteps, baseline: baseline.value };
    const inexact = state.inexactFrom === null ? {} : { inexactFrom: state.inexactFrom };
    return { parameters, ...effort, wallSeconds: work.wallSeconds, ...inexact };
  } finally {
    evaluations.dispose();
  }
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
