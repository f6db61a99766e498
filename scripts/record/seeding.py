"""What NumPy's generators give for a seed, and what the classic environments make of it."""

import gymnasium
import numpy as np

from common import plain, recording

LAYOUT = (
    "One entry in 'traces' per seed. Every list is drawn from a FRESH generator "
    "gymnasium.utils.seeding.np_random(seed) = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed))); "
    "key names say the call: e.g. random_8 = g.random(8); integers_0_10_scalar_x8 = eight successive scalar calls "
    "g.integers(0,10) (int64 dtype; bounded by Lemire on buffered 32-bit words: the low half of a 64-bit output is "
    "used first, the high half is buffered), _size8 = one call with size=8; random_raw_8 are decimal strings of "
    "uint64; pcg64_initial_state/inc are decimal strings of 128-bit ints (bit_generator.state right after "
    "seeding); seedsequence_generate_state_4_uint64 = SeedSequence(seed).generate_state(4,np.uint64) (these 4 "
    "words seed PCG64: state=(w0<<64|w1), inc=(w2<<64|w3)). interleaved_...: integers(0,10), random(), "
    "integers(0,10), random(), integers(0,10) from one generator (shows the half-word buffer survives random()). "
    "shuffle_list_10: g.shuffle on a Python list(range(10)). choice_10...: g.choice(10,...). reset: for each "
    "classic env, gym.make(id).reset(seed=seed): float32 observation (widened exactly), float64 internal state, "
    "and the observation of a second reset() with no seed. legacy_RandomState: np.random.RandomState(seed) "
    "(MT19937), fresh for each list."
)
SEEDS = (0, 1, 2, 42, 123456789, 4294967295)
RESETS = ("CartPole-v1", "MountainCar-v0", "Acrobot-v1", "Pendulum-v1")
CHANCES = [0.1, 0.2, 0.3, 0.4]


def several(count, draw):
    """The results of `count` successive calls."""
    return [draw() for _ in range(count)]


def interleaved(g):
    """Integers with random numbers between them."""
    return [g.integers(0, 10), g.random(), g.integers(0, 10), g.random(), g.integers(0, 10)]


def shuffled(g):
    """The list 0..9, shuffled."""
    items = list(range(10))
    g.shuffle(items)
    return items


def integers(bound):
    """Eight integers below the bound, one at a time and at once."""
    return {
        f"integers_0_{bound}_scalar_x8": lambda g: several(8, lambda: g.integers(0, bound)),
        f"integers_0_{bound}_size8": lambda g: g.integers(0, bound, size=8),
    }


DRAWS = {
    "random_raw_8": lambda g: [str(word) for word in g.bit_generator.random_raw(8)],
    "random_8": lambda g: g.random(8),
    "uniform_m0.05_0.05_4": lambda g: g.uniform(-0.05, 0.05, size=4),
    "uniform_m1000_1000_2_then_scalar": lambda g: [*g.uniform(-1000, 1000, size=2), g.uniform(-1, 1)],
    **integers(2),
    **integers(3),
    **integers(10),
    **integers(1000),
    "integers_0_2**40_scalar_x4": lambda g: several(4, lambda: g.integers(0, 2**40)),
    "interleaved_integers10_random_integers10_random_integers10": interleaved,
    "normal_0_1_x8": lambda g: several(8, lambda: g.normal(0, 1)),
    "normal_2_3_x8": lambda g: several(8, lambda: g.normal(2, 3)),
    "standard_exponential_x4": lambda g: several(4, g.standard_exponential),
    "permutation_10": lambda g: g.permutation(10),
    "shuffle_list_10": shuffled,
    "choice_10_scalar_x8": lambda g: several(8, lambda: g.choice(10)),
    "choice_10_size5": lambda g: g.choice(10, size=5),
    "choice_10_size4_no_replace": lambda g: g.choice(10, size=4, replace=False),
    "choice_100_size3_no_replace": lambda g: g.choice(100, size=3, replace=False),
    "choice_4_p_0.1_0.2_0.3_0.4_scalar_x8": lambda g: several(8, lambda: g.choice(4, p=CHANCES)),
    "choice_4_p_0.1_0.2_0.3_0.4_size8": lambda g: g.choice(4, size=8, p=CHANCES),
}
OLD_DRAWS = {
    "rand_4": lambda g: g.rand(4),
    "randint_0_10_x8": lambda g: several(8, lambda: g.randint(0, 10)),
    "choice_3_x8": lambda g: several(8, lambda: g.choice(3)),
}


def resets(identity, seed):
    """What a reset with the seed gives, and a second one without."""
    env = gymnasium.make(identity)
    observation, _ = env.reset(seed=seed)
    state = env.unwrapped.state
    second, _ = env.reset()
    return plain({"observation": observation, "state": state, "second_reset_without_seed_observation": second})


def record_seed(seed):
    """All that one seed gives, each list from a fresh generator."""

    def fresh():
        return gymnasium.utils.seeding.np_random(seed)[0]

    state = fresh().bit_generator.state["state"]
    words = np.random.SeedSequence(seed).generate_state(4, np.uint64)
    return {
        "seed": seed,
        "seedsequence_generate_state_4_uint64": [str(word) for word in words],
        "pcg64_initial_state": str(state["state"]),
        "pcg64_initial_inc": str(state["inc"]),
        **{name: plain(draw(fresh())) for name, draw in DRAWS.items()},
        "reset": {identity: resets(identity, seed) for identity in RESETS},
        "legacy_RandomState": {name: plain(draw(np.random.RandomState(seed))) for name, draw in OLD_DRAWS.items()},
    }


def record(_, first, committed):
    """The recording: the committed seeds, one new seed, or SEEDS."""
    seeds = [given["seed"] for given in committed["traces"]] if committed else SEEDS if first is None else (first,)
    traces = [record_seed(seed) for seed in seeds]
    return recording("numpy/gymnasium seeding", ("numpy", "gymnasium"), LAYOUT, traces)
