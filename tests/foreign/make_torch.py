# Writes files of PyTorch and Stable-Baselines3 here, each with what the library itself answers, into torch.json.
# Run by hand: python3 make_torch.py, with torch, stable-baselines3 and gymnasium. Those of PyTorch 1.6 to now differ only
# in their container from the others here.
import argparse
import collections
import io
import json
import pathlib
import random
import re
import sys
import warnings
import zipfile

import gymnasium
import numpy as np
import stable_baselines3
import torch
from making import Answers, lively, smaller
from torch import nn

warnings.simplefilter("ignore")
answers = Answers(0)
record = answers.record


def mlp(*widths, activation=nn.ReLU):
    modules = []
    for i, o in zip(widths, widths[1:]):
        modules += [nn.Linear(i, o), activation()]
    return lively(nn.Sequential(*modules[:-1]))


def without_folders(content):
    """Files name where classes and functions are from: without the folders of this machine, and as long."""
    folders = rb"/[^\0\n ]*?(?=(torch/nn/modules|torch/jit|tests/foreign)/\w+\.py)"
    return re.sub(folders, lambda found: b"." * (len(found[0]) - 1) + b"/", content)


def before_16(value, file, **more):
    torch.save(value, file, _use_new_zipfile_serialization=False, **more)
    path = pathlib.Path(file)
    path.write_bytes(without_folders(path.read_bytes()))


def repacked(file):
    with zipfile.ZipFile(file) as archive:
        entries = [(entry, without_folders(archive.read(entry))) for entry in archive.infolist()]
    with zipfile.ZipFile(file, "w") as archive:
        for entry, content in entries:
            archive.writestr(entry.filename, content)


class Named(nn.Module):
    """Names without numbers, whose alphabetical order fits by its sizes, too."""

    def __init__(self):
        super().__init__()
        self.input_layer = nn.Linear(3, 4)
        self.linear_two = nn.Linear(4, 4)
        self.linear_three = nn.Linear(4, 4)
        self.output_layer = nn.Linear(4, 2)

    def forward(self, x):
        x = torch.relu(self.input_layer(x))
        x = torch.relu(self.linear_two(x))
        x = torch.relu(self.linear_three(x))
        return self.output_layer(x)


class TanhNamed(Named):
    def forward(self, x):
        x = torch.tanh(self.input_layer(x))
        x = torch.tanh(self.linear_two(x))
        x = torch.tanh(self.linear_three(x))
        return self.output_layer(x)


class QNet(nn.Module):
    """A module of someone's own that holds its activation as a module."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 4), nn.Tanh())
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.body(x))


class Twins(nn.Module):
    def __init__(self):
        super().__init__()
        self.q1 = mlp(4, 16, 4)
        self.q2 = mlp(4, 16, 4)


class Colour(random.Random):
    """A class whose objects are made by a call of its own."""

    def __reduce__(self):
        return Colour, ()


# state dicts

net = mlp(3, 6, 4, 2)
before_16(net.state_dict(), "legacy_state_dict.pt")
record("legacy_state_dict.pt", net, 3)
before_16(net.double().state_dict(), "legacy_double.pt", pickle_protocol=4)
record("legacy_double.pt", net.float(), 3)
named = lively(Named())
torch.save(named.state_dict(), "unnumbered.pt")
record("unnumbered.pt", named, 3)

# checkpoints

optimizer = torch.optim.Adam(net.parameters())
for _ in range(3):
    optimizer.zero_grad()
    loss = net(torch.randn(8, 3)).square().mean()
    loss.backward()
    optimizer.step()
scores = collections.deque((float(value) for value in range(100)), maxlen=100)
losses = collections.defaultdict(list, actor=[0.5, loss.detach()])
checkpoint = {
    "model": net.state_dict(),
    "opt": optimizer.state_dict(),
    "schedule": torch.optim.lr_scheduler.StepLR(optimizer, 10).state_dict(),
    "args": argparse.Namespace(lr=1e-3, path=pathlib.PurePosixPath("runs/1"), sizes=(4, 4), dtype=torch.float32),
    "scores": [0.5] * 20_000,
    "steps": list(range(1000)),
    "recent": scores,
    "losses": losses,
    "loss": loss.detach(),
    "best": np.float64(123.5),
    "returns": np.arange(6.0).reshape(2, 3),
    "history": [(1, 2.5, "a"), (2, 3.5, "b")],
    "nested": collections.OrderedDict(a=None, b={1: True, (2, 3): "tuple", None: 2**100}),
    "device": torch.device("cpu"),
    "shape": torch.Size([3, 2]),
    "rng": torch.get_rng_state()[:16],
    "numpy": np.random.PCG64(0).state,
    "seen": {1, 2, 3},
    "bytes": b"\x00\xff",
    "expanded": torch.zeros(1).expand(5),
    "complex": torch.zeros(2, dtype=torch.complex64),
    "counts": collections.Counter("aab"),
}
buffer = io.BytesIO()
torch.save(checkpoint, buffer)
with zipfile.ZipFile(buffer) as archive, zipfile.ZipFile("checkpoint_crowded.pt", "w", zipfile.ZIP_DEFLATED) as packed:
    for name in archive.namelist():
        packed.writestr(name, archive.read(name))
record("checkpoint_crowded.pt", net, 3)
checkpoint["scores"] = [0.5] * 1000
before_16(checkpoint, "legacy_checkpoint.pt")
record("legacy_checkpoint.pt", net, 3)

# whole modules

tanh = mlp(3, 6, 2, activation=nn.Tanh)
torch.save(tanh, "module_tanh.pt")
record("module_tanh.pt", tanh, 3, "tanh")
own = lively(QNet())
torch.save(own, "module_own.pt")
record("module_own.pt", own, 3, "tanh")
before_16(own, "legacy_module_own.pt")
record("legacy_module_own.pt", own, 3, "tanh")

# TorchScript

torch.jit.save(torch.jit.trace(own, torch.zeros(1, 3)), "script_traced.pt")
record("script_traced.pt", own, 3, "tanh")
functional = lively(TanhNamed())
torch.jit.save(torch.jit.script(functional), "script_functions.pt")
record("script_functions.pt", functional, 3, "tanh")

# Stable-Baselines3

observations = gymnasium.spaces.Box(-1, 1, (3,), np.float32)


class Env(gymnasium.Env):
    observation_space = observations
    action_space = gymnasium.spaces.Discrete(2)


parts = ["mlp_extractor.policy_net.0", "mlp_extractor.policy_net.2", "action_net"]
for kind, kwargs, activation in [
    (stable_baselines3.PPO, {}, "tanh"),
    (stable_baselines3.A2C, {"activation_fn": nn.ReLU}, "relu"),
]:
    file = f"sb3_{kind.__name__.lower()}.zip"
    model = kind("MlpPolicy", Env(), policy_kwargs={"net_arch": [6, 5], **kwargs}, device="cpu")
    lively(model.policy)
    smaller(model, file)
    policy = model.policy
    logits = lambda x: policy.action_net(policy.mlp_extractor.forward_actor(policy.extract_features(x)))
    record(file, logits, 3, activation, map=[[f"{part}.weight", f"{part}.bias"] for part in parts])

dqn = stable_baselines3.DQN(
    "MlpPolicy", Env(), policy_kwargs={"net_arch": [6], "activation_fn": nn.Tanh}, buffer_size=1, device="cpu"
)
lively(dqn.policy)
dqn.policy.save("sb3_dqn_policy.pt")
record("sb3_dqn_policy.pt", dqn.q_net, 3, "tanh")

# what is refused

torch.save(Twins().state_dict(), "refuse_twins.pt")
torch.save({"q1": mlp(4, 16, 4).state_dict(), "q2": mlp(4, 16, 4).state_dict()}, "refuse_two_state_dicts.pt")
torch.save(mlp(3, 4, 2, activation=nn.Sigmoid), "refuse_sigmoid_module.pt")
torch.save(nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2)), "refuse_no_activation.pt")
torch.save({"model": net.state_dict(), "colour": Colour()}, "refuse_call.pt")
coloured = mlp(3, 4, 2)
coloured.colour = Colour()
torch.save(coloured, "refuse_call_module.pt")
torch.jit.save(torch.jit.freeze(torch.jit.trace(net.eval(), torch.zeros(1, 3))), "refuse_frozen.pt")
torch.export.save(torch.export.export(net, (torch.zeros(1, 3),)), "refuse_export.pt2")

for file in ["script_traced.pt", "script_functions.pt", "refuse_frozen.pt", "refuse_export.pt2"]:
    repacked(file)

with open("torch.json", "w") as file:
    json.dump(answers.made, file)
print("PyTorch", torch.__version__, "Stable-Baselines3", stable_baselines3.__version__, file=sys.stderr)
