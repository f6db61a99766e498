// What all plots share: scales, the places and labels of their ticks, and paths.
import { tickStep, ticks as ticksBetween } from "d3-array";
import { format, formatPrefix, precisionFixed, precisionPrefix } from "d3-format";

export type Range = readonly [number, number];
/** Maps a value to its place in the picture. */
export type Scale = (value: number) => number;
/** A place in the picture: x, y. */
export type Place = readonly [number, number];

/** The linear scale that maps the ends of a range to these two places. */
export function scale([low, high]: Range, [start, end]: Range): Scale {
  return (value) => {
    const share = (value - low) / (high - low);
    return start * (1 - share) + end * share;
  };
}

/** About `count` round values in a range. */
export function ticks([low, high]: Range, count: number): number[] {
  return ticksBetween(low, high, count);
}

/**
 * The labels of the ticks. They have as many digits as are needed to tell them apart, or all count in thousands or
 * millions.
 */
export function tickLabels(
  [low, high]: Range,
  count: number,
  kind: "plain" | "thousands" = "plain",
): (tick: number) => string {
  const step = tickStep(low, high, count);
  if (kind === "plain") return format(`,.${precisionFixed(step)}f`);
  const largest = Math.max(Math.abs(low), Math.abs(high));
  return formatPrefix(`.${precisionPrefix(step, largest)}~s`, largest);
}

/** The path through these places; empty if there are none. */
export function linePath(places: readonly Place[]): string {
  if (places.length === 0) return "";
  return places.length === 1 ? `M${text(places[0])}Z` : `M${places.map(text).join("L")}`;
}

/** The path around a band: along its upper edge and back along its lower edge; empty if there are no places. */
export function bandPath(lower: readonly Place[], upper: readonly Place[]): string {
  return lower.length === 0 ? "" : `M${[...upper, ...[...lower].reverse()].map(text).join("L")}Z`;
}

function text([x, y]: Place): string {
  return `${round(x)},${round(y)}`;
}

/** Rounds to a tenth; a picture shows no more. */
export function round(value: number): number {
  return Math.round(10 * value) / 10;
}
