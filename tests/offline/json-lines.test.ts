// A log of JSON lines is read as it was written, however its bytes come; each damaged line is named by its number.
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ByteSource,
  inEpisodes,
  type LogOptions,
  type ReadingProgress,
  readLog,
  readStates,
} from "../../src/offline/index.js";

const step = { episode: 1, observation: [1, 2], action: 0, reward: 0.5, terminated: false };

/** Lines as bytes; what is no text becomes JSON. */
function bytes(...lines: readonly unknown[]): Uint8Array {
  return new TextEncoder().encode(
    lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"),
  );
}

function readAll(...lines: readonly unknown[]) {
  return readLog(bytes(...lines));
}

const float = fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0); // JSON has no -0
const name = fc.oneof(fc.maxSafeInteger(), fc.string());
const mask = fc.constantFrom<(number | boolean)[]>([1, 0, 1], [0, 1, 0], [true, true, true]);
const field = <Value>(has: boolean, value: fc.Arbitrary<Value>) => (has ? value : fc.constant(undefined));

/** Steps of a log as it may be written, in an order in which episodes interleave. */
const logs = fc
  .record({ size: fc.integer({ min: 1, max: 3 }), masks: fc.boolean(), propensities: fc.boolean() })
  .chain(({ size, masks, propensities }) => {
    const observation = fc.array(float, { minLength: size, maxLength: size });
    const line = fc
      .record({
        observation,
        reward: float,
        mask: field(masks, fc.option(mask, { nil: undefined })),
        next: fc.option(observation, { nil: undefined, freq: 2 }),
        nextMask: field(masks, fc.option(mask, { nil: undefined })),
        propensity: field(propensities, fc.float({ min: Math.fround(0.01), max: 1, noNaN: true })),
        isTruncated: fc.boolean(),
        other: fc.jsonValue(),
      })
      .map(({ isTruncated, ...more }) => ({ ...more, action: more.mask?.findLastIndex(Boolean) ?? 1, isTruncated }));
    const episode = fc.record({ lines: fc.array(line, { minLength: 1, maxLength: 5 }), ends: fc.boolean() });
    return fc
      .uniqueArray(fc.tuple(name, episode), { minLength: 1, maxLength: 4, selector: ([each]) => each })
      .chain((episodes) => {
        const turns = episodes.flatMap(([, { lines }], index) => lines.map(() => index));
        return fc.shuffledSubarray(turns, { minLength: turns.length }).map((order) => {
          const at = episodes.map(() => 0);
          return order.map((index) => {
            const [id, { lines, ends }] = episodes[index];
            const { isTruncated, ...more } = lines[at[index]++];
            const isLast = at[index] === lines.length;
            const terminated = isLast && ends;
            return { episode: id, ...more, terminated, truncated: isLast && !ends && isTruncated };
          });
        });
      });
  });

/** Bytes in chunks that end anywhere. */
function chunked(whole: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => Math.floor(cut * whole.length)).sort((a, b) => a - b), whole.length];
  return places.slice(1).map((place, index) => whole.slice(places[index], place));
}

const sources: Readonly<Record<string, (chunks: Uint8Array[]) => ByteSource>> = {
  iterable: (chunks) => chunks,
  "asynchronous iterable": async function* (chunks) {
    yield* chunks;
  },
  "one buffer used again": async function* (chunks) {
    const buffer = new Uint8Array(Math.max(0, ...chunks.map(({ length }) => length)));
    for (const chunk of chunks) {
      buffer.set(chunk);
      yield buffer.subarray(0, chunk.length);
      buffer.fill(0);
    }
  },
  stream: (chunks) =>
    new ReadableStream({
      pull: (controller) => {
        const chunk = chunks.shift();
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
    }),
};

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });
const files = fc.record({
  cuts,
  source: fc.constantFrom(...Object.keys(sources)),
  newline: fc.constantFrom("\n", "\r\n"),
  mark: fc.constantFrom("", "\ufeff"),
  end: fc.constantFrom("", "\n", "\r\n \t\n\n"),
  gzip: fc.constantFrom("no", "one member", "two members"),
});

describe("what was written is read", () => {
  it("with interleaved episodes, chunks that end anywhere, gzip or not", async () => {
    await fc.assert(
      fc.asyncProperty(logs, files, async (steps, { cuts, source, newline, mark, end, gzip }) => {
        const text = mark + steps.map((each) => JSON.stringify(each)).join(newline) + end;
        const plain = new TextEncoder().encode(text);
        const half = plain.length >> 1;
        const whole =
          gzip === "no"
            ? plain
            : gzip === "one member"
              ? gzipSync(plain)
              : Buffer.concat([gzipSync(plain.subarray(0, half)), gzipSync(plain.subarray(half))]);
        const log = await readLog(sources[source](chunked(whole, cuts)));
        const numbers = new Map<unknown, number>();
        for (const { episode } of steps) if (!numbers.has(episode)) numbers.set(episode, numbers.size);
        const size = steps[0].observation.length;
        const hasMasks = steps.some(({ mask }) => mask !== undefined);
        const hasNextMasks = steps.some(({ nextMask }) => nextMask !== undefined);
        const hasNext = steps.some(({ next }) => next !== undefined);
        const list = (column: ArrayLike<number> | undefined) => column && Array.from(column);
        const bits = (given: readonly unknown[] | undefined) => (given ?? [1, 1, 1]).map(Number);
        expect({
          ...log,
          ...{ observations: list(log.observations), actions: list(log.actions), rewards: list(log.rewards) },
          ...{ terminated: list(log.terminated), truncated: list(log.truncated), episodes: list(log.episodes) },
          ...{ nextObservations: list(log.nextObservations), propensities: list(log.propensities) },
          ...{ masks: list(log.masks), nextMasks: list(log.nextMasks) },
        }).toEqual({
          observationSize: size,
          actionCount: hasMasks || hasNextMasks ? 3 : undefined,
          observations: steps.flatMap(({ observation }) => observation),
          actions: steps.map(({ action }) => action),
          rewards: steps.map(({ reward }) => reward),
          terminated: steps.map(({ terminated }) => Number(terminated)),
          truncated: steps.map(({ truncated }) => Number(truncated)),
          episodes: steps.map(({ episode }) => numbers.get(episode)),
          nextObservations: hasNext
            ? steps.flatMap(({ next }) => next ?? new Array<number>(size).fill(Number.NaN))
            : undefined,
          propensities: steps[0].propensity === undefined ? undefined : steps.map(({ propensity }) => propensity),
          masks: hasMasks ? steps.flatMap(({ mask }) => bits(mask)) : undefined,
          nextMasks: hasNextMasks ? steps.flatMap(({ nextMask }) => bits(nextMask)) : undefined,
        });
      }),
      { numRuns: 300 },
    );
  });

  it("with more rows than the first ones that have room", async () => {
    const lines = Array.from({ length: 3000 }, (_, index) => ({ ...step, observation: [index], reward: -index }));
    lines[2000] = { ...lines[2000], next: [7] } as never;
    lines[2500] = { ...lines[2500], mask: [1, 0] } as never;
    const log = await readAll(...lines);
    expect(Array.from(log.observations)).toEqual(lines.map((_, index) => index));
    expect(Array.from(log.nextObservations!)).toEqual(lines.map((_, index) => (index === 2000 ? 7 : Number.NaN)));
    expect(Array.from(log.masks!)).toEqual(lines.flatMap((_, index) => [1, index === 2500 ? 0 : 1]));
  });

  it("null in an optional field is the same as none", async () => {
    const nothing = { truncated: null, mask: null, propensity: null, next: null, nextMask: null };
    expect(await readAll({ ...step, ...nothing })).toEqual(await readAll(step));
  });

  it("a truncated last line without next is left out and counted", async () => {
    const log = inEpisodes(await readAll(step, { ...step, observation: [3, 4], truncated: true }));
    expect([log.steps, log.dropped, [...log.lastObservations]]).toEqual([1, 1, [3, 4]]);
  });

  it("a log of one episode", async () => {
    expect(inEpisodes(await readAll(step, { ...step, terminated: true })).starts.length).toBe(2);
  });

  it("states alone, also from a log of steps", async () => {
    const states = await readStates(bytes({ ...step, mask: [1, 0], reward: "not read" }, { observation: [3, 4] }));
    expect(states.observationSize).toBe(2);
    expect([...states.observations]).toEqual([1, 2, 3, 4]);
    expect([...states.masks!]).toEqual([1, 0, 1, 1]);
    expect((await readStates(bytes({ observation: [1] }))).masks).toBeUndefined();
  });
});

describe("a damaged line", () => {
  const other = { ...step, episode: 2 };
  const long = `{"episode": "${"x".repeat(100)}`;
  const cases: readonly (readonly [string, string | RegExp, ...unknown[]])[] = [
    ["is not JSON", 'line 2 is not JSON: "{bad"', step, "{bad"],
    ["is cut off", `line 1 is not JSON: ${JSON.stringify(`${long.slice(0, 40)}…`)}`, long],
    ["has a NaN", /^line 1 is not JSON \(which has no NaN and no Infinity\): /, '{"observation": [1, NaN]}'],
    ["is a list", 'line 2 is "[1]": a JSON object is needed', step, "[1]"],
    ["is null", 'line 1 is "null": a JSON object is needed', "null"],
    ["is too deep", /^line 1 is not JSON: "\[\[/, "[".repeat(1_000_000)],
    ["after blank lines", 'line 4 is not JSON: "x"', step, "", " \t", "x"],
    [
      "has no observation",
      "line 1: observation is missing: a list of numbers is needed",
      { ...step, observation: undefined },
    ],
    [
      "has an observation that is no list",
      "line 1: observation is 5: a list of numbers is needed",
      { ...step, observation: 5 },
    ],
    [
      "has an empty observation",
      "line 1: observation has length 0: 1 to 65536 numbers are allowed",
      { ...step, observation: [] },
    ],
    [
      "has a shorter observation",
      "line 2: observation has length 1, but the observation of line 1 has length 2",
      step,
      { ...step, observation: [1] },
    ],
    [
      "has a longer observation",
      "line 3: observation has length 3, but the observation of line 2 has length 2",
      "",
      step,
      { ...step, observation: [1, 2, 3] },
    ],
    [
      "has a text in an observation",
      'line 1: observation has "2" at 1: a number is needed',
      { ...step, observation: [1, "2"] },
    ],
    [
      "has null in an observation",
      "line 1: observation has null at 0: a number is needed",
      { ...step, observation: [null, 1] },
    ],
    [
      "has an infinite number",
      "line 1: observation has Infinity at 0: a number that float32 can hold is needed",
      '{"episode":1,"observation":[1e999],"action":0,"reward":1,"terminated":false}',
    ],
    [
      "has a number too large for float32",
      "line 1: observation has 3.5e+38 at 1: a number that float32 can hold is needed",
      { ...step, observation: [1, 3.5e38] },
    ],
    [
      "has no action",
      "line 1: action is missing: a whole number from 0 to 1023 is needed",
      { ...step, action: undefined },
    ],
    [
      "has a fraction as action",
      "line 1: action is 0.5: a whole number from 0 to 1023 is needed",
      { ...step, action: 0.5 },
    ],
    ["has a negative action", "line 1: action is -1: a whole number from 0 to 1023 is needed", { ...step, action: -1 }],
    [
      "has too large an action",
      "line 1: action is 1024: a whole number from 0 to 1023 is needed",
      { ...step, action: 1024 },
    ],
    [
      "has a text as action",
      'line 1: action is "0": a whole number from 0 to 1023 is needed',
      { ...step, action: "0" },
    ],
    [
      "has an action outside its mask",
      "line 1: action is 2: a whole number from 0 to 1 is needed",
      { ...step, action: 2, mask: [1, 1] },
    ],
    [
      "has an action outside another line's mask",
      "line 2: action is 2: a whole number from 0 to 1 is needed",
      { ...step, mask: [1, 1] },
      { ...step, action: 2 },
    ],
    [
      "has a mask without an earlier line's action",
      "line 2: mask has length 2, but line 1 has action 3",
      { ...step, action: 3 },
      { ...step, mask: [1, 1] },
    ],
    [
      "has a next mask without its own action",
      "line 1: nextMask has length 2, but line 1 has action 2",
      { ...step, action: 2, nextMask: [1, 1] },
    ],
    [
      "has a mask that forbids its action",
      "line 1: action 1 is forbidden by the mask",
      { ...step, action: 1, mask: [1, 0] },
    ],
    [
      "has a mask of zeros",
      "line 1: mask forbids every action: at least one must be allowed",
      { ...step, mask: [0, 0] },
    ],
    ["has an empty mask", "line 1: mask has length 0: 1 to 1024 are allowed", { ...step, mask: [] }],
    ["has a mask that is no list", 'line 1: mask is "10": a list of numbers is needed', { ...step, mask: "10" }],
    [
      "has a mask of other numbers",
      "line 1: mask has 2 at 1: 1 (allowed) or 0 (forbidden) is needed",
      { ...step, mask: [1, 2] },
    ],
    [
      "has a mask of another length",
      "line 2: mask has length 3, but the mask of line 1 has length 2",
      { ...step, mask: [1, 1] },
      { ...step, mask: [1, 1, 1] },
    ],
    [
      "has a next mask of another length",
      "line 1: nextMask has length 1, but the mask of line 1 has length 2",
      { ...step, mask: [1, 1], nextMask: [1] },
    ],
    [
      "is cut at a next mask of zeros",
      "line 1: nextMask forbids every action: at least one must be allowed",
      { ...step, truncated: true, nextMask: [0, 0] },
    ],
    ["has no reward", "line 1: reward is missing: a number is needed", { ...step, reward: undefined }],
    ["has a text as reward", 'line 1: reward is "1.5": a number is needed', { ...step, reward: "1.5" }],
    [
      "has too large a reward",
      "line 1: reward is 1e+39: a number that float32 can hold is needed",
      { ...step, reward: 1e39 },
    ],
    [
      "has a propensity of 0",
      "line 1: propensity is 0: a number above 0 and up to 1 is needed",
      { ...step, propensity: 0 },
    ],
    [
      "has a propensity that is 0 in float32",
      "line 1: propensity is 1e-60: a number above 0 and up to 1 is needed",
      { ...step, propensity: 1e-60 },
    ],
    [
      "has a propensity above 1",
      "line 1: propensity is 1.01: a number above 0 and up to 1 is needed",
      { ...step, propensity: 1.01 },
    ],
    [
      "has a text as propensity",
      'line 1: propensity is "1": a number above 0 and up to 1 is needed',
      { ...step, propensity: "1" },
    ],
    [
      "alone has a propensity",
      "line 2: line 2 has a propensity and line 1 has none: all lines or none need one",
      step,
      { ...step, propensity: 0.5 },
    ],
    [
      "alone has no propensity",
      "line 3: line 1 has a propensity and line 3 has none: all lines or none need one",
      { ...step, propensity: 0.5 },
      { ...step, propensity: 0.5 },
      step,
    ],
    [
      "does not say terminated",
      "line 1: terminated is missing: true or false is needed",
      { ...step, terminated: undefined },
    ],
    ["has a number as terminated", "line 1: terminated is 0: true or false is needed", { ...step, terminated: 0 }],
    ["has a text as truncated", 'line 1: truncated is "no": true or false is needed', { ...step, truncated: "no" }],
    ["has no episode", "line 1: episode is missing: a text or a number is needed", { ...step, episode: undefined }],
    ["has null as episode", "line 1: episode is null: a text or a number is needed", { ...step, episode: null }],
    ["has a list as episode", "line 1: episode is an array: a text or a number is needed", { ...step, episode: [1] }],
    [
      "has an episode that a number cannot hold",
      "line 1: episode 9007199254740992 has too many digits for a number: write it as a text, in quotes",
      { ...step, episode: 2 ** 53 },
    ],
    [
      "after the end of its episode",
      "line 3: episode 1 ended in line 1: each episode needs its own name",
      { ...step, terminated: true },
      other,
      step,
    ],
    [
      "after the time limit of its episode",
      'line 4: episode "a" ended in line 2: each episode needs its own name',
      { ...step, episode: "a" },
      { ...step, episode: "a", truncated: true },
      other,
      { ...step, episode: "a" },
    ],
    [
      "has a next of another length",
      "line 1: next has length 1, but the observation of line 1 has length 2",
      { ...step, next: [1] },
    ],
    ["has a text in next", 'line 1: next has "a" at 0: a number is needed', { ...step, next: ["a", 1] }],
    [
      "has its fields in a prototype",
      "line 1: terminated is missing: true or false is needed",
      `{"__proto__": ${JSON.stringify(step)}}`,
    ],
  ];

  it.each(cases)("that %s", async (_, message, ...lines) => {
    const read = readAll(...lines);
    await expect(read).rejects.toThrow(expect.objectContaining({ name: "ConfigError" }));
    await expect(read).rejects.toThrow(message);
  });

  it("that is too long, before it has all come", async () => {
    let chunks = 0;
    const endless = async function* () {
      for (;;) {
        chunks++;
        yield new Uint8Array(2 ** 20).fill(32);
      }
    };
    await expect(readLog(endless())).rejects.toThrow("line 1 is longer than 16777216 bytes, which is the most allowed");
    expect(chunks).toBe(17);
  });

  it("that is not UTF-8", async () => {
    const utf16 = Buffer.from(`\ufeff${JSON.stringify(step)}`, "utf16le");
    await expect(readLog(utf16)).rejects.toThrow("line 1 is not UTF-8 text");
    await expect(readLog([bytes(step, ""), Uint8Array.of(0x7b, 0xff)])).rejects.toThrow("line 2 is not UTF-8 text");
  });

  it("has no byte order mark but the first", async () => {
    await expect(readAll(step, `\ufeff${JSON.stringify(step)}`)).rejects.toThrow(/^line 2 is not JSON/);
  });

  it("of a file of states", async () => {
    await expect(readStates(bytes({ observation: [1] }, { observation: [1, 2] }))).rejects.toThrow(
      "line 2: observation has length 2, but the observation of line 1 has length 1",
    );
    await expect(readStates(bytes({ observation: [1], mask: [0] }))).rejects.toThrow(
      "line 1: mask forbids every action: at least one must be allowed",
    );
  });

  it("does not touch the prototype of objects", async () => {
    const log = `{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, ${JSON.stringify(step).slice(1)}`;
    await readAll(log, { ...step, episode: "__proto__" }, { ...step, episode: "constructor" });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe("a file", () => {
  it.each([
    ["without a byte", []],
    ["of blank lines", ["", "  ", ""]],
  ])("%s is empty", async (_, lines) => {
    await expect(readAll(...lines)).rejects.toThrow("the log is empty: at least one step is needed");
    await expect(readStates(bytes(...lines))).rejects.toThrow("the file is empty: at least one state is needed");
  });

  it.each([
    ["cut off", (packed: Buffer) => packed.subarray(0, -10)],
    ["cut off in its header", (packed: Buffer) => packed.subarray(0, 5)],
    ["with a wrong checksum", (packed: Buffer) => Buffer.concat([packed.subarray(0, -8), Buffer.alloc(8)])],
    ["with something else after it", (packed: Buffer) => Buffer.concat([packed, Buffer.from("junk")])],
  ])("gzip %s", async (_, damage) => {
    const packed = damage(gzipSync(bytes(...new Array(2000).fill(step), "")));
    await expect(readLog(packed)).rejects.toThrow(/^after line \d+ the gzip data is damaged or cut off: ./);
  });

  it("that unpacks to a line without an end is refused", async () => {
    await expect(readLog(gzipSync(Buffer.alloc(2 ** 25, 32)))).rejects.toThrow("line 1 is longer than");
  });

  it("larger than the memory it may take is refused with its size", async () => {
    const lines = bytes(...new Array(5000).fill(step));
    await expect(readLog(lines, { memory: 2 ** 16 })).rejects.toThrow(
      /^line (\d+): the log does not fit in memory: \d+ rows are there, and \1 need 0\.1 MiB; 0\.1 MiB are allowed$/,
    );
    await expect(readStates(lines, { memory: 2 ** 15 })).rejects.toThrow(/^line \d+: the log does not fit in memory/);
    expect((await readLog(lines, { memory: 2 ** 20 })).actions.length).toBe(5000);
  });
});

it("an action count that the caller knows holds for actions and masks", async () => {
  const read = (line: object, options: LogOptions = { actionCount: 3 }) => readLog(bytes(line), options);
  expect((await read(step)).actionCount).toBe(3);
  await expect(read({ ...step, action: 3 })).rejects.toThrow(
    "line 1: action is 3: a whole number from 0 to 2 is needed",
  );
  await expect(read({ ...step, mask: [1, 1] })).rejects.toThrow("line 1: mask has length 2, but actionCount is 3");
});

it("a source that fails ends the reading with its own error, packed or not", async () => {
  for (const first of [bytes(step, ""), gzipSync(bytes(step, "")).subarray(0, 20)]) {
    const failing = async function* () {
      yield first;
      throw new Error("the cable is cut");
    };
    await expect(readLog(failing())).rejects.toThrow("the cable is cut");
  }
});

it("a source is left as soon as a line is damaged", async () => {
  let isLeft = false;
  const source = async function* () {
    try {
      for (;;) yield bytes("{bad", "");
    } finally {
      isLeft = true;
    }
  };
  await expect(readLog(source())).rejects.toThrow("line 1 is not JSON");
  expect(isLeft).toBe(true);
});

describe("stopping", () => {
  const reason = new Error("enough");

  it("does not wait for a source that never answers", async () => {
    for (const first of [bytes(step, ""), gzipSync(bytes(step, "")).subarray(0, 20)]) {
      const controller = new AbortController();
      const silent = async function* () {
        yield first;
        controller.abort(reason);
        await new Promise(() => {});
      };
      await expect(readLog(silent(), { signal: controller.signal })).rejects.toBe(reason);
    }
  });

  it("works within one long chunk", async () => {
    const controller = new AbortController();
    const lines: number[] = [];
    const onProgress = (progress: ReadingProgress) => {
      lines.push(progress.lines);
      if (lines.length === 2) controller.abort(reason);
    };
    const long = bytes(...new Array(20_000).fill(step));
    await expect(readLog(long, { signal: controller.signal, onProgress })).rejects.toBe(reason);
    expect(lines.length).toBe(2);
  });
});

it("progress counts the bytes of the source and the lines", async () => {
  const seen: ReadingProgress[] = [];
  const first = bytes(step, "");
  const second = bytes(step, step, "");
  await readLog([first, second], { onProgress: (progress) => seen.push(progress) });
  expect(seen).toEqual([
    { bytes: first.length, lines: 1 },
    { bytes: first.length + second.length, lines: 3 },
  ]);
});
