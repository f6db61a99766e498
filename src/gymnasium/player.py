# Plays a Gymnasium environment, in many copies, for qstill. Commands come in on stdin, answers go out on stdout, in
# binary frames (little-endian; player.node.ts is the other side):
#
#   start    u32 bytes, JSON {"id", "kwargs", "describe"}                             once, to here
#   hello    the word below, u32 bytes, JSON {"error", "otherPython"} or what describe() gives       once, from here
#   round    u32 commands, for each: u32 copy, u32 what, f64 seed or action           again and again, to here
#   answers  u32 bytes, a record for each command in order, u32 bytes and text for each that failed
#   record   f64 reward, u8 flags, 7 bytes, the observation (f32, or u8 if it is one-hot or binary), u8 mask, up to 8 bytes
#
# The first lines run on every Python, so that one that is too old can say so.
import json
import os
import struct
import sys

HELLO = b"\nqstill 1\n"
OLDEST = (3, 8)
RESET, RESEED, STEP, CLOSE = range(4)
TERMINATED, TRUNCATED, MASKED, FAILED = 1, 2, 4, 8


def main():
    # what the environment prints must not come between the frames, and it must not read them
    commands, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    start = json.loads(commands.read(struct.unpack("<I", commands.read(4))[0]).decode())
    watch_parent()
    if not start["describe"]:
        outlive_signals()
    copies = None
    try:
        copies = Copies(start["id"], start["kwargs"])
        hello = copies.describe()
    except (Exception, SystemExit) as error:
        hello = {"error": one_line(error), "otherPython": isinstance(error, OtherPythonNeeded)}
    text = json.dumps(hello).encode()
    answers.write(HELLO + struct.pack("<I", len(text)) + text)
    answers.flush()
    if copies is not None and not start["describe"]:
        play(copies, commands, answers)
    leave_soon()
    if copies is not None:
        copies.close_all()


def outlive_signals():
    """Ctrl-C and a closed terminal are for qstill, which ends this process when its work is saved."""
    import signal

    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def watch_parent():
    """Ends this process when qstill has gone: an environment that hangs never sees the end of stdin."""
    if os.name != "posix":
        return
    import time

    parent = os.getppid()

    def watch():
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(0)

    beside(watch)


def leave_soon():
    """Ends this process in two seconds, also if an environment's close() hangs or a thread of its own goes on."""
    import time

    def leave():
        time.sleep(2)
        os._exit(0)

    beside(leave)


def beside(work):
    """Works in a thread for which nobody waits."""
    import threading

    thread = threading.Thread(target=work)
    thread.daemon = True
    thread.start()


class Refusal(Exception):
    """What is wrong, in words for people."""


class OtherPythonNeeded(Refusal):
    pass


def play(copies, commands, answers):
    while True:
        head = commands.read(4)
        if len(head) < 4:
            return
        (count,) = struct.unpack("<I", head)
        body = commands.read(16 * count)
        if len(body) < 16 * count:
            return
        answers.write(copies.round(count, body))
        answers.flush()


class Copies:
    def __init__(self, id, kwargs):
        if sys.version_info < OLDEST:
            raise OtherPythonNeeded(
                "it is Python %d.%d: %d.%d or later is needed" % (sys.version_info[:2] + OLDEST)
            )
        try:
            import gymnasium
        except ImportError as error:
            if getattr(error, "name", None) != "gymnasium":
                raise
            raise OtherPythonNeeded("it has no gymnasium: %s -m pip install gymnasium" % sys.executable)
        sys.path[0] = os.getcwd()  # where the user's modules are, in place of this file's folder
        self.make = maker(gymnasium, id, kwargs)
        self.first = self.make()
        self.space = self.first.observation_space
        self.flat = Flat(gymnasium.spaces, self.space)
        actions = self.first.action_space
        if not isinstance(actions, gymnasium.spaces.Discrete):
            raise Refusal("its actions are %s: only Discrete actions can be chosen" % actions)
        self.action_count = int(actions.n)
        self.action_start = int(actions.start)
        self.envs = {}
        self.buffer = bytearray()
        self.logger = gymnasium.logger

    def describe(self):
        count, start = self.action_count, self.action_start
        meanings = getattr(self.first.unwrapped, "get_action_meanings", None)
        meanings = [str(each) for each in meanings()] if callable(meanings) else []
        if len(meanings) != count or len(set(meanings)) != count:
            meanings = ["action %d" % (start + i) for i in range(count)]
        return {
            "observationSize": self.flat.size,
            "actionCount": count,
            "maxEpisodeSteps": time_limit(self.first),
            "featureNames": self.flat.names,
            "actionNames": meanings,
            "binary": self.flat.binary,
        }

    def round(self, count, body):
        """Answers the commands of a round."""
        record = self.record()
        room = 4 + count * record.itemsize
        if len(self.buffer) < room:
            self.buffer = bytearray(room)
        import numpy

        records = numpy.frombuffer(self.buffer, record, count, 4)
        rewards, flags = records["reward"], records["flags"]
        observations, masks = records["observation"], records["mask"]
        failures = b""
        for i, (copy, what, value) in enumerate(struct.iter_unpack("<IId", body)):
            try:
                rewards[i], flags[i] = self.answer(copy, what, value, observations[i], masks[i])
            except (Exception, SystemExit) as error:
                flags[i] = FAILED
                text = one_line(error).encode("utf-8", "replace")
                failures += struct.pack("<I", len(text)) + text
        struct.pack_into("<I", self.buffer, 0, room - 4 + len(failures))
        return memoryview(self.buffer)[:room] if not failures else self.buffer[:room] + failures

    def record(self):
        """How an answer is laid out."""
        import numpy

        size, count = self.flat.size, self.action_count
        observed = size if self.flat.binary else 4 * size
        return numpy.dtype(
            {
                "names": ["reward", "flags", "observation", "mask"],
                "formats": ["<f8", "u1", ("u1" if self.flat.binary else "<f4", (size,)), ("u1", (count,))],
                "offsets": [0, 8, 16, 16 + observed],
                "itemsize": (16 + observed + count + 7) // 8 * 8,
            }
        )

    def answer(self, copy, what, value, observation, mask):
        """Does a command. It writes the observation and the mask, and gives the reward and the flags."""
        if what == CLOSE:
            self.close(copy)
            return 0.0, 0
        if what == STEP:
            result = self.envs[copy].step(self.action_start + int(value))
            if not isinstance(result, tuple) or len(result) != 5:
                raise Refusal("its step gave %s: observation, reward, terminated, truncated, info are needed" % told(result))
            seen, reward, terminated, truncated, info = result
            try:
                reward = float(reward)
            except (TypeError, ValueError):
                raise Refusal("its reward is %.40r: a number is needed" % (reward,))
            flags = (TERMINATED if terminated else 0) | (TRUNCATED if truncated else 0)
        else:
            env = self.env(copy)
            result = env.reset(seed=int(value)) if what == RESEED else env.reset()
            if not isinstance(result, tuple) or len(result) != 2:
                raise Refusal("its reset gave %s: observation, info are needed" % told(result))
            seen, info = result
            reward, flags = 0.0, 0
        self.flat.write(seen, observation)
        given = info.get("action_mask") if isinstance(info, dict) else None
        if given is None or flags & TERMINATED:  # after the end nobody chooses
            return reward, flags
        write_mask(given, mask)
        return reward, flags | MASKED

    def env(self, copy):
        if copy not in self.envs:
            if self.first is None:
                self.logger.min_level = self.logger.ERROR  # the other copies would warn of the same again
            self.envs[copy] = self.make() if self.first is None else self.first
            self.first = None
        return self.envs[copy]

    def close(self, copy):
        env = self.envs.pop(copy, None)
        if env is not None:
            env.close()

    def close_all(self):
        for env in [self.first] + list(self.envs.values()):
            try:
                if env is not None:
                    env.close()
            except Exception:
                pass  # nobody is there to hear it


def maker(gymnasium, id, kwargs):
    """A function that makes one more copy of the environment with an id."""
    place, colon, name = id.rpartition(":")
    if id.endswith(".py"):
        raise Refusal("%s is a file: say which class or function makes the environment, as in %s:MyEnv" % (id, id))
    if not colon:
        return lambda: gymnasium.make(id, **kwargs)
    # a module or a file of the user's own; name is in it, or it registers name
    made = getattr(imported(place), name, None)
    if callable(made):
        return lambda: checked(made(**kwargs), gymnasium, name)
    if name not in gymnasium.registry:
        raise Refusal("%s has no %s, and registers no environment of this name" % (place, name))
    return lambda: gymnasium.make(name, **kwargs)


def imported(place):
    import importlib
    import importlib.util

    if not (place.endswith(".py") or "/" in place or os.sep in place):
        return importlib.import_module(place)
    if not os.path.isfile(place):
        raise Refusal("there is no file %s" % place)
    folder, file = os.path.split(os.path.abspath(place))
    sys.path.insert(0, folder)  # as for a file that Python runs
    module_name = os.path.splitext(file)[0]
    spec = importlib.util.spec_from_file_location(module_name, place)
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    spec.loader.exec_module(module)
    return module


def checked(env, gymnasium, name):
    if isinstance(env, gymnasium.Env):
        return env
    raise Refusal("%s gave %s: a gymnasium.Env is needed" % (name, told(env)))


def time_limit(env):
    """The most steps of an episode; None if there is no limit."""
    if env.spec is not None and env.spec.max_episode_steps is not None:
        return env.spec.max_episode_steps
    while env is not env.unwrapped:
        steps = getattr(env, "_max_episode_steps", None)
        if steps is not None:
            return int(steps)
        env = env.env
    return None


class Flat:
    """Observations of a space as rows of numbers, in the order of gymnasium.spaces.flatten."""

    def __init__(self, spaces, space):
        import numpy

        self.numpy = numpy
        self.space = space
        self.spaces = spaces
        self.flatten = spaces.flatten
        self.binary = True  # whether all numbers are 0 or 1
        self.names = []
        self.name(spaces, space, "observation", True)
        self.size = len(self.names)
        self.is_box = isinstance(space, spaces.Box)

    def name(self, spaces, space, name, top=False):
        """One name for each number: what a user of Python would write."""
        if isinstance(space, spaces.Dict):
            for key, part in space.spaces.items():
                self.name(spaces, part, str(key) if top else "%s.%s" % (name, key))
        elif isinstance(space, spaces.Tuple):
            for i, part in enumerate(space.spaces):
                self.name(spaces, part, "%s[%d]" % (name, i))
        elif isinstance(space, spaces.Discrete):
            self.names += ["%s = %d" % (name, int(space.start) + i) for i in range(int(space.n))]
        elif isinstance(space, spaces.MultiDiscrete):
            starts = self.numpy.broadcast_to(getattr(space, "start", 0), space.nvec.shape)
            for index in self.numpy.ndindex(*space.nvec.shape):
                first = int(starts[index])
                self.names += ["%s = %d" % (indexed(name, index), first + i) for i in range(int(space.nvec[index]))]
        elif isinstance(space, (spaces.Box, spaces.MultiBinary)):
            self.binary = self.binary and isinstance(space, spaces.MultiBinary)
            self.names += [indexed(name, index) for index in self.numpy.ndindex(*space.shape)]
        else:
            raise Refusal(
                "its observations are %s: Box, Discrete, MultiBinary, MultiDiscrete, and Tuple and Dict of them can be flattened"
                % self.space
            )

    def write(self, observation, row):
        try:
            if self.is_box:
                flat = self.numpy.asarray(observation, self.space.dtype).ravel()
            else:
                flat = self.flatten(self.space, observation)
            fits = self.fits(self.space, observation)
        except Exception:
            fits = False
        if not fits:
            raise Refusal("its observation is %.60r, which does not fit %s" % (observation, self.space))
        row[:] = flat


    def fits(self, space, observation):
        """Whether an observation is as its space says, but for the bounds of a Box. Flattening would not tell."""
        if isinstance(space, self.spaces.Dict):
            return all(self.fits(part, observation[key]) for key, part in space.spaces.items())
        if isinstance(space, self.spaces.Tuple):
            return len(observation) == len(space.spaces) and all(map(self.fits, space.spaces, observation))
        if isinstance(space, self.spaces.Discrete):
            return 0 <= observation - space.start < space.n
        if self.numpy.shape(observation) != space.shape:
            return False
        if isinstance(space, self.spaces.MultiDiscrete):
            counted = self.numpy.asarray(observation) - getattr(space, "start", 0)
            return bool(((counted >= 0) & (counted < space.nvec)).all())
        return True


def indexed(name, index):
    return name + ("[%s]" % ", ".join(map(str, index)) if index else "")


def write_mask(given, mask):
    import numpy

    values = numpy.asarray(given).ravel()
    if values.size != mask.size:
        raise Refusal("its action_mask has %d entries: %d are needed" % (values.size, mask.size))
    mask[:] = values
    is_byte = values.dtype.itemsize == 1 and values.dtype.kind in "bu"  # what is not 0 or 1 is told there
    if not is_byte and not (mask == values).all():
        raise Refusal("its action_mask is %.60r: zeros and ones are needed" % (given,))


def told(value):
    return "%d values" % len(value) if isinstance(value, tuple) else "a value of type %s" % type(value).__name__


def one_line(error):
    """What went wrong; if it is not a refusal, also where."""
    text = " ".join(str(error).split())
    if isinstance(error, Refusal):
        return text
    import traceback

    kind = type(error).__name__
    packages = os.path.dirname(os.path.dirname(json.__file__)), "site-packages", "<frozen", __file__
    frames = [each for each in traceback.extract_tb(sys.exc_info()[2]) if not any(name in each[0] for name in packages)]
    line = "" if not frames else " (%s, line %d)" % (os.path.basename(frames[-1][0]), frames[-1][1])
    return (kind + ": " + text if text else kind) + line


if __name__ == "__main__":
    try:
        main()
    except (IOError, OSError) as error:
        closed = (22, 32) if os.name == "nt" else (32,)
        if error.errno not in closed:  # the pipe is closed: qstill has gone
            raise
        os._exit(0)
