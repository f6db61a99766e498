// A learner on two threads. Each has an instance of its own on one shared memory. The bits are the same as on one
// thread.
import type { TeamExports } from "./abi.js";
import { type Assistant, startInBrowser } from "./assistant.js";
import { ConfigError } from "./config-error.js";
import { Handle } from "./handle.js";
import { decoded, Instance, instantiate } from "./instance.js";
import { Learner, type LearnerShape } from "./learner.js";
import { isNode } from "./node.js";
import type { Notice } from "./notice.js";

/** Two threads are not possible here; the notice says why. */
export class NoTeamError extends Error {
  readonly notice: Notice;

  constructor(code: string, why: string, remedy: string, values: Notice["values"] = {}) {
    super(why);
    this.notice = { code, message: `on one thread: ${why}`, remedy, values };
  }
}

/** As in asconfig.json: the largest block of 1 GiB, and what the heap adds around it. */
const memoryPages = { initial: 2, maximum: 18432 };

/** A learner whose updates are computed by two threads: the one that calls, and an assistant. */
export class TeamLearner extends Learner {
  readonly #exports: TeamExports;
  readonly #team: number;

  /**
   * @throws NoTeamError if the engine, the page or its policy allows no second thread, or if gradients are to be
   * clipped, or if both do not fit into the shared memory
   * @throws ConfigError if the block would be larger than 1 GiB
   */
  static async create(shape: LearnerShape): Promise<TeamLearner> {
    if (shape.maxGradientNorm) {
      const why = "maxGradientNorm needs all gradients in one place";
      throw new NoTeamError("clipped-gradients", why, "leave maxGradientNorm out, or ask for one thread");
    }
    const start = await starter();
    const { wasmText } = await import("./threads.generated.js");
    const module = await WebAssembly.compile(decoded(wasmText));
    const memory = sharedMemory();
    let assistant: Assistant | undefined;
    const learner = inMemory(() => new TeamLearner(shape, module, memory, () => assistant?.end()));
    try {
      assistant = await start({ module, memory, team: learner.#team });
    } catch (error) {
      learner.dispose();
      const reason = (error as Error).message;
      const remedy = "let the process or the page start workers";
      throw new NoTeamError("no-worker", `the second thread does not start: ${reason}`, remedy, { reason });
    }
    return learner;
  }

  private constructor(shape: LearnerShape, module: WebAssembly.Module, memory: WebAssembly.Memory, end: () => void) {
    const exports = instantiate<TeamExports>(module, memory);
    super(shape, new Instance(exports), end);
    this.#exports = exports;
    this.#team = new Handle(
      "second thread",
      () => exports.team_create(this.handle),
      () => {},
    ).value;
  }

  override step(n: number, learningRate: number): number {
    return this.#exports.team_step(this.#team, this.handle, n, learningRate);
  }
}

/** What starts a second thread here. @throws NoTeamError if none may be used */
async function starter(): Promise<typeof startInBrowser> {
  if (typeof SharedArrayBuffer === "undefined") {
    const remedy = "serve the page cross-origin isolated: browsers have it only there";
    throw new NoTeamError("no-shared-array-buffer", "there is no SharedArrayBuffer", remedy);
  }
  const { WorkerGlobalScope } = globalThis as { WorkerGlobalScope?: new () => object };
  if (WorkerGlobalScope !== undefined && globalThis instanceof WorkerGlobalScope) return startInBrowser;
  if (isNode()) {
    return (await import("./assistant.node.js")).startInNode;
  }
  throw new NoTeamError("main-thread", "a page's main thread must not wait for another", "call from a worker");
}

/** @throws NoTeamError if the shared memory, which cannot grow beyond its maximum, is too small for both threads */
function inMemory(make: () => TeamLearner): TeamLearner {
  try {
    return make();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const reason = (error as Error).message;
    throw new NoTeamError("shared-memory-full", reason, "choose smaller layers, batch or buffer", { reason });
  }
}

function sharedMemory(): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ ...memoryPages, shared: true });
  } catch (error) {
    const reason = (error as Error).message;
    const remedy = "let the process take up to 1.2 GB of memory";
    throw new NoTeamError("no-shared-memory", `there is no shared memory: ${reason}`, remedy, { reason });
  }
}
