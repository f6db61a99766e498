// How often the intervals of docs/tune.md's importance hold the true share: simulated trials, whose truth is known.
import { Pcg64 } from "../dist/env/random.js";
import { intervalOf } from "../dist/evaluate/statistics.js";
import { explained, ranksOf } from "../dist/tune/importance.js";
import { markdownTable } from "./markdown-table.js";

const searches = 500;
const values = 5; // of an option; the middle one is its default
const random = new Pcg64(100);

/** Trials as the search draws them: half keep the default. The score rises with the value, under noise. */
function draw(trials, effect) {
  const labels = [];
  const scores = [];
  for (let i = 0; i < trials; i++) {
    const value = random.random() < 0.5 ? 2 : random.integers(0, values);
    labels.push(String(value));
    scores.push(effect * value + random.normal(0, 1));
  }
  return { labels, scores };
}

const share = ({ labels, scores }) => explained(labels, ranksOf(scores));

function resampled({ labels, scores }) {
  const drawn = labels.map(() => random.integers(0, labels.length));
  return { labels: drawn.map((i) => labels[i]), scores: drawn.map((i) => scores[i]) };
}

const rows = [];
for (const effect of [0, 0.25, 0.5, 1]) {
  const truth = share(draw(200_000, effect));
  for (const trials of [27, 81]) {
    let held = 0;
    let width = 0;
    for (let i = 0; i < searches; i++) {
      const found = draw(trials, effect);
      const [low, high] = intervalOf(() => share(resampled(found)));
      if (low <= truth && truth <= high) held++;
      width += (Math.max(high, 0) - Math.max(low, 0)) / searches;
    }
    rows.push([
      truth.toFixed(2).replace("-", ""),
      String(trials),
      `${((100 * held) / searches).toFixed(0)} %`,
      width.toFixed(2),
    ]);
  }
}
console.log(markdownTable(["true share", "trials", "intervals that hold it", "mean width"], rows));
