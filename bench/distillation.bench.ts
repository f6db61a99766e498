// B1, B2: one distillation update from kept labels. B1r, B2r: with the teacher's forward pass in every update.

import { Network } from "#dist/core/network.js";
import { RelabellingDistiller } from "#dist/core/relabelling.js";
import { Pcg64 } from "#dist/env/random.js";
import { type DistillationCase, distillationCases, distillationFlops, teacherWidths } from "./cases.js";
import type { Case } from "./suite.js";

const labelledStates = 10_000;

export const distillation: readonly Case[] = distillationCases.map((distilled) => ({
  name: distilled.name,
  what: `${distilled.loss} update of ${distilled.widths.join("-")}, batch ${distilled.batchSize}${distilled.relabel ? `, teacher ${teacherWidths.join("-")}` : ""}`,
  flops: distillationFlops(distilled),
  operations: 8,
  prepare() {
    const teacher = randomTeacher();
    const distiller = filledDistiller(distilled, teacher);
    if (distilled.relabel) distiller.relabelBy(teacher);
    const dispose = () => {
      distiller.dispose();
      teacher.dispose();
    };
    return { run: () => distiller.step(8, 1e-3), dispose };
  },
}));

function randomTeacher(): Network {
  const random = new Pcg64(1);
  const teacher = new Network(teacherWidths, 128);
  const count = teacherWidths.slice(1).reduce((sum, width, layer) => sum + (teacherWidths[layer] + 1) * width, 0);
  teacher.setParameters(Float32Array.from({ length: count }, () => random.uniform(-0.1, 0.1)));
  return teacher;
}

function filledDistiller({ widths, batchSize, loss }: DistillationCase, teacher: Network): RelabellingDistiller {
  const distiller = new RelabellingDistiller({
    widths,
    batchSize,
    capacity: labelledStates,
    loss: { [loss]: 1 },
    temperature: 0.1,
    huberDelta: 1,
  });
  distiller.initialise(Uint32Array.of(1, 2, 3, 4));
  const random = new Pcg64(0);
  const states = Float32Array.from({ length: labelledStates * widths[0] }, () => random.uniform(-1, 1));
  distiller.add(states, teacher.forward(states, labelledStates));
  return distiller;
}
