// What VecNormalize.save() of Stable-Baselines3 writes: a pickle with the mean and the variance of each feature.
import { foldNormalisation } from "../model/fold.js";
import { quoted } from "../model/safetensors.js";
import type { Chain } from "./heads.js";
import { damaged, Inert, largestPickle, readPickle } from "./pickle.js";
import { readFloats } from "./tensor.js";
import { inertGlobals } from "./torch-pickle.js";

/** How observations are changed before the network gets them: (x − mean)·scale. */
interface Normalisation {
  /** (observationSize) */
  readonly mean: Float32Array;
  /** (observationSize) */
  readonly scale: Float32Array;
}

/** VecNormalize's own values, of an object that does not say them. */
const defaultEpsilon = 1e-8;

/**
 * A network that takes observations as they are, from one that takes what VecNormalize makes of them:
 * (x − mean)/√(var + epsilon). It clips the result, too, at 10 by default: that cannot be part of a network, and is left
 * out.
 * @throws Error in one line for another file, and for other features
 */
export function normalised({ widths, parameters }: Chain, file: Uint8Array): Chain {
  const normalisation = readVecNormalize(file, widths[0]);
  if (normalisation === undefined) return { widths, parameters };
  return { widths, parameters: foldNormalisation(widths, parameters, normalisation) };
}

/** @returns undefined if it leaves observations as they are @throws Error in one line for another file */
function readVecNormalize(file: Uint8Array, size: number): Normalisation | undefined {
  if (file.length > largestPickle) {
    throw new Error(`VecNormalize's file has ${file.length} bytes: at most ${largestPickle} are read`);
  }
  const { value } = readPickle(file, inertGlobals(), () => {
    throw damaged("it refers to something outside of it");
  });
  const state = value instanceof Inert ? value.state : undefined;
  if (!(state instanceof Map) || !state.has("obs_rms")) {
    throw new Error("the file is not what VecNormalize.save() of Stable-Baselines3 writes: it has no obs_rms");
  }
  if (state.get("norm_obs") === false) return undefined;
  const statistics = state.get("obs_rms");
  const of = statistics instanceof Inert && statistics.state instanceof Map ? statistics.state : undefined;
  if (of === undefined) throw new Error("obs_rms of VecNormalize is not about one list of features");
  const [mean, variance] = ["mean", "var"].map((name) => features(name, of.get(name), size));
  const epsilon = state.get("epsilon") ?? defaultEpsilon;
  const scale = variance.map((each) => 1 / Math.sqrt(each + Number(epsilon)));
  if (!scale.every((each) => each > 0 && Number.isFinite(each))) {
    throw new Error("var of VecNormalize's obs_rms holds a number that is not a variance");
  }
  return { mean, scale };
}

/** A one-dimensional array of NumPy's float64. */
function features(name: string, array: unknown, size: number): Float32Array {
  // what its pickle says: version, shape, type, whether columns come first, elements
  const [, shape, type, , bytes] = array instanceof Inert && Array.isArray(array.state) ? array.state : [];
  const isDouble = type instanceof Inert && type.args[0] === "f8" && Array.isArray(type.state) && type.state[1] === "<";
  if (!isDouble || !(bytes instanceof Uint8Array) || !Array.isArray(shape)) {
    throw new Error(`${quoted(name)} of VecNormalize's obs_rms is not an array of little-endian float64`);
  }
  if (shape.length !== 1 || shape[0] !== size || bytes.length !== 8 * size) {
    throw new Error(
      `${quoted(name)} of VecNormalize's obs_rms has shape (${shape.slice(0, 8).join(", ")}): (${size}) is needed`,
    );
  }
  return readFloats(name, { dtype: "F64", shape: [size], bytes });
}
