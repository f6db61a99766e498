// Stopping and going on: only where the work may, with every part, and on a clock that stands still between the two.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Interrupted, reachedBy } from "../../src/training/checkpoint.js";
import { blockPart, plainPart, Resumable, type StopOptions } from "../../src/training/resumable.js";

let now = 0; // milliseconds
beforeEach(() => {
  now = 1000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Work of two parts, an object and a block, which are given as they are. */
function work(options: StopOptions, counter = { count: 0 }, block = Uint8Array.of(0)) {
  const parts = {
    counter: plainPart(counter),
    block: blockPart({ save: () => block, restore: (bytes) => block.set(bytes) }),
  };
  const reached = () => ({ envSteps: counter.count, updates: 2 * counter.count });
  return { made: new Resumable("teacher", { seed: 1 }, options, parts, reached, () => undefined), counter, block };
}

/** The checkpoint with which work stops at its next turn. */
function stopped(resumable: Resumable): Uint8Array {
  try {
    resumable.turn();
  } catch (error) {
    expect(error).toBeInstanceOf(Interrupted);
    return (error as Interrupted).checkpoint;
  }
  throw new Error("it went on");
}

describe("stops", () => {
  it("at a turn, when it is asked to, and not before", () => {
    const controller = new AbortController();
    const { made } = work({ signal: controller.signal });
    expect(made.turn()).toBeUndefined();
    controller.abort();
    expect(() => made.turn()).toThrow(Interrupted);
  });

  it("never without a signal", () => {
    expect(work({}).made.turn()).toBeUndefined();
  });

  it("with what its parts are then, and how far it is", () => {
    const { made, counter, block } = work({ signal: AbortSignal.abort() });
    counter.count = 7;
    block[0] = 200;
    const checkpoint = stopped(made);
    expect(reachedBy(checkpoint)).toMatchObject({ envSteps: 7, updates: 14 });
    counter.count = 8;
    const again = work({ resume: checkpoint });
    expect([again.counter.count, again.block[0]]).toEqual([7, 200]);
    expect([made.resumed, again.made.resumed]).toEqual([false, true]);
  });
});

describe("keeps checkpoints by itself", () => {
  /** Work for some milliseconds, in turns of 40 ms; writing a checkpoint takes `cost` ms. @returns when each was written */
  async function kept(options: StopOptions, milliseconds: number, cost = 0): Promise<number[]> {
    const times: number[] = [];
    const began = now;
    const onCheckpoint = async () => {
      times.push(now - began);
      now += cost;
    };
    const { made } = work({ onCheckpoint, ...options });
    for (let at = 0; at < milliseconds; at += 40) {
      now += 40;
      await made.turn();
    }
    await made.end();
    return times;
  }

  it("each 30 seconds, or as often as is asked for, or never", async () => {
    expect(await kept({}, 70_000)).toEqual([30_000, 60_000]);
    expect(await kept({ checkpointInterval: 0.4 }, 1000)).toEqual([400, 800]);
    expect(await kept({ checkpointInterval: 0 }, 70_000)).toEqual([]);
  });

  it("so seldom that they take at most 1 % of the time", async () => {
    const times = await kept({ checkpointInterval: 1 }, 100_000, 400);
    expect(times).toEqual([1000, 1000 + 400 + 40_000, 1000 + 2 * 40_400]);
  });

  it("at the end, if that is asked for", async () => {
    expect(await kept({ keepCheckpoint: true }, 400)).toEqual([400]);
  });

  it("with what the parts are then", async () => {
    let checkpoint: Uint8Array = new Uint8Array();
    const onCheckpoint = (bytes: Uint8Array) => {
      checkpoint = bytes;
    };
    const { made, counter } = work({ onCheckpoint, checkpointInterval: 1 });
    counter.count = 3;
    now += 1000;
    await made.turn();
    counter.count = 4;
    expect(work({ resume: checkpoint }).counter.count).toBe(3);
  });

  it("and ends with the error of what should keep them", async () => {
    const onCheckpoint = () => Promise.reject(new Error("no space left"));
    await expect(kept({ onCheckpoint }, 40_000)).rejects.toThrow("no space left");
  });

  it.each([-1, Number.NaN, "30"])("refuses the interval %j", (checkpointInterval) => {
    expect(() => work({ checkpointInterval: checkpointInterval as number })).toThrow(
      /^checkpointInterval is .*: a number of seconds is allowed, or 0 for never$/,
    );
  });
});

it("takes back plain data only of the same kind", () => {
  const restore = (state: object) => () => plainPart({ count: 0, loss: null }).restore({ state, arrays: {} });
  expect(restore({ count: 2, loss: 0.5 })).not.toThrow();
  expect(restore({ count: 2, loss: null })).not.toThrow();
  expect(restore({ count: null, loss: null })).toThrow("its count is null");
  expect(restore({ loss: null })).toThrow("its count is undefined");
  expect(restore({ count: 2, loss: "0" })).toThrow('its loss is "0"');
});

describe("goes on", () => {
  it("only as the same work", () => {
    const checkpoint = stopped(work({ signal: AbortSignal.abort() }).made);
    const other = (phase: string, seed: number) => () =>
      new Resumable(
        phase,
        { seed },
        { resume: checkpoint },
        {},
        () => ({ envSteps: 0, updates: 0 }),
        () => undefined,
      );
    expect(other("teacher", 1)).not.toThrow();
    expect(other("student", 1)).toThrow("this checkpoint is of a teacher, not of a student");
    expect(other("teacher", 2)).toThrow("this checkpoint was made with seed 1, but 2 is asked for");
  });

  it("not without a part's block", () => {
    const part = blockPart({ save: () => new Uint8Array(1), restore: () => {} });
    for (const arrays of [{}, { block: new Float32Array(1) }] as { block: Float32Array }[]) {
      expect(() => part.restore({ state: {}, arrays })).toThrow("a block of the core's memory is missing");
    }
  });
});

it("its wall time leaves out what lies between a stop and going on", () => {
  const { made } = work({ signal: AbortSignal.abort() });
  now += 30;
  expect(made.wallSeconds).toBeCloseTo(0.03, 12);
  const checkpoint = stopped(made);
  now += 60_000;
  const again = work({ resume: checkpoint }).made;
  expect(again.wallSeconds).toBeCloseTo(0.03, 12);
  now += 2000;
  expect(again.wallSeconds).toBeCloseTo(2.03, 12);
});

describe("gives way", () => {
  it("when the last time is 40 ms ago, and then not until 40 ms later", async () => {
    const { made } = work({});
    now += 39;
    expect(made.turn()).toBeUndefined();
    now += 1;
    const turn = made.turn();
    expect(turn).toBeInstanceOf(Promise);
    now += 30; // others take their time, which does not count
    await turn;
    now += 39;
    expect(made.turn()).toBeUndefined();
    now += 1;
    expect(made.turn()).toBeInstanceOf(Promise);
  });

  it("and then stops where that was asked for meanwhile", async () => {
    const controller = new AbortController();
    const { made } = work({ signal: controller.signal });
    now += 40;
    const turn = made.turn();
    controller.abort();
    await expect(turn).rejects.toThrow(Interrupted);
  });

  it("by setImmediate where there is one: a timer would take a millisecond", async () => {
    const immediate = vi.fn((turn: () => void) => void queueMicrotask(turn));
    vi.stubGlobal("setImmediate", immediate);
    const { made } = work({});
    now += 40;
    await made.turn();
    expect(immediate).toHaveBeenCalledOnce();
  });

  it("without setImmediate, as in a browser", async () => {
    vi.stubGlobal("setImmediate", undefined);
    const { made } = work({});
    now += 40;
    await made.turn();
    expect(made.turn()).toBeUndefined();
  });
});
