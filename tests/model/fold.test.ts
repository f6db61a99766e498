// Folding: the folded network gives on raw observations what the other gave on normalised ones.
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  cutToTask,
  foldDueling,
  foldNormalisation,
  foldStandardisation,
  unfoldNormalisation,
  unfoldStandardisation,
} from "../../src/model/fold.js";
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

// what a scaling and its inverse do to a weight is rounded twice, each time by at most half a unit in the last place; a
// bias also by the size of what was added to it
const nearly = (actual: Float32Array, expected: Float32Array, size: number) => {
  for (const [i, value] of actual.entries()) {
    expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(2 ** -22 * (Math.abs(expected[i]) + size));
  }
};

// one layer, so that the first layer is also the last, and more
it.each([[[3, 2]], [[3, 8, 2]], [[3, 8, 5, 2]]])("unfolding is the inverse of folding, for widths %o", (shape) => {
  const count = parameterCount(shape);
  // deviations from 1e-6 to 1e6, and means that are large beside them
  const scales = fc.array(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(numbers(count), numbers(3), scales, number, number, (values, mean, powers, centre, power) => {
      const parameters = Float32Array.from(values);
      const normalisation = { mean: Float32Array.from(mean), scale: Float32Array.from(powers, (p) => 10 ** p) };
      const shift = 3 * 2 * 2; // at most: three inputs, means and weights up to 2
      const raw = unfoldNormalisation(shape, parameters, normalisation);
      nearly(foldNormalisation(shape, raw, normalisation), parameters, shift);
      const first = layerPlaces(shape)[0];
      expect(raw.subarray(first.bias + first.outputs)).toEqual(parameters.subarray(first.bias + first.outputs));

      const standardisation = { mean: centre, scale: 10 ** power };
      const standard = unfoldStandardisation(shape, parameters, standardisation);
      nearly(foldStandardisation(shape, standard, standardisation), parameters, 4);
    }),
  );
});

it("unfoldNormalisation gives on normalised observations what the network gave on raw ones", () => {
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
        const unfolded = model(unfoldNormalisation(widths, parameters, normalisation));
        const plain = model(parameters);
        const normalised = observation.map((x, i) => (x - normalisation.mean[i]) * normalisation.scale[i]);
        const expected = plain.qValues(observation);
        for (const [a, q] of unfolded.qValues(normalised).entries())
          expect(Math.abs(q - expected[a])).toBeLessThan(2e-4);
        unfolded.dispose();
        plain.dispose();
      },
    ),
  );
});

it("unfoldStandardisation standardises the outputs", () => {
  fc.assert(
    fc.property(numbers(parameterCount(widths)), numbers(3), number, number, (values, observation, mean, spread) => {
      const parameters = Float32Array.from(values);
      const scale = 0.1 + Math.abs(spread);
      const unfolded = model(unfoldStandardisation(widths, parameters, { mean, scale }));
      const plain = model(parameters);
      const expected = plain.qValues(observation).map((q) => (q - mean) * scale);
      for (const [a, q] of unfolded.qValues(observation).entries())
        expect(Math.abs(q - expected[a])).toBeLessThan(1e-3);
      unfolded.dispose();
      plain.dispose();
    }),
  );
});

it("foldDueling gives V + A − mean A, with a hidden layer and without", () => {
  fc.assert(
    fc.property(fc.constantFrom([3, 8, 4], [3, 4]), numbers(100), numbers(3), (shape, values, observation) => {
      const headed = [...shape.slice(0, -1), 5];
      const head = new Model({
        environment: "test",
        widths: headed,
        parameters: Float32Array.from({ length: parameterCount(headed) }, (_, i) => values[i]),
      });
      const folded = new Model({ environment: "test", widths: shape, parameters: foldDueling(shape, head.parameters) });
      const [a0, a1, a2, a3, value] = head.qValues(observation);
      const center = (a0 + a1 + a2 + a3) / 4;
      const expected = [a0, a1, a2, a3].map((advantage) => value + advantage - center);
      for (const [a, q] of folded.qValues(observation).entries()) expect(Math.abs(q - expected[a])).toBeLessThan(1e-4);
      folded.dispose();
      head.dispose();
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
