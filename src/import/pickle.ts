// Python's pickle format, read as data. Only listed opcodes and listed names are allowed. Nothing is executed.
import { quoted } from "../model/safetensors.js";

/** A class or a function that a pickle may name. */
export class Global {
  /**
   * @param name module and name, joined by a dot
   * @param call what a call with these arguments gives; without it, the name may appear but not be called
   */
  constructor(
    readonly name: string,
    readonly call?: (args: readonly unknown[]) => unknown,
  ) {}
}

/** A pickle's dictionary, which may be an OrderedDict. */
export type Dictionary = Map<string | number, unknown>;

/** The largest pickle that is read, in bytes. A model's pickle only names its tensors; their elements lie elsewhere. */
export const largestPickle = 262_144;

/**
 * The value that a pickle holds: null, booleans, numbers and strings; lists and tuples as arrays; dictionaries as
 * maps; and the values of the permitted globals.
 * @param globals everything that it may name
 * @param persistent returns the value for an identity that the file itself defines
 * @throws Error in one line for any other opcode or name, and for a damaged pickle
 */
export function readPickle(
  bytes: Uint8Array,
  globals: readonly Global[],
  persistent: (identity: unknown) => unknown,
): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const known = new Map(globals.map((global) => [global.name, global]));
  const memo = new Map<number, unknown>();
  const marks: number[] = [];
  const stack: unknown[] = [];
  let at = 0;

  /** The place of the next `count` bytes; reading goes on after them. */
  function take(count: number): number {
    if (count > bytes.length - at) throw damaged("it ends too soon");
    at += count;
    return at - count;
  }
  function text(length: number): string {
    const start = take(length);
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(start, start + length));
    } catch {
      throw damaged("a string is not UTF-8 text");
    }
  }
  /** A line in the style of protocol 0, without its end. */
  function line(): string {
    const end = bytes.indexOf(0x0a, at);
    if (end === -1) throw damaged("it ends too soon");
    const read = text(end - at);
    at = end + 1;
    return read;
  }
  function pop(): unknown {
    if (stack.length <= (marks[marks.length - 1] ?? 0)) throw damaged("it takes more than it has");
    return stack.pop();
  }
  /** All values since the last mark. */
  function popMarked(): unknown[] {
    const mark = marks.pop();
    if (mark === undefined) throw damaged("it has no mark");
    return stack.splice(mark);
  }
  function top(): unknown {
    if (stack.length === 0) throw damaged("it takes more than it has");
    return stack[stack.length - 1];
  }
  function recall(index: number): unknown {
    if (!memo.has(index)) throw damaged("it recalls a value that it has not stored");
    return memo.get(index);
  }
  function named(module: string, name: string): Global {
    const global = known.get(`${module}.${name}`);
    if (global !== undefined) return global;
    throw new Error(
      `the pickle asks for ${quoted(`${module}.${name}`)}, which is not allowed: only tensors are read (save model.state_dict(), not the model)`,
    );
  }
  function setItems(pairs: readonly unknown[]): void {
    const dictionary = top();
    if (!(dictionary instanceof Map) || pairs.length % 2 !== 0)
      throw damaged("it fills something that is not a dictionary");
    for (let i = 0; i < pairs.length; i += 2) {
      const key = pairs[i];
      if (typeof key !== "string" && typeof key !== "number")
        throw damaged("a dictionary has a key that is neither a string nor a number");
      dictionary.set(key, pairs[i + 1]);
    }
  }
  function append(values: readonly unknown[]): void {
    const list = top();
    if (!Array.isArray(list)) throw damaged("it appends to something that is not a list");
    for (const value of values) list.push(value);
  }
  function reduce(): unknown {
    const args = pop();
    const callee = pop();
    if (!(callee instanceof Global) || callee.call === undefined || !Array.isArray(args)) {
      const what = callee instanceof Global ? quoted(callee.name) : "something that cannot be called";
      throw new Error(`the pickle calls ${what}, which is not allowed: only tensors are read`);
    }
    return callee.call(args);
  }
  /** A whole number of `length` bytes, little-endian in two's complement. */
  function long(length: number): number {
    const start = take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[start + i]);
    const signed = Number(BigInt.asIntN(8 * length, value));
    if (!Number.isSafeInteger(signed)) throw damaged("a number is too large");
    return signed;
  }

  for (;;) {
    const opcode = bytes[take(1)];
    switch (opcode) {
      case 0x80: {
        // PROTO
        const protocol = bytes[take(1)];
        if (protocol > 5) throw new Error(`the pickle has protocol ${protocol}, a newer one: 2 to 5 are read`);
        break;
      }
      case 0x95: // FRAME
        take(8);
        break;
      case 0x2e: // STOP
        return pop();
      case 0x28: // MARK
        marks.push(stack.length);
        break;
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
        stack.push(true);
        break;
      case 0x89: // NEWFALSE
        stack.push(false);
        break;
      case 0x4b: // BININT1
        stack.push(bytes[take(1)]);
        break;
      case 0x4d: // BININT2
        stack.push(view.getUint16(take(2), true));
        break;
      case 0x4a: // BININT
        stack.push(view.getInt32(take(4), true));
        break;
      case 0x8a: {
        // LONG1
        const length = bytes[take(1)];
        if (length > 8) throw damaged("a number is too large");
        stack.push(long(length));
        break;
      }
      case 0x47: // BINFLOAT
        stack.push(view.getFloat64(take(8)));
        break;
      case 0x58: // BINUNICODE
        stack.push(text(view.getUint32(take(4), true)));
        break;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(text(bytes[take(1)]));
        break;
      case 0x29: // EMPTY_TUPLE
      case 0x5d: // EMPTY_LIST
        stack.push([]);
        break;
      case 0x85: // TUPLE1
        stack.push([pop()]);
        break;
      case 0x86: {
        // TUPLE2
        const second = pop();
        stack.push([pop(), second]);
        break;
      }
      case 0x87: {
        // TUPLE3
        const third = pop();
        const second = pop();
        stack.push([pop(), second, third]);
        break;
      }
      case 0x74: // TUPLE
        stack.push(popMarked());
        break;
      case 0x61: // APPEND
        append([pop()]);
        break;
      case 0x65: // APPENDS
        append(popMarked());
        break;
      case 0x7d: // EMPTY_DICT
        stack.push(new Map());
        break;
      case 0x73: {
        // SETITEM
        const value = pop();
        setItems([pop(), value]);
        break;
      }
      case 0x75: // SETITEMS
        setItems(popMarked());
        break;
      case 0x71: // BINPUT
        memo.set(bytes[take(1)], top());
        break;
      case 0x72: // LONG_BINPUT
        memo.set(view.getUint32(take(4), true), top());
        break;
      case 0x94: // MEMOIZE
        memo.set(memo.size, top());
        break;
      case 0x68: // BINGET
        stack.push(recall(bytes[take(1)]));
        break;
      case 0x6a: // LONG_BINGET
        stack.push(recall(view.getUint32(take(4), true)));
        break;
      case 0x63: // GLOBAL
        stack.push(named(line(), line()));
        break;
      case 0x93: {
        // STACK_GLOBAL
        const name = pop();
        const module = pop();
        if (typeof module !== "string" || typeof name !== "string") throw damaged("a name is not a string");
        stack.push(named(module, name));
        break;
      }
      case 0x51: // BINPERSID
        stack.push(persistent(pop()));
        break;
      case 0x52: // REDUCE
        stack.push(reduce());
        break;
      case 0x62: // BUILD
        // only for an OrderedDict: attributes besides its items, such as PyTorch's _metadata, which nothing needs
        if (!(pop() instanceof Map) || !(top() instanceof Map))
          throw damaged("it builds something that is not a dictionary");
        break;
      default:
        throw new Error(`the pickle has the opcode 0x${opcode.toString(16)} at byte ${at - 1}, which is not allowed`);
    }
  }
}

export function damaged(why: string): Error {
  return new Error(`the pickle is damaged: ${why}`);
}
