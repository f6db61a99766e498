// Folding: the folded network gives on raw observations what the other gave on normalised ones.
import fc from "fast-check";
import { expect, it } from "vitest";
import { cutToTask, foldNormalisation, foldStandardisation } from "../../src/model/fold.js";
import { layerPlaces, parameterCount } from "../../src/model/layout.js";
import { Model } from "../../src/model/model.js";

const widths = [3, 8, 2];
const number = fc.double({ min: -2, max: 2, noNaN: true });
const numbers = (count: number) => fc.array(number, { minLength: count, maxLength: count });
const model = (parameters: Float32Array) => new Model({ environment: "test", widths, parameters });

it("foldNormalisation undoes (x − mean)·scale in the first layer", () => {
  fc.assert(
    fc.property(
      numbers(parameterCount(widths)),
      numbers(3),
      numbers(3),
      numbers(3),
      (values, observation, mean, spread) => {
        const parameters = Float32Array.from(values);
        const normalisation = {
          mean: Float32Array.from(mean),
          scale: Float32Array.from(spread, (s) => 0.1 + Math.abs(s)),
        };
        const folded = model(foldNormalisation(widths, parameters, normalisation));
        const plain = model(parameters);
        const normalised = observation.map((x, i) => (x - normalisation.mean[i]) * normalisation.scale[i]);
        const expected = plain.qValues(normalised);
        for (const [a, q] of folded.qValues(observation).entries())
          expect(Math.abs(q - expected[a])).toBeLessThan(2e-4);
        folded.dispose();
        plain.dispose();
      },
    ),
  );
});

it("foldStandardisation undoes (q − mean)·scale in the last layer", () => {
  fc.assert(
    fc.property(numbers(parameterCount(widths)), numbers(3), number, number, (values, observation, mean, spread) => {
      const parameters = Float32Array.from(values);
      const scale = 0.1 + Math.abs(spread);
      const folded = model(foldStandardisation(widths, parameters, { mean, scale }));
      const plain = model(parameters);
      const expected = plain.qValues(observation).map((q) => q / scale + mean);
      for (const [a, q] of folded.qValues(observation).entries()) expect(Math.abs(q - expected[a])).toBeLessThan(1e-3);
      folded.dispose();
      plain.dispose();
    }),
  );
});

it("places the layers one after another", () => {
  expect(parameterCount([4, 64, 64, 2])).toBe(4610);
  expect(parameterCount([4, 16, 2])).toBe(114);
  expect(layerPlaces([4, 3, 2])).toEqual([
    { inputs: 4, outputs: 3, weight: 0, bias: 12 },
    { inputs: 3, outputs: 2, weight: 15, bias: 21 },
  ]);
});

it.each([[[5, 7, 6]], [[5, 7, 4, 6]], [[5, 6]]])("cutToTask answers as the whole of %o for padded inputs", (whole) => {
  fc.assert(
    fc.property(numbers(parameterCount(whole)), numbers(3), fc.boolean(), (values, observation, hasOne) => {
      const parameters = Float32Array.from(values);
      const one = hasOne ? 4 : undefined;
      const cut = new Model({
        environment: "test",
        widths: [3, ...whole.slice(1, -1), 2],
        parameters: cutToTask(whole, parameters, { inputs: 3, firstOutput: 3, outputs: 2, one }),
      });
      const full = new Model({ environment: "test", widths: whole, parameters });
      const expected = full.qValues([...observation, 0, hasOne ? 1 : 0]).slice(3, 5);
      for (const [a, q] of cut.qValues(observation).entries()) expect(Math.abs(q - expected[a])).toBeLessThan(1e-4);
      cut.dispose();
      full.dispose();
    }),
  );
});
