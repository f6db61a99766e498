// C1–C3: a network's answers.
import { Network } from "#dist/core/network.js";
import { Pcg64 } from "#dist/env/random.js";
import { answerCases, forwardFlops, type UpdateCase } from "./cases.js";
import type { Case } from "./suite.js";

const observationRows = 1024;

export const answers: readonly Case[] = answerCases.map((answer) => {
  const { name, widths, batchSize } = answer;
  const acts = batchSize === 1;
  return {
    name,
    what: acts ? `greedy action of ${widths.join("-")}` : `Q-values of ${widths.join("-")}, batch ${batchSize}`,
    flops: forwardFlops(answer),
    operations: acts ? observationRows : 1,
    prepare: () => (acts ? actions(answer) : batches(answer)),
  };
});

function randomNetwork({ widths, batchSize }: UpdateCase): { network: Network; observations: Float32Array } {
  const random = new Pcg64(0);
  const network = new Network(widths, batchSize);
  const count = widths.slice(1).reduce((sum, width, layer) => sum + (widths[layer] + 1) * width, 0);
  network.setParameters(Float32Array.from({ length: count }, () => random.uniform(-0.2, 0.2)));
  const observations = Float32Array.from({ length: observationRows * widths[0] }, () => random.uniform(-1, 1));
  return { network, observations };
}

function actions(answer: UpdateCase): ReturnType<Case["prepare"]> {
  const { network, observations } = randomNetwork(answer);
  const size = answer.widths[0];
  const rows = Array.from({ length: observationRows }, (_, row) => observations.subarray(row * size, (row + 1) * size));
  const run = () => {
    let sum = 0;
    for (const row of rows) sum += network.act(row);
    return sum;
  };
  return { run, dispose: () => network.dispose() };
}

function batches(answer: UpdateCase): ReturnType<Case["prepare"]> {
  const { network, observations } = randomNetwork(answer);
  return { run: () => network.forward(observations, observationRows), dispose: () => network.dispose() };
}
