# Writes actors, quantile networks and dueling networks here, each with what the library itself answers, into
# policies.json. Run by hand: python3 make_policies.py, with torch, stable-baselines3, sb3-contrib and gymnasium.
import json
import sys
import warnings

import gymnasium
import numpy as np
import sb3_contrib
import stable_baselines3
import torch
from making import Answers, lively, smaller
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize
from torch import nn

warnings.simplefilter("ignore")
answers = Answers(1)
record, generator = answers.record, answers.generator


class Env(gymnasium.Env):
    observation_space = gymnasium.spaces.Box(-1, 1, (3,), np.float32)

    def __init__(self, actions=gymnasium.spaces.Discrete(2)):
        self.action_space = actions

    def reset(self, *, seed=None, options=None):
        return generator.normal(2, 5, 3).astype(np.float32), {}

    def step(self, action):
        return generator.normal(2, 5, 3).astype(np.float32), 0.0, False, False, {}

    def action_masks(self):
        return np.ones(2, bool)


def logits(policy):
    return lambda x: policy.action_net(policy.mlp_extractor.forward_actor(policy.extract_features(x, policy.pi_features_extractor)))


def made_by(kind, kwargs={}, env=None, policy="MlpPolicy", **more):
    model = kind(policy, env or Env(), policy_kwargs=kwargs, device="cpu", **more)
    lively(model.policy)
    return model


# actors

for name, kind, kwargs, activation in [
    ("ppo_two_towers", stable_baselines3.PPO, {"net_arch": {"pi": [6, 5], "vf": [7]}}, "tanh"),
    ("ppo_no_layers", stable_baselines3.PPO, {"net_arch": []}, "tanh"),
    ("maskable_ppo", sb3_contrib.MaskablePPO, {"net_arch": [6], "activation_fn": nn.ReLU}, "relu"),
    ("trpo", sb3_contrib.TRPO, {"net_arch": [6, 5]}, "tanh"),
]:
    model = made_by(kind, kwargs)
    smaller(model, f"sb3_{name}.zip")
    record(f"sb3_{name}.zip", logits(model.policy), 3, activation, outputs="logits")

model = made_by(stable_baselines3.PPO, {"net_arch": [6]})
model.policy.save("sb3_ppo_policy.pt")
record("sb3_ppo_policy.pt", logits(model.policy), 3, "tanh", outputs="logits")

torch.save(model.policy.state_dict(), "sb3_ppo_state_dict.pt")
record("sb3_ppo_state_dict.pt", logits(model.policy), 3, "tanh", outputs="logits")

environment = VecNormalize(DummyVecEnv([Env]))
environment.reset()
for _ in range(50):
    environment.step(np.zeros(1, int))
model = made_by(stable_baselines3.PPO, {"net_arch": [6]}, environment)
smaller(model, "sb3_ppo_normalised.zip")
environment.save("sb3_ppo_normalised.pkl")
normalise = lambda x: environment.normalize_obs(x)
record("sb3_ppo_normalised.zip", logits(model.policy), 3, "tanh", normalise, outputs="logits", vecNormalize="sb3_ppo_normalised.pkl")


class ActorCritic(nn.Module):
    """As scripts that stand in one file have it."""

    def __init__(self):
        super().__init__()
        self.critic = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 1))
        self.actor = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2))


both = lively(ActorCritic())
torch.save(both.state_dict(), "actor_critic.pt")
record("actor_critic.pt", both.actor, 3, "tanh", name="actor", given={"activation": "tanh", "outputs": "logits"}, outputs="logits")

# quantiles

for name, kwargs, activation in [
    ("qrdqn", {"net_arch": [6, 5], "n_quantiles": 7}, "relu"),
    ("qrdqn_tanh", {"net_arch": [6], "n_quantiles": 4, "activation_fn": nn.Tanh}, "tanh"),
    ("qrdqn_default", {"net_arch": [3]}, "relu"),
]:
    model = made_by(sb3_contrib.QRDQN, kwargs, buffer_size=1)
    smaller(model, f"sb3_{name}.zip")
    network = model.policy.quantile_net
    record(f"sb3_{name}.zip", lambda x: network(x).mean(dim=1), 3, activation)


# dueling


class Dueling(nn.Module):
    """One linear layer for each stream."""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(3, 6)
        self.fc2 = nn.Linear(6, 5)
        self.fc_value = nn.Linear(5, 1)
        self.fc_advantage = nn.Linear(5, 3)

    def forward(self, x):
        x = torch.relu(self.fc2(torch.relu(self.fc1(x))))
        advantage = self.fc_advantage(x)
        return self.fc_value(x) + advantage - advantage.mean(dim=1, keepdim=True)


class Streams(nn.Module):
    """Two layers for each stream, the value's first."""

    def __init__(self):
        super().__init__()
        self.feature = nn.Sequential(nn.Linear(3, 6), nn.ReLU())
        self.value_stream = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 1))
        self.advantage_stream = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3))

    def forward(self, x):
        x = self.feature(x)
        advantage = self.advantage_stream(x)
        return self.value_stream(x) + advantage - advantage.mean(dim=1, keepdim=True)


class Letters(nn.Module):
    """A and V for the streams, three layers deep, the trunk last."""

    def __init__(self):
        super().__init__()
        self.A1, self.V1 = nn.Linear(5, 4), nn.Linear(5, 3)
        self.A2, self.V2 = nn.Linear(4, 4), nn.Linear(3, 3)
        self.A3, self.V3 = nn.Linear(4, 2), nn.Linear(3, 1)
        self.trunk = nn.Linear(3, 5)

    def forward(self, x):
        x = torch.relu(self.trunk(x))
        a = self.A3(torch.relu(self.A2(torch.relu(self.A1(x)))))
        v = self.V3(torch.relu(self.V2(torch.relu(self.V1(x)))))
        return v + a - a.mean(dim=1, keepdim=True)


class Uneven(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(3, 5)
        self.val = nn.Linear(5, 1)
        self.adv_hidden = nn.Linear(5, 4)
        self.adv = nn.Linear(4, 2)


for name, network in [("dueling", Dueling()), ("dueling_streams", Streams()), ("dueling_letters", Letters())]:
    lively(network)
    torch.save(network.state_dict(), f"{name}.pt")
    record(f"{name}.pt", network, 3)

# what is refused

torch.save(Uneven().state_dict(), "refuse_dueling_uneven.pt")
smaller(made_by(stable_baselines3.PPO, {"net_arch": [4]}, Env(gymnasium.spaces.Box(-1, 1, (2,)))), "refuse_ppo_continuous.zip")
smaller(made_by(stable_baselines3.A2C, {"net_arch": [4]}, Env(gymnasium.spaces.MultiDiscrete([2, 2]))), "refuse_a2c_multi.zip")
smaller(made_by(sb3_contrib.RecurrentPPO, {"net_arch": [4], "lstm_hidden_size": 2}, policy="MlpLstmPolicy"), "refuse_recurrent.zip")
box = Env(gymnasium.spaces.Box(-1, 1, (2,)))
smaller(made_by(stable_baselines3.SAC, {"net_arch": [4]}, box, buffer_size=1), "refuse_sac.zip")
smaller(made_by(stable_baselines3.TD3, {"net_arch": [4]}, box, buffer_size=1), "refuse_td3.zip")

with open("policies.json", "w") as file:
    json.dump(answers.made, file)
versions = [f"{each.__name__} {each.__version__}" for each in (torch, stable_baselines3, sb3_contrib, gymnasium)]
print(*versions, sep=", ", file=sys.stderr)
