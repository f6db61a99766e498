"""Long-term satisfaction and interest evolution of RecSim, without what its environments only import."""

import sys
from types import SimpleNamespace

import gymnasium
import numpy as np

from common import Calls, Plan, limited, plain, play, recording, replaced

GIN = SimpleNamespace(configurable=lambda made: made)
ABSL = SimpleNamespace(flags=SimpleNamespace(FLAGS=None), logging=SimpleNamespace(debug=lambda *_: None))
RUNNER = SimpleNamespace()  # what trains RecSim's own agents, with Dopamine and TensorFlow
sys.modules.update({"gym": gymnasium, "gin": GIN, "gin.tf": GIN, "absl": ABSL, "recsim.simulator.runner_lib": RUNNER})

from recsim.environments import interest_evolution as evolution  # noqa: E402 (after the stubs)
from recsim.environments import long_term_satisfaction as satisfaction  # noqa: E402
from recsim.simulator.environment import Environment  # noqa: E402
from recsim.simulator.recsim_gym import RecSimGymEnv  # noqa: E402

SATISFACTION = (
    "RecSim long_term_satisfaction (choc/kale): user model LTSUserModel(slate_size, seed=seed), "
    "LTSDocumentSampler(seed=seed), 10 candidates, resample_documents=True, reward clicked_engagement_reward. "
    "(create_environment itself ignores the seed and uses 0 for both samplers; here the classes were given the "
    "seed.) actions[i] = slate (list of candidate indices; only the first item is ever clicked, always). "
    "observations[i] = the 10 candidate documents' clickbait scores (float64) before action i (observations[0] "
    "after reset); the user is unobserved. user_states[i] = [net_positive_exposure, satisfaction, time_budget] "
    "(latent) before action i. responses[i] = per slate item [click, engagement clipped to [0,100]]; reward is the "
    "UNCLIPPED engagement. draws[i] = global np.random calls in step i in order, [method,args,result,kwargs]: "
    "normal(loc=engagement_loc, scale=engagement_scale) (log engagement), then normal(scale=innovation_stddev). "
    "Document scores and the starting NPE come from the samplers' own RandomState(seed) (the values are in "
    "observations / user_states, so no need to replay): the documents sampled at construction and the user sampled "
    "at construction are discarded by reset, which samples again. Note the code's update: NPE <- "
    "memory_discount*NPE - 2*(clickbait-0.5) + innovation (MINUS, unlike its docstring). Satisfaction is updated "
    "after the response, so the response uses the previous satisfaction. Episode length is exactly 60 "
    "(time_budget)."
)
EVOLUTION = (
    "RecSim interest_evolution via create_environment({slate_size, num_candidates, resample_documents: True, "
    "seed}) (UtilityModel samplers, MultinomialProportionalChoiceModel, watch-time reward). actions[i] = slate "
    "(candidate indices). observations[i] = user_interests (20 float64) before action i; docs[i] = per candidate "
    "[cluster_id, quality] before action i (the observable document feature is the one-hot of cluster_id in 20 "
    "dims; video_length is 4.0; quality is latent but reported in responses). time_budget[i] latent, before action "
    "i. responses[i] = per slate item [click, watch_time, quality, cluster_id]. reward = watch time of the clicked "
    "video = min(time_budget, 4.0), else 0. draws[i] = global np.random calls of step i in order "
    "[method,args,result(,kwargs)]: choice(slate_size+1, p=probabilities) (result slate_size = no click), then if "
    "clicked rand(1) (the flip: +update if flip < positive_update_prob else -update). Document and user values "
    "come from samplers' own RandomState(seed) and are given in docs/observations. Traces are cut at 50 steps if "
    "not terminated. user_params: parameters of the user. No-click: time_budget -= step_penalty 0.5; click: "
    "time_budget += -watch + user_update_alpha*watch*(quality) with user_update_alpha = 0.9/3.4. The user array is "
    "updated in place (+=) and then clipped into a new array, so an agent holding the previous observation sees it "
    "change: observations here were copied at return."
)
CANDIDATES = 10
GLOBAL_DRAWS = ("normal", "choice", "rand")
EVOLUTION_CUT = 50
SATISFACTION_USER = (
    "memory_discount",
    "sensitivity",
    "innovation_stddev",
    "choc_mean",
    "choc_stddev",
    "kale_mean",
    "kale_stddev",
)
EVOLUTION_USER = ("user_update_alpha", "step_penalty", "user_quality_factor", "document_quality_factor")


class Recommender:
    """A RecSim environment with the step of Gymnasium, and the latent state of its user."""

    def __init__(self, env):
        """Starts the first episode."""
        self.env = env
        self.observation = env.reset()

    def step(self, slate):
        """Shows a slate: observation, reward, terminated, truncated."""
        self.observation, reward, terminated, _ = self.env.step(slate)
        return self.observation, reward, bool(terminated), False

    @property
    def user(self):
        """The user's state."""
        return self.env.environment.user_model._user_state

    @property
    def documents(self):
        """The candidates."""
        return self.env.environment.candidate_set.get_all_documents()


def make_satisfaction(seed, slate_size):
    """Long-term satisfaction with samplers that take the seed."""
    np.random.seed(seed)
    user = satisfaction.LTSUserModel(
        slate_size,
        user_state_ctor=satisfaction.LTSUserState,
        response_model_ctor=satisfaction.LTSResponse,
        seed=seed,
    )
    sampler = satisfaction.LTSDocumentSampler(seed=seed)
    inner = Environment(user, sampler, CANDIDATES, slate_size, resample_documents=True)
    return Recommender(RecSimGymEnv(inner, satisfaction.clicked_engagement_reward))


def make_evolution(seed, slate_size):
    """Interest evolution."""
    np.random.seed(seed)
    asked = {"slate_size": slate_size, "num_candidates": CANDIDATES, "resample_documents": True, "seed": seed}
    return Recommender(evolution.create_environment(asked))


def greatest(worths, slate_size):
    """The candidates of the greatest worth, the best first."""
    return plain(np.argsort(-np.array(worths))[:slate_size])


WORTHS = {
    "choc": lambda env: [document.clickbait_score for document in env.documents],
    "kale": lambda env: [-document.clickbait_score for document in env.documents],
    "interest": lambda env: [env.user.score_document(document.features) for document in env.documents],
    "quality": lambda env: [document.quality for document in env.documents],
}


def chooser(policy, env, generator):
    """A random slate, or the candidates of the greatest worth."""
    slate_size = env.env.environment.slate_size
    if policy == "random":
        return lambda _: plain(generator.permutation(CANDIDATES)[:slate_size])
    return lambda _: greatest(WORTHS[policy](env), slate_size)


def played(env, episode, longest, look, fields):
    """The steps, what `look` sees before each and at the end, the responses' fields and the draws."""
    seen, responses, draws, calls = [look()], [], [], Calls(np.random)

    def after(observation):
        seen.append(look())
        responses.append([[plain(response[field]) for field in fields] for response in observation["response"]])
        draws.append(calls.taken())

    with replaced(np.random, **{name: getattr(calls, name) for name in GLOBAL_DRAWS}):
        steps = play(env, env.observation, *limited(episode, longest, chooser, env), after)
    return steps, list(zip(*seen, strict=True)), responses, draws


def record_satisfaction(episode):
    """One trace of long-term satisfaction; a new one shows one item."""
    slate_size = (episode.given or {}).get("slate_size", 1)
    env = make_satisfaction(episode.seed, slate_size)

    def look():
        user = env.user
        scores = [document.clickbait_score for document in env.documents]
        return scores, [user.net_positive_exposure, user.satisfaction, user.time_budget]

    steps, seen, responses, draws = played(env, episode, 60, look, ("click", "engagement"))
    return {
        "seed": episode.seed,
        "policy": episode.policy,
        "slate_size": slate_size,
        "actions": steps.pop("actions"),
        "observations": plain(seen[0]),
        "user_states": plain(seen[1]),
        "responses": responses,
        **steps,
        "draws": draws,
        "user_params": {name: getattr(env.user, name) for name in SATISFACTION_USER},
    }


def record_evolution(episode):
    """One trace of interest evolution; slates of three."""
    slate_size = (episode.given or {}).get("slate_size", 3)
    env = make_evolution(episode.seed, slate_size)

    def look():
        documents = [[document.cluster_id, document.quality] for document in env.documents]
        return plain(env.user.user_interests), documents, env.user.time_budget

    fields = ("click", "watch_time", "quality", "cluster_id")
    steps, seen, responses, draws = played(env, episode, EVOLUTION_CUT, look, fields)
    return {
        "seed": episode.seed,
        "policy": episode.policy,
        "slate_size": slate_size,
        "num_candidates": CANDIDATES,
        "actions": steps.pop("actions"),
        "observations": plain(seen[0]),
        "docs": plain(seen[1]),
        "time_budget": plain(seen[2]),
        "responses": responses,
        **steps,
        "draws": draws,
        "user_params": {**{name: getattr(env.user, name) for name in EVOLUTION_USER}, **env.user.choice_features},
    }


FILES = {
    "recsim_long_term_satisfaction": (
        record_satisfaction,
        Plan(6000, 1, ("random", "random", "choc", "kale")),
        SATISFACTION,
    ),
    "recsim_interest_evolution": (record_evolution, Plan(6020, 1, ("random", "interest", "quality")), EVOLUTION),
}


def record(name, first, committed):
    """The recording of one file."""
    record_episode, plan, layout = FILES[name]
    traces = [record_episode(episode) for episode in plan.episodes(first, committed)]
    return recording(name.replace("_", " ", 1), ("recsim", "gymnasium", "numpy"), layout, traces)
