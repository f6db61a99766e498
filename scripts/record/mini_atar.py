"""The five games of MinAtar. MinAtar is under the GPL: it is run here, by its documented names, and never read."""

from contextlib import contextmanager
from copy import deepcopy

import numpy as np
from minatar import Environment

from common import Calls, Plan, limited, plain, play, recording, replaced

LAYOUT = (
    "MinAtar via minatar.Environment(game, sticky_action_prob=0.1, difficulty_ramping=True): env=Environment(...); "
    "env.seed(seed) (replaces the RNG by np.random.RandomState(seed), shared by the sticky-action wrapper and the "
    "game); env.reset(); then env.act(a) -> (reward, terminal). Each observation is the sorted list of indices of "
    "set bits in state().ravel() in C order, index = (row*10+col)*C + channel. C is in 'channels' (name -> "
    "channel). Actions 0..5 = n,l,u,r,d,f (full set, actions are those REQUESTED by the agent, before stickiness). "
    "draws[i] lists every RNG call made during act(actions[i]), in order, each [method, positional args, result] "
    "or [method, args, result, kwargs]; reset_draws those of reset(). The first draw of each step is always "
    "rand(): if < 0.1 the action is replaced by the previously executed action (last_action, initially 0; it is "
    "NOT cleared by reset, and the sticky result becomes the new last_action). rand()/rand(n) are uniform doubles "
    "in [0,1); randint(lo,hi,n) is hi-exclusive; randint(n) is 0..n-1. truncated is always false (MinAtar has no "
    "time limit other than freeway's terminal at 2500 frames); a trace that ends without terminated was simply "
    "cut. If 'observations_every' = k is present, observations holds only the reset one, those after steps k, 2k, "
    "..., and the one after the terminating step. 'policy' is informational."
)
STICKY = 0.1
CHANNELS = {
    "asterix": "player enemy trail gold",
    "breakout": "paddle ball trail brick",
    "freeway": "chicken car speed1 speed2 speed3 speed4 speed5",
    "seaquest": (
        "sub_front sub_back friendly_bullet trail enemy_bullet enemy_fish enemy_sub oxygen_guage diver_guage diver"
    ),
    "space_invaders": "cannon alien alien_left alien_right friendly_bullet enemy_bullet",
}
PLANS = {
    "asterix": Plan(2000, 10, ("random", "random", "lookahead", "lookahead")),
    "breakout": Plan(2001, 10, ("random", "random", "random", "lookahead", "lookahead")),
    "freeway": Plan(2002, 10, ("random", "up", "lookahead")),
    "seaquest": Plan(2003, 10, ("random", "random", "lookahead", "lookahead")),
    "space_invaders": Plan(2004, 10, ("random", "random", "lookahead", "lookahead")),
}
LONGEST = 250


class Game:
    """A game with the step of Gymnasium; its observation is the sorted list of set bits."""

    def __init__(self, name, seed):
        """Makes the game and starts its first episode."""
        self.game = Environment(name, sticky_action_prob=STICKY, difficulty_ramping=True)
        self.game.seed(seed)
        self.game.reset()

    def observe(self):
        """The indices of the set bits."""
        return plain(np.flatnonzero(self.game.state()))

    def step(self, action):
        """Takes an action: observation, reward, terminated, truncated."""
        reward, terminated = self.game.act(action)
        return self.observe(), float(reward), bool(terminated), False


@contextmanager
def generator_calls():
    """NumPy's old generators keep their calls; gives the list of those made inside."""
    made, own = [], np.random.RandomState

    def kept(seed=None):
        made.append(Calls(own(seed)))
        return made[-1]

    with replaced(np.random, RandomState=kept):
        yield made


def worth(env, action, generator):
    """What a copy of the game gains by the action and ten random ones after it; an end costs 10."""
    copy, total = deepcopy(env), 0
    for following in [action, *generator.integers(6, size=10).tolist()]:
        _, reward, over, _ = copy.step(following)
        total += reward - 10 * over
        if over:
            break
    return total


def chooser(policy, env, generator):
    """A random action, always up, or the action that is worth most in trials of three copies."""
    if policy == "random":
        return lambda _: int(generator.integers(6))
    if policy == "up":
        return lambda _: 2
    return lambda _: max(range(6), key=lambda action: sum(worth(env, action, generator) for _ in range(3)))


def record_episode(name, episode):
    """One trace, with the generator's calls at each step; a long one may hold every k-th observation."""
    with generator_calls() as made:
        env = Game(name, episode.seed)
        calls = made[-1]
    reset_draws, observations, draws = calls.taken(), [env.observe()], []

    def after(observation):
        observations.append(observation)
        draws.append(calls.taken())

    steps = play(env, observations[0], *limited(episode, LONGEST, chooser, env), after)
    every = (episode.given or {}).get("observations_every", 1)
    last = len(observations) - 1
    trace = {
        "seed": episode.seed,
        "policy": episode.policy,
        "reset_draws": reset_draws,
        "actions": steps.pop("actions"),
        "observations": [seen for i, seen in enumerate(observations) if i % every == 0 or i == last],
        **steps,
        "draws": draws,
    }
    return trace if every == 1 else {**trace, "observations_every": every}


def record(name, first, committed):
    """The recording of one game."""
    game = name.removeprefix("minatar_")
    traces = [record_episode(game, episode) for episode in PLANS[game].episodes(first, committed)]
    env = Environment(game)
    head = {
        "shape": plain(env.state_shape()),
        "channels": {channel: i for i, channel in enumerate(CHANNELS[game].split())},
        "minimal_actions": plain(env.minimal_action_set()),
        "sticky_action_prob": STICKY,
    }
    return recording(f"MinAtar/{game}", ("MinAtar", "numpy"), LAYOUT, traces, **head)
