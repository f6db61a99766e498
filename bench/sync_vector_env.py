# Steps in a second of Gymnasium's SyncVectorEnv with random actions. Arguments: environment, copies, seconds.
import sys
import time

import gymnasium

name, copies, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
envs = gymnasium.make_vec(name, copies, vectorization_mode="sync")
envs.reset(seed=0)
steps, begun = 0, time.perf_counter()
while time.perf_counter() - begun < seconds:
    envs.step(envs.action_space.sample())
    steps += copies
print(steps / (time.perf_counter() - begun))
