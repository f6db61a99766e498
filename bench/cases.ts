// What is measured: the cases by name, their networks, and the floating-point operations that each needs.

/** The network of a case: observation size, hidden widths, action count. */
export type Widths = readonly number[];

export interface UpdateCase {
  readonly name: string;
  readonly widths: Widths;
  readonly batchSize: number;
  /** With observations of bytes: how many features are 1 on average; the others are 0. */
  readonly set?: number;
}

/** One whole Double-DQN update: sampling, three forward passes, Huber, backward, Adam. It holds 100,000 transitions. */
export const updateCases: readonly UpdateCase[] = [
  { name: "A1", widths: [4, 64, 64, 2], batchSize: 64 },
  { name: "A2", widths: [4, 128, 128, 2], batchSize: 128 },
  { name: "A3", widths: [8, 256, 256, 4], batchSize: 128 },
  { name: "A4", widths: [8, 256, 256, 4], batchSize: 32 },
  { name: "A5", widths: [4, 64, 2], batchSize: 32 },
  { name: "M1", widths: [400, 128, 128, 3], batchSize: 32, set: 20 },
];

export interface DistillationCase extends UpdateCase {
  readonly loss: "mse" | "kl";
  /** Whether the teacher's forward pass is part of every update. If not, its labels are kept with the states. */
  readonly relabel: boolean;
}

export const teacherWidths: Widths = [4, 256, 256, 2];

/** One distillation update from 10,000 labelled states. */
export const distillationCases: readonly DistillationCase[] = [
  { name: "B1", widths: [4, 32, 2], batchSize: 128, loss: "mse", relabel: false },
  { name: "B2", widths: [4, 64, 64, 2], batchSize: 128, loss: "kl", relabel: false },
  { name: "B1r", widths: [4, 32, 2], batchSize: 128, loss: "mse", relabel: true },
  { name: "B2r", widths: [4, 64, 64, 2], batchSize: 128, loss: "kl", relabel: true },
];

/** C1, C2: one greedy action, from observation to action. C3: the Q-values of a batch. */
export const answerCases: readonly UpdateCase[] = [
  { name: "C1", widths: [4, 64, 64, 2], batchSize: 1 },
  { name: "C2", widths: [8, 256, 256, 4], batchSize: 1 },
  { name: "C3", widths: [8, 256, 256, 4], batchSize: 1024 },
];

/** in·out of the first layer, counting only the inputs that are not 0. */
function firstProducts({ widths, set = widths[0] }: UpdateCase): number {
  return set * widths[1];
}

/** Σ in·out over the layers. */
function products(update: UpdateCase): number {
  const { widths } = update;
  return widths.slice(2).reduce((sum, width, layer) => sum + width * widths[layer + 1], firstProducts(update));
}

/** 2 · the multiply-adds of a forward pass, for each row of a batch. */
export function forwardFlops(update: UpdateCase): number {
  return 2 * update.batchSize * products(update);
}

/** Forward and backward pass: the gradients of all weights, and of all activations except the observation. */
function trainingFlops(update: UpdateCase): number {
  return 2 * update.batchSize * (3 * products(update) - firstProducts(update));
}

/** Training on Q(s, ·), and two more forward passes: Q(s', ·) with either network. */
export function updateFlops(update: UpdateCase): number {
  return trainingFlops(update) + 2 * forwardFlops(update);
}

export function distillationFlops(distillation: DistillationCase): number {
  const { batchSize, relabel, name } = distillation;
  return trainingFlops(distillation) + (relabel ? forwardFlops({ name, batchSize, widths: teacherWidths }) : 0);
}
