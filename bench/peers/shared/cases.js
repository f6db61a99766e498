// The cases: what is done, by a network of which widths, for how many rows at once.

/** @typedef {"update" | "distil" | "relabel" | "act" | "forward"} Kind
 * update   a whole Double-DQN update
 * distil   a distillation update from labels that are kept
 * relabel  a distillation update, the teacher's forward in it
 * act      one greedy action
 * forward  the Q-values of a batch
 */

const teacher = [4, 256, 256, 2];

export const cases = [
  { id: "A1", kind: "update", widths: [4, 64, 64, 2], batch: 64 },
  { id: "A2", kind: "update", widths: [4, 128, 128, 2], batch: 128 },
  { id: "A3", kind: "update", widths: [8, 256, 256, 4], batch: 128 },
  { id: "A4", kind: "update", widths: [8, 256, 256, 4], batch: 32 },
  { id: "A5", kind: "update", widths: [4, 64, 2], batch: 32 },
  { id: "B1", kind: "distil", widths: [4, 32, 2], batch: 128, loss: "mse" },
  { id: "B2", kind: "distil", widths: [4, 64, 64, 2], batch: 128, loss: "kl" },
  { id: "B1r", kind: "relabel", widths: [4, 32, 2], batch: 128, loss: "mse", teacher },
  { id: "B2r", kind: "relabel", widths: [4, 64, 64, 2], batch: 128, loss: "kl", teacher },
  { id: "C1", kind: "act", widths: [4, 64, 64, 2], batch: 1 },
  { id: "C2", kind: "act", widths: [8, 256, 256, 4], batch: 1 },
  { id: "C3", kind: "forward", widths: [8, 256, 256, 4], batch: 1024 },
];

export const gamma = 0.99;
export const learningRate = 1e-3;
export const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
/** Divides the teacher's Q-values in the kl loss (Rusu et al. 2015). */
export const temperature = 0.1;

/**
 * A peer's map from case to preparation, from its preparations by kind; a kind that is left out leaves its cases out.
 * @param {Partial<Record<Kind, (definition: object) => Promise<(n: number) => unknown>>>} byKind
 */
export function casesOf(byKind) {
  const offered = cases.filter(({ kind }) => kind in byKind);
  return Object.fromEntries(
    offered.map((definition) => [definition.id, async () => byKind[definition.kind](definition)]),
  );
}

/** 2 · the multiply-adds of the products that one operation needs. */
export function flops({ kind, widths, batch, teacher }) {
  const forward = products(widths);
  // backward: one product for each layer's weights, one for each layer's inputs but the first's
  const backward = 2 * forward - widths[0] * widths[1];
  const perRow = {
    update: () => 3 * forward + backward,
    distil: () => forward + backward,
    relabel: () => forward + backward + products(teacher),
    act: () => forward,
    forward: () => forward,
  };
  return 2 * batch * perRow[kind]();
}

/** Σ in·out over layers. */
function products(widths) {
  return widths.slice(1).reduce((sum, width, layer) => sum + width * widths[layer], 0);
}
