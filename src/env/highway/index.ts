/**
 * The environment highway-fast-v0, registered, with options that work for it.
 * @module qstill/env/highway
 */
import { asInFirstRelease, studentInFirstRelease } from "../known.js";
import { register } from "../registry.js";
import { Highway } from "./highway.js";

export { Highway } from "./highway.js";
export type { Vehicle } from "./vehicle.js";

register({
  id: "highway-fast-v0",
  make: () => new Highway(),
  presets: {
    // The means of the evaluations still rose after 140,000 steps. Three-step targets, a discount of 0.95 and no dueling reached
    // 22 after 40,000 steps. It was not measured which of the three made the difference.
    teacher: {
      ...asInFirstRelease,
      hidden: [128, 128],
      envSteps: 160_000,
      bufferSize: 160_000,
      learningStarts: 2000,
      batchSize: 64,
      learningRate: 7e-4,
      learningRateFinal: 3e-5,
      gamma: 0.9,
      nStep: 1,
      dueling: true,
      tau: 0.01,
      huberDelta: 10,
      explorationFinal: 0.02,
      evaluationInterval: 8000,
      evaluationEpisodes: 100,
    },
    student: {
      ...studentInFirstRelease,
      hidden: [32, 24],
      envSteps: 60_000,
      updates: 60_000,
      rounds: 15,
      threshold: 0.95,
    },
  },
  about: {
    field: "driving",
    task: { en: "Overtake on a busy road without a crash.", zh: "在繁忙的公路上超车而不相撞。" },
    observation: "5 vehicles, 5 numbers each",
    actions: "5 manoeuvres",
    shows: "other drivers who react; speed against safety",
    stepsPerSecond: 3,
    seconds: 180,
    seeds: 5,
    chinese: {
      "lane left": "向左变道",
      idle: "保持",
      "lane right": "向右变道",
      faster: "加速",
      slower: "减速",
      "driven vehicle's presence": "本车是否存在",
      "driven vehicle's x": "本车纵向位置",
      "driven vehicle's y": "本车横向位置",
      "driven vehicle's x velocity": "本车纵向速度",
      "driven vehicle's y velocity": "本车横向速度",
      "first vehicle's presence": "第一辆车是否存在",
      "first vehicle's x": "第一辆车纵向位置",
      "first vehicle's y": "第一辆车横向位置",
      "first vehicle's x velocity": "第一辆车纵向速度",
      "first vehicle's y velocity": "第一辆车横向速度",
      "second vehicle's presence": "第二辆车是否存在",
      "second vehicle's x": "第二辆车纵向位置",
      "second vehicle's y": "第二辆车横向位置",
      "second vehicle's x velocity": "第二辆车纵向速度",
      "second vehicle's y velocity": "第二辆车横向速度",
      "third vehicle's presence": "第三辆车是否存在",
      "third vehicle's x": "第三辆车纵向位置",
      "third vehicle's y": "第三辆车横向位置",
      "third vehicle's x velocity": "第三辆车纵向速度",
      "third vehicle's y velocity": "第三辆车横向速度",
      "fourth vehicle's presence": "第四辆车是否存在",
      "fourth vehicle's x": "第四辆车纵向位置",
      "fourth vehicle's y": "第四辆车横向位置",
      "fourth vehicle's x velocity": "第四辆车纵向速度",
      "fourth vehicle's y velocity": "第四辆车横向速度",
    },
  },
});
