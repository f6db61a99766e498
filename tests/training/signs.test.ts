// Signs that a training goes wrong: each is seen in facts that show it, and not in similar ones.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Notice } from "../../src/core/notice.js";
import { Diagnosis } from "../../src/training/diagnosis.js";
import { type Facts, type Sign, signs } from "../../src/training/signs.js";
import { ailing, evaluated, healthy } from "./ailing.js";

const all = Object.entries<Sign>(signs);

it("a training that goes well shows none", () => {
  for (const [, { seen }] of all) expect(seen(healthy)).toBeUndefined();
});

describe.each(all)("%s", (name, { seen }) => {
  const { shows, not } = ailing[name as keyof typeof ailing];

  it("is seen", () => {
    for (const changes of shows) {
      const notice = seen({ ...healthy, ...changes }) as Notice;
      expect(notice.code).toMatch(/^[a-z]+(-[a-z]+)*$/);
      // one line each, which say what they were made with
      for (const line of [notice.message, notice.remedy]) expect(line).toMatch(/^[^\n.]([^\n]*[^\n.])?$/);
      const said = `${notice.message} ${notice.remedy}`;
      for (const [key, value] of Object.entries(notice.values)) {
        if (!["best", "count", "longestEnded"].includes(key)) expect(said).toContain(String(value));
      }
    }
  });

  it("is not seen in what is similar", () => {
    for (const changes of not) expect(seen({ ...healthy, ...changes })).toBeUndefined();
  });
});

it("names features and actions as the environment does", () => {
  expect(signs.constantFeature.seen({ ...healthy, constantFeatures: () => [0, 1] })?.message).toContain(
    "“stock”, “price”",
  );
  const many = { ...healthy.env, featureNames: Array.from({ length: 9 }, (_, i) => `cell ${i}`) };
  const eight = { ...healthy, env: many, constantFeatures: () => [0, 1, 2, 3, 4, 5, 6, 7] };
  expect(signs.constantFeature.seen(eight)?.message).toMatch(/“cell 4” and 3 more$/);
  const outlier = { feature: 1, value: 123456.7, envSteps: 9000 };
  expect(signs.farOutside.seen({ ...healthy, outlier })?.values).toEqual({
    ...{ envSteps: 9000, feature: "price", value: 123500 },
  });
  const evaluations = [10_000, 11_000].map((envSteps) => evaluated(envSteps, { onlyAction: 2 }));
  expect(signs.oneAction.seen({ ...healthy, evaluations })?.message).toContain(
    "the action “sell” at every step of its evaluations, which return 30; always “buy” returns 12",
  );
});

it("what a network is worth is not put down to noise, however large that is", () => {
  const drawn = fc.record({
    random: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    noise: fc.double({ min: 0, max: 1e6, noNaN: true }),
    errors: fc.double({ min: 2.01, max: 100, noNaN: true }),
  });
  fc.assert(
    fc.property(drawn, ({ random, noise, errors }) => {
      const better = random + errors * noise * Math.sqrt(1 / 19 + 1 / 10) + 1e-3 * (1 + Math.abs(random));
      const of = { episodes: 20, mean: better, std: noise };
      const facts = {
        ...healthy,
        random: { count: 10, mean: random, squares: 9 * noise * noise },
        ...{ evaluations: [evaluated(10_000, of)], kept: of },
      };
      expect(signs.noBetterThanRandom.seen(facts)).toBeUndefined();
    }),
  );
});

describe("a diagnosis", () => {
  function diagnosing(facts: () => Partial<Facts>) {
    const told: string[] = [];
    const diagnosis = new Diagnosis(
      () => ({ ...healthy, ...facts() }),
      ({ code }) => told.push(code),
    );
    return { told, diagnosis };
  }

  it("tells each notice once, from its share of the steps on, also after a stop", () => {
    let now: Partial<Facts> = { envSteps: 4999, evaluationSteps: 9000, repeats: false };
    const { told, diagnosis } = diagnosing(() => now);
    diagnosis.look();
    expect(told).toEqual(["unseeded"]);
    now = { ...now, envSteps: 5000 };
    diagnosis.look();
    diagnosis.look();
    expect(told).toEqual(["unseeded", "costly-evaluation"]);
    const again = diagnosing(() => ({ ...now, outlier: { feature: 0, value: 9, envSteps: 5000 } }));
    again.diagnosis.restore(JSON.parse(JSON.stringify(diagnosis.save())));
    again.diagnosis.look();
    expect(again.told).toEqual(["far-outside"]);
  });

  it("looks at the whole replay memory only once", () => {
    let looked = 0;
    const constantFeatures = () => {
      looked++;
      return [];
    };
    const { diagnosis } = diagnosing(() => ({ constantFeatures }));
    for (let i = 0; i < 3; i++) diagnosis.look();
    expect(looked).toBe(1);
  });

  it("goes by the evaluations that it was told of, also after a stop", () => {
    const late = { envSteps: 11_000 };
    const { told, diagnosis } = diagnosing(() => late);
    diagnosis.evaluated(evaluated(10_000, { onlyAction: 0 }));
    diagnosis.look();
    expect(told).toEqual([]);
    const again = diagnosing(() => late);
    again.diagnosis.restore(JSON.parse(JSON.stringify(diagnosis.save())));
    again.diagnosis.evaluated(evaluated(11_000, { onlyAction: 0 }));
    again.diagnosis.look();
    expect(again.told).toEqual(["one-action"]);
    const damaged = { state: { evaluations: [] }, arrays: {} };
    expect(() => diagnosis.restore(damaged)).toThrow("it does not say what was told");
  });
});
