"""Records the golden traces from the Python references; README.md beside it says how to run it."""

import argparse
import importlib
from pathlib import Path

import common

FAMILIES = {
    "cartpole_v1": "classic_control",
    "mountaincar_v0": "classic_control",
    "acrobot_v1": "classic_control",
    "pendulum_v1_disc5": "classic_control",
    "lunarlander_v3": "lunar_lander",
    "highway_fast_v0": "highway",
    "minigrid_empty_8x8": "mini_grid",
    "minigrid_fourrooms": "mini_grid",
    "minigrid_doorkey_5x5": "mini_grid",
    "minigrid_lavacrossings9n1": "mini_grid",
    "minigrid_simplecrossings9n1": "mini_grid",
    "minatar_asterix": "mini_atar",
    "minatar_breakout": "mini_atar",
    "minatar_freeway": "mini_atar",
    "minatar_seaquest": "mini_atar",
    "minatar_space_invaders": "mini_atar",
    "recsim_interest_evolution": "rec_sim",
    "recsim_long_term_satisfaction": "rec_sim",
    "seeding": "seeding",
    "returns": "returns",
}


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="record the files whose names begin so")
    parser.add_argument("--out", type=Path, help="write the recordings into this folder")
    parser.add_argument("--seed", type=int, help="the first seed of a new recording")
    parser.add_argument("--check", type=Path, help="replay the recordings of this folder and compare with them")
    asked = parser.parse_args()
    if not (asked.out or asked.check):
        parser.error("give --out, --check or both")
    if asked.check and asked.seed is not None:
        parser.error("--seed is for a new recording; --check takes the seeds of the folder")
    if not any(name.startswith(asked.only) for name in FAMILIES):
        parser.error(f"no file begins with {asked.only}; there are {', '.join(FAMILIES)}")
    return asked


def content(recording):
    """A recording without the versions that it was made from."""
    return {key: value for key, value in recording.items() if key != "source"}


def verdict(committed, new):
    """Equal, or the first difference."""
    if committed is None:
        return "there is none in the folder; recorded anew"
    return common.difference(content(committed), content(new)) or "equal"


def main():
    """Records each file that is asked for."""
    asked = arguments()
    for name in [name for name in FAMILIES if name.startswith(asked.only)]:
        committed = asked.check and common.read(asked.check, name)
        new = importlib.import_module(FAMILIES[name]).record(name, asked.seed, committed)
        if asked.out:
            common.write(asked.out, name, new)
        print(f"{name}: {verdict(committed, new) if asked.check else 'recorded'}", flush=True)


if __name__ == "__main__":
    main()
