// The layers of a PyTorch state dict: the tensors' names say which tensor belongs to which layer.
import { quoted } from "../model/safetensors.js";
import { type Layer, type NamedTensor, shapeOf } from "./network.js";
import type { StoredTensor } from "./tensor.js";

/** The names of each layer's weight, and of its bias if it has one, from the first layer to the last. */
export type LayerMap = readonly (readonly [weight: string, bias?: string])[];

type Tensors = ReadonlyMap<string, StoredTensor>;

/**
 * The layers that a map names; without a map, those that the names show: `<layer>.weight` and `<layer>.bias`. Their
 * order is that of the numbers in the names or, if the layers do not fit in this order, that of the file. Target
 * networks and optimisers' states are ignored.
 * @throws Error in one line if a tensor belongs to no layer, or if the layers do not fit in any order: nothing is
 * guessed
 */
export function stateDictLayers(tensors: Tensors, map?: LayerMap): Layer[] {
  if (map?.length === 0) throw new Error("the map does not name a layer");
  if (map !== undefined) return map.map(([weight, bias]) => layer(tensors, weight, bias));
  const kept = [...tensors.keys()].filter((name) => !isAside(name));
  const names = kept.length > 0 ? kept : [...tensors.keys()];
  const weights = names.filter((name) => lastPart(name) === "weight");
  const biases = new Set(names.filter((name) => lastPart(name) === "bias"));
  if (weights.length === 0) {
    throw new Error(`no tensor is called "<layer>.weight"${listed(names)}; a map can say which is which layer's`);
  }
  const unclear = names.find((name) => !weights.includes(name) && !biases.has(name));
  if (unclear !== undefined) {
    throw new Error(`tensor ${quoted(unclear)} is not a linear layer's weight or bias${hint}`);
  }
  const inFile = weights.map((weight) => {
    const bias = `${weight.slice(0, -"weight".length)}bias`;
    return layer(tensors, weight, biases.delete(bias) ? bias : undefined);
  });
  for (const bias of biases) throw new Error(`tensor ${quoted(bias)} belongs to no weight${hint}`);
  const odd = inFile.find(({ weight }) => weight.tensor.shape.length !== 2);
  if (odd !== undefined) {
    const { name, tensor } = odd.weight;
    throw new Error(
      `tensor ${quoted(name)} has shape (${shapeOf(tensor.shape)}): only networks of linear layers are read, whose weights have two sizes`,
    );
  }
  const byNumber = [...inFile].sort((a, b) => (sortKey(a.weight) < sortKey(b.weight) ? -1 : 1));
  const chain = [byNumber, inFile].find(chains);
  if (chain === undefined) {
    const shapes = byNumber
      .slice(0, mostListed)
      .map(({ weight }) => `${quoted(weight.name)} (${shapeOf(weight.tensor.shape)})`);
    const more = byNumber.length > mostListed ? ", …" : "";
    throw new Error(`the layers do not chain in any order of their names: ${shapes.join(", ")}${more}${hint}`);
  }
  return chain;
}

const hint = "; a map can say which tensors are the network's";
const mostListed = 8;

/** Parts of a name that mark target networks and the state of an optimiser. */
function isAside(name: string): boolean {
  return name.split(".").some((part) => /target|^optim/i.test(part));
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** Compares names with their numbers as numbers: net.2 comes before net.10. */
function sortKey({ name }: NamedTensor): string {
  return name.replace(/\d+/g, (digits) => digits.padStart(12, "0"));
}

function chains(layers: readonly Layer[]): boolean {
  return layers.every(({ weight }, i) => i === 0 || weight.tensor.shape[1] === layers[i - 1].weight.tensor.shape[0]);
}

function layer(tensors: Tensors, weight: string, bias?: string): Layer {
  return { weight: named(tensors, weight), transposed: true, biases: bias === undefined ? [] : [named(tensors, bias)] };
}

function named(tensors: Tensors, name: string): NamedTensor {
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
