// losses: which loss pulls a student to its teacher best, at which temperature, and on whose states.
import { transitionsPart } from "../../distill/loss.js";
import type { Study } from "../study.js";
import { distilled } from "./distilled.js";

const sources = ["student", "teacher", "mixed", "replay"];

const losses = [
  { loss: "mse+cross-entropy", temperature: 0.1 },
  ...["mse", "huber", "nll", "td"].map((loss) => ({ loss })),
  ...[0.1, 0.5, 1].map((temperature) => ({ loss: "cross-entropy", temperature })),
  ...[0.01, 0.1, 0.5, 1].map((temperature) => ({ loss: "kl", temperature })), // 0.01 in Rusu et al. 2015
];

export const lossesStudy: Study = {
  name: "losses",
  question: "Which loss, at which temperature and on whose states, makes the best student?",
  score: "returnRatio",
  seeds: 10,
  teacher: () => ({}),
  cells: (environments) =>
    environments.flatMap((env) =>
      sources.flatMap((states) =>
        losses
          .filter(({ loss }) => states !== "replay" || transitionsPart(loss) === undefined)
          .map((loss) => ({ name: `${nameOf(loss)}, ${states}`, env, settings: { ...loss, states } })),
      ),
    ),
  run: distilled,
};

function nameOf({ loss, temperature }: { loss: string; temperature?: number }): string {
  return temperature === undefined ? loss : `${loss} at ${temperature}`;
}
