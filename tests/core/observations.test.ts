// What a learner says of the observations in its replay memory.
import fc from "fast-check";
import { expect, it } from "vitest";
import { Learner } from "../../src/core/learner.js";

const shape = { batchSize: 1, bufferSize: 40, nStep: 1, gamma: 0.9, huberDelta: 1, tau: 1, targetUpdateInterval: 1 };
const memories = fc.boolean().chain((byteObservations) => {
  const feature = byteObservations
    ? fc.integer({ min: 0, max: 255 })
    : fc.float({ noNaN: true, noDefaultInfinity: true });
  return fc.record({
    byteObservations: fc.constant(byteObservations),
    rows: fc.array(fc.tuple(feature, feature, feature), { minLength: 1, maxLength: 70 }),
  });
});

it("gives the lowest and highest value of each feature, and evenly spaced copies, also after the ring has wrapped", () => {
  fc.assert(
    fc.property(memories, fc.integer({ min: 1, max: 50 }), ({ rows, byteObservations }, most) => {
      const learner = new Learner({ ...shape, widths: [3, 2], byteObservations });
      try {
        let row = learner.begin(rows[0]);
        for (const each of rows.slice(1)) row = learner.record(row, 0, 0, each, false, false);
        const held = learner.observations();
        const column = (i: number) => Array.from(held).filter((_, at) => at % 3 === i);
        const { lowest, highest } = learner.ranges();
        expect([...lowest]).toEqual([0, 1, 2].map((i) => Math.min(...column(i))));
        expect([...highest]).toEqual([0, 1, 2].map((i) => Math.max(...column(i))));
        const some = learner.someObservations(most);
        expect(some).toHaveLength(Math.min(most, learner.filled));
        for (const [i, each] of some.entries()) {
          const from = Math.floor((i * learner.filled) / some.length);
          expect(each).toEqual(held.slice(3 * from, 3 * from + 3));
        }
      } finally {
        learner.dispose();
      }
    }),
  );
});
