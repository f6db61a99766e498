# Flattens samples of each space in envs.py, and compares with gymnasium.spaces.flatten; prints JSON.
import json
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "..", "dist", "gymnasium")]
import gymnasium
import numpy as np
from envs import SPACES
from player import Flat

found = {}
for name, space in SPACES.items():
    if "text" in name:
        continue
    flat = Flat(gymnasium.spaces, space)
    rows = np.empty((20, flat.size), "u1" if flat.binary else "<f4")
    space.seed(1)
    samples = [space.sample() for _ in rows]
    for row, sample in zip(rows, samples):
        flat.write(sample, row)
    expected = np.array([gymnasium.spaces.flatten(space, sample) for sample in samples], rows.dtype)
    found[name] = {"names": flat.names, "binary": flat.binary, "equal": bool((rows == expected).all())}
print(json.dumps(found))
