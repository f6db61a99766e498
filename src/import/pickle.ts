// Python's pickle format, read as data. Only listed opcodes are allowed, and only listed names can be called. Nothing is
// executed: a class becomes its name, and an object what the file says of it.
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

/** An object of a class that means nothing here: what the file says of it, and no more. */
export class Inert {
  /** The attributes, mostly a dictionary. */
  state: unknown;
  /** The items, where the class is a kind of dictionary. */
  readonly items = new Map<unknown, unknown>();

  /** @param args what it was made with */
  constructor(
    readonly className: string,
    readonly args: readonly unknown[] = [],
  ) {}
}

/** The largest pickle that is read, in bytes. A model's pickle only names its tensors; their elements lie elsewhere. */
export const largestPickle = 262_144;

/**
 * The value that a pickle holds: null, booleans, numbers, bigints and strings; lists, tuples and sets as arrays; bytes as
 * they lie in the file; dictionaries as maps; what the given globals return when they are called; any other object as an
 * {@link Inert}. `end` is where the pickle ends.
 * @param globals everything that it may call
 * @param persistent returns the value for an identity that the file itself defines
 * @throws Error in one line for any other opcode, for a call of any other name, and for a damaged pickle
 */
export function readPickle(
  bytes: Uint8Array,
  globals: ReadonlyMap<string, Global>,
  persistent: (identity: unknown) => unknown,
): { value: unknown; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const memo = new Map<number, unknown>();
  const marks: number[] = [];
  const stack: unknown[] = [];
  let at = 0;

  function tooShort(): Error {
    const isLarge = bytes.length === largestPickle;
    return isLarge ? new Error(`the pickle has more than ${largestPickle} bytes`) : damaged("it ends too soon");
  }
  /** The place of the next `count` bytes; reading goes on after them. */
  function take(count: number): number {
    if (count > bytes.length - at) throw tooShort();
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
  function anyText(length: number): string {
    const start = take(length);
    return new TextDecoder().decode(bytes.subarray(start, start + length));
  }
  /** A line in the style of protocol 0, without its end. */
  function line(): string {
    const end = bytes.indexOf(0x0a, at);
    if (end === -1) throw tooShort();
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
    return globals.get(`${module}.${name}`) ?? new Global(`${module}.${name}`);
  }
  function setItems(pairs: readonly unknown[]): void {
    const target = top();
    const dictionary = target instanceof Inert ? target.items : target;
    if (!(dictionary instanceof Map) || pairs.length % 2 !== 0)
      throw damaged("it fills something that is not a dictionary");
    for (let i = 0; i < pairs.length; i += 2) dictionary.set(pairs[i], pairs[i + 1]);
  }
  function append(values: readonly unknown[]): void {
    const list = top();
    if (list instanceof Inert) return;
    if (!Array.isArray(list)) throw damaged("it appends to something that is not a list");
    for (const value of values) list.push(value);
  }
  function reduce(): unknown {
    const args = pop();
    const callee = pop();
    if (!(callee instanceof Global) || !Array.isArray(args)) throw damaged("it calls something that cannot be called");
    if (callee.call === undefined) throw new ForbiddenCall(callee.name, stack[0]);
    return callee.call(args);
  }
  /** An object of a class: unlike a call it runs nothing in Python either, whatever the class. */
  function object(): Inert {
    const args = pop();
    const type = pop();
    if (!(type instanceof Global) || !Array.isArray(args)) throw damaged("it makes an object of no class");
    return new Inert(type.name);
  }
  /** Attributes. An OrderedDict's, such as PyTorch's _metadata, and a tensor's are of no use here. */
  function build(): void {
    const state = pop();
    const target = top();
    if (target instanceof Inert) target.state = state;
    else if (typeof target !== "object" || target === null || target instanceof Global)
      throw damaged("it gives attributes to something that has none");
  }
  /** Bytes; their length is a whole number of `width` bytes. */
  function bytesAfter(width: 1 | 4 | 8): Uint8Array {
    const at = take(width);
    const length =
      width === 8 ? Number(view.getBigUint64(at, true)) : width === 4 ? view.getUint32(at, true) : bytes[at];
    const start = take(length);
    return bytes.subarray(start, start + length);
  }
  /** A whole number of `length` bytes, little-endian in two's complement; a bigint if it is a large one. */
  function long(length: number): number | bigint {
    const start = take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[start + i]);
    const signed = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
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
        return { value: pop(), end: at };
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
      case 0x8a: // LONG1
        stack.push(long(bytes[take(1)]));
        break;
      case 0x47: // BINFLOAT
        stack.push(view.getFloat64(take(8)));
        break;
      case 0x58: // BINUNICODE
        stack.push(text(view.getUint32(take(4), true)));
        break;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(text(bytes[take(1)]));
        break;
      case 0x55: // SHORT_BINSTRING, text or bytes of Python 2
        stack.push(anyText(bytes[take(1)]));
        break;
      case 0x54: // BINSTRING
        stack.push(anyText(view.getUint32(take(4), true)));
        break;
      case 0x43: // SHORT_BINBYTES
        stack.push(bytesAfter(1));
        break;
      case 0x42: // BINBYTES
        stack.push(bytesAfter(4));
        break;
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        stack.push(bytesAfter(8));
        break;
      case 0x29: // EMPTY_TUPLE
      case 0x5d: // EMPTY_LIST
      case 0x8f: // EMPTY_SET
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
      case 0x91: // FROZENSET
        stack.push(popMarked());
        break;
      case 0x61: // APPEND
        append([pop()]);
        break;
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
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
      case 0x81: // NEWOBJ
        stack.push(object());
        break;
      case 0x92: // NEWOBJ_EX
        pop();
        stack.push(object());
        break;
      case 0x62: // BUILD
        build();
        break;
      case 0x30: // POP
        pop();
        break;
      case 0x31: // POP_MARK
        popMarked();
        break;
      default:
        throw new Error(`the pickle has the opcode 0x${opcode.toString(16)} at byte ${at - 1}, which is not allowed`);
    }
  }
}

/** The pickle calls a name that is not one of the permitted. */
export class ForbiddenCall extends Error {
  /** @param first what the pickle began with: the value that it holds, or the class of it */
  constructor(
    callee: string,
    readonly first: unknown,
  ) {
    super(`the pickle asks for ${quoted(callee)}, which is not allowed`);
  }
}

export function damaged(why: string): Error {
  return new Error(`the pickle is damaged: ${why}`);
}
