/**
 * Tic-tac-toe, registered, with options that work for it.
 * @module qstill/env/tic-tac-toe
 */
import type { About, Presets } from "../known.js";
import { register } from "../registry.js";
import { TicTacToe } from "./tic-tac-toe.js";

export {
  type EveryGame,
  everyGame,
  everyPosition,
  type Games,
  type Player,
  type Positions,
  perfectPlayer,
} from "./every-game.js";
export { TicTacToe, type TicTacToeOptions } from "./tic-tac-toe.js";

/**
 * Most positions follow mistakes of a good opponent, and so are rare: a million steps see each of them often enough, half of the
 * moves at random, and priorities without correction keep them in the updates. Every error there can lose a game, which no
 * mean return shows, so the last network is the one that is kept. A game has at most five moves, so nothing is discounted.
 */
const presets = {
  teacher: {
    hidden: [128, 128],
    envSteps: 1_000_000,
    bufferSize: 1_000_000,
    batchSize: 64,
    trainFrequency: 10,
    learningRate: 3e-3,
    learningRateFinal: 1e-5,
    gamma: 1,
    nStep: 1,
    dueling: true,
    prioritized: true,
    priorityExponent: 0.8,
    importanceExponent: 0,
    loss: "mse",
    explorationFraction: 0.5,
    explorationFinal: 0.5,
    normalizeObservations: false,
    evaluationInterval: 1_000_000,
  },
  // Only the choice counts, in every position that can come. With 8 bits a weight, 32 units take less than 1,000 bytes.
  // 10,000 games decide between its rounds, because a game that it loses is rare.
  student: {
    hidden: [32],
    loss: "cross-entropy",
    temperature: 0.03,
    learningRate: 5e-3,
    learningRateFinal: 1e-5,
    exploration: 0.5,
    envSteps: 100_000,
    updates: 50_000,
    rounds: 5,
    evaluationEpisodes: 10_000,
    attempts: 1,
  },
} as const satisfies Presets;

/** What the lists say of all opponents. */
const game = {
  field: "games",
  observation: "9 cells: own, free or the opponent's",
  actions: "9 cells, the free ones allowed",
  stepsPerSecond: 1,
  chinese: {
    "top left": "左上",
    top: "上",
    "top right": "右上",
    left: "左",
    centre: "中",
    right: "右",
    "bottom left": "左下",
    bottom: "下",
    "bottom right": "右下",
    "the agent is X": "智能体执 X",
    "the agent is O": "智能体执 O",
  },
} as const satisfies Partial<About>;

register(
  {
    id: "TicTacToe-v0",
    make: () => new TicTacToe(),
    presets,
    about: {
      ...game,
      task: { en: "Win at tic-tac-toe against random moves.", zh: "在井字棋中战胜随机落子的对手。" },
      shows: "actions that are not always allowed",
      seconds: 20,
    },
  },
  {
    id: "TicTacToe-perfect-v0",
    make: () => new TicTacToe({ id: "TicTacToe-perfect-v0", skill: 1 }),
    presets,
    about: {
      ...game,
      task: { en: "Do not lose at tic-tac-toe against a perfect opponent.", zh: "面对完美的对手，下井字棋不输。" },
      shows: "a game in which a draw is the best that there is",
      seconds: 20,
    },
  },
  {
    id: "TicTacToe-mixed-v0",
    make: () => new TicTacToe({ id: "TicTacToe-mixed-v0", skill: 0.75 }),
    presets,
    about: {
      ...game,
      task: {
        en: "Win at tic-tac-toe where the opponent errs, and never lose.",
        zh: "在井字棋中抓住对手的失误取胜，且永不落败。",
      },
      shows: "a policy of which it is certain that it never loses",
      seconds: 20,
    },
  },
);
