// What model.save() of Stable-Baselines3 writes: a zip archive that contains the policy's state dict. A DQN's and a
// QR-DQN's outputs become Q-values; the actor of a PPO, an A2C and their relatives gives logits.
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
  const activation = activationIn(settings);
  if (actionLayer(dict) !== undefined) {
    checkActions(settings);
    return { ...dict, activation };
  }
  const kind = kindOf(settings);
  if (isMapped || kind === undefined || kind === "dqn") return { ...dict, activation };
  if (kind === "qrdqn") return { ...dict, activation, quantiles: quantilesIn(settings) };
  throw new Error(
    `the archive's policy is ${quoted(kind)}, an actor of continuous actions: DQN, QR-DQN and actors that choose from a list of actions are read`,
  );
}

/**
 * Of an actor-critic's tensors those that lead to its actions; of any other network all. That library's names are
 * known, wherever they are from.
 * @param isMapped whether the user names the layers
 * @throws Error in one line for an actor that does more than linear layers do
 */
export function actorOf(dict: StateDict, isMapped: boolean): StateDict {
  const head = actionLayer(dict);
  if (head === undefined) return dict;
  const prefix = head.slice(0, -actionHead.length);
  const names = [...dict.tensors.keys()].filter((name) => name.startsWith(prefix));
  const parts = (pattern: RegExp) => names.filter((name) => pattern.test(name.slice(prefix.length)));
  // that library's default, in its policies.py: tanh for actor-critics, ReLU for all others
  const actor = { ...dict, usual: "tanh", outputs: "logits" } as const;
  if (isMapped) return actor;
  if (parts(/^log_std$/).length > 0) throw otherActions("continuous");
  const [other] = parts(/^(pi_)?features_extractor\.|^lstm/);
  if (other !== undefined) {
    throw new Error(
      `the actor has ${quoted(other)} before its layers, which is not read; a map can say which tensors are the network's`,
    );
  }
  // someone else's names, of which one happens to be the same
  if (names.length > parts(/^(mlp_extractor|action_net|value_net)\./).length) return dict;
  const own = new Set(parts(/^(mlp_extractor\.(shared_net|policy_net)|action_net)\./));
  return { ...actor, tensors: new Map([...dict.tensors].filter(([name]) => own.has(name))) };
}

const actionHead = "action_net.weight";

/** The name of the layer that ends in an actor's logits; undefined if there is none. */
function actionLayer({ tensors }: StateDict): string | undefined {
  return [...tensors.keys()].find((name) => name === actionHead || name.endsWith(`.${actionHead}`));
}

/** @throws Error unless the settings say that the actions are a list, or say nothing */
function checkActions(settings: unknown): void {
  const space = /\.(\w+)'>$/.exec(String(member(member(settings, "action_space"), ":type:")))?.[1] ?? "Discrete";
  if (space !== "Discrete") throw otherActions(space);
}

function otherActions(kind: string): Error {
  return new Error(`the actor's actions are ${quoted(kind)}: only those that choose from a list of actions are read`);
}

/** The library's name for the kind of a model, by the module of its policies; undefined if it does not say it. */
function kindOf(settings: unknown): string | undefined {
  const module = String(member(member(settings, "policy_class"), "__module__"));
  const kind = /^(?:stable_baselines3|sb3_contrib)\.(\w+)\.policies$/.exec(module)?.[1];
  return kind === "common" ? undefined : kind;
}

/** The number of quantiles of a QR-DQN. @throws Error if the settings do not say it */
function quantilesIn(settings: unknown): number {
  const given = member(member(settings, "policy_kwargs"), "n_quantiles") ?? member(settings, "n_quantiles");
  const quantiles = Number(given);
  if (Number.isInteger(quantiles) && quantiles >= 1) return quantiles;
  throw new Error("the archive is a QR-DQN whose settings do not say its number of quantiles (n_quantiles)");
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
