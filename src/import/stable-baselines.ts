// What model.save() of Stable-Baselines3 writes for a DQN: a zip archive that contains the policy's state dict.
import type { Activation } from "../model/model.js";
import { quoted } from "../model/safetensors.js";
import { pickleIn, readPyTorch } from "./pytorch.js";
import type { StoredTensor } from "./tensor.js";
import type { Archive } from "./zip.js";

export const policyFile = "policy.pth";

const largestData = 2 ** 22;

/**
 * The policy's tensors, and the activation between its layers. The activation is read from the settings, which are
 * JSON: nothing is unpickled for it.
 * @throws Error in one line for an archive without a policy that can be read, and for an activation that the core lacks
 */
export function readStableBaselines(archive: Archive): {
  tensors: Map<string, StoredTensor>;
  activation: Activation | undefined;
} {
  const policy = archive.open(policyFile);
  const pickle = pickleIn(policy);
  if (pickle === undefined) throw new Error(`${policyFile} in the archive is not a PyTorch file: it has no data.pkl`);
  return { tensors: readPyTorch(policy, pickle), activation: readActivation(archive) };
}

/** The activation that the settings name; undefined if they name none, which means ReLU in that library's DQN. */
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
