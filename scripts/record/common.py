"""What every recording shares: seeds and actions, the generator's calls, the JSON file and its comparison."""

import gzip
import json
import platform
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
from gymnasium.utils import seeding


class Episode(NamedTuple):
    """One episode to record; `given` is the trace whose actions it replays, or None."""

    seed: int
    policy: str
    given: dict | None


class Plan(NamedTuple):
    """The episodes of a new file: seeds first, first + step, …, one for each policy."""

    first: int
    step: int
    policies: tuple[str, ...]

    def episodes(self, first, committed):
        """The episodes of a committed file, or those of the plan from the seed `first` on."""
        if committed:
            return [Episode(given["seed"], given["policy"], given) for given in committed["traces"]]
        first = self.first if first is None else first
        return [Episode(first + i * self.step, policy, None) for i, policy in enumerate(self.policies)]


def limited(episode, limit, chooser, env):
    """What plays an episode and its most steps: the given actions, or the policy by `chooser` up to `limit`."""
    if episode.given is None:
        return chooser(episode.policy, env, np.random.default_rng(episode.seed)), limit
    actions = episode.given["actions"]
    replayed = iter(actions)
    return lambda _: next(replayed), len(actions)


def play(env, observation, choose, limit, after):
    """Steps until the episode or its limit ends, tells `after` of each; gives actions, rewards and ends."""
    steps = {"actions": [], "rewards": [], "terminated": [], "truncated": []}
    over = False
    while not over and len(steps["actions"]) < limit:
        action = choose(observation)
        observation, reward, terminated, truncated = env.step(action)[:4]
        for key, value in zip(steps, (action, float(reward), terminated, truncated), strict=True):
            steps[key].append(plain(value))
        after(observation)
        over = terminated or truncated
    return steps


def plain(value):
    """The value as JSON holds it: float32 widened exactly, arrays as lists, what JSON lacks as text."""
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


class Calls:
    """A generator that keeps a list of its calls: [method, arguments, result], and the named arguments if any."""

    def __init__(self, generator):
        """Wraps the generator."""
        self._generator = generator
        self.made = []

    def __getattr__(self, name):
        """The generator's member; a method tells `made` of its calls."""
        if name.startswith("_"):  # a copy asks for such names before it has a generator
            raise AttributeError(name)
        member = getattr(self._generator, name)
        return self._told(name, member) if callable(member) else member

    def _told(self, name, method):
        def call(*args, **named):
            arguments = plain(args)
            result = method(*args, **named)
            self.made.append([name, arguments, plain(result)] + ([plain(named)] if named else []))
            return result

        return call

    def shuffle(self, items):
        """Shuffles a list in place and tells its permutation p: new[k] = old[p[k]]."""
        order = list(range(len(items)))
        self._generator.shuffle(order)
        items[:] = [items[i] for i in order]
        self.made.append(["shuffle_permutation", [len(items)], order])

    def taken(self):
        """The calls since it was last asked."""
        made, self.made = self.made, []
        return made


@contextmanager
def replaced(owner, **members):
    """Puts members in place of the owner's own, for the time of a `with`."""
    own = {name: getattr(owner, name) for name in members}
    for name, member in members.items():
        setattr(owner, name, member)
    try:
        yield
    finally:
        for name, member in own.items():
            setattr(owner, name, member)


@contextmanager
def gymnasium_calls():
    """The generators that Gymnasium makes inside keep their calls: `env.unwrapped.np_random.taken()`."""
    own = seeding.np_random

    def np_random(seed=None):
        generator, used = own(seed)
        return Calls(generator), used

    with replaced(seeding, np_random=np_random):
        yield


def source(*packages):
    """The versions that a file was recorded from."""
    python = ".".join(platform.python_version_tuple()[:2])
    machine = f"{platform.system()} {platform.machine()}".lower().replace("_", "-")
    return ", ".join([*(f"{name} {version(name)}" for name in packages), f"python {python}", machine])


def read(folder: Path, name):
    """The recording of that name in the folder, packed or not; None if there is none."""
    packed, bare = folder / f"{name}.json.gz", folder / f"{name}.json"
    if packed.exists():
        return json.loads(gzip.decompress(packed.read_bytes()))
    return json.loads(bare.read_bytes()) if bare.exists() else None


def compact(value):
    """The value as JSON without spaces."""
    return json.dumps(value, separators=(",", ":"))


def write(folder: Path, name, recording):
    """Writes a recording: a key a line, then a trace a line."""
    head = "".join(f'"{key}": {compact(value)},\n' for key, value in recording.items() if key != "traces")
    traces = ",\n".join(compact(trace) for trace in recording["traces"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(f'{{\n{head}"traces": [\n{traces}\n]\n}}\n')


def difference(committed, new, where=""):
    """The first place where two recordings differ, in words; None if they are equal."""
    if isinstance(committed, dict) and isinstance(new, dict):
        if list(committed) != list(new):
            return f"{where or 'keys'}: {list(committed)} is now {list(new)}"
        pairs = [(f"{where}.{key}".lstrip("."), committed[key], new[key]) for key in committed]
    elif isinstance(committed, list) and isinstance(new, list):
        if len(committed) != len(new):
            return f"{where}: {len(committed)} entries are now {len(new)}"
        pairs = [(f"{where}[{i}]", a, b) for i, (a, b) in enumerate(zip(committed, new, strict=True))]
    else:
        same = committed == new and type(committed) is type(new)
        return None if same else f"{where}: {committed!r} is now {new!r}"
    return next((found for place, a, b in pairs if (found := difference(a, b, place))), None)


def recording(environment, packages, layout, traces, **head):
    """The whole of a file."""
    return {"environment": environment, "source": source(*packages), "layout": layout, **head, "traces": traces}
