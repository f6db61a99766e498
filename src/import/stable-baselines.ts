// What Stable-Baselines3's model.save() writes for a DQN: a zip archive with the policy's state dict inside another.
import type { Activation } from "../model/model.js";
import { quoted } from "../model/safetensors.js";
import { pickleIn, readPyTorch } from "./pytorch.js";
import type { StoredTensor } from "./tensor.js";
import type { Archive } from "./zip.js";

export const policyFile = "policy.pth";

const largestData = 2 ** 22;

/**
 * The policy's tensors and, from the settings in JSON beside it, the activation between its layers: nothing is unpickled for it.
 * @throws Error in one line for an archive that holds no policy that can be read, and an activation that the core has not
 */
export function readStableBaselines(archive: Archive): {
  tensors: Map<string, StoredTensor>;
  activation: Activation | undefined;
} {
  const policy = archive.open(policyFile);
  const pickle = pickleIn(policy);
  if (pickle === undefined) throw new Error(`${policyFile} in the archive is no PyTorch file: it has no data.pkl`);
  return { tensors: readPyTorch(policy, pickle), activation: readActivation(archive) };
}

/** The activation that the settings name; undefined where they name none, which is ReLU in a DQN of that library. */
function readActivation(archive: Archive): Activation | undefined {
  if (!archive.has("data")) return undefined;
  let settings: unknown;
  try {
    settings = JSON.parse(new TextDecoder().decode(archive.read("data", largestData)));
  } catch {
    throw new Error('"data" in the archive is not the JSON of Stable-Baselines3\'s settings');
  }
  const named = member(member(settings, "policy_kwargs"), "activation_fn");
  if (named === undefined) return undefined;
  // a class is written as Python prints it: <class 'torch.nn.modules.activation.Tanh'>
  const name = /\.(\w+)'>$/.exec(String(named))?.[1];
  if (name === "ReLU") return "relu";
  if (name === "Tanh") return "tanh";
  throw new Error(`the policy's activation is ${quoted(String(named))}; ReLU and Tanh can be read`);
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
