# Environments for tests: one for each kind of observation, one with actions from 5 on, and one that fails when told.
import os
import sys
import threading
import time

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, MultiBinary, MultiDiscrete, Text, Tuple

SPACES = {
    "box": Box(-1, 1, (2, 3)),
    "double": Box(-1e3, 1e3, (3,), np.float64),
    "bytes": Box(0, 255, (2, 2), np.uint8),
    "scalar": Box(-1, 1, ()),
    "discrete": Discrete(4, start=-2),
    "binary": MultiBinary(3),
    "multi": MultiDiscrete([2, 3], start=[1, 0]),
    "table": MultiDiscrete([[2, 2], [2, 3]]),
    "tuple": Tuple((Discrete(2), Box(0, 1, (2,)))),
    "dict": Dict(
        {
            "velocity": Box(-1, 1, (2,)),
            "door": Discrete(2),
            "arm": Dict({"joint": Tuple((Discrete(2), MultiBinary(2))), "angle": Box(0, 1, ())}),
        }
    ),
    "text": Text(3),
    "tuple of text": Tuple((Text(3), Discrete(2))),
}


class Sampled(gymnasium.Env):
    """Gives samples of a space. Actions are 5 and 6, of which one is allowed."""

    action_space = Discrete(2, start=5)

    def __init__(self, space):
        self.observation_space = SPACES[space]

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.observation_space.seed(seed)
        self.allowed = 5
        return self.observation_space.sample(), self.info()

    def step(self, action):
        assert action == self.allowed
        self.allowed = 11 - self.allowed
        return self.observation_space.sample(), np.float64(0.1), np.bool_(False), False, self.info()

    def info(self):
        return {"action_mask": np.array([self.allowed == 5, self.allowed == 6], np.int8)}


def sampled(space, flat=False):
    """With flat, the observations are flattened by Gymnasium's own wrapper."""
    env = Sampled(space)
    return gymnasium.wrappers.TimeLimit(gymnasium.wrappers.FlattenObservation(env) if flat else env, 7)


def hang():
    time.sleep(1000)


def printing():
    print("printed")
    os.system("echo by a shell")


def raising():
    raise ValueError("bad\nthing")


zeros = np.zeros(2, np.float32)
# what each action leads to: a function is called first, anything else is what the step gives
STEPS = {
    "fine": (zeros, 1, False, False, {}),
    "print": printing,
    "input": input,
    "sys.exit": lambda: sys.exit(3),
    "raise": raising,
    "shape": ([1.0], 1, False, False, {}),
    "old": (zeros, 1, False, {}),
    "mask": (zeros, 1, False, False, {"action_mask": [1, 0, 1]}),
    "half": (zeros, 1, False, False, {"action_mask": [0.5] + [1] * 16}),
    "negative": (zeros, 1, False, False, {"action_mask": np.array([-1] + [1] * 16, np.int8)}),
    "end": (zeros, 1, True, False, {"action_mask": [1, 0, 1]}),
    "reward": (zeros, None, False, False, {}),
    "NaN": ([0, np.nan], 1, False, False, {}),
    "NaN reward": (zeros, np.nan, False, False, {}),
    "exit": lambda: os._exit(3),
    "kill": lambda: os.kill(os.getpid(), 9),
    "hang": hang,
}


class Failing(gymnasium.Env):
    """Each action does something else. With `at`, all of them are fine but the one with that number, over all copies."""

    observation_space = Box(-1, 1, (2,))
    action_space = Discrete(len(STEPS))
    taken = 0

    def __init__(self, at=None, fault=None):
        self.at, self.fault = at, fault
        if fault == "make":
            raise ValueError("no such\nmap")

    def get_action_meanings(self):
        return list(STEPS)

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        return zeros, {}

    def step(self, action):
        Failing.taken += 1
        name = list(STEPS)[action]
        if self.at is not None:
            name = self.fault if Failing.taken == self.at else "fine"
        made = STEPS[name]
        if not callable(made):
            return made
        made()
        return STEPS["fine"]


class Continuous(Failing):
    action_space = Box(-1, 1, (1,))


class Busy(Failing):
    """A thread of its own goes on for ever, or its close does."""

    def __init__(self, thread=False):
        super().__init__()
        self.thread = thread
        if thread:
            threading.Thread(target=hang).start()

    def step(self, action):
        return zeros, os.getpid(), False, False, {}

    def close(self):
        if not self.thread:
            hang()


class Warning(Failing):
    def __init__(self):
        gymnasium.logger.warn("made")

    def reset(self, seed=None, options=None):
        gymnasium.logger.warn("reset")
        return zeros, {}


class Many(gymnasium.Env):
    """Says how many copies of it there are."""

    observation_space = Box(0, 1000, (2,))
    action_space = Discrete(1)
    made = closed = 0

    def __init__(self):
        Many.made += 1

    def reset(self, seed=None, options=None):
        return np.array([Many.made, Many.closed], np.float32), {}

    def step(self, action):
        return np.array([Many.made, Many.closed], np.float32), os.getpid(), False, False, {}

    def close(self):
        Many.closed += 1


not_an_env = dict
gymnasium.register("Registered-v0", Failing, max_episode_steps=4)
