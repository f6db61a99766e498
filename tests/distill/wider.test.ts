// Wider students: when each further student is wider, how wide, that it learns from the same states, and which one is kept.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { core } from "../../src/core/instance.js";
import { Apprentice } from "../../src/distill/apprentice.js";
import { type StudentConfig, statesConfig, studentConfig, studentOptions } from "../../src/distill/config.js";
import { partsOf } from "../../src/distill/given-states.js";
import { shrinkConfig } from "../../src/distill/shrink.js";
import { type DistillOptions, distill } from "../../src/distill/student.js";
import { hiddenOf } from "../../src/distill/widths.js";
import { presets } from "../../src/dqn/presets.js";
import "../../src/env/all.js";
import type { CustomEnv } from "../../src/env/env.js";
import { Pcg64 } from "../../src/env/random.js";
import { compare } from "../../src/evaluate/compare.js";
import { loadModel, saveModel } from "../../src/model/files.js";
import { Model } from "../../src/model/model.js";
import { summarise } from "../../src/report/summarise.js";
import { Interrupted } from "../../src/training/checkpoint.js";
import type { TrainingEvent } from "../../src/training/events.js";

const numbers = (length: number, key: number) => {
  const random = new Pcg64([key]);
  return Float32Array.from({ length }, () => 2 * random.random() - 1);
};

describe("a student is wider than the one before", () => {
  const config = (given: Partial<StudentConfig> = {}) => studentConfig("a stranger's", given);

  it("where neither the call nor a preset says how wide, unless the call says so itself", () => {
    expect(config()).toMatchObject({ hidden: [16], widerAttempts: true });
    expect(config({ hidden: undefined, widerAttempts: undefined }).widerAttempts).toBe(true);
    expect(config({ hidden: [16] }).widerAttempts).toBe(false);
    expect(config({ hidden: [] }).widerAttempts).toBe(false);
    expect(config({ widerAttempts: false })).toMatchObject({ hidden: [16], widerAttempts: false });
    expect(config({ hidden: [5], widerAttempts: true })).toMatchObject({ hidden: [5], widerAttempts: true });
    expect(statesConfig("", {}).widerAttempts).toBe(true);
    expect(statesConfig("", { hidden: [16] }).widerAttempts).toBe(false);
    expect(() => config({ widerAttempts: 1 as never })).toThrow("widerAttempts is 1: true or false is allowed");
  });

  it("in no environment whose preset is for students", () => {
    expect(Object.keys(presets).length).toBeGreaterThan(20);
    for (const id of Object.keys(presets)) {
      expect(studentConfig(id, {}).widerAttempts).toBe(false);
      expect(statesConfig(id, {}).widerAttempts).toBe(false);
    }
  });

  it("and its configuration, given again, says the same", () => {
    const given = fc.record(
      { hidden: fc.array(fc.integer({ min: 1, max: 99 }), { maxLength: 3 }), widerAttempts: fc.boolean() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(given, fc.constantFrom("a stranger's", "CartPole-v1"), (some, id) => {
        const once = studentConfig(id, some);
        expect(studentConfig(id, once)).toEqual(once);
        expect(Object.keys(once)).toEqual(Object.keys(studentOptions));
      }),
    );
  });

  it("but not in a search through sizes", () => {
    expect(shrinkConfig("a stranger's", {})).not.toHaveProperty("widerAttempts");
    expect(() => shrinkConfig("a stranger's", { widerAttempts: true } as never)).toThrow(
      'unknown student option "widerAttempts"',
    );
  });
});

describe("its width", () => {
  it("is twice the width before, at most 64", () => {
    const series = [1, 2, 3, 4, 5].map((attempt) =>
      hiddenOf({ hidden: [16, 5, 64, 100], widerAttempts: true }, attempt),
    );
    expect(series).toEqual([
      [16, 5, 64, 100],
      [32, 10, 64, 100],
      [64, 20, 64, 100],
      [64, 40, 64, 100],
      [64, 64, 64, 100],
    ]);
  });

  it("stays as it is where that is asked for, and where there is no layer", () => {
    const widths = fc.array(fc.integer({ min: 1, max: 4096 }), { maxLength: 8 });
    fc.assert(
      fc.property(widths, fc.integer({ min: 1, max: 1000 }), (hidden, attempt) => {
        expect(hiddenOf({ hidden, widerAttempts: false }, attempt)).toEqual(hidden);
        expect(hiddenOf({ hidden: [], widerAttempts: true }, attempt)).toEqual([]);
        const wide = hiddenOf({ hidden, widerAttempts: true }, attempt);
        expect(wide).toEqual(
          hidden.map((units) => Math.max(units, Math.min(64, units * 2 ** Math.min(attempt - 1, 6)))),
        );
      }),
    );
  });
});

describe("the next student", () => {
  const size = 3;
  const actions = 2;
  const rows = 12;
  const shape = fc.record({
    loss: fc.constantFrom("mse+cross-entropy", "td", "kl"),
    masked: fc.boolean(),
    byteObservations: fc.boolean(),
    largestWeight: fc.constantFrom(0, 127),
    savedBefore: fc.boolean(),
    savedAfter: fc.boolean(),
  });

  it("learns from the states that there are as one that had its width from the start", () => {
    fc.assert(
      fc.property(shape, ({ loss, masked, byteObservations, largestWeight, savedBefore, savedAfter }) => {
        const made = (given: Partial<StudentConfig>) =>
          new Apprentice(
            { observationSize: size, actionCount: actions, byteObservations },
            studentConfig("", { loss, envSteps: 24, updates: 30, rounds: 2, batchSize: 4, ...given }),
            5,
            largestWeight,
          );
        const again = (student: Apprentice, given: Partial<StudentConfig>) => {
          const { state, arrays } = student.save();
          student.dispose();
          const other = made(given);
          other.restore({ state: JSON.parse(JSON.stringify(state)), arrays });
          return other;
        };
        const states = numbers(rows * size, 1).map((x) => (byteObservations ? Math.floor(128 * (x + 1)) : x));
        const labels = numbers(rows * actions, 2);
        const taken = { actions: Uint32Array.from({ length: rows }, (_, i) => i % 2), values: numbers(rows, 3) };
        const masks = masked ? Uint8Array.from({ length: rows * actions }, (_, i) => Number(i % 3 !== 1)) : undefined;
        const widens = { hidden: [4], widerAttempts: true };
        let wide = made(widens);
        let straight = made({ hidden: [8], widerAttempts: false });
        for (const student of [wide, straight]) {
          student.add(states, labels, taken, masks);
          student.begin(1);
          student.learn(7);
        }
        expect(wide.widths).toEqual([size, 4, actions]);
        if (savedBefore) wide = again(wide, widens);
        wide.begin(2);
        straight.begin(2);
        expect(wide.widths).toEqual([size, 8, actions]);
        if (savedAfter) wide = again(wide, widens);
        if (savedAfter) straight = again(straight, { hidden: [8] });
        for (const student of [wide, straight]) student.add(states, labels, taken); // there may be more of them
        expect(wide.learn(9)).toBe(straight.learn(9));
        expect(wide.parameters()).toEqual(straight.parameters());
        expect(wide.featureScale()).toEqual(straight.featureScale());
        expect(wide.save()).toEqual({ ...straight.save(), state: wide.save().state });
        wide.dispose();
        straight.dispose();
      }),
      { numRuns: 60 },
    );
  });

  it("takes the place of the one before: there is never room for both", () => {
    const config = studentConfig("", { envSteps: 20_000, updates: 10, rounds: 1, batchSize: 4 });
    const student = new Apprentice({ observationSize: 100, actionCount: 2 }, config, 5, 0);
    student.add(new Float32Array(20_000 * 100), new Float32Array(20_000 * 2));
    student.begin(1);
    const bytes = core().memory.buffer.byteLength;
    student.begin(2);
    student.begin(3);
    expect(student.widths).toEqual([100, 64, 2]);
    expect(core().memory.buffer.byteLength).toBe(bytes);
    student.dispose();
  });
});

/** Ten steps; the reward is 1 for the action that the sign of the state asks for. */
const signs = (): CustomEnv => {
  let random = new Pcg64([0]);
  let steps = 0;
  let state = 0;
  const draw = () => {
    state = 2 * random.random() - 1;
    return [state];
  };
  return {
    id: "signs",
    observationSize: 1,
    actionCount: 2,
    maxEpisodeSteps: 10,
    reset: ({ seed = 0 } = {}) => {
      random = new Pcg64([seed]);
      steps = 0;
      return draw();
    },
    step: (action) => {
      const reward = Number(action === 1) === Number(state > 0.2) ? 1 : 0;
      return { observation: draw(), reward, terminated: ++steps === 10 };
    },
  };
};
const teacher = new Model({ environment: "signs", widths: [1, 2], parameters: Float32Array.of(-1, 1, 0.2, -0.2) });
const short: DistillOptions = {
  ...{ env: signs, seed: 4, hidden: [2], widerAttempts: true, attempts: 3, threshold: 5 },
  ...{ envSteps: 60, updates: 240, rounds: 2, batchSize: 8, evaluationEpisodes: 20, evaluationShare: 1 },
};

/** A student, and every network on the way with the attempt that it is of. */
async function distilled(given: DistillOptions = {}) {
  const networks: { attempt: number; best: boolean; parameters: Float32Array }[] = [];
  const attempts: (readonly number[])[] = [];
  let latest = new Float32Array(0);
  const student = await distill(teacher, {
    ...short,
    ...given,
    onNetwork: (parameters) => {
      latest = parameters.slice();
    },
    onEvent: (event) => {
      if (event.kind === "evaluation") {
        networks.push({ attempt: event.attempt as number, best: event.best, parameters: latest });
      } else if (event.kind === "attempt") attempts.push(event.hidden);
    },
  });
  return { student, networks, attempts };
}

describe("a series of students", () => {
  it("begins with the one that there was without wider ones", async () => {
    const [wider, same] = [await distilled(), await distilled({ widerAttempts: false })];
    const first = ({ networks }: typeof wider) => networks.filter(({ attempt }) => attempt === 1);
    expect(first(wider)).toEqual(first(same));
    expect(wider.attempts).toEqual([[2], [4], [8]]);
    expect(same.attempts).toEqual([[2], [2], [2]]);
    const satisfied = await distilled({ threshold: -5 });
    expect(satisfied.student.parameters).toEqual(
      (await distilled({ threshold: -5, widerAttempts: false })).student.parameters,
    );
    expect(satisfied.student.attempts).toBe(1);
  });

  it("keeps the best, and its widths are the student's, its file's and its summary's", async () => {
    const kept = new Set<number>();
    for (let seed = 0; seed < 8; seed++) {
      const { student, networks } = await distilled({ seed, quantize: seed % 2 === 1, updates: 20 });
      const best = networks.filter(({ best }) => best).at(-1);
      kept.add(best?.attempt as number);
      const hidden = [2 ** (best?.attempt as number)];
      expect(student.parameters).toEqual(best?.parameters);
      expect([student.hidden, student.attempts, student.config.hidden]).toEqual([hidden, 3, [2]]);
      const loaded = loadModel(saveModel(student));
      expect([loaded.hidden, loaded.training?.config]).toEqual([hidden, { ...student.config }]);
      const comparison = compare(teacher, student, { env: signs, seed, episodes: 2 });
      const summary = await summarise(Object.assign(teacher, { config: {} }) as never, student, comparison);
      expect(summary.student).toMatchObject({ hidden, parameters: 5 * hidden[0] - hidden[0] + 2, attempts: 3 });
      expect(summary.config.student).toMatchObject({ hidden: [2], widerAttempts: true });
    }
    expect(kept.size).toBeGreaterThan(1);
  });

  it("begins with another student's weights and widths only if its first one has these", async () => {
    const from = new Model({ environment: "signs", widths: [1, 3, 2], parameters: numbers(14, 5) });
    const { hidden: _, widerAttempts: __, ...rest } = short;
    const student = await distill(teacher, { ...rest, from });
    expect(student.config).toMatchObject({ hidden: [3], widerAttempts: false });
    const wider = await distilled({ hidden: undefined, from });
    expect(wider.attempts).toEqual([[3], [6], [12]]);
  });

  it("goes on bit for bit wherever it was stopped, with the best network so far in its error", async () => {
    const straight = await distilled();
    for (let stopAt = 1; ; stopAt++) {
      const controller = new AbortController();
      let events = 0;
      let best: Float32Array | undefined;
      let latest: Float32Array | undefined;
      const stopped = await distill(teacher, {
        ...short,
        signal: controller.signal,
        onNetwork: (parameters) => {
          latest = parameters.slice();
        },
        onEvent: (event: TrainingEvent) => {
          if (event.kind === "evaluation" && event.best) best = latest;
          if (++events === stopAt) controller.abort();
        },
      }).catch((error: unknown) => error);
      if (!(stopped instanceof Interrupted)) {
        expect(stopAt).toBeGreaterThan(18); // an attempt tells of two rounds, four chunks and its end: it is over
        return;
      }
      expect(stopped.model?.parameters).toEqual(best);
      const resumed = await distill(teacher, { ...short, resume: stopped.checkpoint });
      expect(resumed.parameters).toEqual(straight.student.parameters);
      expect([resumed.widths, resumed.updates]).toEqual([straight.student.widths, straight.student.updates]);
    }
  });

  it("from states alone is judged at the end as the one that is kept", async () => {
    const observations = numbers(400, 7);
    const options = { observations, seed: 4, hidden: [2], widerAttempts: true, attempts: 3, threshold: 1 };
    const learning = { updates: 90, rounds: 3, batchSize: 8, learningRate: 0.02 };
    const kept = new Set<number>();
    for (let seed = 0; seed < 6; seed++) {
      const bests: number[] = [];
      const all = { ...options, ...learning, seed };
      const student = await distill(teacher, {
        ...all,
        onEvent: (event) => event.kind === "agreement" && event.best && bests.push(event.attempt),
      });
      kept.add(bests.at(-1) as number);
      expect(student.hidden).toEqual([2 ** (bests.at(-1) as number)]);
      const { final } = partsOf(observations.length, seed);
      const alike = [...final].filter((row) => {
        const observation = observations.subarray(row, row + 1);
        return student.act(observation) === teacher.act(observation);
      });
      expect(student.heldOut?.actionAgreement).toBe(alike.length / final.length);
      const controller = new AbortController();
      const stopped = await distill(teacher, {
        ...all,
        signal: controller.signal,
        onEvent: (event) => event.kind === "attempt" && event.attempt === 2 && controller.abort(),
      }).catch((error: unknown) => error);
      const resumed = await distill(teacher, { ...all, resume: (stopped as Interrupted).checkpoint });
      expect(resumed.parameters).toEqual(student.parameters);
      expect(resumed.heldOut).toEqual(student.heldOut);
    }
    expect(kept.size).toBeGreaterThan(1);
  });
});
