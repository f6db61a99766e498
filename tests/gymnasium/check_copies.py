# What Gymnasium warns of is said for the first copy of an environment, and not again for the others; prints JSON.
import json
import os
import sys
import warnings

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "..", "dist", "gymnasium"))
from player import Copies

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    copies = Copies(os.path.join(here, "envs.py") + ":Warning", {})
    said = []
    for copy in range(3):
        copies.env(copy).reset()
        said.append(len(caught))
print(json.dumps(said))
