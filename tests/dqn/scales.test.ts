// Units do not matter: rewards and features in any unit teach the same, and scales are renewed as training goes on.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Agent } from "../../src/dqn/agent.js";
import { trainTeacher } from "../../src/dqn/teacher.js";
import { CartPole } from "../../src/env/cartpole.js";
import type { CustomEnv } from "../../src/env/env.js";
import { layerPlaces } from "../../src/model/layout.js";

const agents = { envSteps: 900, learningStarts: 100, hidden: [12], batchSize: 16 };
const short = { ...agents, evaluationInterval: 0 };

/** CartPole that ends later and pays for the place of the cart, in any unit. It has no preset. */
function cart({ reward = 1, offset = 0, feature = 1 }): () => CustomEnv {
  return () => {
    const env = new CartPole();
    const seen = (observation: Float32Array) => Float32Array.from(observation, (x) => x * feature);
    return {
      ...{ id: "cart", observationSize: 4, actionCount: 2, maxEpisodeSteps: 60 },
      reset: (options) => seen(env.reset(options)),
      step: (action) => {
        const { observation, terminated, truncated } = env.step(action);
        const pays = Math.fround(1 - Math.abs(observation[0]));
        return { observation: seen(observation), reward: (pays + offset) * reward, terminated, truncated };
      },
    };
  };
}

const power = fc.integer({ min: -20, max: 20 }).map((exponent) => 2 ** exponent);

describe("the unit of rewards", () => {
  it("changes nothing but the unit of Q-values: the same bits for every power of two", async () => {
    const once = await trainTeacher(cart({}), { seed: 3, ...short });
    const { weight } = layerPlaces(once.widths)[1];
    await fc.assert(
      fc.asyncProperty(power, async (reward) => {
        const { parameters } = await trainTeacher(cart({ reward }), { seed: 3, ...short });
        const last = parameters.subarray(weight).map((value) => value / reward);
        expect([...parameters.subarray(0, weight), ...last]).toEqual([...once.parameters]);
      }),
      { numRuns: 6 },
    );
  });

  it("matters if the scale of returns is turned off", async () => {
    const options = { seed: 3, ...short, normalizeReturns: false };
    const once = await trainTeacher(cart({}), options);
    const again = await trainTeacher(cart({ reward: 1024 }), options);
    expect(again.parameters.subarray(0, 20)).not.toEqual(once.parameters.subarray(0, 20));
  });

  it("may be 1e5 with an offset: Q-values then are the offset's, and what the actions make of it", async () => {
    const plain = await trainTeacher(cart({}), { seed: 3, ...short, envSteps: 3000 });
    const odd = await trainTeacher(cart({ reward: 1e5, offset: -4 }), { seed: 3, ...short, envSteps: 3000 });
    const state = new CartPole().reset({ seed: 1 });
    // 8 steps at least, of −3 each, with gamma 0.99
    const [left] = odd.qValues(state);
    expect(left / 1e5).toBeLessThan(-23);
    expect(left / 1e5).toBeGreaterThan(-400);
    expect(plain.qValues(state)[0]).toBeGreaterThan(0);
  });
});

describe("the unit of features", () => {
  it("changes nothing but the first layer's weights: the same bits for every power of two", async () => {
    const once = await trainTeacher(cart({}), { seed: 5, ...short });
    const { bias } = layerPlaces(once.widths)[0];
    await fc.assert(
      fc.asyncProperty(power, async (feature) => {
        const { parameters } = await trainTeacher(cart({ feature }), { seed: 5, ...short });
        const first = parameters.subarray(0, bias).map((value) => value * feature);
        expect([...first, ...parameters.subarray(bias)]).toEqual([...once.parameters]);
      }),
      { numRuns: 6 },
    );
  });
});

describe("renewal", () => {
  const options = { observationSize: 2, actionCount: 2, seed: 1, ...agents, nStep: 1 };

  /** Records steps; from step 300 on the second feature grows, which was constant before. */
  function live(agent: Agent, steps: number): void {
    let episode = agent.begin([0, 0]);
    for (let n = 1; n <= steps; n++) {
      const action = episode.act();
      const grown = agent.envSteps > 300 ? agent.envSteps * 10 : 0;
      episode.step({ observation: [Math.sin(n), grown], reward: action, terminated: n % 20 === 0 });
      if (n % 20 === 0) episode = agent.begin([0, 0]);
      agent.update();
    }
    episode.end();
  }

  it("takes in a feature that begins to change after the first random steps", () => {
    for (const renewScales of [true, false]) {
      const agent = new Agent({ ...options, renewScales });
      live(agent, 900);
      const parameters = agent.parameters();
      const ofSecond = Math.max(...parameters.subarray(12, 24).map(Math.abs));
      // values up to 9,000: with a scale of 1 the weights are those of a feature that is as large as the others
      if (renewScales) expect(ofSecond).toBeLessThan(0.01);
      else expect(ofSecond).toBeGreaterThan(0.05);
      agent.dispose();
    }
  });

  it("goes on bit for bit after save and load", () => {
    const whole = new Agent(options);
    live(whole, 260);
    live(whole, 400);
    const first = new Agent(options);
    live(first, 260);
    const again = Agent.load(first.save());
    live(again, 400);
    expect(again.parameters()).toEqual(whole.parameters());
    for (const agent of [whole, first, again]) agent.dispose();
  });
});
