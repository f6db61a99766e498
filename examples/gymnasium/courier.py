# A courier fetches a parcel from the depot, cell (0, 0), and takes it to an address: observations are a Dict.
import gymnasium
import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, MultiDiscrete

MOVES = {"north": (0, -1), "south": (0, 1), "west": (-1, 0), "east": (1, 0)}


class Courier(gymnasium.Env):
    action_space = Discrete(5)

    def __init__(self, size=5):
        self.last = size - 1
        self.observation_space = Dict(
            address=MultiDiscrete([size, size]),
            carries=Discrete(2),
            position=Box(0, 1, (2,)),
        )

    def get_action_meanings(self):
        return [*MOVES, "load"]

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.position = self.np_random.integers(0, self.last, 2, endpoint=True)
        self.address = self.np_random.integers(0, self.last, 2, endpoint=True)
        self.carries = 0
        return self.observe(), self.info()

    def step(self, action):
        if action == 4:
            self.carries = 1
        else:
            move = list(MOVES.values())[action]
            self.position = np.clip(self.position + move, 0, self.last)
        arrived = bool(self.carries and (self.position == self.address).all())
        return self.observe(), -1.0, arrived, False, self.info()

    def observe(self):
        position = (self.position / self.last).astype(np.float32)
        return {"address": self.address, "carries": self.carries, "position": position}

    def info(self):
        may_load = not self.carries and not self.position.any()
        return {"action_mask": np.array([1, 1, 1, 1, may_load], np.int8)}


gymnasium.register("Courier-v0", Courier, max_episode_steps=50)
