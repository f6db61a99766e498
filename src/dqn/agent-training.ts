// What the loop around an agent is given: what is trained, where and how.
import type { Notice } from "../core/notice.js";
import type { AnyEnv } from "../env/env.js";
import type { Setting } from "../training/checkpoint.js";
import type { WorkOptions } from "../training/work.js";
import type { TeacherConfig } from "./config.js";
import type { DqnAgent } from "./dqn-agent.js";

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
