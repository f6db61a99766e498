// Damaged models for the importers: a real file changed at random, mostly where its structure is and not its weights.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { changes, countMessage, damaged, structureOf } from "../damage.js";

/** The real files; the last of each is large, most of it weights, and is changed less often. */
const files = {
  safetensors: ["relu_odd_widths.safetensors", "float16.safetensors", "cleanrl_relu.safetensors"],
  pytorch: ["small_deflated.pt", "checkpoint.pt", "cartpole_qnet.pt"],
  modules: ["module_own.pt", "script_traced.pt", "checkpoint_crowded.pt"],
  legacyPytorch: ["legacy_state_dict.pt", "legacy_double.pt", "legacy_module_own.pt", "legacy_checkpoint.pt"],
  stableBaselines: ["tanh_sb3.zip", "sb3_dqn_cartpole.zip"],
  onnx: ["tanh_gemm.onnx", "constants_matmul.onnx", "cartpole_torch.onnx"],
};

export const readers = Object.keys(files);

const marks = /PK[^A-Za-z]{2}|data\.pkl|weight|bias/g;

const read = (name) => new Uint8Array(readFileSync(new URL(`../foreign/${name}`, import.meta.url)));

/**
 * Imports changed files of a reader: each must end in a model with finite Q-values of the size that it says it has, or in
 * an Error of one line.
 * @returns how many ended in which
 */
export function checkReader(reader, importModel, { seed, runs }) {
  const originals = files[reader].map(read).map((file) => ({ file, structure: structureOf(file, marks) }));
  const counts = { models: 0, errors: 0 };
  const messages = new Map();
  const original = fc.nat(99).map((n) => originals[n < 5 ? originals.length - 1 : n % (originals.length - 1)]);
  fc.assert(
    fc.property(original, changes, ({ file, structure }, all) => {
      const changed = damaged(file, structure, all);
      let model;
      try {
        model = importModel(changed);
      } catch (error) {
        countMessage(messages, error, "Error");
        counts.errors++;
        return;
      }
      const { widths, parameters } = model;
      const qValues = model.qValues(new Float32Array(widths[0]).fill(0));
      model.dispose();
      counts.models++;
      const expected = widths.slice(1).reduce((sum, width, i) => sum + (widths[i] + 1) * width, 0);
      if (parameters.length !== expected || qValues.length !== widths.at(-1)) throw new Error("a wrong size");
      if (!parameters.every(Number.isFinite)) throw new Error("a parameter that is not finite");
      // f16 takes two bytes, and 100 times the file may be unpacked
      if (2 * parameters.length > 100 * changed.length) throw new Error("more parameters than the file can hold");
    }),
    { seed, numRuns: runs },
  );
  return { ...counts, messages };
}
