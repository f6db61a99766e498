// Pieces of a C source: names, numbers, strings and arrays.
import { described } from "../core/needed.js";
import { shortestDecimal } from "./decimal.js";

/** The part of a header that computes Q-values, and the memory that it takes. */
export interface NetworkSource {
  readonly source: string;
  /** The bytes of its constants, and of the activations that lie on the stack. */
  readonly constants: number;
  readonly activations: number;
}

/** The id of an environment as an identifier: `MinAtar/Breakout-v1` gives `minatar_breakout_v1`. */
export function identifier(environment: string): string {
  const words = environment.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return (/^[a-z]/.test(words[0] ?? "") ? words : ["qstill", ...words]).join("_");
}

/** @throws Error for anything that is not an identifier */
export function checkIdentifier(prefix: string): string {
  if (/^[A-Za-z][A-Za-z0-9_]*$/.test(prefix)) return prefix;
  throw new Error(`prefix is ${described(prefix)}: a letter, then letters, digits and underscores are allowed`);
}

/**
 * Two arrays that hold activations alternately: the first, the third and so on in `even`, the others in `odd`.
 * @param sizes one for each layer that is held
 */
export function activationArrays(type: string, sizes: readonly number[]) {
  const of = (parity: number) => Math.max(0, ...sizes.filter((_, layer) => layer % 2 === parity));
  const [even, odd] = [of(0), of(1)];
  return {
    declarations: `${even > 0 ? `  ${type} even[${even}];\n` : ""}${odd > 0 ? `  ${type} odd[${odd}];\n` : ""}`,
    name: (layer: number) => (layer % 2 === 0 ? "even" : "odd"),
    length: even + odd,
  };
}

/** f32 values as the shortest literals. @throws Error for a value that is not finite */
export function floats(values: Iterable<number>): string {
  return list(Array.from(values, float));
}

function float(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`${value} is among the numbers: C source can hold finite numbers only`);
  const decimal = shortestDecimal(value);
  return `${decimal}${/[.e]/.test(decimal) ? "" : ".0"}f`;
}

export function integers(values: Iterable<number>): string {
  return list(Array.from(values, String));
}

/** A string literal that any compiler reads. Bytes of UTF-8 that are not plain characters become octal escapes. */
export function text(value: string): string {
  let literal = "";
  for (const byte of new TextEncoder().encode(value)) {
    const character = String.fromCharCode(byte);
    literal += /[ !#-&(->@-[\]-~]/.test(character) ? character : `\\${byte.toString(8).padStart(3, "0")}`;
  }
  return `"${literal}"`;
}

/** The body of a macro that initialises an array of strings. */
export function texts(values: readonly string[]): string {
  return `{ \\\n${list(values.map(text)).replaceAll("\n", " \\\n")} }`;
}

/** Items with commas, in lines of at most 100 characters unless a single item is longer. */
function list(items: readonly string[]): string {
  const lines: string[] = [];
  let line = "";
  for (const item of items) {
    if (line !== "" && line.length + item.length > 97) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? `  ${item},` : ` ${item},`;
  }
  return [...lines, line].join("\n");
}
