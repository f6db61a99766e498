// Proximal distillation: a student learns from reward as a DQN, and is held near its teacher (Schmitt et al. 2018).

import { Guide, guideLosses } from "../core/guide.js";
import { Learner } from "../core/learner.js";
import { needObject } from "../core/needed.js";
import { Network } from "../core/network.js";
import { type TeacherConfig, teacherOptions } from "../dqn/config.js";
import { learnerShape, teacherConfig } from "../dqn/configure.js";
import { DqnAgent } from "../dqn/dqn-agent.js";
import { train } from "../dqn/loop.js";
import { copiesOf, teacherSetting } from "../dqn/teacher.js";
import type { EnvSource } from "../env/env.js";
import { resolveAnyEnv } from "../env/registry.js";
import { checkFit } from "../evaluate/checks.js";
import { checkModel } from "../model/layout.js";
import type { Model, ModelData } from "../model/model.js";
import { checkOutputs } from "../model/outputs.js";
import { fingerprint } from "../training/fingerprint.js";
import { type ConfigOf, configure, type Options, oneOf, real, withDefaults } from "../training/options.js";
import { originOf } from "../training/origin.js";
import { TrainedModel, type TrainingRecord } from "../training/trained.js";
import { partWork, type WorkOptions } from "../training/work.js";

const million = 1_000_000;

/** The guide's options; a teacher's options stand beside them. */
const guideOptions = {
  /** Loss that holds the student's Q-values near the teacher's. */
  guideLoss: oneOf("cross-entropy", guideLosses),
  /** Weight of that loss beside the temporal-difference loss. */
  guideWeight: real(10, { above: 0, to: million }),
  /** Softness of the softmax of both networks in cross-entropy, in units of the return. */
  guideTemperature: real(1, { above: 0, to: million }),
};

/** How a student learns beside its teacher: the configuration of a teacher, and the guide's options. */
export interface ProximalConfig extends TeacherConfig, ConfigOf<typeof guideOptions> {}

/** Every option of a student that learns beside its teacher: a teacher's, with a smaller network, and the guide's. */
export const proximalOptions: Options<ProximalConfig> = {
  ...withDefaults<TeacherConfig>(teacherOptions, { hidden: [16] }),
  ...guideOptions,
};

/** Options of {@link distillProximal}: the configuration, and the options of all long work. */
export interface ProximalOptions extends Partial<ProximalConfig>, WorkOptions {
  /** Where the student learns; by default the teacher's environment. */
  readonly env?: EnvSource;
}

/** A student that has learned from reward, near its teacher. */
export class ProximalStudent extends TrainedModel<ProximalConfig> {
  constructor(data: ModelData, record: TrainingRecord<ProximalConfig>, teacher: string | null) {
    super(data, record, { teacher, attempts: 1, fitsQValues: true });
  }
}

/**
 * Trains a student with the teacher's own loop. Its loss is L_TD + guideWeight · L(Q_T, Q_S) over the batch, where Q_T
 * are the teacher's Q-values of the batch's states. The environment's preset for teachers is used, except for `hidden`.
 * @throws ConfigError for a configuration that is not allowed, a teacher that does not fit the environment, or a
 * checkpoint of other work; Interrupted if stopped by the signal; DivergedError if the loss is no longer finite
 */
export async function distillProximal(
  teacher: Model & { readonly env?: EnvSource },
  options: ProximalOptions = {},
): Promise<ProximalStudent> {
  needObject("teacher", teacher, "a model, which has parameters,", "act");
  checkModel(teacher);
  checkOutputs("the teacher", teacher, "qValues");
  const { work, given } = partWork(options);
  const { seed } = work;
  const { env: givenEnv, guideLoss, guideWeight, guideTemperature, ...learning } = given;
  const source = givenEnv ?? teacher.env ?? teacher.environment;
  const env = resolveAnyEnv(source);
  checkFit("teacher", teacher, env);
  const byGuide = configure("guide", guideOptions, { guideLoss, guideWeight, guideTemperature });
  const config = teacherConfig(env, { ...learning, hidden: learning.hidden ?? proximalOptions.hidden.default });
  const widths = [env.observationSize, ...config.hidden, env.actionCount];
  const { envs, evaluationEnvs } = copiesOf(env, source, config);
  const print = fingerprint(teacher);

  const network = new Network(teacher.widths, 1, teacher.activation);
  network.setParameters(teacher.parameters);
  const learner = new Learner(learnerShape(widths, config, env.byteObservations));
  const agent = new DqnAgent(learner, widths, config, seed, "student");
  let guide: Guide | undefined;
  try {
    guide = new Guide(network, {
      batchSize: config.batchSize,
      loss: byGuide.guideLoss,
      weight: byGuide.guideWeight,
      temperature: byGuide.guideTemperature,
    });
    learner.guideBy(guide);
    const setting = { ...teacherSetting(env.id, seed, config), ...byGuide, teacher: print };
    const { parameters, ...effort } = await train({
      ...{ network: "student", phase: "proximal", setting },
      ...work,
      ...{ envs, evaluationEnvs, agent, config },
    });
    const record = { env: source, seed, config: { ...config, ...byGuide }, ...effort, ...originOf(env.id) };
    return new ProximalStudent({ environment: env.id, widths, parameters }, record, print);
  } finally {
    agent.dispose();
    guide?.dispose();
    network.dispose();
  }
}
