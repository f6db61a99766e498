// Every study that qstill experiment can run, in the order in which it lists them.
import type { Study } from "../study.js";
import { ablationStudy } from "./ablation.js";
import { aloneStudy } from "./alone.js";
import { churnStudy } from "./churn.js";
import { jointStudy } from "./joint.js";
import { lossesStudy } from "./losses.js";
import { physicsStudy } from "./physics.js";
import { quantisationStudy } from "./quantisation.js";
import { sizesStudy } from "./sizes.js";
import { teachersStudy } from "./teachers.js";

/** Every study that `qstill experiment` knows. */
export const studies: readonly Study[] = [
  lossesStudy,
  ablationStudy,
  sizesStudy,
  aloneStudy,
  jointStudy,
  teachersStudy,
  physicsStudy,
  churnStudy,
  quantisationStudy,
];
