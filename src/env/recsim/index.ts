/**
 * RecSim's two environments, registered, with options that work for them.
 * @module qstill/env/recsim
 */
import { asInFirstRelease, studentInFirstRelease } from "../known.js";
import { register } from "../registry.js";
import { InterestEvolution } from "./interest-evolution.js";
import { LongTermSatisfaction } from "./long-term-satisfaction.js";

export { InterestEvolution, type InterestEvolutionSizes } from "./interest-evolution.js";
export { LongTermSatisfaction } from "./long-term-satisfaction.js";

register(
  {
    id: "RecSim-InterestEvolution-v0",
    make: () => new InterestEvolution(),
    presets: {
      // The user's remaining time is hidden, and a document of low quality costs some of it. Only a session that ends sooner
      // shows this. Such an end is rare, far from the mean, and takes very many steps to learn from. So there is no Huber loss,
      // and no sum of several rewards, whose noise would hide it.
      teacher: {
        ...asInFirstRelease,
        hidden: [128],
        envSteps: 1_000_000,
        bufferSize: 1_000_000,
        learningStarts: 5000,
        batchSize: 256,
        trainFrequency: 16,
        tau: 0.01,
        nStep: 1,
        dueling: true,
        loss: "mse",
        learningRateFinal: 1e-5,
        explorationFinal: 0.1,
        evaluationInterval: 100_000,
        evaluationEpisodes: 100,
      },
      student: { ...studentInFirstRelease, hidden: [12], envSteps: 40_000, updates: 20_000, evaluationEpisodes: 300 },
    },
    about: {
      field: "recommendation",
      task: { en: "Recommend videos to a user whose interests change.", zh: "为兴趣不断变化的用户推荐视频。" },
      observation: "the user's interests, five documents, the last answer",
      actions: "the 10 slates of two",
      shows: "choosing a set, and how it changes the interests",
      stepsPerSecond: 4,
      seconds: 30,
      seeds: 5,
      chinese: {
        "show #, #": "展示 # 和 #",
        "interest in topic #": "对主题 # 的兴趣",
        "topic of document #": "文档 # 的主题",
        "interest in document #": "对文档 # 的兴趣",
        "shown document #: clicked": "已展示文档 # 被点击",
        "shown document #: watch time": "已展示文档 # 的观看时长",
        "shown document #: quality": "已展示文档 # 的质量",
        "shown document #: topic": "已展示文档 # 的主题",
        "time left": "剩余时间",
        "# min": "# 分钟",
        "watched # min": "看了 # 分钟",
        "no click": "没有点击",
        "shown last": "上次展示",
        "can be shown next: topic, and quality as height": "接下来可展示（数字为主题，高度为质量）",
        "interest in each topic": "对各主题的兴趣",
      },
    },
  },
  {
    id: "RecSim-LongTermSatisfaction-v0",
    make: () => new LongTermSatisfaction(),
    presets: {
      // A reward is log-normal. Its noise is three times the gain of the best document over the worst. Clickbait is forgotten
      // within ten steps, so gamma need not look further than that.
      teacher: {
        ...asInFirstRelease,
        envSteps: 200_000,
        bufferSize: 200_000,
        batchSize: 256,
        trainFrequency: 16,
        learningRate: 5e-4,
        learningRateFinal: 1e-5,
        gamma: 0.7,
        nStep: 1,
        dueling: true,
        huberDelta: 10,
        evaluationInterval: 50_000,
        evaluationEpisodes: 300,
      },
      student: { ...studentInFirstRelease },
    },
    about: {
      field: "recommendation",
      task: { en: "Choose between clickbait and what satisfies for longer.", zh: "在标题党与长久的满意之间取舍。" },
      observation: "ten documents, the last answer",
      actions: "10, one document each",
      shows: "reward at once against a user who stays satisfied",
      stepsPerSecond: 4,
      seconds: 6,
      seeds: 5,
      chinese: {
        "show document #": "展示文档 #",
        "clickbait of document #": "文档 # 的标题党程度",
        clicked: "被点击",
        engagement: "投入程度",
        satisfaction: "满意度",
        session: "会话",
        "# left": "剩 # 步",
        "shown last": "上次展示",
        "can be shown next: clickbait as height": "接下来可展示（高度为标题党程度）",
      },
    },
  },
);
