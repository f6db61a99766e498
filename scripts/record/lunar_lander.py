"""LunarLander of Gymnasium, on Box2D."""

import gymnasium
from gymnasium.envs.box2d.lunar_lander import heuristic

from common import Plan, gymnasium_calls, limited, plain, play, recording

LAYOUT = (
    "gym.make('LunarLander-v3') (discrete, gravity -10, wind off, render_mode None so no particles are created). "
    "obs = 8 float32 [x,y,vx,vy,angle,angular vel,leg0,leg1], widened exactly. actions 0 nop,1 left engine,2 "
    "main,3 right. reset(seed) draws (reset_draws, [method,args,result(,kwargs)] in order): uniform(0,H/2,size=12) "
    "terrain heights (H=13.333..), 2 x uniform(-1000,1000) initial force x,y, then 2 x uniform(-1,1) dispersion of "
    "the step(0) that reset performs internally (its observation is the reset observation; its reward is "
    "discarded; it sets prev_shaping). Each step draws exactly 2 x uniform(-1,1): dispersion_draws[i] (raw values "
    "before division by SCALE=30), drawn whatever the action. terrain_smooth_y are the 11 terrain vertex heights. "
    "final_bodies = [lander, leg0, leg1] each [pos x, pos y, angle, vel x, vel y, angular velocity] in world units "
    "at the end. Physics is Box2D 2.3 in float32, world.Step(1/50, 180 velocity iterations, 60 position "
    "iterations): bit-exact replay needs the same Box2D; a from-scratch port should compare the first airborne "
    "steps tightly and the rest loosely. Rewards float64. TimeLimit 1000."
)
PLAN = Plan(4000, 13, ("heuristic", "heuristic", "heuristic", "random", "random"))


def body(part):
    """Where a body of Box2D is and how it moves."""
    return [*part.position, part.angle, *part.linearVelocity, part.angularVelocity]


def chooser(policy, env, generator):
    """Gymnasium's own heuristic, or a random action."""
    if policy == "random":
        return lambda _: int(generator.integers(4))
    return lambda observation: heuristic(env.unwrapped, observation)


def record_episode(episode):
    """One trace, with the generator's calls and the bodies at the end."""
    env = gymnasium.make("LunarLander-v3")
    observation, _ = env.reset(seed=episode.seed)
    reset_draws = env.unwrapped.np_random.taken()
    observations, dispersion = [plain(observation)], []

    def after(observation):
        observations.append(plain(observation))
        dispersion.append([call[2] for call in env.unwrapped.np_random.taken()])

    steps = play(env, observation, *limited(episode, 1000, chooser, env), after)
    world = env.unwrapped
    return {
        "seed": episode.seed,
        "policy": episode.policy,
        "reset_draws": reset_draws,
        "actions": steps.pop("actions"),
        "observations": observations,
        **steps,
        "dispersion_draws": dispersion,
        "final_bodies": plain([body(part) for part in (world.lander, *world.legs)]),
        "terrain_smooth_y": plain([piece[0][1] for piece in world.sky_polys] + [world.sky_polys[-1][1][1]]),
        "game_over": bool(world.game_over),
        "awake": bool(world.lander.awake),
    }


def record(_, first, committed):
    """The recording of the file."""
    with gymnasium_calls():
        traces = [record_episode(episode) for episode in PLAN.episodes(first, committed)]
    return recording("LunarLander-v3", ("gymnasium", "box2d", "numpy"), LAYOUT, traces)
