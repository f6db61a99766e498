# A lock with two dials must show two given digits: observations are MultiDiscrete, the dials and then the digits.
import gymnasium
import numpy as np
from gymnasium.spaces import Discrete, MultiDiscrete


class Lock(gymnasium.Env):
    action_space = Discrete(4)
    observation_space = MultiDiscrete([6, 6, 6, 6])

    def get_action_meanings(self):
        return ["first up", "first down", "second up", "second down"]

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.dials = self.np_random.integers(0, 6, 4)
        return self.dials.copy(), {}

    def step(self, action):
        dial, down = divmod(action, 2)
        self.dials[dial] = (self.dials[dial] + (-1 if down else 1)) % 6
        opens = (self.dials[:2] == self.dials[2:]).all()
        return self.dials.copy(), -1.0, bool(opens), False, {}


gymnasium.register("Lock-v0", Lock, max_episode_steps=30)
