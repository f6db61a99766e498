// A learner on two threads: the same bits as on one, whatever the shape, and none of it where there is no second thread.
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Learner, type LearnerShape } from "../../src/core/learner.js";
import { TeamLearner } from "../../src/core/team.js";
import { type TeacherConfig, trainTeacher } from "../../src/index.js";
import { shortTeacher } from "../short-training.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

const shapes: [widths: number[], batchSize: number, other?: Partial<LearnerShape>][] = [
  [[4, 2], 1],
  [[5, 33, 3], 7],
  [[3, 17, 9, 5], 17, { huberDelta: 0 }],
  [[1, 1, 1], 16],
  [[7, 20, 18], 32, { tau: 1, targetUpdateInterval: 10 }],
  [[6, 50, 40, 18], 48, { targetUpdateInterval: 3 }],
  [[4, 64, 64, 2], 128],
  [[4, 12, 3], 33, { double: false }],
  [[4, 12, 3], 33, { dueling: true }],
  [[4, 12, 3], 33, { prioritized: true }],
  [[4, 12, 3], 33, { conservatism: 0.5 }],
  [[40, 12, 3], 33, { byteObservations: true }],
  [[35, 33, 17, 5], 7, { byteObservations: true, targetUpdateInterval: 3 }],
];

/** Acts, records and learns, every draw from the learner itself; what it saves at the end. */
function trained(learner: Learner, { widths, byteObservations }: LearnerShape, masked = false): Uint8Array {
  let word = 1;
  const next = () => {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
    return word / 2 ** 31 - 1;
  };
  const observation = new Float32Array(widths[0]);
  const feature = byteObservations ? () => Math.max(0, Math.floor(255 * next())) : next;
  const actions = widths[widths.length - 1];
  /** The mask of an observation: two in three actions are allowed, and the last one always. */
  const mask = () =>
    masked ? Array.from({ length: actions }, (_, a) => Number(next() > -1 / 3 || a === actions - 1)) : undefined;
  learner.initialise(new Uint32Array([1, 2, 3, 4]));
  let row = learner.begin(observation.map(feature), mask());
  for (let step = 0; step < 500; step++) {
    const ends = step % 50 === 49;
    const action = learner.act(row, 0.3, 1);
    row = learner.record(row, action, next(), observation.map(feature), ends && step % 100 === 49, ends, mask());
    if (ends) row = learner.begin(observation.map(feature), mask());
    if (step === 150 && !byteObservations) learner.normalise();
    if (step >= 150) learner.step(1 + (step % 2), 1e-3);
  }
  const saved = learner.save();
  learner.dispose();
  return saved;
}

it.for(shapes)("%j, batch %i: some hundred updates give the same state", async ([widths, batchSize, other]) => {
  const shape = { widths, batchSize, bufferSize: 300, nStep: 3, gamma: 0.9, huberDelta: 1, tau: 0.01, ...other };
  const whole = { targetUpdateInterval: 1, ...shape };
  for (const masked of [false, true]) {
    const together = trained(await TeamLearner.create(whole), whole, masked);
    expect(together).toEqual(trained(new Learner(whole), whole, masked));
  }
});

const training = { ...shortTeacher, seed: 5, batchSize: 40 };

describe("a training", () => {
  it("gives the same teacher, and checkpoints that go on with either number", async () => {
    const alone = await trainTeacher("CartPole-v1", training);
    const stop = new AbortController();
    const interrupted = await trainTeacher("CartPole-v1", {
      ...training,
      threads: 2,
      signal: stop.signal,
      onEvent: (event) => event.kind === "progress" && event.share >= 0.5 && stop.abort(),
    }).catch((error) => error);
    expect(interrupted.name).toBe("AbortError");
    for (const threads of [1, 2]) {
      const together = await trainTeacher("CartPole-v1", { ...training, threads, resume: interrupted.checkpoint });
      expect(together.parameters).toEqual(alone.parameters);
      expect(together.config).toEqual(alone.config);
    }
  });

  it("refuses another number of threads", async () => {
    await expect(trainTeacher("CartPole-v1", { threads: 3 })).rejects.toThrow("threads is 3: 1 or 2 is allowed");
  });

  it("leaves no thread behind that keeps the process, not even where it is never disposed of", () => {
    const script = `
      const { TeamLearner } = await import("./dist/core/team.js");
      const shape = { widths: [2, 8, 2], batchSize: 4, bufferSize: 9, nStep: 1, gamma: 1, huberDelta: 1, tau: 1 };
      await TeamLearner.create({ ...shape, targetUpdateInterval: 1 });
      const disposed = await TeamLearner.create({ ...shape, targetUpdateInterval: 1 });
      disposed.dispose();
      try { disposed.step(1, 1) } catch ({ message }) { process.stdout.write(message) }`;
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: root,
      timeout: 30_000,
    });
    expect(output.toString()).toBe("this learner has been disposed of");
  });
});

describe("without a second thread", () => {
  afterEach(() => vi.unstubAllGlobals());

  async function notices(given: Partial<TeacherConfig> = {}): Promise<object[]> {
    const messages: object[] = [];
    await trainTeacher("CartPole-v1", {
      ...training,
      ...given,
      threads: 2,
      onEvent: (event) => {
        if (event.kind !== "notice") return;
        const { code, message, remedy, values } = event;
        expect(remedy).toMatch(/^\S.*\S$/);
        messages.push({ code, message, values });
      },
    });
    return messages;
  }

  it("for want of SharedArrayBuffer, one trains alone and says so", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    expect(await notices()).toEqual([
      { code: "no-shared-array-buffer", message: "on one thread: there is no SharedArrayBuffer", values: {} },
    ]);
  });

  it("for clipped gradients, too", async () => {
    expect(await notices({ maxGradientNorm: 1 })).toEqual([
      {
        ...{ code: "clipped-gradients", values: {} },
        message: "on one thread: maxGradientNorm needs all gradients in one place",
      },
    ]);
  });

  it("on a page's main thread, too", async () => {
    vi.stubGlobal("document", {});
    expect(await notices()).toEqual([
      { code: "main-thread", message: "on one thread: a page's main thread must not wait for another", values: {} },
    ]);
  });

  it("and where shared memory is refused", async () => {
    vi.stubGlobal("WebAssembly", {
      ...Object.fromEntries(
        Object.getOwnPropertyNames(WebAssembly).map((name) => [name, Reflect.get(WebAssembly, name)]),
      ),
      Memory: class {
        constructor() {
          throw new RangeError("could not allocate memory");
        }
      },
    });
    expect(await notices()).toEqual([
      {
        ...{ code: "no-shared-memory", values: { reason: "could not allocate memory" } },
        message: "on one thread: there is no shared memory: could not allocate memory",
      },
    ]);
  });
});
