// The networks' tensors in what torch.save wrote: a state dict, a checkpoint around one, or whole modules.
import type { Activation } from "../model/model.js";
import { quoted } from "../model/safetensors.js";
import { Global, Inert } from "./pickle.js";
import type { StateDict } from "./state-dict.js";
import type { StoredTensor } from "./tensor.js";
import { Tensor } from "./torch-pickle.js";

/** A state dict, or a checkpoint with one in it, has fewer tensors, is less deep, and has shorter names. */
const mostValues = 10_000;
const deepest = 16;
const longestName = 1000;

/** Kinds of modules that do nothing to a network as it is read here: they only hold others, or act in training alone. */
const withoutEffect = /^(Sequential|ModuleList|ModuleDict|Identity|Flatten|.*Dropout)$/;
const activations: Readonly<Record<string, Activation>> = { ReLU: "relu", Tanh: "tanh" };

/**
 * The tensors within the dictionaries, lists and modules of a value; their names are joined by dots. Optimisers are left
 * out.
 * @throws Error in one line for more, deeper or longer names than a checkpoint has
 */
export function findTensors(value: unknown): StateDict {
  return new Finder(value).found();
}

/** What the modules do, as far as they say it. `kinds`: PyTorch's names of their activations and of all that is not read. */
export function activationOf(kinds: ReadonlyMap<string, string>): Pick<StateDict, "activation" | "unread"> {
  const known = new Set<Activation>();
  for (const [kind, where] of kinds) {
    if (!Object.hasOwn(activations, kind)) {
      return { unread: `${where} is ${kind}, which is not read: linear layers with ReLU or Tanh between them are` };
    }
    known.add(activations[kind]);
  }
  if (known.size > 1) return { unread: "its modules have both ReLU and Tanh: a model has one activation" };
  return { activation: [...known][0] };
}

class Finder {
  readonly #tensors = new Map<string, StoredTensor>();
  /** What holds each tensor, and which of these hold a layer's weight. */
  readonly #homes = new Map<string, unknown>();
  readonly #networks = new Set<unknown>();
  readonly #leading: Set<unknown>;
  /** The containers that the walk is in. */
  readonly #open = new Set<unknown>();
  readonly #kinds = new Map<string, string>();
  #sequence: string[] | undefined;
  #unread: string | undefined;
  #left = mostValues;

  constructor(value: unknown) {
    this.#leading = leadingToTensors(value, (settings) => {
      // a policy of Stable-Baselines3 that was saved alone, and whoever keeps the class beside the network
      for (const key of ["activation", "activation_fn"]) {
        const given = settings.get(key);
        const kind = given instanceof Global ? kindOf(given.name) : undefined;
        if (kind !== undefined) this.#kinds.set(kind, `the ${key} beside the network`);
      }
    });
    this.#walk(value, [], value, false);
  }

  found(): StateDict {
    const beside = [...this.#tensors.keys()].filter((name) => !this.#networks.has(this.#homes.get(name)));
    const said = activationOf(this.#kinds);
    return {
      ...said,
      unread: this.#unread ?? said.unread,
      tensors: this.#tensors,
      beside: new Set(beside),
      kept: true,
    };
  }

  #walk(value: unknown, path: readonly string[], home: unknown, inModule: boolean): void {
    if (!(value instanceof Tensor) && !this.#leading.has(value) && !(inModule && value instanceof Inert)) return;
    if (this.#open.has(value)) return;
    if (this.#left-- === 0 || path.length > deepest) {
      throw new Error(`the PyTorch file holds more than ${mostValues} tensors, or tensors more than ${deepest} deep`);
    }
    this.#open.add(value);
    if (value instanceof Tensor) this.#add(value, path, home);
    else if (value instanceof Inert) this.#walkObject(value, path, home, inModule);
    else for (const [key, inner] of entriesOf(value)) this.#walk(inner, [...path, key], value, false);
    this.#open.delete(value);
  }

  #add(tensor: Tensor, path: readonly string[], home: unknown): void {
    if (path.reduce((sum, part) => sum + part.length, path.length) > longestName) {
      throw new Error(`the PyTorch file has a tensor whose name has over ${longestName} characters`);
    }
    const name = path.join(".");
    if (this.#tensors.has(name)) throw new Error(`the PyTorch file has the tensor ${quoted(name)} twice`);
    this.#tensors.set(name, tensor);
    this.#homes.set(name, home);
    if (/(^|\.)weight$/.test(path[path.length - 1] ?? "")) this.#networks.add(home);
  }

  #walkObject(object: Inert, path: readonly string[], home: unknown, inModule: boolean): void {
    const tables = tablesOf(object);
    const isModule = tables !== undefined;
    const outer = this.#sequence;
    const kind = kindOf(object.className);
    const isSequence = kind === "Sequential" && outer === undefined;
    if (isModule) {
      if (isSequence) this.#sequence = [];
      else if (kind === undefined) outer?.push("another");
      if (kind !== undefined && !withoutEffect.test(kind)) {
        this.#sequence?.push(kind);
        if (kind !== "Linear") this.#kinds.set(kind, `module ${quoted(path.join("."))}`);
      }
    }
    for (const table of tables ?? [object.state, object.items]) {
      for (const [key, inner] of entriesOf(table)) {
        const within = isModule ? (inModule ? home : object) : table;
        this.#walk(inner, [...path, key], within, isModule);
      }
    }
    if (isSequence && isModule) {
      this.#unread ??= wrongOrder(this.#sequence ?? [], !inModule);
      this.#sequence = undefined;
    }
  }
}

/** What is wrong with the order of the modules of a Sequential. @param whole whether it is the whole network */
function wrongOrder(kinds: readonly string[], whole: boolean): string | undefined {
  if (kinds.includes("another")) return undefined;
  const order = kinds.map((kind) => (kind === "Linear" ? "l" : "a")).join("");
  const right = whole ? /^l(al)*$/ : /^a?(l(al)*)?a?$/;
  if (order === "" || right.test(order)) return undefined;
  const shown = kinds.slice(0, 8).join(", ");
  return `its modules are ${shown}${kinds.length > 8 ? ", …" : ""}: one activation between each two linear layers, and none elsewhere, is read`;
}

/** PyTorch's own name of a module's class, in TorchScript, too; undefined for a class of someone else. */
function kindOf(className: string): string | undefined {
  const plain = className.replace(/^__torch__\./, "").replace(/___torch_mangle_\d+\./g, "");
  return /^torch\.nn\.modules\.\w+\.(\w+)$/.exec(plain)?.[1];
}

/** The dictionaries in which a module has its parameters and modules; undefined if an object is no module. */
function tablesOf({ className, state }: Inert): unknown[] | undefined {
  if (!(state instanceof Map)) return undefined;
  if (className.startsWith("__torch__.")) return [state];
  const tables = ["_parameters", "_buffers", "_modules"].map((name) => state.get(name));
  return tables.every((table) => table instanceof Map) ? tables : undefined;
}

/** The items by their names in a path; those of an optimiser are left out. */
function* entriesOf(value: unknown): Generator<[string, unknown]> {
  if (value instanceof Map) {
    if (value.has("state") && value.has("param_groups")) return;
    for (const [key, inner] of value) {
      if (typeof key === "string" || typeof key === "number") yield [String(key), inner];
    }
  } else if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) {
      if (typeof inner === "object" && inner !== null) yield [String(index), inner];
    }
  }
}

/**
 * All containers from which a tensor can be reached. Each is looked at once, however often the value has it.
 * @param met called for each dictionary
 */
function leadingToTensors(value: unknown, met: (dictionary: Map<unknown, unknown>) => void): Set<unknown> {
  const holders = new Map<unknown, unknown[]>([[value, []]]);
  const leading = new Set<unknown>();
  const waiting = [value];
  const reached: unknown[] = [];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next instanceof Tensor) reached.push(next);
    if (next instanceof Map) met(next);
    const inner = next instanceof Inert ? [next.state, next.items] : [...entriesOf(next)].map(([, each]) => each);
    for (const each of inner) {
      if (typeof each !== "object" || each === null) continue;
      const known = holders.get(each);
      if (known === undefined) {
        holders.set(each, [next]);
        waiting.push(each);
      } else known.push(next);
    }
  }
  for (let next = reached.pop(); next !== undefined; next = reached.pop()) {
    for (const holder of holders.get(next) ?? []) {
      if (leading.has(holder)) continue;
      leading.add(holder);
      reached.push(holder);
    }
  }
  return leading;
}
