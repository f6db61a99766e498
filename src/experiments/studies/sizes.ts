// sizes: how small a student may be, from no hidden layer to as large as its teacher.
import { teacherConfig } from "../../dqn/configure.js";
import type { Study } from "../study.js";
import { distilled } from "./distilled.js";

const hiddens = [[32], [16], [12], [8, 8], [8], [6], [4], [2], []];

export const sizesStudy: Study = {
  name: "sizes",
  question: "How much of its teacher's return does a student of each size keep, one as large as the teacher included?",
  score: "returnRatio",
  seeds: 10,
  teacher: () => ({}),
  cells: (environments) =>
    environments.flatMap((env) => [
      { name: "as the teacher", env, settings: { hidden: teacherConfig(env, {}).hidden } },
      ...hiddens.map((hidden) => ({ name: hidden.join("-") || "none hidden", env, settings: { hidden } })),
    ]),
  run: distilled,
};
