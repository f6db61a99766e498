// How wide each student of a series is.
import type { StudentConfig } from "./config.js";

/** The most units to which a layer is widened. */
const mostUnits = 64;

/** The widths of a student's hidden layers. @param attempt its number in the series, from 1 */
export function hiddenOf({ hidden, widerAttempts }: Pick<StudentConfig, "hidden" | "widerAttempts">, attempt: number) {
  let widths = hidden;
  for (let i = 1; i < attempt && widerAttempts && widths.some((units) => units < mostUnits); i++) {
    widths = widths.map((units) => Math.max(units, Math.min(2 * units, mostUnits)));
  }
  return widths;
}
