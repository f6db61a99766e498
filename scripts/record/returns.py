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
EPISODES = {"up": 30}  # and 100 of every other policy
PACKAGES = ("gymnasium", "highway-env", "minigrid", "MinAtar", "box2d", "recsim", "numpy")


def started(env):
    """How an episode of a Gymnasium environment starts: the environment and its first observation."""
    return lambda seed: (env, env.reset(seed=seed)[0])


def classic(_base):
    """The classic environments: random and the heuristic."""
    for name, identity in classic_control.ENVIRONMENTS.items():
        policies = {policy: policy for policy in ("random", *classic_control.HEURISTICS[identity])}
        yield name, started(classic_control.make(name)), classic_control.chooser, policies


def minatar(_base):
    """MinAtar's games: random, and Freeway's way up."""
    for game in mini_atar.PLANS:

        def start(seed, game=game):
            env = mini_atar.Game(game, seed)
            return env, env.observe()

        up = {"always up (2)": "up"} if game == "freeway" else {}
        yield f"minatar_{game}", start, mini_atar.chooser, {"random": "random", **up}


def grids(_base):
    """MiniGrid: random over all actions and over those that move."""
    policies = {"random over 7 actions": "random7", "random over actions 0-2": "random3"}
    for identity, _ in mini_grid.ENVIRONMENTS.values():
        yield identity, started(gymnasium.make(identity)), mini_grid.chooser, policies


def lander(_base):
    """LunarLander: random and Gymnasium's heuristic."""
    policies = {"random": "random", "gymnasium heuristic": "heuristic"}
    yield "lunarlander_v3", started(gymnasium.make("LunarLander-v3")), lunar_lander.chooser, policies


def road(_base):
    """highway-fast: random and three constant actions."""
    policies = {policy: policy for policy in ("random", "idle (1)", "slower (4)", "faster (3)")}
    yield "highway_fast_v0", started(gymnasium.make("highway-fast-v0")), highway.chooser, policies


def recommenders(base):
    """RecSim: the policies of its traces, all on one generator."""
    generator = np.random.default_rng(base)

    def chooser(policy, env, _):
        return rec_sim.chooser(policy, env, generator)

    for name, make, slate_size, labels in (
        ("long_term_satisfaction (slate 1)", rec_sim.make_satisfaction, 1, ("random", "choc", "kale")),
        ("interest_evolution (slate 3, 10 candidates)", rec_sim.make_evolution, 3, ("random", "interest")),
    ):

        def start(seed, make=make, slate_size=slate_size):
            env = make(seed, slate_size)
            return env, env.observation

        yield f"recsim_{name}", start, chooser, {label: label for label in labels}


ENVIRONMENTS = (classic, minatar, grids, lander, road, recommenders)


def summary(start, chooser, policy, seeds):
    """Returns and lengths of an episode for each seed; the policy's generator takes the same seed."""
    totals, lengths = [], []
    for seed in seeds:
        env, observation = start(seed)
        choose = chooser(policy, env, np.random.default_rng(seed))
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
        name: {
            label: summary(start, chooser, policy, range(base, base + EPISODES.get(policy, 100)))
            for label, policy in policies.items()
        }
        for family in ENVIRONMENTS
        for name, start, chooser, policies in family(base)
    }
    return recording("returns of fixed policies", PACKAGES, LAYOUT, [], base_seed=base, returns=returns)
