// Two small environments of a user's own, for tests: walk to the end of a corridor, and climb a ladder, which has masks.
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

/** Down, wait or up. Down is forbidden on the ground, up where a loose rung is above, and the fifth rung is the goal. */
export const ladder = defineEnv({
  id: "Ladder",
  featureNames: ["rung", "loose"],
  actionNames: ["down", "wait", "up"],
  maxEpisodeSteps: 20,
  start: () => ({ rung: 0, loose: 2 }),
  step(state, action, random) {
    state.rung += action - 1;
    state.loose = random.integers(1, 6);
    if (state.rung === 1 && action === 2) state.loose = 2;
    return { reward: state.rung, terminated: state.rung === 5 };
  },
  observe(state, observation) {
    observation[0] = state.rung;
    observation[1] = state.loose;
  },
  mask(state, mask) {
    mask[0] = Number(state.rung > 0);
    mask[1] = 1;
    mask[2] = Number(state.loose !== state.rung + 1);
  },
});
