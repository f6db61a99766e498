// Successive halving with scores that a script gives: who goes on, ties, and what a rung is decided by.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { halving, type Score } from "../../src/tune/halving.js";
import { planOf } from "../../src/tune/plan.js";

const lengths = { envSteps: 50_000, learningStarts: 1000 };

/** Who was in each rung, and the standings. @param script the score of a trial in a rung, with each seed */
async function run(trials: number, script: (trial: number, rung: number, seed: number) => Score) {
  const plan = planOf(trials, lengths);
  const asked: number[][] = [];
  const decided = await halving(plan, async (rung, within) => {
    asked.push([...within]);
    return within.map((trial) => Array.from({ length: plan.rungs[rung].seeds }, (_, i) => script(trial, rung, i)));
  });
  return { asked, decided };
}

const order = (standings: readonly { trial: number }[]) => standings.map(({ trial }) => trial);

describe("a rung", () => {
  it("is decided by the means over seeds, and the best third goes on, the default with it", async () => {
    // the first seed alone would choose others
    const { asked, decided } = await run(27, (trial, _, seed) => (seed === 0 ? -trial : 3 * trial));
    expect(asked[0]).toEqual(Array.from({ length: 27 }, (_, trial) => trial));
    expect(asked[1]).toEqual([0, 19, 20, 21, 22, 23, 24, 25, 26]);
    expect(asked[2]).toEqual([0, 25, 26]);
    expect(decided[0][0]).toEqual({ trial: 26, scores: [-26, 78], score: 26 });
    expect(order(decided[2])).toEqual([26, 25, 0]);
  });

  it("is decided anew: what a trial did before does not count", async () => {
    const { asked, decided } = await run(27, (trial, rung) => (rung === 1 ? -trial : trial));
    expect(asked[2]).toEqual([0, 19, 20]);
    expect(order(decided[2])).toEqual([20, 19, 0]);
  });

  it("gives of equal trials the place to the smaller number", async () => {
    const { asked, decided } = await run(27, () => 1);
    expect(asked.slice(1)).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8],
      [0, 1, 2],
    ]);
    expect(order(decided[2])).toEqual([0, 1, 2]); // no trial is better than the default
  });

  it("puts a training that diverged below any return, even one of several", async () => {
    const { asked, decided } = await run(6, (trial, rung, seed) =>
      trial === 5 && rung === 0 && seed === 1 ? null : -1e9 - trial,
    );
    expect(order(decided[0])).toEqual([0, 1, 2, 3, 4, 5]);
    expect(decided[0][5].score).toBeNull();
    expect(asked[1]).toEqual([0, 1]);
    const all = await run(6, () => null);
    expect(order(all.decided[1])).toEqual([0, 1]);
  });

  it("keeps the default also where it is the worst, or diverged", async () => {
    const worst = await run(9, (trial) => trial);
    expect(worst.asked[1]).toEqual([0, 7, 8]);
    const diverged = await run(9, (trial) => (trial === 0 ? null : trial));
    expect(diverged.asked[1]).toEqual([0, 7, 8]);
    expect(order(diverged.decided[1])).toEqual([8, 7, 0]);
  });

  it("asks for nothing before all of the last one is there", async () => {
    const plan = planOf(6, lengths);
    let under = 0;
    await halving(plan, async (rung, within) => {
      expect(under++).toBe(0);
      await new Promise((resolve) => setTimeout(resolve, 1));
      under--;
      return within.map((trial) => plan.rungs[rung].seeds * trial).map((score) => [score]);
    });
  });
});

it("finds the best trial wherever it is, if every training says the truth", async () => {
  const scores = fc.uniqueArray(fc.integer(), { minLength: 2, maxLength: 60 });
  const property = fc.asyncProperty(scores, async (truth) => {
    const { decided } = await run(truth.length, (trial) => truth[trial]);
    const last = decided[decided.length - 1];
    expect(last[0].trial).toBe(truth.indexOf(Math.max(...truth)));
    for (const standings of decided) {
      expect(order(standings)).toEqual([...order(standings)].sort((a, b) => truth[b] - truth[a]));
    }
  });
  await fc.assert(property, { seed: 1 });
});
