"""highway-fast of HighwayEnv."""

import gymnasium
import highway_env  # noqa: F401 (its import registers the environment)
from highway_env.vehicle.behavior import IDMVehicle

from common import Plan, gymnasium_calls, limited, plain, play, recording

LAYOUT = (
    "Env gym.make('highway-fast-v0') default config. Actions 0..4 = LANE_LEFT, IDLE, LANE_RIGHT, FASTER, SLOWER. "
    "Each observation is the 5x5 Kinematics matrix (rows: ego then 4 closest vehicles sorted by |longitudinal "
    "distance|, excluding those more than 10 m behind; features presence,x,y,vx,vy; ego absolute, others relative "
    "to ego; normalised by features_range and clipped to [-1,1]; computed in float64, cast to float32) flattened "
    "row-major; float32 widened exactly to double. Note that the vehicles_count of the observation is 5. "
    "rewards/terminated/truncated as returned. initial_vehicles: full state of every vehicle in env.road.vehicles "
    "order (index 0 = ego MDPVehicle, others IDMVehicle) right after reset, float64; lane/target_lane are the lane "
    "ids (y centre = 4*lane; straight lanes along +x, 3 lanes, width 4, length 10000, speed limit 30); idm_delta "
    "is the per-vehicle randomised exponent; timer the lane-change timer. vehicles[i] = list over the same "
    "vehicles (same order) after step i of [vehicle_fields...]; timer of the ego is meaningless (0); crashed is "
    "0/1. A step = 5 simulation frames of dt=0.2: each frame: (frame 0 only) ego.act(action); then every "
    "vehicle.act() in list order (ego re-runs its controllers); then every vehicle.step(dt); then pairwise "
    "collisions. Only pairs with the ego are collision-checked (check_collisions False for others). reset_draws: "
    "the np_random (PCG64 Generator) calls made in reset, [method,args,result(,kwargs)] in order; no draw happens "
    "in step. features_range (after first observe) is in 'features_range'; constants in 'constants'."
)
PLAN = Plan(3000, 31, ("random", "random", "idle(1)", "idle(1)", "slower(4)", "faster(3)"))
CONSTANTS = (
    "ACC_MAX",
    "COMFORT_ACC_MAX",
    "COMFORT_ACC_MIN",
    "DISTANCE_WANTED",
    "TIME_WANTED",
    "DELTA",
    "DELTA_RANGE",
    "POLITENESS",
    "LANE_CHANGE_MIN_ACC_GAIN",
    "LANE_CHANGE_MAX_BRAKING_IMPOSED",
    "LANE_CHANGE_DELAY",
    "TAU_ACC",
    "TAU_HEADING",
    "TAU_LATERAL",
    "TAU_PURSUIT",
    "KP_A",
    "KP_HEADING",
    "KP_LATERAL",
    "MAX_STEERING_ANGLE",
    "DELTA_SPEED",
    "LENGTH",
    "WIDTH",
    "MAX_SPEED",
    "MIN_SPEED",
)
ACTIONS = {"0": "LANE_LEFT", "1": "IDLE", "2": "LANE_RIGHT", "3": "FASTER", "4": "SLOWER"}


def moving(vehicle):
    """What changes of a vehicle; a lane-change timer of 0 where it has none."""
    return {
        "x": vehicle.position[0],
        "y": vehicle.position[1],
        "heading": vehicle.heading,
        "speed": vehicle.speed,
        "lane": vehicle.lane_index[2],
        "target_lane": vehicle.target_lane_index[2],
        "target_speed": vehicle.target_speed,
        "timer": getattr(vehicle, "timer", 0.0),
        "crashed": int(vehicle.crashed),
    }


def whole(vehicle):
    """Everything of a vehicle."""
    if isinstance(vehicle, IDMVehicle):
        own = {"idm_delta": vehicle.DELTA, "enable_lane_change": vehicle.enable_lane_change}
    else:
        own = {"speed_index": vehicle.speed_index, "target_speeds": vehicle.target_speeds}
    return plain(
        {
            **moving(vehicle),
            "kind": type(vehicle).__name__,
            "length": vehicle.LENGTH,
            "width": vehicle.WIDTH,
            "check_collisions": vehicle.check_collisions,
            "action": vehicle.action,
            **own,
            "impact": vehicle.impact,
        }
    )


def chooser(policy, _env, generator):
    """A random action, or the one named in brackets."""
    if policy == "random":
        return lambda _: int(generator.integers(5))
    action = int(policy[policy.index("(") + 1 : -1])
    return lambda _: action


def record_episode(env, episode):
    """One trace, with every vehicle after every step."""
    observation, _ = env.reset(seed=episode.seed)
    vehicles = env.unwrapped.road.vehicles
    initial, observations, moved = [whole(vehicle) for vehicle in vehicles], [plain(observation.ravel())], []
    reset_draws = env.unwrapped.np_random.taken()

    def after(observation):
        observations.append(plain(observation.ravel()))
        moved.append([plain(list(moving(vehicle).values())) for vehicle in vehicles])

    steps = play(env, observation, *limited(episode, 30, chooser, env), after)
    return {
        "seed": episode.seed,
        "policy": episode.policy,
        "reset_draws": reset_draws,
        "initial_vehicles": initial,
        "vehicle_fields": list(moving(vehicles[0])),
        "actions": steps.pop("actions"),
        "observations": observations,
        **steps,
        "vehicles": moved,
    }


def record(_, first, committed):
    """The recording of the file."""
    env = gymnasium.make("highway-fast-v0")
    with gymnasium_calls():
        traces = [record_episode(env, episode) for episode in PLAN.episodes(first, committed)]
    head = {
        "config": plain(env.unwrapped.config),
        "constants": {name: plain(getattr(IDMVehicle, name)) for name in CONSTANTS},
        "features_range": plain(env.unwrapped.observation_type.features_range),
        "actions_names": ACTIONS,
        "lateral_speed_note": "speeds are m/s",
    }
    return recording("highway-fast-v0", ("highway-env", "gymnasium", "numpy"), LAYOUT, traces, **head)
