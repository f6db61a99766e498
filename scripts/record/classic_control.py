"""CartPole, MountainCar, Acrobot and Pendulum of Gymnasium."""

import gymnasium
import numpy as np

from common import Plan, limited, plain, play, recording

SHARED = (
    "Observations are the values the Gymnasium env returned (float32 widened exactly to double and printed with "
    "shortest round-trip repr; cast back to float32 for bit-exact comparison). observations[0] is the "
    "reset(seed=seed) observation; observations[i+1], rewards[i], terminated[i], truncated[i] are what "
    "step(actions[i]) returned. TimeLimit wrapper from gym.make is active, so the trace ends at the first "
    "terminated or truncated step. 'policy' names the action source (informational only: replay 'actions'). "
    "'states' (present on the first two short traces only) is env.unwrapped.state after reset and each step in "
    "float64 (the true internal state; observations are its float32 cast or a function of it). "
)
PARTICULARS = {
    "cartpole_v1": (
        "obs=[x,x_dot,theta,theta_dot]. actions 0=left 1=right. max 500 steps. Default sutton_barto_reward=False: "
        "reward 1.0 on every step including the terminating one."
    ),
    "mountaincar_v0": (
        "obs=[position,velocity]; actions 0 left,1 none,2 right; reward -1.0 each step incl. last; 200-step limit."
    ),
    "acrobot_v1": (
        "obs=[cos t1,sin t1,cos t2,sin t2,t1dot,t2dot]; actions 0,1,2 -> torque -1,0,+1; reward -1.0, 0.0 on "
        "terminating step; 500-step limit."
    ),
    "pendulum_v1_disc5": (
        "action index i in 0..4 maps to torque np.linspace(-2,2,5)[i] = [-2,-1,0,1,2], passed as "
        "np.array([torque],dtype=float32). obs=[cos th,sin th,thdot]; reward is float64 "
        "-(angle_normalize(th)^2+0.1*thdot^2+0.001*u^2) using the state BEFORE the update; 200-step limit; never "
        "terminates."
    ),
}
ENVIRONMENTS = {
    "cartpole_v1": "CartPole-v1",
    "mountaincar_v0": "MountainCar-v0",
    "acrobot_v1": "Acrobot-v1",
    "pendulum_v1_disc5": "Pendulum-v1",
}
TORQUES = np.linspace(-2, 2, 5)


class FiveTorques(gymnasium.ActionWrapper):
    """Pendulum with five actions: an index of TORQUES."""

    def __init__(self, env):
        """Gives the environment five actions."""
        super().__init__(env)
        self.action_space = gymnasium.spaces.Discrete(len(TORQUES))

    def action(self, index):
        """The torque that Pendulum takes."""
        return np.array([TORQUES[index]], dtype=np.float32)


def make(name):
    """The environment of a file, with discrete actions."""
    env = gymnasium.make(ENVIRONMENTS[name])
    return FiveTorques(env) if name == "pendulum_v1_disc5" else env


def swing_up(observation):
    """Pendulum: feeds or takes energy until nearly upright (cosine over 0.8), then holds it there (PD)."""
    cosine, sine, velocity = (float(value) for value in observation)
    if cosine > 0.8:
        torque = -10 * np.arctan2(sine, cosine) - 2 * velocity
    else:
        torque = 2 / 3 * (15 - velocity**2 / 2 - 15 * cosine) * velocity
    return int(np.abs(np.clip(torque, -2, 2) - TORQUES).argmin())


HEURISTICS = {
    "CartPole-v1": {
        "heuristic (1 if angle+angular_velocity>0 else 0)": lambda observation: int(observation[2] + observation[3] > 0)
    },
    "MountainCar-v0": {"heuristic (2 if velocity>=0 else 0)": lambda observation: 2 if observation[1] >= 0 else 0},
    "Acrobot-v1": {"heuristic (2 if theta1_dot<0 else 0)": lambda observation: 2 if observation[4] < 0 else 0},
    "Pendulum-v1": {"heuristic (energy pumping + PD, nearest of 5 torques)": swing_up},
}


def chooser(policy, env, generator):
    """The policy of that name: a function of the observation."""
    heuristic, _, exploring = policy.partition(", eps ")
    follow = HEURISTICS[env.spec.id].get(heuristic)
    epsilon = float(exploring.removesuffix(" random")) if exploring else 0 if follow else 1

    def choose(observation):
        if follow is None or (epsilon and generator.random() < epsilon):
            return int(generator.integers(env.action_space.n))
        return follow(observation)

    return choose


def record_episode(name, episode):
    """One trace, and the exact states after reset and each step."""
    env = make(name)
    observation, _ = env.reset(seed=episode.seed)
    observations, states = [plain(observation)], [plain(env.unwrapped.state)]

    def after(observation):
        observations.append(plain(observation))
        states.append(plain(env.unwrapped.state))

    steps = play(env, observation, *limited(episode, env.spec.max_episode_steps, chooser, env), after)
    actions = steps.pop("actions")
    trace = {"seed": episode.seed, "policy": episode.policy, "actions": actions, "observations": observations, **steps}
    return trace, states


def record(name, first, committed):
    """The recording of one file; the first two traces of at most 200 steps hold their states."""
    heuristics = tuple(HEURISTICS[ENVIRONMENTS[name]])
    plan = Plan(1000, 17, ("random", "random", *heuristics, *heuristics, f"{heuristics[0]}, eps 0.3 random"))
    traces, exact = [], 0
    for episode in plan.episodes(first, committed):
        trace, states = record_episode(name, episode)
        if exact < 2 and len(trace["actions"]) <= 200:
            trace["states"], exact = states, exact + 1
        traces.append(trace)
    layout = SHARED + PARTICULARS[name]
    return recording(ENVIRONMENTS[name], ("gymnasium", "numpy"), layout, traces)
