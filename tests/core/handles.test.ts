// What the host owns in the core: shapes, limits, and what happens after dispose().
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Distiller } from "../../src/core/distiller.js";
import { core } from "../../src/core/instance.js";
import { Learner } from "../../src/core/learner.js";
import { Network } from "../../src/core/network.js";

const learner = (bufferSize = 100) =>
  new Learner({
    widths: [3, 5, 2],
    batchSize: 4,
    bufferSize,
    nStep: 2,
    gamma: 0.9,
    huberDelta: 1,
    tau: 1,
    targetUpdateInterval: 10,
  });

describe("a network", () => {
  it("computes each output as its bias, then the products in order, rounded to f32 at every step", () => {
    const values = fc.float({ min: -2, max: 2, noNaN: true });
    fc.assert(
      fc.property(
        fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 21 })),
        fc.array(values, { minLength: 300, maxLength: 300 }),
        ([inputs, outputs], numbers) => {
          const observation = numbers.slice(0, inputs);
          const parameters = Float32Array.from({ length: (inputs + 1) * outputs }, (_, i) => numbers[(i + 9) % 300]);
          const network = new Network([inputs, outputs], 1);
          network.setParameters(parameters);
          const expected = Array.from({ length: outputs }, (_, o) => {
            let sum = parameters[inputs * outputs + o];
            for (let i = 0; i < inputs; i++) {
              sum = Math.fround(sum + Math.fround(Math.fround(observation[i]) * parameters[i * outputs + o]));
            }
            return sum;
          });
          expect([...network.qValues(observation)]).toEqual(expected);
          expect(network.act(observation)).toBe(expected.indexOf(Math.max(...expected)));
          network.dispose();
        },
      ),
    );
  });

  it("answers many observations as it answers each", () => {
    const network = new Network([2, 7, 3], 8);
    network.setParameters(Float32Array.from({ length: 45 }, (_, i) => ((i * 37) % 11) / 5 - 1));
    const observations = Float32Array.from({ length: 2 * 21 }, (_, i) => ((i * 13) % 17) / 8 - 1);
    const all = network.forward(observations, 21);
    for (let row = 0; row < 21; row++) {
      const alone = network.qValues(observations.subarray(2 * row, 2 * row + 2));
      expect(all.slice(3 * row, 3 * row + 3)).toEqual(alone);
    }
    network.dispose();
  });

  it("refuses an observation of another length", () => {
    const network = new Network([4, 2], 1);
    expect(() => network.act([1, 2, 3])).toThrow("an observation of length 3 was given: 4 numbers are needed");
    network.dispose();
  });
});

describe("memory", () => {
  it("is refused beyond 1 GiB, with what to change", () => {
    expect(() => new Network([4, 65536, 65536, 2], 1)).toThrow(/this network needs more than 1 GiB/);
    expect(() => learner(2 ** 27)).toThrow(/this learner needs more than 1 GiB/);
  });

  it("that is used up is said with what was asked for and what helps, and all others stay usable", () => {
    const network = new Network([1, 1], 1);
    network.setParameters(Float32Array.of(2, 1));
    const held: number[] = []; // never written to: no page is used
    for (const size of [2 ** 30 - 64, 2 ** 28]) {
      try {
        for (;;) held.push(core().allocate(size));
      } catch (error) {
        expect(error).toBeInstanceOf(WebAssembly.RuntimeError); // as the engine says it
      }
    }
    expect(() => learner(30_000_000)).toThrow(
      /^the compute core has no memory left for this learner \(bufferSize 30000000 × 3 features × 4 bytes are 360 MB\): .*dispose\(\)/,
    );
    expect([...network.qValues([3])]).toEqual([7]);
    for (const address of held) core().release(address);
    const next = learner();
    expect(next.ready).toBe(0);
    next.dispose();
    network.dispose();
  });

  it("is given back by dispose()", () => {
    const make = () => {
      const made = learner(200_000);
      made.useMasks();
      return made;
    };
    make().dispose();
    const before = core().memory.buffer.byteLength;
    for (let i = 0; i < 50; i++) make().dispose();
    expect(core().memory.buffer.byteLength).toBe(before);
  });

  it("cannot be used afterwards", () => {
    const disposed = learner();
    disposed.dispose();
    disposed.dispose(); // twice does no harm
    expect(() => disposed.act(0, 0, 1)).toThrow("this learner has been disposed of");
    const network = new Network([1, 1], 1);
    network.dispose();
    expect(() => network.act([0])).toThrow("this network has been disposed of");
  });

  it("of others is not touched by what has been disposed of", () => {
    const disposed = new Network([4, 64, 64, 2], 1);
    disposed.dispose();
    const heir = new Network([4, 256, 64, 2], 1); // lies where the other was
    const parameters = Float32Array.from({ length: 17858 }, (_, i) => ((i * 37) % 11) / 50 - 0.1);
    heir.setParameters(parameters);
    const before = heir.qValues([1, 2, 3, 4]);
    expect(() => disposed.act([9e9, 9e9, 9e9, 9e9])).toThrow("disposed of");
    expect(() => disposed.qValues([9e9, 9e9, 9e9, 9e9])).toThrow("disposed of");
    expect(() => disposed.forward(new Float32Array(4).fill(9e9), 1)).toThrow("disposed of");
    expect(heir.qValues([1, 2, 3, 4])).toEqual(before);
    heir.dispose();
  });

  it("is found beyond 2 GiB, where the engine gives addresses as negative numbers", () => {
    const held = [0, 1].map(() => core().allocate(2 ** 30 - 64)); // never written to: no page is used
    const network = new Network([1, 1], 1);
    network.setParameters(Float32Array.of(2, 1));
    const beyond = learner(50_000);
    beyond.initialise(new Uint32Array([1, 2, 3, 4]));
    let row = beyond.begin(Float32Array.of(1, 2, 3), [0, 1]);
    for (let i = 0; i < 8; i++) row = beyond.record(row, 0, 1, Float32Array.of(4, 5, 6), false, false, [1, 0]);
    expect([...network.qValues([3])]).toEqual([7]);
    expect([...beyond.observations().slice(0, 6)]).toEqual([1, 2, 3, 4, 5, 6]);
    const copy = learner(50_000);
    copy.useMasks();
    copy.restore(beyond.save());
    expect(copy.parameters()).toEqual(beyond.parameters());
    expect([copy.act(row, 1, 1), ...(copy.masks() ?? []).slice(0, 4)]).toEqual([0, 0, 1, 1, 0]);
    expect(Math.max(...[beyond, copy].map((made) => made.parameters().length))).toBe(32);
    for (const made of [network, beyond, copy]) made.dispose();
    for (const address of held) core().release(address);
  });

  it("stays valid for everyone when it grows", () => {
    const network = new Network([1, 1], 1);
    network.setParameters(Float32Array.of(2, 1));
    const large = learner(1_000_000);
    expect([...network.qValues([3])]).toEqual([7]);
    large.dispose();
    network.dispose();
  });
});

it("a learner is restored only by bytes of its own shape", () => {
  const one = learner(100);
  for (let row = 0; row < 9; row++) one.begin(new Float32Array(3));
  const bytes = one.save();
  expect(() => learner(8).restore(bytes)).toThrow("more rows than there can be");
  expect(() => one.restore(bytes.subarray(4))).toThrow(/it holds \d+ bytes of state, but this configuration needs/);
  expect(() => one.restore(bytes.subarray(0, 8))).toThrow(/it holds 8 bytes of state, .* needs at least/);
  one.dispose();
});

describe("a learner's saved bytes", () => {
  /** A learner that has played: with priorities, in an episode, with its ring begun anew. */
  function played(): { one: Learner; row: number } {
    const shape = { widths: [3, 5, 2], batchSize: 4, nStep: 2, gamma: 0.9, huberDelta: 1, tau: 1 };
    const one = new Learner({ ...shape, bufferSize: 40, targetUpdateInterval: 10, prioritized: true });
    one.initialise(Uint32Array.of(1, 2, 3, 4));
    let row = one.begin(Float32Array.of(0, 0, 0));
    for (let i = 1; i < 100; i++) {
      const observation = Float32Array.of(i, -i, i % 7);
      const ends = i % 13 === 0;
      row = one.record(row, i % 2, i % 3, observation, ends, false);
      if (ends) row = one.begin(observation);
      if (i > 20) one.step(1, 1e-3);
    }
    return { one, row };
  }

  it("hold only the rows that are filled", () => {
    const empty = learner(100_000);
    const before = empty.save().length;
    empty.begin(new Float32Array(3));
    expect(empty.save().length - before).toBe(3 * 4 + 16); // an observation and its transition
    empty.dispose();
  });

  it("give the observation of a row", () => {
    const { one, row } = played();
    const other = one.begin(Float32Array.of(1, 2, 3));
    expect(one.newest(row)).toEqual(Float32Array.of(99, -99, 99 % 7));
    expect(one.newest(other)).toEqual(Float32Array.of(1, 2, 3));
    one.dispose();
  });

  it("with any word changed are refused, or go on without harm to the core", () => {
    const { one, row } = played();
    const bytes = one.save();
    const words = new Uint32Array(bytes.buffer);
    for (let word = 0; word < words.length; word++) {
      const before = words[word];
      for (const wrong of [0, 41, 0x7fffffff, 0xffffffff]) {
        words[word] = wrong;
        const { one: again } = played();
        try {
          again.restore(bytes);
        } catch (error) {
          expect((error as Error).message).toMatch(/^its? /);
          continue;
        } finally {
          words[word] = before;
          if (again.filled > 40) again.dispose();
        }
        if (again.holdsEpisodes([row])) {
          if (again.ready > 0) again.step(3, 1e-3);
          again.act(row, 0.5, 10);
          again.end(again.record(row, 1, 1, new Float32Array(3), false, false));
        }
        again.dispose();
      }
    }
    const { one: straight } = played();
    straight.restore(bytes);
    expect(straight.step(5, 1e-3)).toBe(one.step(5, 1e-3)); // the core is whole
    expect(straight.save()).toEqual(one.save());
  });
});

it("a distiller holds no more labelled states than it has room for", () => {
  const shape = { widths: [2, 3], batchSize: 4, capacity: 5, loss: { mse: 1 }, temperature: 1, huberDelta: 1 };
  const distiller = new Distiller(shape);
  distiller.add(new Float32Array(8), new Float32Array(12));
  expect(distiller.filled).toBe(4);
  expect(() => distiller.add(new Float32Array(4), new Float32Array(6))).toThrow(
    "2 labelled states do not fit from row 4 on: at most 5 are allowed",
  );
  distiller.dispose();
});
