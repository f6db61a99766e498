// The checkpoint: what is written is what each part reads again, and whatever is not right is said in one line.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSafetensors } from "../../src/model/safetensors.js";
import {
  type Checkpoint,
  CheckpointError,
  difference,
  Interrupted,
  reachedBy,
  readCheckpoint,
  type Saved,
  writeCheckpoint,
} from "../../src/training/checkpoint.js";
import { signedCheckpoint } from "../signed-checkpoint.js";

const setting = { environment: "coin", seed: 3, hidden: [4, 2] };
const checkpoint: Checkpoint = {
  phase: "teacher",
  setting,
  reached: { envSteps: 12, updates: 0, wallSeconds: 1.5 },
  parts: {
    agent: { state: { due: 2 }, arrays: { block: Uint8Array.of(1, 2, 255), kept: Float32Array.of(0.5, -3) } },
    agents: { state: { of: "another part" }, arrays: { block: Uint8Array.of(9) } },
  },
};
const written = () => writeCheckpoint(checkpoint);

/** The same file with other metadata. */
const changed = (metadata: Record<string, string>) => signedCheckpoint(written(), metadata);

const read = (file: Uint8Array, restore: Record<string, (saved: Saved) => void> = {}) =>
  readCheckpoint(file, "teacher", setting, restore);

it("gives each part its own state and arrays, of the kinds that they had, and says how far the work was", () => {
  const got: Record<string, Saved> = {};
  const take = (name: string) => (saved: Saved) => {
    got[name] = saved;
  };
  expect(read(written(), { agent: take("agent"), agents: take("agents") })).toEqual(checkpoint.reached);
  expect(got).toEqual(checkpoint.parts);
  expect(reachedBy(written())).toMatchObject({ envSteps: 12, updates: 0 });
  const { tensors, metadata } = readSafetensors(written());
  expect(tensors.get("agent.kept")).toMatchObject({ dtype: "F32", shape: [2] });
  expect(metadata).toMatchObject({ format: "qstill-checkpoint", formatVersion: "6" }); // older files are recognised by it
});

describe("is refused", () => {
  it.each([
    [{ format: "other" }, "this file is not a qstill checkpoint"],
    [{ formatVersion: "3" }, "this checkpoint has format version 3: 6 is understood"],
    [{ reached: '{"envSteps":-1,"updates":0,"wallSeconds":0}' }, "the checkpoint is damaged: it does not say how far"],
    [{ reached: '{"envSteps":0,"updates":-1,"wallSeconds":0}' }, "the checkpoint is damaged: it does not say how far"],
    [{ reached: '{"envSteps":0,"updates":0,"wallSeconds":-1}' }, "the checkpoint is damaged: it does not say how far"],
    [{ reached: '{"envSteps":0,"updates":0}' }, "the checkpoint is damaged: it does not say how far"],
    [{ reached: "{" }, "the checkpoint is damaged: "],
  ])("with %o, whether it is gone on from or only asked how far it is", (metadata, message) => {
    const file = changed(metadata);
    for (const call of [() => read(file), () => reachedBy(file)]) {
      expect(call).toThrow(CheckpointError);
      expect(call).toThrow(message);
    }
  });

  it.each([
    [{ phase: "student" }, "this checkpoint is of a student, not of a teacher"],
    [{ setting: '{"environment":"coin","seed":4,"hidden":[4,2]}' }, "made with seed 4, but 3 is asked for"],
    [{ states: "null" }, 'the checkpoint is damaged: its part "agent" is missing'],
    [{ states: '{"agents":{}}' }, 'the checkpoint is damaged: its part "agent" is missing'],
    [{ states: '{"agent":7}' }, 'the checkpoint is damaged: its part "agent" is missing'],
  ])("with %o", (metadata, message) => {
    const call = () => read(changed(metadata), { agent: () => {} });
    expect(call).toThrow(CheckpointError);
    expect(call).toThrow(message);
  });

  it("with metadata of any text, in one line that shows no character that a terminal would obey", () => {
    const text = fc.uint8Array({ maxLength: 99 }).map((bytes) => String.fromCharCode(...bytes));
    const names = fc.constantFrom("format", "formatVersion", "phase", "setting", "reached", "states");
    fc.assert(
      fc.property(names, text, (name, value) => {
        expect(() => read(changed({ [name]: value }), { agent: () => {} })).toThrow(
          expect.objectContaining({ name: "CheckpointError", message: expect.stringMatching(/^[ -~…]{10,300}$/) }),
        );
      }),
      { seed: 1 },
    );
    expect(() => read(changed({ phase: "\n\u001b[2J" }))).toThrow('of a "\\n\\u001b[2J", not of a teacher');
    expect(() => read(changed({ states: "\n\n{" }))).toThrow('the checkpoint is damaged: its "states" is not JSON');
  });

  it("with any one bit flipped", () => {
    const bytes = written();
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      bytes[bit >> 3] ^= 1 << (bit & 7);
      expect(() => read(bytes), `bit ${bit}`).toThrow(CheckpointError);
      bytes[bit >> 3] ^= 1 << (bit & 7);
    }
    expect(() => read(bytes)).not.toThrow();
  });

  it("with more steps than are asked for", () => {
    const longer = (envSteps: number) => () => readCheckpoint(written(), "teacher", { ...setting, envSteps }, {});
    expect(longer(11)).toThrow(
      "this checkpoint has 12 steps: envSteps 11 is asked for, at least that many are allowed",
    );
    expect(longer(12)).not.toThrow();
  });

  it("where it is cut off", () => {
    const bytes = written();
    for (let length = 0; length < bytes.length; length++) {
      const cut = () => read(bytes.subarray(0, length), { agent: () => {}, agents: () => {} });
      expect(cut, `${length} bytes`).toThrow(CheckpointError);
    }
  });

  it("at its very beginning: how far it is may be nothing", () => {
    expect(read(changed({ reached: '{"envSteps":0,"updates":0,"wallSeconds":0}' }))).toMatchObject({ envSteps: 0 });
  });

  it("where a part cannot take what it saved, and says why", () => {
    const refusing = (error: Error) => () =>
      read(written(), {
        agent: () => {
          throw error;
        },
      });
    expect(refusing(new Error("it has 3 bytes"))).toThrow(
      new CheckpointError("the checkpoint is damaged: it has 3 bytes"),
    );
    expect(refusing(new CheckpointError("of other work"))).toThrow(new CheckpointError("of other work"));
  });
});

it("goes on with other steps and other learning rates, and with nothing else that differs", () => {
  const made = { ...setting, envSteps: 20, learningRate: 0.1, learningRateFinal: 0.01, gamma: 0.9 };
  const file = writeCheckpoint({ ...checkpoint, setting: made });
  const goOn = (asked: object) => () => readCheckpoint(file, "teacher", { ...made, ...asked }, {});
  expect(goOn({ envSteps: 30, learningRate: 0.2, learningRateFinal: 0 })).not.toThrow();
  expect(goOn({ gamma: 0.8 })).toThrow("this checkpoint was made with gamma 0.9, but 0.8 is asked for");
});

describe("two settings", () => {
  it("are the same where all is the same, lists by what is in them", () => {
    expect(difference(setting, { ...setting, hidden: [4, 2] })).toBeUndefined();
  });

  it("differ in the first thing that is asked for otherwise", () => {
    expect(difference(setting, { environment: "coin", seed: 4, hidden: [4] })).toBe("seed 3, but 4 is asked for");
    expect(difference(setting, { ...setting, hidden: [4] })).toBe("hidden [4, 2], but [4] is asked for");
  });

  it("differ in what only one of them has", () => {
    expect(difference(setting, { ...setting, gamma: 1 })).toBe("gamma undefined, but 1 is asked for");
    expect(difference({ ...setting, gamma: 1 }, setting)).toBe("gamma 1, but undefined is asked for");
  });
});

it("errors have names that tell them apart", () => {
  const stopped = new Interrupted(Uint8Array.of(1, 2));
  expect([stopped.name, stopped.checkpoint]).toEqual(["AbortError", Uint8Array.of(1, 2)]);
  expect(new CheckpointError("").name).toBe("CheckpointError");
});
