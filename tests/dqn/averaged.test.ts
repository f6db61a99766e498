// The averaged network: which networks it is the mean of, and that it goes on where it was saved.
import fc from "fast-check";
import { expect, it } from "vitest";
import { AveragedNetwork } from "../../src/dqn/averaged.js";
import type { Saved } from "../../src/training/checkpoint.js";

/** Shows it networks of one parameter, the step's number, after rounds of so many steps. */
function goThrough(averaged: AveragedNetwork, from: number, to: number, round = 1): number[] {
  const taken: number[] = [];
  for (let now = from + round; now <= to; now += round) {
    averaged.see(
      () => {
        taken.push(now);
        return Float32Array.of(now, -now);
      },
      now - round,
      now,
    );
  }
  return taken;
}

it("is the mean of the networks at each hundredth of the training, in its last share", () => {
  const averaged = new AveragedNetwork({ envSteps: 2000, averageFraction: 0.25 });
  expect(goThrough(averaged, 0, 1500)).toEqual([]);
  expect(averaged.parameters).toBeUndefined();
  const taken = goThrough(averaged, 1500, 2000);
  expect(taken).toEqual(Array.from({ length: 25 }, (_, i) => 1520 + 20 * i));
  expect(averaged.parameters).toEqual(Float32Array.of(1760, -1760));
});

it.each([
  [{ envSteps: 2000, averageFraction: 0 }, 1, 0],
  [{ envSteps: 2000, averageFraction: 1 }, 1, 100],
  [{ envSteps: 2010, averageFraction: 1 }, 1, 95], // each 21 steps
  [{ envSteps: 30, averageFraction: 0.5 }, 1, 15],
  [{ envSteps: 2000, averageFraction: 0.5 }, 50, 20], // rounds of 50 steps
])("of %j in rounds of %i steps has %i networks in it", (config, round, networks) => {
  const averaged = new AveragedNetwork(config);
  expect(goThrough(averaged, 0, config.envSteps, round)).toHaveLength(networks);
  expect(averaged.save().state).toEqual({ networks });
});

it("is close to the exact mean, whatever the parameters are", () => {
  const parameter = fc.float({ noNaN: true, min: Math.fround(-1e6), max: Math.fround(1e6) });
  fc.assert(
    fc.property(fc.array(parameter, { minLength: 1, maxLength: 100 }), (values) => {
      const averaged = new AveragedNetwork({ envSteps: values.length, averageFraction: 1 });
      for (const [i, value] of values.entries()) averaged.see(() => Float32Array.of(value), i, i + 1);
      const exact = values.reduce((sum, value) => sum + value, 0) / values.length;
      const largest = Math.max(...values.map(Math.abs));
      expect(Math.abs(averaged.parameters![0] - exact)).toBeLessThanOrEqual(largest * 1e-5 + 1e-40); // of tiny values f32 has few digits
    }),
  );
});

it("begins anew where a training goes on longer, and leaves alone what it gave", () => {
  const short = new AveragedNetwork({ envSteps: 1000, averageFraction: 0.5 });
  goThrough(short, 0, 1000);
  const given = short.parameters!;
  const longer = new AveragedNetwork({ envSteps: 4000, averageFraction: 0.5 });
  longer.restore(short.save());
  goThrough(longer, 1000, 4000);
  expect(longer.parameters).toEqual(Float32Array.of(3020, -3020)); // 2,040, 2,080 … 4,000
  expect(given).toEqual(Float32Array.of(755, -755));
});

it("goes on to the same bits, wherever it was saved", () => {
  const config = { envSteps: 700, averageFraction: 0.25 };
  const whole = new AveragedNetwork(config);
  goThrough(whole, 0, 700);
  for (const stop of [0, 300, 525, 532, 601, 700]) {
    const first = new AveragedNetwork(config);
    goThrough(first, 0, stop);
    const second = new AveragedNetwork(config);
    second.restore(first.save());
    goThrough(second, stop, 700);
    expect(second.save()).toEqual(whole.save());
  }
});

it.each<Saved>([
  { state: {}, arrays: { mean: new Float32Array(1) } },
  { state: { networks: 1.5 }, arrays: { mean: new Float32Array(1) } },
  { state: { networks: 1 }, arrays: {} },
])("refuses %j", (saved) => {
  const averaged = new AveragedNetwork({ envSteps: 10, averageFraction: 1 });
  expect(() => averaged.restore(saved)).toThrow("its averaged network is missing");
});
