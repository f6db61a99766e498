// A small environment of a user's own, for tests: walk to the end of a corridor, from somewhere in it.
import { defineEnv } from "../../src/env/define.js";

export const corridor = defineEnv({
  id: "Corridor",
  featureNames: ["place", "draught"],
  actionNames: ["left", "right"],
  maxEpisodeSteps: 20,
  start: (random) => ({ place: random.integers(0, 5), draught: 0 }),
  step(state, action, random) {
    state.place = Math.max(0, state.place + (action === 1 ? 1 : -1));
    state.draught = random.random();
    return { reward: -1, terminated: state.place === 8 };
  },
  observe(state, observation) {
    observation[0] = state.place;
    observation[1] = state.draught;
  },
  render: (state) => ({
    bounds: [0, 0, 9, 1],
    background: "#ffffff",
    shapes: [{ kind: "circle", centre: [state.place + 0.5, 0.5], radius: 0.4, fill: "#000000" }],
  }),
  perturb(state, strength) {
    state.place = Math.max(0, state.place + Math.round(3 * strength));
  },
});
