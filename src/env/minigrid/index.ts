/**
 * MiniGrid's grids, registered, with options that work for them.
 * @module qstill/env/minigrid
 */
import { type About, asInFirstRelease, type Presets, studentInFirstRelease } from "../known.js";
import { register } from "../registry.js";
import { lavaCrossing, simpleCrossing } from "./crossing.js";
import { doorKey5x5 } from "./door-key.js";
import { empty8x8 } from "./empty.js";
import { fourRooms } from "./four-rooms.js";
import { MiniGrid } from "./minigrid.js";

export { Cell, Grid, type Layout } from "./grid.js";
export { doorKey5x5, empty8x8, fourRooms, lavaCrossing, MiniGrid, simpleCrossing };

/**
 * What all grids have in common. Only the goal gives a reward, and random play rarely reaches it. So rare steps get priority.
 * The shortest ways give 0.96. `stopReturn` allows one or two steps more.
 */
const miniGrid: Presets["teacher"] = {
  ...asInFirstRelease,
  hidden: [128, 64],
  batchSize: 32,
  trainFrequency: 2,
  gamma: 0.98,
  prioritized: true,
  explorationFraction: 0.5,
  normalizeObservations: false,
  evaluationInterval: 10_000,
  evaluationEpisodes: 100,
  confirmationEpisodes: 200,
  stopReturn: 0.955,
};
/**
 * The crossings need many steps, but steps cost little compared with updates. With 500,000 steps and an update at every second
 * step, one layout in eight stayed unsolved. With an update at every twentieth step and fewer updates, none did. With a
 * learning rate of 0.001 the means still went up and down.
 */
const crossing: Presets["teacher"] = {
  ...miniGrid,
  envSteps: 4_000_000,
  trainFrequency: 20,
  bufferSize: 200_000,
  learningStarts: 20_000,
  learningRate: 3e-4,
  learningRateFinal: 3e-5,
  explorationFraction: 0.4,
  evaluationInterval: 100_000,
};
const miniGridStudent = { ...studentInFirstRelease, hidden: [14], envSteps: 20_000, updates: 20_000 };

/** What the lists say of every grid. */
const grid = {
  field: "navigation",
  observation: "7 × 7 cells seen, one-hot, and the direction",
  actions: "7",
  chinese: {
    "turn left": "左转",
    "turn right": "右转",
    forward: "前进",
    "pick up": "拾起",
    drop: "放下",
    toggle: "开关",
    done: "完成",
    "cell (#, #) empty": "格 (#, #) 空",
    "cell (#, #) wall": "格 (#, #) 墙",
    "cell (#, #) goal": "格 (#, #) 目标",
    "cell (#, #) lava": "格 (#, #) 熔岩",
    "cell (#, #) key": "格 (#, #) 钥匙",
    "cell (#, #) open door": "格 (#, #) 开着的门",
    "cell (#, #) closed door": "格 (#, #) 关着的门",
    "cell (#, #) locked door": "格 (#, #) 锁着的门",
    "looks right": "面朝右",
    "looks down": "面朝下",
    "looks left": "面朝左",
    "looks up": "面朝上",
  },
} as const satisfies Partial<About>;

register(
  {
    id: empty8x8.id,
    make: () => new MiniGrid(empty8x8),
    presets: {
      // Nothing is random, so one episode is enough for an evaluation.
      teacher: {
        ...miniGrid,
        envSteps: 100_000,
        bufferSize: 100_000,
        learningStarts: 10_000,
        evaluationEpisodes: 1,
        confirmationEpisodes: 1,
      },
      student: miniGridStudent,
    },
    about: {
      ...grid,
      task: { en: "Walk to the goal in an empty room.", zh: "在空房间里走到目标。" },
      shows: "reward once, at the end",
      stepsPerSecond: 6,
      seconds: 4,
      seeds: 5,
    },
  },
  {
    id: fourRooms.id,
    make: () => new MiniGrid(fourRooms),
    about: {
      ...grid,
      task: {
        en: "Find the goal in four rooms. The preset does not learn this one yet.",
        zh: "在四个房间里找到目标。预设目前还学不会这一项。",
      },
      shows: "a goal that is seldom in view",
      stepsPerSecond: 8,
      seconds: 60,
    },
  },
  {
    id: doorKey5x5.id,
    make: () => new MiniGrid(doorKey5x5),
    presets: {
      teacher: { ...miniGrid, envSteps: 100_000, bufferSize: 100_000, learningStarts: 5000, gamma: 0.97 },
      student: miniGridStudent,
    },
    about: {
      ...grid,
      task: { en: "Fetch the key, open the door, reach the goal.", zh: "取钥匙，开门，走到目标。" },
      shows: "a sequence: key, door, goal",
      stepsPerSecond: 6,
      seconds: 5,
      seeds: 5,
    },
  },
  {
    id: lavaCrossing.id,
    make: () => new MiniGrid(lavaCrossing),
    presets: {
      // Repeated random actions get through the opening before lava ends the episode.
      teacher: { ...crossing, gamma: 0.94, explorationFraction: 0.3, explorationFinal: 0.1, explorationRepeat: 5 },
      student: { ...miniGridStudent, envSteps: 40_000, updates: 40_000, attempts: 2 },
    },
    about: {
      ...grid,
      task: { en: "Find the gap in a river of lava.", zh: "找到熔岩河上的缺口。" },
      shows: "finding a gap beside cells that end the episode",
      stepsPerSecond: 6,
      seconds: 90,
      seeds: 5,
    },
  },
  {
    id: simpleCrossing.id,
    make: () => new MiniGrid(simpleCrossing),
    presets: { teacher: crossing, student: miniGridStudent },
    about: {
      ...grid,
      task: { en: "Find the gap in the wall.", zh: "找到墙上的缺口。" },
      shows: "layouts never seen before",
      stepsPerSecond: 6,
      seconds: 70,
      seeds: 5,
    },
  },
);
