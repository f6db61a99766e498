"""Distributions of the returns of fixed policies."""

import math

import gymnasium
import numpy as np

import classic_control
import highway
import lunar_lander
import mini_atar
import mini_grid
import rec_sim
from common import play, recording

LAYOUT = (
    "Undiscounted episode returns per environment and policy: n episodes (seeds base..base+n-1, base in "
    "base_seed), mean, std (ddof=1), sem, min, max, median and episode lengths. Default time limits apply; "
    "MinAtar: sticky 0.1, ramping on, full 6-action random, last_action cleared before each episode. highway-fast: "
    "100 random episodes, and idle (1), slower (4), faster (3). RecSim policies are those of the recsim trace "
    "files."
)
BASE = 10000
PACKAGES = ("gymnasium", "highway-env", "minigrid", "MinAtar", "box2d", "recsim", "numpy")


def random(count):
    """The policy of a random one of `count` actions."""
    return lambda env, generator: lambda _: int(generator.integers(count))


def started(env):
    """How an episode of a Gymnasium environment starts: the environment and its first observation."""
    return lambda seed: (env, env.reset(seed=seed)[0])


def classic(name):
    """A classic environment: random and its heuristic."""
    by = lambda policy: lambda env, generator: classic_control.chooser(policy, name, env, generator)
    policies = {policy: (100, by(policy)) for policy in ("random", *classic_control.HEURISTICS[name])}
    return name, started(classic_control.make(name)), policies


def minatar(name):
    """A MinAtar game: random, and Freeway's way up."""

    def start(seed):
        env = mini_atar.Game(name.removeprefix("minatar_"), seed)
        return env, env.observe()

    up = {"always up (2)": (30, lambda env, generator: lambda _: 2)} if name == "minatar_freeway" else {}
    return name, start, {"random": (100, random(6)), **up}


def grid(identity):
    """A MiniGrid environment: random over all actions and over those that move."""
    policies = {"random over 7 actions": (100, random(7)), "random over actions 0-2": (100, random(3))}
    return identity, started(gymnasium.make(identity)), policies


def lander():
    """LunarLander: random and Gymnasium's heuristic."""
    by = lambda policy: (100, lambda env, generator: lunar_lander.chooser(policy, env, generator))
    policies = {"random": by("random"), "gymnasium heuristic": by("heuristic")}
    return "lunarlander_v3", started(gymnasium.make("LunarLander-v3")), policies


def road():
    """highway-fast: random and three constant actions."""
    by = lambda policy: (100, lambda env, generator: highway.chooser(policy, generator))
    policies = {policy: by(policy) for policy in ("random", "idle (1)", "slower (4)", "faster (3)")}
    return "highway_fast_v0", started(gymnasium.make("highway-fast-v0")), policies


def recommender(name, make, slate_size, policies):
    """A RecSim environment and the policies of its traces."""

    def start(seed):
        env = make(seed, slate_size)
        return env, env.observation

    by = lambda policy: (100, lambda env, generator: rec_sim.chooser(policy, slate_size, env, generator))
    return name, start, {policy: by(policy) for policy in policies}


def entries():
    """Each environment: its name, how an episode starts, and its policies with their numbers of episodes."""
    yield from (classic(name) for name in classic_control.NAMES)
    yield from (minatar(name) for name in mini_atar.NAMES)
    yield from (grid(identity) for identity, _ in mini_grid.ENVIRONMENTS.values())
    yield lander()
    yield road()
    name = "recsim_long_term_satisfaction (slate 1)"
    yield recommender(name, rec_sim.make_satisfaction, 1, ("random", "choc", "kale"))
    name = "recsim_interest_evolution (slate 3, 10 candidates)"
    yield recommender(name, rec_sim.make_evolution, 3, ("random", "interest"))


def summary(start, policy, seeds):
    """Returns and lengths of an episode for each seed; the policy's generator takes the same seed."""
    totals, lengths = [], []
    for seed in seeds:
        env, observation = start(seed)
        choose = policy(env, np.random.default_rng(seed))
        rewards = play(env, observation, choose, math.inf, lambda _: None)["rewards"]
        totals.append(sum(rewards))
        lengths.append(len(rewards))
    deviation = float(np.std(totals, ddof=1))
    return {
        "n": len(totals),
        "mean": float(np.mean(totals)),
        "std": deviation,
        "sem": deviation / math.sqrt(len(totals)),
        "min": min(totals),
        "max": max(totals),
        "median": float(np.median(totals)),
        "episode_length_mean": float(np.mean(lengths)),
        "episode_length_min": float(min(lengths)),
        "episode_length_max": float(max(lengths)),
    }


def record(_, first, committed):
    """The recording of the file."""
    base = committed["base_seed"] if committed else BASE if first is None else first
    returns = {
        name: {label: summary(start, policy, range(base, base + n)) for label, (n, policy) in policies.items()}
        for name, start, policies in entries()
    }
    return recording("returns of fixed policies", PACKAGES, LAYOUT, [], base_seed=base, returns=returns)
