// Networks that exports are tested on, and observations for them.
import fc from "fast-check";
import { parameterCount } from "../../src/model/layout.js";
import type { ModelData } from "../../src/model/model.js";

/** The bits of each value; those of a NaN are the engine's own. */
export function bits(values: Float32Array): number[] {
  return Array.from(new Uint32Array(values.slice().buffer), (word, i) => (Number.isNaN(values[i]) ? Number.NaN : word));
}

/** Numbers of ordinary size, from an integer seed: a network's own kind of parameters. */
export function ordinary(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin(seed + 12.9898 * i) * 1.7);
}

const models: fc.Arbitrary<ModelData> = fc
  .tuple(fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 2, maxLength: 5 }), fc.nat(1e6), fc.boolean())
  .chain(([widths, seed, extreme]) => {
    const length = parameterCount(widths);
    const any = fc.float32Array({ minLength: length, maxLength: length, noNaN: true, noDefaultInfinity: true });
    const parameters = extreme ? any : fc.constant(ordinary(length, seed));
    const activation = fc.constantFrom("relu" as const, "tanh" as const);
    return fc.record({ environment: fc.string(), widths: fc.constant(widths), activation, parameters });
  });
const observationsOf = ({ widths: [size] }: ModelData) =>
  fc.array(
    fc.array(fc.oneof(fc.double({ min: -10, max: 10 }), fc.double()), {
      minLength: size,
      maxLength: size,
    }),
    {
      minLength: 1,
      maxLength: 3,
    },
  );
const masksOf = ({ widths }: ModelData) => {
  const actionCount = widths[widths.length - 1];
  const mask = fc.uint8Array({ min: 0, max: 1, minLength: actionCount, maxLength: actionCount });
  return fc.array(
    mask.filter((each) => each.includes(1)),
    { minLength: 1, maxLength: 3 },
  );
};
/** A network, one to three observations, and one to three masks of its actions. */
export const cases = models.chain((model) => fc.tuple(fc.constant(model), observationsOf(model), masksOf(model)));

/** The definition of the greedy action: the first that no other allowed one exceeds; where none is a number, the first. */
export function greedy(qValues: Float32Array, mask: Uint8Array = new Uint8Array(qValues.length).fill(1)): number {
  const allowed = [...qValues.keys()].filter((action) => mask[action] === 1);
  let best = allowed[0];
  for (const action of allowed) if (qValues[action] > qValues[best]) best = action;
  return best;
}
