// Every study that qstill experiment can run, in the order in which it lists them.
import type { Study } from "../study.js";

export const studies: readonly Study[] = [];
