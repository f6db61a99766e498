// The checks of arguments: what a call needs, what it was given in place of it, and how an error shows a value.

/** A value as an error shows it: text in quotes; only the kind of an object. */
export function described(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Promise) return "a Promise";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  if (typeof value === "object" && value !== null) return "an object";
  if (isClass(value)) return `the class ${value.name}`;
  if (typeof value === "function") return "a function";
  return String(value);
}

/** Whether a value can only be called with `new`. */
function isClass(value: unknown): value is { readonly name: string } {
  return typeof value === "function" && /^class\b/.test(String(value));
}

/** @throws TypeError in one line that names the argument, unless it holds */
export function need(holds: boolean, name: string, given: unknown, needed: string): void {
  if (holds) return;
  const hint = given instanceof Promise ? ": await it first" : "";
  throw new TypeError(`${name} is ${described(given)}: ${needed} is needed${hint}`);
}

/** @throws TypeError unless it is a function that can be called without `new` */
export function needFunction(name: string, given: unknown, needed = "a function"): void {
  need(typeof given === "function" && !isClass(given), name, given, needed);
}

/** @throws TypeError for one that is given and is not a function */
export function needListeners(given: Readonly<Record<string, unknown>>): void {
  for (const name in given) if (given[name] !== undefined) needFunction(name, given[name]);
}

/** @throws TypeError unless it is an object with all these methods */
export function needObject(name: string, given: unknown, needed = "an object", ...methods: readonly string[]): void {
  const isObject = typeof given === "object" && given !== null && !Array.isArray(given) && !(given instanceof Promise);
  const has = (method: string) => typeof (given as Record<string, unknown>)[method] === "function";
  need(isObject && methods.every(has), name, given, needed);
}

/** @throws TypeError for a signal that is given and does not say whether it asks to stop */
export function needSignal(signal: unknown): void {
  const { aborted } = (signal ?? {}) as Partial<AbortSignal>;
  need(signal === undefined || typeof aborted === "boolean", "signal", signal, "an AbortSignal");
}

/** @throws TypeError unless it is a list of numbers: an array or a typed array */
export function needNumbers(name: string, given: unknown, needed = "a list of numbers"): void {
  const holds = (Array.isArray(given) && given.every((each) => typeof each === "number")) || ArrayBuffer.isView(given);
  need(holds, name, given, needed);
}

/** @throws RangeError for an observation that is no list of this length */
export function checkLength(observation: ArrayLike<number>, size: number): void {
  const isList = typeof observation === "object" && typeof observation?.length === "number";
  if (isList && observation.length === size) return;
  const given = isList
    ? `an observation of length ${observation.length} was given`
    : `observation is ${described(observation)}`;
  throw new RangeError(`${given}: ${size} numbers are needed`);
}
