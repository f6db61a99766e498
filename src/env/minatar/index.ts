/**
 * MinAtar's games, registered, with options that work for them. `-v1` has the actions that matter in the game, `-v0` has
 * all six.
 * @module qstill/env/minatar
 */
import {
  type About,
  asInFirstRelease,
  type KnownEnv,
  type Presets,
  type Reference,
  studentInFirstRelease,
} from "../known.js";
import { register } from "../registry.js";
import { Asterix } from "./asterix.js";
import { Breakout } from "./breakout.js";
import { Freeway } from "./freeway.js";
import { actionNames, type Game } from "./game.js";
import { MinAtar } from "./minatar.js";
import { Seaquest } from "./seaquest.js";
import { SpaceInvaders } from "./space-invaders.js";

export { Asterix, Breakout, Freeway, type Game, MinAtar, Seaquest, SpaceInvaders };

/**
 * For both forms of a game. A frame costs a hundredth of an update. With 40 frames for each update in place of 2, and a fifth
 * of the updates, Asterix reached 13 in place of 1.2. The targets are one-step targets: with three-step targets and 10 frames
 * for each update, it reached 3.1 in place of 6.7. The target network is five times as slow as elsewhere: this lifted Space
 * Invaders from 36 to 54 after 600,000 frames.
 */
const minAtar: Presets = {
  teacher: {
    ...asInFirstRelease,
    hidden: [128, 128],
    envSteps: 20_000_000,
    bufferSize: 100_000,
    learningStarts: 5000,
    batchSize: 32,
    trainFrequency: 50,
    nStep: 1,
    learningRate: 2.5e-4,
    learningRateFinal: 5e-5,
    tau: 0.001,
    explorationFinal: 0.02,
    explorationFraction: 0.05,
    evaluationInterval: 1_000_000,
    evaluationEpisodes: 50,
    confirmationEpisodes: 100,
  },
  // Q-values differ a hundred times less between actions than between states. A softer loss does not see which action is best.
  student: {
    ...studentInFirstRelease,
    hidden: [14],
    loss: "cross-entropy",
    temperature: 0.01,
    envSteps: 600_000,
    updates: 600_000,
    rounds: 15,
    threshold: 0.95,
    attempts: 1,
  },
};

/** For Breakout and Space Invaders. A tenth of the frames is enough there, though more frames would be better. */
const fewerFrames: Presets = {
  ...minAtar,
  teacher: { ...minAtar.teacher, envSteps: 2_000_000, trainFrequency: 2, nStep: 3, evaluationInterval: 250_000 },
};

/** What all games have in common. */
const board = {
  field: "games",
  stepsPerSecond: 12,
  seconds: 540,
  seeds: 3,
  chinese: {
    "no-op": "不动",
    left: "左",
    right: "右",
    up: "上",
    down: "下",
    fire: "开火",
    "player (#, #)": "玩家 (#, #)",
    "enemy (#, #)": "敌人 (#, #)",
    "trail (#, #)": "轨迹 (#, #)",
    "gold (#, #)": "金子 (#, #)",
    "paddle (#, #)": "挡板 (#, #)",
    "ball (#, #)": "球 (#, #)",
    "brick (#, #)": "砖块 (#, #)",
    "chicken (#, #)": "小鸡 (#, #)",
    "car (#, #)": "车 (#, #)",
    "speed # (#, #)": "速度 # (#, #)",
    "submarine front (#, #)": "潜艇前部 (#, #)",
    "submarine back (#, #)": "潜艇后部 (#, #)",
    "friendly bullet (#, #)": "我方子弹 (#, #)",
    "enemy bullet (#, #)": "敌方子弹 (#, #)",
    "enemy fish (#, #)": "敌鱼 (#, #)",
    "enemy submarine (#, #)": "敌方潜艇 (#, #)",
    "oxygen gauge (#, #)": "氧气表 (#, #)",
    "diver gauge (#, #)": "潜水员表 (#, #)",
    "diver (#, #)": "潜水员 (#, #)",
    "cannon (#, #)": "炮台 (#, #)",
    "alien (#, #)": "外星人 (#, #)",
    "alien left (#, #)": "外星人向左 (#, #)",
    "alien right (#, #)": "外星人向右 (#, #)",
  },
} as const satisfies Partial<About>;

const allActions = actionNames.map((_, action) => action);

/** Both forms of a game. @param allSix reference figures, measured with all six actions */
function forms(name: string, make: () => Game, presets: Presets, about: About, allSix?: Reference): KnownEnv[] {
  const [v1, v0] = [`MinAtar/${name}-v1`, `MinAtar/${name}-v0`];
  return [
    { id: v1, make: () => new MinAtar(v1, make()), presets, about },
    { id: v0, make: () => new MinAtar(v0, make(), allActions), presets, reference: allSix },
  ];
}

register(
  ...forms(
    "Asterix",
    () => new Asterix(),
    minAtar,
    {
      ...board,
      task: { en: "Collect gold and keep away from enemies.", zh: "收集金子，躲开敌人。" },
      observation: "10 × 10 cells, 4 bits each",
      actions: "5",
      shows: "things that come faster and faster",
    },
    { pythonSeconds: 62.95 },
  ),
  ...forms(
    "Breakout",
    () => new Breakout(),
    fewerFrames,
    {
      ...board,
      task: { en: "Break the bricks and keep the ball in play.", zh: "打掉砖块，别让球落下。" },
      observation: "10 × 10 cells, 4 bits each",
      actions: "3",
      shows: "a ball whose way must be foreseen",
    },
    { pythonSeconds: 49.35 },
  ),
  ...forms(
    "Freeway",
    () => new Freeway(),
    minAtar,
    {
      ...board,
      task: { en: "Get a chicken across a busy road.", zh: "带小鸡穿过车来车往的马路。" },
      observation: "10 × 10 cells, 7 bits each",
      actions: "3",
      shows: "patience: reward on the far side only",
    },
    { pythonSeconds: 49.91 },
  ),
  ...forms("Seaquest", () => new Seaquest(), minAtar, {
    ...board,
    task: { en: "Dive, shoot, rescue divers, and come up for air.", zh: "下潜、射击、救潜水员，并及时上浮换气。" },
    observation: "10 × 10 cells, 10 bits each",
    actions: "6",
    shows: "several aims at once",
  }),
  ...forms(
    "SpaceInvaders",
    () => new SpaceInvaders(),
    fewerFrames,
    {
      ...board,
      task: { en: "Shoot the aliens before they land.", zh: "在外星人降落之前击落它们。" },
      observation: "10 × 10 cells, 6 bits each",
      actions: "4",
      shows: "shooting and being shot at",
    },
    { pythonSeconds: 65.58 },
  ),
);
