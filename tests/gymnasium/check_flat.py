# Flattens samples of each space in envs.py, and compares with gymnasium.spaces.flatten; what a space does not hold must be
# refused. It prints JSON.
import json
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "..", "dist", "gymnasium")]
import gymnasium
import numpy as np
from envs import SPACES
from player import Flat, Refusal

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
found["wrong"] = []
for name, wrong in [
    ("box", np.zeros(6, np.float32)),
    ("discrete", -3),
    ("discrete", 2),
    ("multi", [3, 0]),
    ("multi", np.array([0, 0])),
    ("tuple", (-1, np.zeros(2, np.float32))),
    ("binary", [1, 0]),
]:
    flat = Flat(gymnasium.spaces, SPACES[name])
    try:
        flat.write(wrong, np.empty(flat.size))
        found["wrong"].append(name)
    except Refusal:
        pass
flat = Flat(gymnasium.spaces, SPACES["multi"])
row = np.empty(flat.size)
flat.write([2, 0], row)  # a list is right, too
assert row.tolist() == [0, 1, 1, 0, 0]
print(json.dumps(found))
