// Where the time of an update goes: each part alone, and what is left of the whole.
import { type UpdateCase, updateCases, updateFlops } from "./cases.js";
import { bench } from "./peak.js";

/** In the order of the core's `Part`. */
const parts = [
  ["sampling", "rows drawn and their observations gathered"],
  ["transposition", "the weights the other way round"],
  ["forward", "Q(s', ·) by either network, Q(s, ·)"],
  ["targets", "argmax and bootstrapped value"],
  ["loss", "Huber and its slope"],
  ["backward", "the hidden layers' deltas"],
  ["packing", "activations and deltas laid out for the gradients"],
  ["gradients", "the weights' and biases'"],
  ["adam", "the moments and the parameters"],
] as const;

interface Share {
  readonly part: string;
  readonly what: string;
  readonly us: number;
  /** Of the whole. */
  readonly share: number;
}

export interface Breakdown {
  readonly case: string;
  readonly wholeUs: number;
  /** They sum to the whole: the last is what the whole takes beyond its parts. */
  readonly parts: readonly Share[];
}

export function breakdowns(isWanted: (name: string) => boolean): Breakdown[] {
  return updateCases.filter(({ name }) => isWanted(name)).map(breakdown);
}

const flopsPerSample = 5e7;

function breakdown(update: UpdateCase): Breakdown {
  const learner = filledLearner(update);
  const n = Math.ceil(flopsPerSample / updateFlops(update));
  const wholeUs = medianUs(n, () => bench.learner_step(learner, n, 1e-3));
  const shareOf = (part: string, what: string, us: number): Share => ({ part, what, us, share: us / wholeUs });
  const alone = parts.map(([part, what], index) =>
    shareOf(
      part,
      what,
      medianUs(n, () => bench.learner_part(learner, index, n)),
    ),
  );
  bench.learner_free(learner);
  const rest = wholeUs - alone.reduce((sum, { us }) => sum + us, 0);
  return {
    case: update.name,
    wholeUs,
    parts: [...alone, shareOf("rest", "what the parts alone do not wait for", rest)],
  };
}

/** The median of 60 samples of n operations each, after a warm-up. */
function medianUs(n: number, run: () => unknown): number {
  const start = performance.now();
  while (performance.now() - start < 200) run();
  const samples = Array.from({ length: 60 }, () => {
    const before = performance.now();
    run();
    return ((performance.now() - before) / n) * 1e3;
  });
  return samples.sort((x, y) => x - y)[30];
}

/** A learner in the bench's own module, its replay memory full. */
function filledLearner({ widths, batchSize }: UpdateCase): number {
  const address = bench.allocate(4 * widths.length);
  new Uint32Array(bench.memory.buffer, address, widths.length).set(widths);
  const transitions = 100_000;
  const learner = bench.learner_create(address, widths.length - 1, batchSize, transitions, 1, 0.99, 1, 1, 2 ** 31 - 1);
  bench.learner_initialise(learner, 1, 2, 3, 4);
  const incoming = new Float32Array(bench.memory.buffer, bench.learner_incoming(learner), widths[0]);
  let state = 1;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const actions = widths[widths.length - 1];
  for (let step = 0; step < transitions; step++) {
    for (let i = 0; i < incoming.length; i++) incoming[i] = draw();
    if (step % 200 === 0) bench.learner_begin(learner);
    else bench.learner_record(learner, step % actions, draw(), step % 200 === 199 ? 1 : 0, 0);
  }
  return learner;
}
