// The game as an environment: the network is the upper player, a rule is the lower one, and an episode is one point.
import { defineEnv } from "qstill/env";
import {
  actionNames,
  featureNames,
  moveOf,
  moveTo,
  newGame,
  observe,
  paddleWidth,
  serve,
  tick,
  ticksPerDecision,
} from "./rules.js";

/** What moving costs a decision: little, so that it rests where nothing is to be gained. */
const effort = 0.0003;

export const makeRally = defineEnv({
  id: "Rally-v0",
  featureNames,
  actionNames,
  maxEpisodeSteps: 300, // decisions: half a minute
  start(random) {
    const game = newGame();
    game.upper = random.uniform(0.1, 0.9);
    game.lower = random.uniform(0.1, 0.9);
    serve(game, random);
    return { game, aim: aimOf(random) };
  },
  step(state, action, random) {
    const { game } = state;
    const move = moveOf(action);
    for (let i = 0; i < ticksPerDecision; i++) {
      const before = game.vy;
      const point = tick(game, move, lowerMove(state));
      if (point !== 0) return { reward: point, terminated: true };
      if (before > 0 && game.vy < 0) state.aim = aimOf(random);
    }
    return { reward: -effort * Math.abs(move), terminated: false };
  },
  observe: ({ game }, observation) => observe(game, observation),
});

/** The part of its paddle that the lower player means to hit the ball with, as a distance from the centre. */
function aimOf(random) {
  return random.uniform(-0.45, 0.45) * paddleWidth;
}

/** The lower player follows the ball when it comes, and goes back to the middle when it leaves. */
function lowerMove({ game, aim }) {
  return 0.55 * moveTo(game.lower, game.vy > 0 ? game.x - aim : 0.5);
}
