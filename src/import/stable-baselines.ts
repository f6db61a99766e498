// What model.save() of Stable-Baselines3 writes for a DQN: a zip archive that contains the policy's state dict.
import type { Activation } from "../model/model.js";
import { quoted } from "../model/safetensors.js";
import { pickleIn, readPyTorch } from "./pytorch.js";
import type { StateDict } from "./state-dict.js";
import type { Archive } from "./zip.js";

export const policyFile = "policy.pth";

const largestData = 2 ** 22;

/**
 * The policy's tensors, and the activation between its layers. What the settings say is JSON: nothing is unpickled for it.
 * @param isMapped whether the user names the layers; then those of any policy can be read
 * @throws Error in one line for an archive without a policy that can be read, and for an activation that the core lacks
 */
export function readStableBaselines(archive: Archive, isMapped: boolean): StateDict {
  const policy = archive.open(policyFile);
  const pickle = pickleIn(policy);
  if (pickle === undefined) throw new Error(`${policyFile} in the archive is not a PyTorch file: it has no data.pkl`);
  const dict = readPyTorch(policy, pickle);
  const settings = readSettings(archive);
  const isActorCritic = dict.tensors.has("action_net.weight");
  const other = isActorCritic ? actorCritic(settings) : otherPolicy(settings);
  if (other !== undefined && !isMapped) {
    throw new Error(
      `the archive holds ${other}, not Q-values: of Stable-Baselines3's models a DQN is read without a map`,
    );
  }
  // that library's default, in its policies.py: Tanh for ActorCriticPolicy, ReLU for the others
  return { ...dict, activation: activationIn(settings), usual: isActorCritic ? "tanh" : "relu" };
}

/** What an actor-critic is called; the settings of each have a name that no other has. */
function actorCritic(settings: unknown): string {
  const has = (name: string) => member(settings, name) !== undefined;
  const name = has("clip_range") ? "PPO" : has("cg_max_steps") ? "TRPO" : "A2C";
  return `an actor-critic (${name}), whose outputs are logits of actions`;
}

/** Another model than a DQN, by the module of its policies. */
function otherPolicy(settings: unknown): string | undefined {
  const module = String(member(member(settings, "policy_class"), "__module__"));
  const kind = /^(?:stable_baselines3|sb3_contrib)\.(\w+)\.policies$/.exec(module)?.[1];
  if (kind === undefined || kind === "dqn" || kind === "common") return undefined;
  if (kind === "qrdqn") return "a QR-DQN, whose outputs are quantiles";
  return `an actor-critic (${quoted(kind)}), whose outputs are continuous actions`;
}

function readSettings(archive: Archive): unknown {
  if (!archive.has("data")) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(archive.read("data", largestData)));
  } catch {
    throw new Error('"data" in the archive is not the JSON of Stable-Baselines3\'s settings');
  }
}

/** The activation that the settings name; undefined if they name none. */
function activationIn(settings: unknown): Activation | undefined {
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
