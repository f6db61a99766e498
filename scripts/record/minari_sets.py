"""Small Minari data sets, made by Minari itself, and what Minari and Gymnasium read in them.

Run by hand, in an environment of its own: pip install -r scripts/record/requirements-minari.txt

    python scripts/record/minari_sets.py tests/golden/minari
"""

import gzip
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

scratch = tempfile.mkdtemp()
os.environ["MINARI_DATASETS_PATH"] = scratch

import gymnasium  # noqa: E402 (Minari reads the variable when it is imported)
import minari  # noqa: E402
from gymnasium import spaces  # noqa: E402


class Parts(gymnasium.Env):
    """An environment of every kind of space that becomes a list of numbers, with action masks."""

    observation_space = spaces.Dict(
        {
            "10 things": spaces.Box(-np.inf, np.inf, (2, 3), np.float64),
            "9 lives": spaces.Discrete(4, start=-1),
            "Ä": spaces.MultiBinary([2, 2]),
            "both": spaces.Tuple((spaces.MultiDiscrete([3, 2], start=[1, 0]), spaces.Box(0, 255, (2,), np.uint8))),
        }
    )
    action_space = spaces.Discrete(3, start=1)

    def _info(self):
        mask = np.ones(3, np.int8)
        mask[self._steps % 3] = 0
        return {"action_mask": mask}

    def _observe(self):
        return self.observation_space.sample()

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.observation_space.seed(seed)
        self._steps = 0
        return self._observe(), self._info()

    def step(self, action):
        self._steps += 1
        return self._observe(), float(self.np_random.normal()), self._steps == 6, False, self._info()


def record(name, env, episodes, steps, *, infos=False):
    env = minari.DataCollector(env, record_infos=infos, data_format="hdf5")
    rng = np.random.default_rng(1)
    for episode in range(episodes):
        _, info = env.reset(seed=100 + episode)
        for _ in range(steps):
            allowed = np.flatnonzero(info["action_mask"]) if "action_mask" in info else range(env.action_space.n)
            _, _, terminated, truncated, info = env.step(env.action_space.start + int(rng.choice(allowed)))
            if terminated or truncated:
                break
    return env.create_dataset(dataset_id=f"{name}-v0", algorithm_name="random", description="a test's data set")


def expected(dataset):
    """What Minari reads, with the observations as Gymnasium flattens them."""
    space = dataset.observation_space
    episodes = []
    for episode in dataset.iterate_episodes():
        flat = [spaces.flatten(space, at(episode.observations, i)) for i in range(len(episode.rewards) + 1)]
        episodes.append(
            {
                "observations": [np.asarray(each, np.float32).tolist() for each in flat],
                "actions": (np.asarray(episode.actions) - dataset.action_space.start).tolist(),
                "rewards": np.asarray(episode.rewards, np.float32).tolist(),
                "terminated": bool(episode.terminations[-1]),
                **masks(episode),
            }
        )
    return episodes


def at(observations, index):
    if isinstance(observations, dict):
        return {name: at(part, index) for name, part in observations.items()}
    if isinstance(observations, tuple):
        return tuple(at(part, index) for part in observations)
    return observations[index]


def masks(episode):
    infos = episode.infos or {}
    return {"masks": np.asarray(infos["action_mask"]).tolist()} if "action_mask" in infos else {}


def main(folder):
    sets = {
        "cartpole": (gymnasium.make("CartPole-v1", max_episode_steps=30), 6, 30, False),
        "taxi": (gymnasium.make("Taxi-v4", max_episode_steps=6), 2, 6, True),
        "parts": (Parts(), 3, 9, True),
    }
    for name, (env, episodes, steps, infos) in sets.items():
        dataset = record(name, env, episodes, steps, infos=infos)
        source = Path(scratch) / f"{name}-v0" / "data"
        into = Path(folder) / name
        into.mkdir(parents=True, exist_ok=True)
        (into / "main_data.hdf5.gz").write_bytes(gzip.compress((source / "main_data.hdf5").read_bytes(), 9, mtime=0))
        shutil.copy(source / "metadata.json", into / "metadata.json")
        (into / "expected.json").write_text(json.dumps(expected(dataset)) + "\n")
        print(name, dataset.total_episodes, "episodes,", dataset.total_steps, "steps")


main(sys.argv[1])
shutil.rmtree(scratch)
