# A battery at home buys power when it is cheap and sells it when it is dear: an environment of your own, 24 steps a day.
import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete


class Battery(gymnasium.Env):
    observation_space = Box(0, 100, (3,))  # hour, charge in kWh, price of a kWh in cents
    action_space = Discrete(3)

    def __init__(self, size=4):
        self.size = size

    def get_action_meanings(self):
        return ["wait", "buy", "sell"]

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.hour, self.charge = 0, 0
        return self.observe(), self.info()

    def step(self, action):
        bought = (0, 1, -1)[action]
        reward = -bought * self.price / 10
        self.charge += bought
        self.hour += 1
        return self.observe(), reward, self.hour == 24, False, self.info()

    def observe(self):
        self.price = (15 if self.hour < 17 else 30) + self.np_random.uniform(0, 10)
        return np.array([self.hour, self.charge, self.price], np.float32)

    def info(self):
        return {"action_mask": np.array([1, self.charge < self.size, self.charge > 0], np.int8)}
