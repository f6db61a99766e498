// The ziggurat of the normal distribution (Marsaglia & Tsang 2000): 256 layers of equal area under exp(−x²/2), x ≥ 0.
import { exp, log } from "./exponential.js";

/** Where the tail begins: the right edge of the lowest layer. */
export const tailStart = 3.654152885361009;
/** 1 / tailStart. */
export const tailInverse = 0.2736612373297583;

const layers = 256;
/** The area of each layer, to the last bits of the value from which NumPy's tables were computed. */
const layerArea = 0.004928673233974652;
/** A draw is 52 bits: x = bits · width. */
const draws = 2 ** 52;

export interface Ziggurat {
  /** Layer i: a draw below `inside[i]` is under the curve at every height. */
  readonly inside: Float64Array;
  /** Layer i: the change of x for one unit of a draw. */
  readonly width: Float64Array;
  /** Layer i: exp(−x²/2) at the layer's right edge. */
  readonly height: Float64Array;
}

/**
 * The tables of NumPy's generator, from their recurrence. `width` and `height` equal NumPy's bit for bit. Some of `inside`
 * differ from NumPy's by 1. This changes a number once in about 2^52 draws.
 */
export function makeZiggurat(): Ziggurat {
  const inside = new Float64Array(layers);
  const width = new Float64Array(layers);
  const height = new Float64Array(layers);

  let edge = tailStart;
  height[255] = exp(-0.5 * edge * edge);
  width[255] = edge / draws;
  // Layer 0 is the tail and the rectangle beside it. Together they have the same area as every other layer.
  inside[0] = Math.floor(((edge * height[255]) / layerArea) * draws);
  width[0] = layerArea / height[255] / draws;
  height[0] = 1;

  for (let layer = 254; layer > 0; layer--) {
    const next = Math.sqrt(-2 * log(layerArea / edge + height[layer + 1]));
    inside[layer + 1] = Math.floor((next / edge) * draws);
    width[layer] = next / draws;
    height[layer] = exp(-0.5 * next * next);
    // Almost a tie: the exact value is 0.498 of a unit above the correctly rounded one. NumPy's value was rounded up.
    if (layer === 38) height[layer] += 2 ** -53;
    edge = next;
  }
  inside[1] = 0;
  return { inside, width, height };
}
