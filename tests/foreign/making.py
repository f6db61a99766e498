# What the scripts here share: the files' expected answers, networks whose outputs are far from 0, smaller archives.
import io
import zipfile

import numpy as np
import torch


class Answers:
    """What models answer to random observations, by the names of their files."""

    def __init__(self, seed):
        torch.manual_seed(seed)
        self.generator = np.random.default_rng(seed)
        self.made = {}

    def record(self, file, model, size, activation="relu", change=None, **more):
        """`change`: what is done to observations before the model gets them."""
        observations = self.generator.normal(0, 1, (64, size)).astype(np.float32)
        changed = observations if change is None else change(observations).astype(np.float32)
        with torch.no_grad():
            values = model(torch.from_numpy(changed)).double().numpy()
        # where terms cancel, f32 has no five digits left, whoever adds them
        kept = np.flatnonzero(np.abs(values).min(axis=1) > 0.1)[:8]
        assert len(kept) > 3, file
        rows = observations.astype(np.float64)[kept].tolist()
        self.made[file] = {"activation": activation, "observations": rows, "qValues": values[kept].tolist(), **more}


def lively(module):
    """With larger parameters than PyTorch begins with, so that few outputs are near 0."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_()
    return module


def smaller(model, file):
    """A model of Stable-Baselines3 without the optimiser's state, which is most of its file."""
    buffer = io.BytesIO()
    model.save(buffer)
    with zipfile.ZipFile(buffer) as archive, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in archive.namelist():
            if "optimizer" not in name:
                packed.writestr(name, archive.read(name))
