// alone: the environment steps that a student's network needs to learn by itself, beside those it needs with a teacher.
import { distill } from "../../distill/student.js";
import type { TeacherConfig } from "../../dqn/config.js";
import type { TrainingEvent } from "../../dqn/events.js";
import { trainTeacher } from "../../dqn/teacher.js";
import { makeEnv } from "../../env/registry.js";
import { purposes } from "../../env/seeds.js";
import { compare, returnRatio } from "../../evaluate/compare.js";
import { episodeReturns, randomPolicy } from "../../evaluate/returns.js";
import { mean } from "../../evaluate/statistics.js";
import type { Study } from "../study.js";

const hiddens = [[16], [32], [8]];

/** The share of the teacher's return above random play that is to be reached. */
const goal = 0.99;

/** Environment steps between the evaluations of either: what the steps needed are counted in. */
const interval = 500;

/** DQN of the small network itself: the teacher's preset, but for these. */
const alone: Partial<TeacherConfig> = { evaluationInterval: interval };

export const aloneStudy: Study = {
  name: "alone",
  question: "How many times the environment steps of a distilled student does the same network need alone, by DQN?",
  score: "stepsRatio",
  seeds: 10,
  cells: (environments) =>
    environments.flatMap((env) => hiddens.map((hidden) => ({ name: hidden.join("-"), env, settings: { hidden } }))),
  async run({ env: id, settings }, seed, teachers, signal) {
    const hidden = settings.hidden as number[];
    const teacher = await teachers.teacher(id, seed);

    const ofDistilled: [number, number][] = [];
    const student = await distill(teacher, { hidden, attempts: 1, seed, signal, onEvent: into(ofDistilled) });
    const ofAlone: [number, number][] = [];
    const learner = await trainTeacher(id, { ...alone, hidden, seed, signal, onEvent: into(ofAlone) });

    // how far each had come, on the episodes on which both were evaluated while they learned
    const env = makeEnv(id);
    const selection = { seed, purpose: purposes.selection, episodes: teacher.config.evaluationEpisodes };
    const most = mean(episodeReturns(env, teacher, selection));
    const least = mean(episodeReturns(env, randomPolicy(env.actionCount, seed), selection));
    const reached = (curve: readonly (readonly [number, number])[]) =>
      curve.find(([, value]) => (returnRatio(value, most, least) ?? 0) >= goal)?.[0] ?? null;
    const [distilledSteps, aloneSteps] = [reached(ofDistilled), reached(ofAlone)];

    const distilled = compare(teacher, student, { env: id, seed });
    const byItself = compare(teacher, learner, { env: id, seed });
    return {
      scores: {
        // a network that never got there alone is counted with all the steps it had; a student that did not has no ratio
        stepsRatio: distilledSteps === null ? null : (aloneSteps ?? learner.envSteps) / distilledSteps,
        distilledSteps,
        aloneSteps,
        teacherSteps: teacher.envSteps,
        distilledReached: Number(distilledSteps !== null),
        aloneReached: Number(aloneSteps !== null),
        distilledReturnRatio: distilled.returnRatio,
        aloneReturnRatio: byItself.returnRatio,
        distilledMean: distilled.student.mean,
        aloneMean: byItself.student.mean,
        teacherMean: distilled.teacher.mean,
      },
      curves: { distilled: ofDistilled, alone: ofAlone },
    };
  },
};

/** Collects the evaluations of a training as points. */
function into(curve: [number, number][]): (event: TrainingEvent) => void {
  return (event) => {
    if (event.kind === "evaluation") curve.push([event.envSteps, event.mean]);
  };
}
