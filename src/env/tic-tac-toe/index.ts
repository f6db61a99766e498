/**
 * Tic-tac-toe, registered, with options that work for it.
 * @module qstill/env/tic-tac-toe
 */
import { type About, asInFirstRelease, type Presets, studentInFirstRelease } from "../known.js";
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
 * Most positions follow mistakes of a good opponent, and so are rare, but an error in any of them can lose a game. A million
 * steps with half of the moves at random come to almost all of them, and priorities that are corrected only towards the end
 * keep them in the updates. A mean return hardly shows such an error, so the last network is kept. A game is at most five
 * moves long, so nothing is discounted.
 */
const presets = {
  teacher: {
    ...asInFirstRelease,
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
  // Only the choice counts, in every position that can come. With 8 bits a weight, 40 units take less than 1,000 bytes. One
  // round, because a mean return between rounds may prefer a student that is half done.
  student: {
    ...studentInFirstRelease,
    hidden: [40],
    loss: "cross-entropy",
    temperature: 0.03,
    learningRate: 5e-3,
    learningRateFinal: 1e-5,
    states: "teacher",
    exploration: 0.5,
    envSteps: 200_000,
    rounds: 1,
    updates: 100_000,
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
      seconds: 100,
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
      seconds: 100,
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
      seconds: 100,
    },
  },
);
