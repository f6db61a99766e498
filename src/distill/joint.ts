// The joint run: a teacher and a student learn side by side from the first step.
import { Follower } from "../core/follower.js";
import { Learner } from "../core/learner.js";
import type { AnyEnv, EnvSource } from "../env/env.js";
import { inTurns, stepper } from "../env/pauses.js";
import { resolveAnyEnv } from "../env/registry.js";
import { generatorWords, purposes } from "../env/seeds.js";
import { ActingLearner } from "../training/acting.js";
import type { Setting } from "../training/checkpoint.js";
import { Episodes } from "../training/episodes.js";
import { finiteLoss } from "../training/events.js";
import { Keeper } from "../training/keeper.js";
import { originOf } from "../training/origin.js";
import { blockPart, type Part, plainPart, Resumable } from "../training/resumable.js";
import { linear } from "../training/schedules.js";
import { Selection } from "../training/selection.js";
import { TrainedModel, type TrainingRecord } from "../training/trained.js";
import { partWork, type WorkOptions } from "../training/work.js";
import { type JointConfig, jointConfig } from "./joint-config.js";

/**
 * Options of {@link trainJoint}: the configuration, and the options of all long work. It can stop after each episode.
 */
export interface JointOptions extends Partial<JointConfig>, Omit<WorkOptions, "onNetwork"> {}

/** Both networks of a joint run. */
export interface Joint {
  readonly teacher: TrainedModel<JointConfig>;
  readonly student: TrainedModel<JointConfig>;
}

/**
 * Trains a teacher by Double DQN (van Hasselt et al. 2016) and at the same time a student on the teacher's targets. The
 * teacher acts ε-greedily for an episode. Then both networks learn, from transitions of the same replay memory; each
 * draws its own. Q⁻ is the teacher's target network. For a transition s, a, r, s', these are the errors that are
 * squared:
 *
 *     teacher: r + γ·(1 − terminated)·Q⁻(s', argmax_a' Q_T(s', a')) − Q_T(s, a)
 *     student: r + γ·(1 − terminated)·max_a' Q_T(s', a') − Q_S(s, a)
 *
 * The networks that were best in the periodic evaluations are kept, one teacher and one student.
 * @param source the id of an environment, or a function that makes a new one at each call
 * @throws ConfigError for a configuration that is not allowed or a checkpoint that does not belong to it,
 * Interrupted if stopped by the signal, and DivergedError if a loss is no longer finite
 */
export async function trainJoint(source: EnvSource, options: JointOptions = {}): Promise<Joint> {
  const { work: surroundings, given } = partWork(options);
  const { seed, onEvent = () => {} } = surroundings;
  const env = resolveAnyEnv(source, "source");
  const evaluationEnv = resolveAnyEnv(source);
  const config = jointConfig(given);
  const { learningRate, batchSize } = config;
  const setting: Setting = { environment: env.id, seed, ...config, ...originOf(env.id) };
  const teacher = new Side("teacher", makeTeacher(env, config), config.hidden, evaluationEnv, config, seed);
  const student = new Side("student", makeStudent(env, config), config.studentHidden, evaluationEnv, config, seed);
  teacher.learner.initialise(generatorWords(seed, purposes.learner, 0));
  student.learner.initialise(generatorWords(seed, purposes.distiller, 0));
  const sides = [teacher, student] as const;
  const state: JointState = { envSteps: 0, updates: 0, open: null };
  const acting: ActingLearner = new ActingLearner(
    {
      learner: teacher.learner,
      actionCount: env.actionCount,
      longest: 1,
      epsilon: (): number => {
        const share = (episodes.begun - 1) / config.episodes / config.explorationFraction;
        return linear(config.explorationInitial, config.explorationFinal, share);
      },
    },
    { bufferSize: config.bufferSize, nStep: 1 },
  );
  const episodes = new Episodes([env], seed, acting);
  const reached = () => ({ envSteps: state.envSteps, updates: state.updates });
  const due = () => sides.filter(({ keeper }) => keeper.due).map(({ name }) => name);
  try {
    const own = { ...teacher.parts(acting), ...student.parts(blockPart(student.learner)) };
    const parts = { loop: plainPart(state), ...own, episodes };
    const best = () => student.keeper.best({ environment: env.id, widths: student.widths });
    const work = new Resumable("joint", setting, surroundings, parts, () => ({ ...reached(), due: due() }), best);
    const offer = async ({ name, learner, keeper, state: { loss } }: Side<Learner | Follower>) => {
      const report = (evaluated: number) => {
        const share = episodes.begun / config.episodes;
        const mean = keeper.latestMean;
        onEvent({ kind: "progress", network: name, share, ...reached(), loss, mean, evaluated });
      };
      const judged = await keeper.offer(learner.parameters(), (steps) =>
        work.guarded(() => inTurns(steps, work, report)),
      );
      onEvent({ kind: "evaluation", network: name, ...reached(), ...judged, loss });
    };
    // work that was stopped within an evaluation goes on with it
    for (const side of sides) if (side.keeper.due) await offer(side);
    while (state.open !== null || episodes.begun < config.episodes) {
      const turn = work.turn();
      if (turn) await turn;

      // the teacher acts for an episode
      const { steps, reward } = await playEpisode(episodes, state, work);
      state.open = null;
      state.envSteps += steps;

      // both learn; the student learns from the teacher as it is now
      if (teacher.learner.ready >= batchSize) {
        const n = Math.min(steps, config.episodeUpdates);
        state.updates += n;
        teacher.state.loss = finiteLoss(teacher.learner.step(n, learningRate), "teacher", state.updates);
        const loss = student.learner.follow(teacher.learner, n, learningRate);
        student.state.loss = finiteLoss(loss, "student", state.updates);
      }
      const episode = episodes.begun;
      onEvent({ kind: "episode", network: "teacher", episode, reward, ...reached() });

      // offer
      if (episode % config.evaluationInterval !== 0 && episode < config.episodes) continue;
      for (const { keeper } of sides) keeper.due = true;
      for (const side of sides) await offer(side);
    }

    await work.end();
    const record = { env: source, seed, config, ...reached(), wallSeconds: work.wallSeconds, ...originOf(env.id) };
    return { teacher: teacher.model(env, record), student: student.model(env, record) };
  } finally {
    teacher.dispose();
    student.dispose();
  }
}

/** Where the loop is: just before a step of an open episode, before an episode, or before an evaluation that is due. */
interface JointState {
  envSteps: number;
  updates: number;
  /** The episode that is not over: its steps so far, which `envSteps` does not count yet, and its return so far. */
  open: { steps: number; reward: number } | null;
}

/** One of the two networks: what learns, and what keeps the best version of it. */
class Side<Kind extends Learner> {
  readonly name: "teacher" | "student";
  readonly learner: Kind;
  readonly keeper: Keeper;
  readonly state: { loss: number | null } = { loss: null };
  readonly widths: readonly number[];
  readonly #selection: Selection;

  constructor(
    name: "teacher" | "student",
    learner: Kind,
    hidden: readonly number[],
    env: AnyEnv,
    { evaluationEpisodes }: JointConfig,
    seed: number,
  ) {
    this.name = name;
    this.learner = learner;
    this.widths = [env.observationSize, ...hidden, env.actionCount];
    this.#selection = new Selection(env, this.widths, seed);
    this.keeper = new Keeper(this.#selection.play, { evaluationEpisodes });
  }

  /** @param learner what a checkpoint holds of its learner */
  parts(learner: Part): Record<string, Part> {
    return {
      [this.name]: plainPart(this.state),
      [`${this.name}Learner`]: learner,
      [`${this.name}Keeper`]: this.keeper,
    };
  }

  model(env: AnyEnv, record: TrainingRecord<JointConfig>): TrainedModel<JointConfig> {
    const data = { environment: env.id, widths: this.widths, parameters: this.keeper.kept };
    // a student's teacher was not one network: the teacher went on learning
    const distillation = { teacher: null, attempts: 1, fitsQValues: true };
    return new TrainedModel(data, record, this.name === "student" ? distillation : undefined);
  }

  dispose(): void {
    this.learner.dispose();
    this.#selection.dispose();
  }
}

function makeTeacher(env: AnyEnv, config: JointConfig): Learner {
  const widths = [env.observationSize, ...config.hidden, env.actionCount];
  const plain = { nStep: 1, huberDelta: 0, targetUpdateInterval: 1 };
  return new Learner({ ...config, ...plain, widths, byteObservations: env.byteObservations });
}

function makeStudent(env: AnyEnv, config: JointConfig): Follower {
  const widths = [env.observationSize, ...config.studentHidden, env.actionCount];
  return new Follower(widths, config.batchSize, env.byteObservations);
}

/**
 * Plays an episode, or the rest of the open one: the teacher acts ε-greedily and records each step.
 * @returns its length, and its undiscounted return
 */
async function playEpisode(
  episodes: Episodes,
  state: JointState,
  work: Resumable,
): Promise<NonNullable<JointState["open"]>> {
  const isTime = stepper();
  await work.guarded(() => episodes.begin(work));
  state.open ??= { steps: 0, reward: 0 };
  for (const { open } = state; ; ) {
    const stepping = work.guarded(() => episodes.step(work));
    if (stepping) await stepping;
    const { reward, terminated, truncated } = episodes.latest;
    open.steps++;
    open.reward += reward;
    if (terminated || truncated) return open;
    const turn = isTime() ? work.turn() : undefined;
    if (turn) await turn;
  }
}
