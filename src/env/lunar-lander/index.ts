/**
 * LunarLander-v3, registered, with options that work for it.
 * @module qstill/env/lunar-lander
 */
import { asInFirstRelease, studentInFirstRelease } from "../known.js";
import { register } from "../registry.js";
import { LunarLander } from "./lunar-lander.js";

export { LunarLander } from "./lunar-lander.js";

register({
  id: "LunarLander-v3",
  make: () => new LunarLander(),
  presets: {
    // Most landers first learn to hover until the time limit. It takes about 100,000 steps to get past this. Some seeds stay at
    // 210 until the learning rate has fallen. 600,000 steps brought both of two such seeds to 240.
    teacher: {
      ...asInFirstRelease,
      hidden: [128, 128],
      envSteps: 600_000,
      bufferSize: 600_000,
      learningStarts: 5000,
      batchSize: 64,
      trainFrequency: 2,
      nStep: 3,
      huberDelta: 10,
      explorationFinal: 0.02,
      evaluationInterval: 10_000,
      evaluationEpisodes: 30,
      confirmationEpisodes: 100,
      stopReturn: 260,
    },
    student: {
      ...studentInFirstRelease,
      hidden: [32, 32],
      envSteps: 50_000,
      updates: 30_000,
      rounds: 8,
      threshold: 0.95,
    },
  },
  about: {
    field: "robots",
    task: { en: "Land between the flags, gently and with little fuel.", zh: "在两面旗之间平稳着陆，少用燃料。" },
    observation: "8 numbers",
    actions: "4",
    shows: "shaped reward, contacts, noise in the engines",
    stepsPerSecond: 50,
    seconds: 240,
    seeds: 5,
    chinese: {
      "do nothing": "不点火",
      "fire left engine": "点左发动机",
      "fire main engine": "点主发动机",
      "fire right engine": "点右发动机",
      "angular velocity": "角速度",
      "horizontal position": "水平位置",
      "height above the pad": "离着陆台高度",
      "horizontal velocity": "水平速度",
      "vertical velocity": "垂直速度",
      angle: "角度",
      "left leg on the ground": "左腿触地",
      "right leg on the ground": "右腿触地",
    },
  },
});
