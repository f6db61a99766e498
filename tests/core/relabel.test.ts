// A distiller whose batches a network in the core labels anew in every update.
import { describe, expect, it } from "vitest";
import { Network } from "../../src/core/network.js";
import { RelabellingDistiller } from "../../src/core/relabelling.js";

const teacherWidths = [3, 20, 2];
const count = 50;
const numbers = (length: number, step: number) => Float32Array.from({ length }, (_, i) => ((i * step) % 41) / 20 - 1);
const states = numbers(3 * count, 17);

function teacher(step = 7, batch = count): Network {
  const network = new Network(teacherWidths, batch);
  network.setParameters(numbers(4 * 20 + 21 * 2, step));
  return network;
}

/** A distiller of batches that fill their last panel in part, with these labels kept. */
function distiller(labels: Float32Array): RelabellingDistiller {
  const made = new RelabellingDistiller({
    widths: [3, 9, 2],
    batchSize: 21,
    capacity: count,
    loss: { mse: 1, kl: 1 },
    temperature: 0.5,
    huberDelta: 1,
  });
  made.initialise(Uint32Array.of(1, 2, 3, 4));
  made.add(states, labels);
  made.normalise();
  return made;
}

describe("a distiller that relabels", () => {
  it("learns the very bits that it learns from the same network's labels kept", () => {
    const network = teacher();
    const kept = distiller(network.forward(states, count));
    const relabelled = distiller(network.forward(states, count));
    for (const made of [kept, relabelled]) made.standardise();
    relabelled.relabelBy(network);
    for (let i = 0; i < 5; i++) expect(relabelled.step(3, 1e-2)).toBe(kept.step(3, 1e-2));
    expect(relabelled.parameters()).toEqual(kept.parameters());
    for (const made of [kept, relabelled, network]) made.dispose();
  });

  it("does not look at the labels kept, until it no longer relabels", () => {
    const network = teacher();
    const kept = distiller(network.forward(states, count));
    const relabelled = distiller(new Float32Array(2 * count).fill(Number.NaN));
    relabelled.relabelBy(network);
    expect(relabelled.step(3, 1e-2)).toBe(kept.step(3, 1e-2));
    relabelled.relabelBy(undefined);
    expect(relabelled.step(1, 1e-2)).toBeNaN();
    for (const made of [kept, relabelled, network]) made.dispose();
  });

  it("follows the network's parameters, whatever else the network answers in between", () => {
    const [first, second] = [teacher(7), teacher(11)];
    const kept = distiller(second.forward(states, count));
    const relabelled = distiller(first.forward(states, count));
    relabelled.relabelBy(first);
    first.setParameters(numbers(4 * 20 + 21 * 2, 11));
    for (let i = 0; i < 5; i++) {
      first.forward(states.subarray(9), 20);
      expect(relabelled.step(1, 1e-2)).toBe(kept.step(1, 1e-2));
    }
    for (const made of [kept, relabelled, first, second]) made.dispose();
  });

  it("refuses a network of other sizes, and one that has been disposed of", () => {
    const made = distiller(new Float32Array(2 * count));
    const wrong = new Network([3, 5, 4], 1);
    expect(() => made.relabelBy(wrong)).toThrow(
      new RangeError("a network 3 → 4 was given to label states: 3 → 2 is needed"),
    );
    const network = teacher();
    made.relabelBy(network);
    network.dispose();
    expect(() => made.step(1, 1e-2)).toThrow("this network has been disposed of");
    expect(() => made.relabelBy(network)).toThrow("this network has been disposed of");
    made.relabelBy(undefined);
    made.step(1, 1e-2);
    for (const other of [made, wrong]) other.dispose();
  });
});
