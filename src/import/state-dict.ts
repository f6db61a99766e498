// The layers of a PyTorch state dict: the tensors' names say which tensor belongs to which layer.
import { mostLayers } from "../model/layout.js";
import type { Activation, Outputs } from "../model/model.js";
import { quoted } from "../model/safetensors.js";
import { type Chain, type DuelingParts, duelingChain, meanOfQuantiles } from "./heads.js";
import { assemble, type Layer, type NamedTensor, shapeOf } from "./network.js";
import type { StoredTensor } from "./tensor.js";

/** The names of each layer's weight, and of its bias if it has one, from the first layer to the last. */
export type LayerMap = readonly (readonly [weight: string, bias?: string])[];

type Tensors = ReadonlyMap<string, StoredTensor>;

/** The tensors of a file by their names, and what else it says of the network. */
export interface StateDict {
  readonly tensors: Tensors;
  /** The names of tensors that stand apart from every layer: only a map can name them. */
  readonly beside?: ReadonlySet<string>;
  /** Whether the file keeps the order in which the network has its layers, even where it is that of the alphabet. */
  readonly kept?: boolean;
  /** The activation between the layers, if the file says it. */
  readonly activation?: Activation | undefined;
  /** The activation that its library takes where it is not told another. */
  readonly usual?: Activation;
  /** What the network's outputs are; Q-values if it is left out. */
  readonly outputs?: Outputs;
  /** How many quantiles of each action's return the network gives, in place of one Q-value. */
  readonly quantiles?: number;
  /** Why the whole of it is not a network that is read; a map may still name a part. */
  readonly unread?: string | undefined;
}

/**
 * The network of a state dict: the chain of its layers, or what computes the same as its heads do. A dueling network is
 * told by the names of its two streams, of which the value's ends in one output.
 * @throws Error in one line, as {@link stateDictLayers} and what makes a chain do
 */
export function stateDictNetwork(dict: StateDict, map?: LayerMap): Chain {
  const parts = map === undefined ? duelingParts(dict) : undefined;
  if (parts !== undefined) return duelingChain(parts);
  const network = assemble(stateDictLayers(dict, map));
  return dict.quantiles === undefined ? network : meanOfQuantiles(network, dict.quantiles);
}

/** The layers of a dueling network; undefined for any other one. */
function duelingParts(dict: StateDict): DuelingParts | undefined {
  const names = ownNames(dict);
  const of = (stream: Stream) => names.filter((name) => streamOf(name) === stream);
  const [trunk, value, advantage] = (["trunk", "value", "advantage"] as const).map(of);
  const isStream = (some: readonly string[]) => some.some((name) => lastPart(name) === "weight");
  if (!isStream(value) || !isStream(advantage) || !isStream(trunk)) return undefined;
  const layersOf = (some: readonly string[]) => {
    const tensors = new Map(some.map((name) => [name, dict.tensors.get(name) as StoredTensor]));
    return stateDictLayers({ ...dict, tensors, beside: undefined });
  };
  const parts = { trunk: layersOf(trunk), value: layersOf(value), advantage: layersOf(advantage) };
  const last = parts.value[parts.value.length - 1];
  return sizeOf(last, 0) === 1 ? parts : undefined;
}

type Stream = "trunk" | "value" | "advantage";

/** The part of a dueling network that a tensor's name speaks of, such as advantage_stream, fc_adv, V or val1. */
function streamOf(name: string): Stream {
  const words = name
    .slice(0, longestPrefix)
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z]+/);
  if (words.some((word) => /^(a|adv|advantages?)$/.test(word))) return "advantage";
  return words.some((word) => /^(v|val|values?)$/.test(word)) ? "value" : "trunk";
}

/**
 * Of a file's tensors those of one network.
 * @param name how their names begin or end, in whole parts: "q1" of q1.0.weight and of fc1_q1.weight
 * @throws Error in one line if there are none
 */
export function named(dict: StateDict, name: string): StateDict {
  const parts = partsOf(name);
  const begins = (all: readonly string[]) => parts.every((part, i) => all[i] === part);
  const ends = (all: readonly string[]) => parts.every((part, i) => all[all.length - parts.length + i] === part);
  const own = [...dict.tensors].filter(([tensor]) => {
    const all = partsOf(tensor.slice(0, tensor.lastIndexOf(".")));
    return begins(all) || ends(all);
  });
  if (own.length === 0)
    throw new Error(`no tensor's name begins or ends with ${quoted(name)}${listed([...dict.tensors.keys()])}`);
  return { ...dict, tensors: new Map(own), beside: undefined };
}

/** The parts of a name, which dots and underscores separate. */
function partsOf(name: string): string[] {
  return name.slice(0, longestPrefix).split(/[._]/);
}

/** The names of the tensors that may be the network's, without target networks and optimisers' states. */
function ownNames({ tensors, beside }: StateDict): string[] {
  const candidates = [...tensors.keys()].filter((name) => !beside?.has(name));
  const ours = candidates.filter((name) => !isAside(name));
  return ours.length > 0 ? ours : candidates.length > 0 ? candidates : [...tensors.keys()];
}

/**
 * The layers that a map names; without a map, those that the names show: `<layer>.weight` and `<layer>.bias`. Their
 * order is that of the numbers in the names, and else that of the file. Target networks and optimisers' states are
 * ignored.
 * @throws Error in one line if a tensor belongs to no layer, if there are several networks, or if the layers fit in no
 * order or in several: nothing is guessed
 */
function stateDictLayers(dict: StateDict, map?: LayerMap): Layer[] {
  const { tensors, kept = false, unread } = dict;
  if (map?.length === 0) throw new Error("the map does not name a layer");
  if (map !== undefined) return map.map(([weight, bias]) => layer(tensors, weight, bias));
  const names = ownNames(dict);
  const weights = names.filter((name) => lastPart(name) === "weight");
  const biases = new Set(names.filter((name) => lastPart(name) === "bias"));
  if (weights.length === 0) {
    throw new Error(`no tensor is called "<layer>.weight"${listed(names)}; a map can say which is which layer's`);
  }
  const inFile = weights.map((weight) => {
    const bias = `${weight.slice(0, -"weight".length)}bias`;
    return layer(tensors, weight, biases.delete(bias) ? bias : undefined);
  });
  const unclear = names.find((name) => !["weight", "bias"].includes(lastPart(name)) && !isCounter(tensors.get(name)));
  if (unclear !== undefined) {
    throw new Error(`tensor ${quoted(unclear)} is not a linear layer's weight or bias${hint}`);
  }
  for (const bias of biases) throw new Error(`tensor ${quoted(bias)} belongs to no weight${hint}`);
  const odd = inFile.find(({ weight }) => weight.tensor.shape.length !== 2);
  if (odd !== undefined) {
    const { name, tensor } = odd.weight;
    throw new Error(
      `tensor ${quoted(name)} has shape (${shapeOf(tensor.shape)}): only networks of linear layers are read, whose weights have two sizes`,
    );
  }
  checkOneNetwork(inFile);
  if (inFile.length > mostLayers) {
    throw new Error(`the file has ${inFile.length} linear layers${hint}: a model has ${mostLayers} at most`);
  }
  const layers = inOrder(inFile, kept);
  if (unread !== undefined) throw new Error(unread);
  return layers;
}

/**
 * The one order in which the layers fit. The file's order says something unless the writer has sorted the names, as
 * safetensors does. Numbers say something about names that are the same but for them.
 */
function inOrder(inFile: readonly Layer[], kept: boolean): Layer[] {
  const byName = [...inFile].sort((a, b) => (sortKey(a.weight) < sortKey(b.weight) ? -1 : 1));
  const numbered = [...inFile];
  for (const group of alike(inFile)) {
    const sorted = byName.filter((each) => group.includes(each));
    for (const [i, each] of group.entries()) numbered[inFile.indexOf(each)] = sorted[i];
  }
  const isSorted = inFile.every(({ weight }, i) => i === 0 || inFile[i - 1].weight.name < weight.name);
  const says = kept || !isSorted;
  const orders = (says ? [inFile, numbered, byName] : [numbered, byName, inFile]).filter(chains);
  const first = orders.at(0);
  if (first === undefined) {
    throw new Error(`the layers do not chain in any order of their names: ${shown(byName)}${hint}`);
  }
  const isSure = says ? first === inFile : first === numbered && alike(inFile).length === 1;
  const second = isSure ? orders.find((order) => order === numbered && differ(order, first)) : another(first, byName);
  if (second === undefined) return [...first];
  const from = first.findIndex((each, i) => each !== second[i]);
  const two = [first, second].map((order) => shown(order.slice(from, from + 3)));
  throw new Error(`the layers fit in two orders, with ${two.join(" or ")} at place ${from + 1}; a map can say which`);
}

/** The layers in groups whose names differ in their numbers alone. */
function alike(layers: readonly Layer[]): Layer[][] {
  return grouped(layers, ({ weight }) => weight.name.replace(/\d+/g, "#"));
}

function grouped<T>(values: readonly T[], key: (value: T) => unknown): T[][] {
  const groups = new Map<unknown, T[]>();
  for (const value of values) {
    const group = groups.get(key(value)) ?? [];
    groups.set(key(value), group);
    group.push(value);
  }
  return [...groups.values()];
}

function differ(a: readonly Layer[], b: readonly Layer[]): boolean {
  return a.some((each, i) => each !== b[i]);
}

/** Another order that fits and begins with the same inputs, in which numbers are in their order. Without end, any. */
function another(first: readonly Layer[], byName: readonly Layer[]): Layer[] | undefined {
  const groups = alike(byName);
  const used = groups.map(() => 0);
  const order: Layer[] = [];
  let left = mostSteps;
  const search = (width: number): Layer[] | undefined => {
    if (left-- === 0) return [...order, ...byName.filter((each) => !order.includes(each))];
    if (order.length === first.length) return differ(order, first) ? [...order] : undefined;
    for (const [g, group] of groups.entries()) {
      const next = group.at(used[g]);
      if (next === undefined || sizeOf(next, 1) !== width) continue;
      used[g]++;
      order.push(next);
      const found = search(sizeOf(next, 0));
      if (found !== undefined) return found;
      order.pop();
      used[g]--;
    }
    return undefined;
  };
  return search(sizeOf(first[0], 1));
}

/** The most ways that are tried to find a second order; beyond them there is taken to be one. */
const mostSteps = 100_000;

/** How much of a name is looked at for parts, in characters. */
const longestPrefix = 200;

interface Branch {
  readonly name: string;
  readonly layers: Layer[];
  readonly parts: Map<string, Branch>;
}

/**
 * Two networks side by side may chain by their sizes alone. They are told by their names: two parts in the same place,
 * such as q1 and q2 of q1.0, q1.2, q2.0 and q2.2, or of fc1_q1, fc2_q1, fc1_q2 and fc2_q2, each with two layers or more,
 * take inputs of the same size.
 */
function checkOneNetwork(layers: readonly Layer[]): void {
  // a layer's own name ends before ".weight"
  const places = layers.map(({ weight: { name } }) => name.slice(0, -".weight".length).slice(0, longestPrefix));
  const parts = places.map((place) => place.match(/[^._]+[._]?/g) ?? []);
  const reversed = parts.map((each) => each.map((part) => part.replace(/[._]$/, "")).reverse());
  const byBegin = networksIn(layers, parts, (before, part) => before + part);
  const byEnd = () => networksIn(layers, reversed, (after, part) => (after === "" ? part : `${part}.${after}`));
  const several = byBegin ?? byEnd()?.filter(({ name }) => !/^[\d.]+$/.test(name));
  if (several === undefined || several.length < 2) return;
  const named = several.slice(0, 4).map((each) => `${quoted(each.name)} (${widthsOf(each.layers)})`);
  const more = several.length > 4 ? ", …" : "";
  throw new Error(`the file holds ${several.length} networks, ${named.join(", ")}${more}; a name or${hint.slice(1)}`);
}

/**
 * @param paths for each layer, the parts of its name in one order
 * @param join the name of a part of a part
 */
function networksIn(
  layers: readonly Layer[],
  paths: readonly (readonly string[])[],
  join: (whole: string, part: string) => string,
): Branch[] | undefined {
  const root: Branch = { name: "", layers: [], parts: new Map() };
  for (const [i, path] of paths.entries()) {
    let branch = root;
    for (const part of path) {
      const next: Branch = branch.parts.get(part) ?? { name: join(branch.name, part), layers: [], parts: new Map() };
      branch.parts.set(part, next);
      next.layers.push(layers[i]);
      branch = next;
    }
  }
  const waiting = [root];
  for (let branch = waiting.pop(); branch !== undefined; branch = waiting.pop()) {
    const inner = [...branch.parts.values()].filter(({ layers: { length } }) => length >= 2);
    waiting.push(...inner);
    const several = grouped(inner, (part) => sizeOf(part.layers[0], 1)).find(({ length }) => length >= 2);
    if (several !== undefined) return several.map((each) => ({ ...each, name: nameOf(each) }));
  }
  return undefined;
}

/** The name of a branch as far as all its layers share it, without the last dot. */
function nameOf(branch: Branch): string {
  let { name } = branch;
  for (let only = onlyPart(branch); only !== undefined; only = onlyPart(only)) name = only.name;
  return name.replace(/[._]$/, "");
}

function onlyPart({ parts, layers }: Branch): Branch | undefined {
  const [first] = parts.values();
  return first?.layers.length === layers.length ? first : undefined;
}

function widthsOf(layers: readonly Layer[]): string {
  const sizes = layers.map((each) => sizeOf(each, 0));
  return [sizeOf(layers[0], 1), ...sizes].slice(0, 6).join("-") + (sizes.length > 5 ? "-…" : "");
}

/** The number of a layer's outputs (0) or of its inputs (1). */
function sizeOf({ weight }: Layer, index: 0 | 1): number {
  return weight.tensor.shape[index];
}

function shown(layers: readonly Layer[]): string {
  const shapes = layers
    .slice(0, mostListed)
    .map(({ weight: { name, tensor } }) => `${quoted(name)} (${shapeOf(tensor.shape)})`);
  return shapes.join(", ") + (layers.length > mostListed ? ", …" : "");
}

const hint = "; a map can say which tensors are the network's";
const mostListed = 8;

/** Parts of a name that mark target networks and the state of an optimiser. */
function isAside(name: string): boolean {
  return name.split(".").some((part) => /target|^optim/i.test(part));
}

/** A whole number alone, such as the n_averaged of PyTorch's AveragedModel, is no part of the arithmetic. */
function isCounter(tensor: StoredTensor | undefined): boolean {
  return tensor?.dtype === "I64" && tensor.shape.length === 0;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** Compares names with their numbers as numbers: net.2 comes before net.10. */
function sortKey({ name }: NamedTensor): string {
  return name.replace(/\d+/g, (digits) => digits.padStart(12, "0"));
}

function chains(layers: readonly Layer[]): boolean {
  return layers.every((each, i) => i === 0 || sizeOf(each, 1) === sizeOf(layers[i - 1], 0));
}

function layer(tensors: Tensors, weight: string, bias?: string): Layer {
  return {
    weight: tensorNamed(tensors, weight),
    transposed: true,
    biases: bias === undefined ? [] : [tensorNamed(tensors, bias)],
  };
}

function tensorNamed(tensors: Tensors, name: string): NamedTensor {
  const tensor = tensors.get(name);
  if (tensor === undefined)
    throw new Error(`the file has no tensor ${quoted(String(name))}${listed([...tensors.keys()])}`);
  return { name, tensor };
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return ": it has none";
  const more = names.length > mostListed ? ", …" : "";
  return `: it has ${names.slice(0, mostListed).map(quoted).join(", ")}${more}`;
}
