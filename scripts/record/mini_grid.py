"""Five environments of MiniGrid."""

from collections import deque
from copy import deepcopy

import gymnasium
import minigrid  # noqa: F401 (its import registers the environments)
import numpy as np

from common import Plan, gymnasium_calls, limited, plain, play, recording

LAYOUT = (
    "gym.make(id) default (no wrapper). 'grid' = env.grid.encode() right after reset: uint8 array indexed "
    "[x][y][channel] (x=column to the right, y=row downward), flattened C order, each value one hex digit (all "
    "values <= 10). Channels: object type, colour, state; types unseen 0, empty 1, wall 2, floor 3, door 4, key 5, "
    "ball 6, box 7, goal 8, lava 9, agent 10; colours red 0, green 1, blue 2, purple 3, yellow 4, grey 5; door "
    "state open 0, closed 1, locked 2; the agent is not in it. Empty cell = 1,0,0. observations[i] = obs['image'] "
    "(7x7x3 uint8, indexed [col][row][channel] in the view frame; agent at view col 3, row 6 looking towards row "
    "0), 147 hex digits, C order; unseen cells 000. agent_states[i] = [x, y, dir, carried object's encode() as hex "
    "or null] before step i / after reset for i=0; dir 0 right, 1 down, 2 left, 3 up (obs['direction'] equals it). "
    "Actions: 0 left,1 right,2 forward,3 pickup,4 drop,5 toggle,6 done. Reward on reaching the goal "
    "1-0.9*step_count/max_steps (step_count counts that step), else 0; lava terminates with 0. truncated when "
    "step_count>=max_steps (may coincide with terminated). reset_draws: np_random (PCG64 Generator) calls in "
    "reset, [method,args,result(,kwargs)]; a shuffle of a list of n elements is recorded as "
    "['shuffle_permutation',[n],p] with new[k]=old[p[k]]. final_grid is the encode at the end."
)
ENVIRONMENTS = {
    "minigrid_empty_8x8": ("MiniGrid-Empty-8x8-v0", 5000),
    "minigrid_fourrooms": ("MiniGrid-FourRooms-v0", 5100),
    "minigrid_doorkey_5x5": ("MiniGrid-DoorKey-5x5-v0", 5200),
    "minigrid_lavacrossings9n1": ("MiniGrid-LavaCrossingS9N1-v0", 5300),
    "minigrid_simplecrossings9n1": ("MiniGrid-SimpleCrossingS9N1-v0", 5400),
}


def digits(encoded):
    """One hex digit for each value."""
    return "".join(f"{value:x}" for value in np.ravel(encoded))


def agent_state(env):
    """Where the agent is, where it looks and what it carries."""
    carried = env.carrying and digits(env.carrying.encode())
    return [*plain(env.agent_pos), plain(env.agent_dir), carried]


def situation(env):
    """What decides all that can happen next, steps aside."""
    return (*agent_state(env), env.grid.encode().tobytes())


def shortest_way(env):
    """The first action of a shortest way to a reward, by breadth-first search over copies; 6 if there is none."""
    seen, ahead = {situation(env)}, deque([(env, None)])
    while ahead:
        here, first = ahead.popleft()
        for action in range(6):
            there = deepcopy(here)
            _, reward, over, _, _ = there.step(action)
            if reward > 0:
                return action if first is None else first
            if not over and situation(there) not in seen:
                seen.add(situation(there))
                ahead.append((there, action if first is None else first))
    return 6


def chooser(policy, env, generator):
    """A random one of the first few actions, or the expert's with random ones (eps) among them."""
    if policy.startswith("random"):
        count = int(policy.removeprefix("random"))
        return lambda _: int(generator.integers(count))
    epsilon = float(policy.removeprefix("expert").removeprefix(" eps ") or 0)
    return lambda _: int(generator.integers(7)) if generator.random() < epsilon else shortest_way(env.unwrapped)


def record_episode(identity, episode):
    """One trace, with the grid at both ends and the agent after every step."""
    env = gymnasium.make(identity)
    observation, _ = env.reset(seed=episode.seed)
    inner = env.unwrapped
    start = {
        "reset_draws": inner.np_random.taken(),
        "grid": digits(inner.grid.encode()),
        "agent_pos": plain(inner.agent_pos),
        "agent_dir": plain(inner.agent_dir),
    }
    observations, agents = [digits(observation["image"])], [agent_state(inner)]

    def after(observation):
        observations.append(digits(observation["image"]))
        agents.append(agent_state(inner))

    steps = play(env, observation, *limited(episode, inner.max_steps, chooser, env), after)
    return {
        "env": identity,
        "seed": episode.seed,
        "policy": episode.policy,
        "max_steps": inner.max_steps,
        "width": inner.width,
        "height": inner.height,
        "mission": inner.mission,
        **start,
        "actions": steps.pop("actions"),
        "observations": observations,
        **steps,
        "agent_states": agents,
        "final_grid": digits(inner.grid.encode()),
    }


def record(name, first, committed):
    """The recording of one file."""
    identity, seed = ENVIRONMENTS[name]
    plan = Plan(seed, 1, ("random7", "expert eps 0.35", "expert"))
    with gymnasium_calls():
        traces = [record_episode(identity, episode) for episode in plan.episodes(first, committed)]
    return recording(identity, ("minigrid", "gymnasium", "numpy"), LAYOUT, traces)
