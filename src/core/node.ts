// Where this runs.

/** Whether this is Node or an engine that has what Node has, and not a page. */
export function isNode(): boolean {
  return typeof document === "undefined" && typeof process === "object" && process.versions?.node !== undefined;
}
