// CartPole to its highest return by an agent alone, in a loop of the test's own with 32 episodes at once.
import { expect, it } from "vitest";
import { Agent } from "../../src/dqn/agent.js";
import { cartPole } from "../../src/env/cartpole.js";
import type { Env } from "../../src/env/env.js";
import { episodeSeed, purposes } from "../../src/env/seeds.js";
import { evaluate } from "../../src/evaluate/evaluate.js";

const { stopReturn, evaluationShare, confirmationEpisodes, ...preset } = cartPole.presets?.teacher ?? {};
const most = 40_000; // steps

/** The mean return of the network as it is now, on other seeds than those that are reported. */
function judged(agent: Agent, seed: number, episodes: number): number {
  return evaluate(agent.toModel({ environment: "CartPole-v1" }), { seed: 1000 + seed, episodes }).mean;
}

/** An agent that has learned until its network reaches the goal on many episodes. */
function learned(seed: number): Agent {
  const agent = new Agent({ observationSize: 4, actionCount: 2, seed, ...preset });
  const envs = Array.from({ length: 32 }, () => cartPole.make());
  let begun = 0;
  const begin = (env: Env) => agent.begin(env.reset({ seed: episodeSeed(seed, purposes.train, begun++) }));
  const episodes = envs.map(begin);
  for (let judgedAt = 2000; agent.envSteps < most; ) {
    for (const [i, env] of envs.entries()) {
      const result = env.step(episodes[i].act());
      episodes[i].step(result);
      if (result.terminated || result.truncated) episodes[i] = begin(env);
    }
    agent.update();
    if (agent.envSteps < judgedAt) continue;
    judgedAt += 500;
    if (judged(agent, seed, 10) >= 495 && judged(agent, seed, 200) >= 495) break;
  }
  return agent;
}

it("reaches 475 on final seeds", () => {
  const seed = 0;
  const agent = learned(seed);
  const model = agent.toModel({ environment: "CartPole-v1" });
  expect(evaluate(model, { seed, episodes: 100 }).mean).toBeGreaterThanOrEqual(475);
  model.dispose();
  agent.dispose();
}, 300_000);
