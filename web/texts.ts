// Every text of the page, in English and in Chinese.
import type { LossName, StateSource, StudentConfig, TeacherConfig } from "qstill";

/** Numbers as a language writes them. */
export interface Figures {
  /** A whole number. */
  count(value: number): string;
  /** A measured number, with as many digits as are worth reading. */
  figure(value: number): string;
  /** A share from 0 to 1. */
  percent(share: number): string;
  seconds(value: number): string;
}

export type Language = "en" | "zh";

/** What the student can learn by: every loss, and the sum that is the default. */
type Losses = Readonly<Record<LossName | "mse+cross-entropy", string>>;

const english = {
  title: "qstill: a teacher learns, a student takes over",
  otherLanguage: "中文",
  headline: "A teacher learns. A student takes over.",
  lead: "A network learns a task by trial and error, right here in your browser. Then a far smaller one learns from its answers. Watch both act, side by side.",
  skip: "Skip to the stage",

  environment: "Task",
  fields: {
    control: "Control",
    robots: "Robots",
    navigation: "Finding the way",
    games: "Games",
    driving: "Driving",
    recommendation: "Recommending",
  },
  tasks: {
    "CartPole-v1": "Balance a pole on a cart by pushing the cart left or right.",
    "MountainCar-v0": "Rock a weak car out of a valley.",
    "Acrobot-v1": "Swing two links up by the joint between them.",
    "Pendulum-v1": "Swing a pendulum up and hold it there.",
    "LunarLander-v3": "Land between the flags, gently and with little fuel.",
    "MiniGrid-Empty-8x8-v0": "Walk to the goal in an empty room.",
    "MiniGrid-DoorKey-5x5-v0": "Fetch the key, open the door, reach the goal.",
    "MiniGrid-SimpleCrossingS9N1-v0": "Find the gap in the wall.",
    "MiniGrid-LavaCrossingS9N1-v0": "Find the gap in a river of lava.",
    "MiniGrid-FourRooms-v0": "Find the goal in four rooms. The preset does not learn this one yet.",
    "MinAtar/Breakout-v1": "Break the bricks and keep the ball in play.",
    "MinAtar/Asterix-v1": "Collect gold and keep away from enemies.",
    "MinAtar/Freeway-v1": "Get a chicken across a busy road.",
    "MinAtar/Seaquest-v1": "Dive, shoot, rescue divers, and come up for air.",
    "MinAtar/SpaceInvaders-v1": "Shoot the aliens before they land.",
    "highway-fast-v0": "Overtake on a busy road without a crash.",
    "RecSim-InterestEvolution-v0": "Recommend videos to a user whose interests change.",
    "RecSim-LongTermSatisfaction-v0": "Choose between clickbait and what satisfies for longer.",
  } as Readonly<Record<string, string>>,
  takes: (seconds: number) =>
    seconds < 90 ? `A run takes about ${seconds} seconds.` : `A run takes about ${Math.round(seconds / 60)} minutes.`,
  options: "Options",
  teacher: "Teacher",
  student: "Student",
  hidden: "Hidden layers",
  hiddenHint: "Units of each layer, separated by commas",
  loss: "Loss",
  losses: {
    "mse+cross-entropy": "Q-values and actions (mse + cross-entropy)",
    mse: "Q-values (mse)",
    huber: "Q-values, outliers count less (huber)",
    "cross-entropy": "action probabilities (cross-entropy)",
    kl: "action probabilities (kl)",
    nll: "chosen action (nll)",
    td: "one-step return (td)",
  } satisfies Losses as Losses,
  states: "States come from",
  sources: {
    student: "the student’s own play",
    teacher: "the teacher’s play",
    mixed: "both, more and more the student’s",
    replay: "the teacher’s memory",
  } satisfies Record<StateSource, string>,
  seed: "Seed",
  more: "More options",
  /** Options that have a field of their own, in the order of the form; every other one can come with a link. */
  named: {
    teacher: {
      envSteps: "Steps at most",
      batchSize: "Batch size",
      learningRate: "Learning rate",
      gamma: "Discount",
      nStep: "Steps of a return",
    },
    student: {
      envSteps: "States labelled",
      updates: "Updates",
      temperature: "Temperature",
      attempts: "Attempts at most",
      threshold: "Share of the return that satisfies",
    },
  } satisfies {
    teacher: Partial<Record<keyof TeacherConfig, string>>;
    student: Partial<Record<keyof StudentConfig, string>>;
  },
  parameters: (count: string) => `${count} parameters`,
  parametersOfTeacher: (count: string, percent: string) => `${count} parameters, ${percent} of the teacher’s`,
  badWidths: "Up to eight whole numbers from 1 to 4096, such as 64,64. “none” stands for no hidden layer.",
  badSeed: "A whole number, 0 or more.",
  ranges: {
    whole: (from: string, to: string) => `A whole number from ${from} to ${to}.`,
    from: (from: string, to: string) => `A number from ${from} to ${to}.`,
    above: (above: string, to: string) => `A number above ${above}, at most ${to}.`,
  },
  badValue: (allowed: string, preset: string) => `${allowed} The preset has ${preset}.`,
  others: (names: string) => `Also set by the link: ${names}`,

  train: "Train",
  again: "Train again",
  pause: "Pause",
  resume: "Resume",
  step: "Step",
  stepHint: "Go on until the next evaluation",
  stop: "Stop",

  stage: "Side by side",
  stageHint: "Both start from the same state.",
  random: "acts at random",
  waiting: "comes after the teacher",
  play: "Play",
  hold: "Hold",
  speed: "Speed",
  speeds: { slow: "¼×", real: "1×", fast: "4×" },
  push: "Push",
  pushLeft: "Push both to the left",
  pushRight: "Push both to the right",
  pushHint: "Push both: click left or right in a picture, or use ← and →.",
  episodeReturn: (value: string) => `return ${value}`,
  over: (value: string) => `over, return ${value}`,
  qValuesOf: (who: string) => `Q-values of the ${who.toLowerCase()}, one for each action`,
  picture: (who: string, env: string) => `${who} in ${env}`,
  disagreements: "Where they would choose differently",

  loop: "The loop",
  boxes: {
    train: "Train the teacher",
    initialise: "Initialise a student",
    transfer: "Transfer",
    evaluate: "Evaluate",
  },
  updatesOf: (updates: string, of: string) => `${updates} of ${of} updates`,
  returnOf: (value: string) => `return ${value}`,
  attempt: (number: number) => `Attempt ${number}`,
  attemptKept: (percent: string, satisfied: boolean) => (satisfied ? `kept ${percent}` : `kept ${percent}, not enough`),
  attemptUnknown: "the teacher is no better than chance",
  attemptUnderWay: "under way",
  progress: "Progress",
  colon: ": ",

  said: {
    idle: "Ready.",
    train: (steps: string, of: string, best: string) =>
      `The teacher is learning: ${steps} of at most ${of} steps${best === "" ? "" : `, latest return ${best}`}.`,
    student: (attempt: number, updates: string, of: string, best: string) =>
      `Student ${attempt} is learning from the teacher: ${updates} of ${of} updates${best === "" ? "" : `, latest return ${best}`}.`,
    initialise: "The teacher labels states for the student.",
    evaluate: "Both are playing unseen episodes.",
    pausing: "Pausing.",
    paused: "Paused.",
    finished: (kept: string, share: string) =>
      `Done. The student keeps ${kept} of the return with ${share} of the size.`,
    finishedUnknown: "Done. The teacher is no better than chance, so nothing can be said of the student.",
    failed: "The run ended with an error.",
  },

  figures: {
    steps: "Environment steps",
    updates: "Updates",
    speed: "Updates a second",
    flops: "GFLOP/s",
    time: "Time",
    agreement: "Same action",
  },

  curves: "While they learn",
  teacherReturn: "Return of the teacher",
  studentReturn: "Return of the student",
  lossCurve: "Loss",
  agreementCurve: "Same action as the teacher",
  environmentSteps: "environment steps",
  updates: "updates",
  curveSummary: (count: number, first: string, last: string, x: string) =>
    count === 0 ? "No value yet." : `${count} values against ${x}, from ${first} to ${last}.`,

  outcome: "What came of it",
  keeps: (kept: string, share: string) => `The student keeps ${kept} of the return with ${share} of the size.`,
  noBetter: "The teacher is no better than chance, so there is nothing to keep.",
  noBetterHint: "More steps or another seed may help.",
  satisfied: "That is what was asked for.",
  missed: (threshold: string) =>
    `Asked for was ${threshold}. Another seed, a larger student or more attempts may help.`,
  table: "Teacher and student on 100 unseen episodes",
  meanReturn: "Mean return",
  interval: "95 % interval",
  worst: "Worst episode",
  size: "Parameters",
  sameAction: "Same action in unseen states",
  qAccuracy: "Q-value accuracy (R²)",
  flips: "Actions flipped by 1 % noise",
  notMeasured: "not measured",
  hash: "Hash of the weights",
  hashHint: "The same configuration gives the same hash everywhere, also in Node.",
  sameHash: "The very weights that the link promised.",
  otherHash: "Not the weights that the link promised: it was made with another version of qstill.",
  copyLink: "Copy a link that repeats this run",
  copied: "Copied",
  broughtLink: "The teacher came from a file, so no link repeats this run.",
  notCopied: "Copy it from here:",

  take: "Take it away",
  files: {
    "student.mjs": "JavaScript without dependencies",
    "student.wasm": "WebAssembly without imports",
    "student.safetensors": "the student’s weights",
    "student.int8.safetensors": "its weights in 8 bits",
    "teacher.safetensors": "the teacher’s weights",
    "report.html": "the report, one page",
    "summary.json": "all results, and what repeats the run",
    "student.tree.mjs": "the decision tree, as JavaScript",
    "student.h": "C, for microcontrollers",
    "student.onnx": "ONNX",
  },
  bytes: (count: string) => `${count} bytes`,

  read: "Read the student",
  weights: "Its weights",
  weightsHint:
    "A row for each unit, a column for each input. Blue is positive, orange negative, the last column is the bias.",
  layer: (number: number, inputs: number, outputs: number) => `Layer ${number}: ${inputs} inputs, ${outputs} outputs`,
  grow: "Grow its decision tree",
  growing: "Growing the tree …",
  tree: "Its decision tree",
  treeHint: (leaves: number, agreement: string, mean: string) =>
    `${leaves} leaves that choose as the student does in ${agreement} of unseen states; mean return ${mean}.`,
  below: (feature: string, threshold: string) => `${feature} ≤ ${threshold}`,
  otherwise: "otherwise",
  leafShare: (percent: string) => `${percent} of states`,
  sensitivity: "What it looks at",
  sensitivityHint: "Share of states in which the action changes when one feature is moved by a standard deviation.",

  bring: "Bring a teacher",
  bringHint:
    "Drop a model file here, and a student of it is distilled at once: safetensors, ONNX, PyTorch or Stable-Baselines3.",
  chooseFile: "Choose a file",

  unfinished: (env: string, steps: string) => `A run on ${env} was not finished: ${steps} steps so far.`,
  goOn: "Go on with it",
  discard: "Discard it",

  errors: {
    noWasm:
      "This browser cannot run the page: it has no WebAssembly with SIMD. Chrome or Edge 91, Firefox 89, Safari 16.4 and later have it.",
    died: "The worker that trains has died; the browser may have had too little memory.",
    diverged: "Training came to numbers that are not finite. A smaller learning rate helps.",
    notAllowed:
      "This configuration is not allowed: options contradict each other, or it needs more memory than there is. Change what the reason names.",
    preset: "Back to the task’s preset",
    checkpoint: "The kept run does not go on: it is damaged, or from another version of this page. Train again.",
    tooLarge: (name: string, size: string, most: string) =>
      `“${name}” has ${size} MB; at most ${most} MB are read. A network for this page is far smaller.`,
    notOpened: (name: string) => `“${name}” could not be opened. Was it moved or changed? Choose it again.`,
    foreign: (name: string) =>
      `“${name}” is no model’s file. What can be read ends in .safetensors, .onnx, .pt, .pth or .zip (Stable-Baselines3).`,
    unreadable: (name: string) =>
      `“${name}” cannot be used: it is damaged, or holds what is not read here. Read are networks of linear layers with ReLU or tanh between them; save it again as one of these.`,
    fit: (name: string, inputs: number, outputs: number, env: string, features: number, actions: number) =>
      `“${name}” takes ${inputs} inputs and gives ${outputs} Q-values, but ${env} has ${features} features and ${actions} actions. Choose the task that it was trained for.`,
    link: (field: string, value: string) => `The link is damaged: “${field}” cannot be “${value}”.`,
    environment: "The task could not be loaded. Is there a connection?",
    storage: "This browser keeps nothing (its storage is full or denied): the run would be lost with the page.",
    insecure: "The page is not served over https, so the weights cannot be hashed.",
    part: "A part of the page could not be loaded. Is there a connection?",
    explain: "The tree could not be grown. Grow it again; another student may have a simpler one.",
    unknown: "Something went wrong that should not. Train again; if it comes back, please report it with this reason.",
    reason: "Reason:",
    fromCheckpoint: "Go on from the last checkpoint",
  },

  footer: "qstill trains in WebAssembly on your own machine. Nothing is sent anywhere.",
  version: (version: string) => `Version ${version}`,
  /**
   * Names that the environments give to actions, features and labels, "#" for each number; what is missing is shown as
   * it is.
   */
  names: {} as Readonly<Record<string, string>>,
};

export type Texts = typeof english;
export type FileName = keyof Texts["files"];

const chinese: Texts = {
  title: "qstill：教师学会，学生接手",
  otherLanguage: "English",
  headline: "教师学会，学生接手。",
  lead: "一个网络就在你的浏览器里通过试错学会一项任务，另一个小得多的网络再跟着它的回答学。看它们并排行动。",
  skip: "跳到演示区",

  environment: "任务",
  fields: {
    control: "控制",
    robots: "机器人",
    navigation: "寻路",
    games: "游戏",
    driving: "驾驶",
    recommendation: "推荐",
  },
  tasks: {
    "CartPole-v1": "左右推动小车，让杆子保持直立。",
    "MountainCar-v0": "让动力不足的小车来回摆动，冲出山谷。",
    "Acrobot-v1": "只靠两根连杆之间的关节，把它们荡起来。",
    "Pendulum-v1": "把摆荡起来，并让它停在最高处。",
    "LunarLander-v3": "在两面旗之间平稳着陆，少用燃料。",
    "MiniGrid-Empty-8x8-v0": "在空房间里走到目标。",
    "MiniGrid-DoorKey-5x5-v0": "取钥匙，开门，走到目标。",
    "MiniGrid-SimpleCrossingS9N1-v0": "找到墙上的缺口。",
    "MiniGrid-LavaCrossingS9N1-v0": "找到熔岩河上的缺口。",
    "MiniGrid-FourRooms-v0": "在四个房间里找到目标。预设目前还学不会这一项。",
    "MinAtar/Breakout-v1": "打掉砖块，别让球落下。",
    "MinAtar/Asterix-v1": "收集金子，躲开敌人。",
    "MinAtar/Freeway-v1": "带小鸡穿过车来车往的马路。",
    "MinAtar/Seaquest-v1": "下潜、射击、救潜水员，并及时上浮换气。",
    "MinAtar/SpaceInvaders-v1": "在外星人降落之前击落它们。",
    "highway-fast-v0": "在繁忙的公路上超车而不相撞。",
    "RecSim-InterestEvolution-v0": "为兴趣不断变化的用户推荐视频。",
    "RecSim-LongTermSatisfaction-v0": "在标题党与长久的满意之间取舍。",
  },
  takes: (seconds) =>
    seconds < 90 ? `一次运行约需 ${seconds} 秒。` : `一次运行约需 ${Math.round(seconds / 60)} 分钟。`,
  options: "选项",
  teacher: "教师",
  student: "学生",
  hidden: "隐藏层",
  hiddenHint: "每层的单元数，用逗号分隔",
  loss: "损失",
  losses: {
    "mse+cross-entropy": "Q 值与动作（mse + cross-entropy）",
    mse: "Q 值（mse）",
    huber: "Q 值，离群值影响较小（huber）",
    "cross-entropy": "动作概率（cross-entropy）",
    kl: "动作概率（kl）",
    nll: "所选动作（nll）",
    td: "单步回报（td）",
  },
  states: "状态来源",
  sources: {
    student: "学生自己行动",
    teacher: "教师行动",
    mixed: "两者皆有，学生渐多",
    replay: "教师的回放记忆",
  },
  seed: "随机种子",
  more: "更多选项",
  named: {
    teacher: {
      envSteps: "最多步数",
      batchSize: "批大小",
      learningRate: "学习率",
      gamma: "折扣",
      nStep: "回报步数",
    },
    student: {
      envSteps: "标注的状态数",
      updates: "更新次数",
      temperature: "温度",
      attempts: "最多尝试次数",
      threshold: "达标的回报比例",
    },
  },
  parameters: (count) => `${count} 个参数`,
  parametersOfTeacher: (count, percent) => `${count} 个参数，为教师的 ${percent}`,
  badWidths: "最多八个 1 到 4096 的整数，例如 64,64；“none”表示没有隐藏层。",
  badSeed: "请输入不小于 0 的整数。",
  ranges: {
    whole: (from, to) => `${from} 到 ${to} 的整数。`,
    from: (from, to) => `${from} 到 ${to} 的数。`,
    above: (above, to) => `大于 ${above}、不超过 ${to} 的数。`,
  },
  badValue: (allowed, preset) => `${allowed}预设值为 ${preset}。`,
  others: (names) => `链接还设置了：${names}`,

  train: "开始训练",
  again: "再训练一次",
  pause: "暂停",
  resume: "继续",
  step: "单步",
  stepHint: "运行到下一次评估",
  stop: "停止",

  stage: "并排比较",
  stageHint: "两者从同一状态出发。",
  random: "随机行动",
  waiting: "等教师学完再来",
  play: "播放",
  hold: "停住",
  speed: "速度",
  speeds: { slow: "¼×", real: "1×", fast: "4×" },
  push: "推",
  pushLeft: "把两者向左推",
  pushRight: "把两者向右推",
  pushHint: "推一推两者：点击画面左侧或右侧，或按 ← 和 → 键。",
  episodeReturn: (value) => `回报 ${value}`,
  over: (value) => `已结束，回报 ${value}`,
  qValuesOf: (who) => `${who}对每个动作的 Q 值`,
  picture: (who, env) => `${who}在 ${env} 中`,
  disagreements: "两者选择不同之处",

  loop: "循环",
  boxes: {
    train: "训练教师",
    initialise: "初始化学生",
    transfer: "传授",
    evaluate: "评估",
  },
  updatesOf: (updates, of) => `${updates} / ${of} 次更新`,
  returnOf: (value) => `回报 ${value}`,
  attempt: (number) => `第 ${number} 次尝试`,
  attemptKept: (percent, satisfied) => (satisfied ? `保留 ${percent}` : `保留 ${percent}，还不够`),
  attemptUnknown: "教师不比随机行动强",
  attemptUnderWay: "进行中",
  progress: "进度",
  colon: "：",

  said: {
    idle: "准备就绪。",
    train: (steps, of, best) => `教师正在学习：${steps} 步，最多 ${of} 步${best === "" ? "" : `，最近回报 ${best}`}。`,
    student: (attempt, updates, of, best) =>
      `第 ${attempt} 个学生正在跟教师学：${updates} / ${of} 次更新${best === "" ? "" : `，最近回报 ${best}`}。`,
    initialise: "教师正在为学生标注状态。",
    evaluate: "两者正在从未见过的回合中接受评估。",
    pausing: "正在暂停。",
    paused: "已暂停。",
    finished: (kept, share) => `完成。学生以 ${share} 的规模保留了 ${kept} 的回报。`,
    finishedUnknown: "完成。教师不比随机行动强，因此无法评价学生。",
    failed: "运行出错，已经结束。",
  },

  figures: {
    steps: "环境步数",
    updates: "更新次数",
    speed: "每秒更新",
    flops: "GFLOP/s",
    time: "用时",
    agreement: "动作相同",
  },

  curves: "学习过程",
  teacherReturn: "教师的回报",
  studentReturn: "学生的回报",
  lossCurve: "损失",
  agreementCurve: "与教师动作相同的比例",
  environmentSteps: "环境步数",
  updates: "更新次数",
  curveSummary: (count, first, last, x) =>
    count === 0 ? "还没有数据。" : `${count} 个值，横轴为${x}，从 ${first} 到 ${last}。`,

  outcome: "结果",
  keeps: (kept, share) => `学生以 ${share} 的规模保留了 ${kept} 的回报。`,
  noBetter: "教师不比随机行动强，没有可保留的东西。",
  noBetterHint: "增加步数或换一个种子，也许就行。",
  satisfied: "达到了要求。",
  missed: (threshold) => `要求是 ${threshold}。换一个种子、用更大的学生或允许更多次尝试，也许就行。`,
  table: "教师与学生在 100 个未见过的回合中",
  meanReturn: "平均回报",
  interval: "95 % 区间",
  worst: "最差回合",
  size: "参数",
  sameAction: "未见过的状态中动作相同",
  qAccuracy: "Q 值准确度（R²）",
  flips: "1 % 噪声改变的动作",
  notMeasured: "未测量",
  hash: "权重的哈希值",
  hashHint: "同样的配置在任何地方都得到同样的哈希值，在 Node 中也一样。",
  sameHash: "正是链接所说的那组权重。",
  otherHash: "与链接所说的权重不同：链接来自另一个版本的 qstill。",
  copyLink: "复制可重现这次运行的链接",
  copied: "已复制",
  broughtLink: "教师来自文件，因此没有链接能重现这次运行。",
  notCopied: "请从这里复制：",

  take: "带走",
  files: {
    "student.mjs": "无依赖的 JavaScript",
    "student.wasm": "无导入的 WebAssembly",
    "student.safetensors": "学生的权重",
    "student.int8.safetensors": "学生的权重，8 位",
    "teacher.safetensors": "教师的权重",
    "report.html": "报告，单个网页",
    "summary.json": "全部结果和可重现的配置",
    "student.tree.mjs": "决策树，JavaScript",
    "student.h": "C，用于微控制器",
    "student.onnx": "ONNX",
  },
  bytes: (count) => `${count} 字节`,

  read: "读懂学生",
  weights: "它的权重",
  weightsHint: "每行是一个单元，每列是一个输入；蓝色为正，橙色为负，最后一列是偏置。",
  layer: (number, inputs, outputs) => `第 ${number} 层：${inputs} 个输入，${outputs} 个输出`,
  grow: "生成它的决策树",
  growing: "正在生成决策树……",
  tree: "它的决策树",
  treeHint: (leaves, agreement, mean) =>
    `${leaves} 片叶子，在 ${agreement} 的未见过的状态中与学生选择相同；平均回报 ${mean}。`,
  below: (feature, threshold) => `${feature} ≤ ${threshold}`,
  otherwise: "否则",
  leafShare: (percent) => `${percent} 的状态`,
  sensitivity: "它看重什么",
  sensitivityHint: "把一个特征移动一个标准差时，动作随之改变的状态所占比例。",

  bring: "自带教师",
  bringHint: "把模型文件拖到这里，马上蒸馏出它的学生：safetensors、ONNX、PyTorch 或 Stable-Baselines3。",
  chooseFile: "选择文件",

  unfinished: (env, steps) => `${env} 上有一次运行没有完成：已走 ${steps} 步。`,
  goOn: "接着运行",
  discard: "丢弃",

  errors: {
    noWasm:
      "这个浏览器无法运行本页：它不支持带 SIMD 的 WebAssembly。Chrome 或 Edge 91、Firefox 89、Safari 16.4 及更新版本支持。",
    died: "负责训练的工作线程意外终止，可能是浏览器内存不足。",
    diverged: "训练得到了非有限的数值。调小学习率会有帮助。",
    notAllowed: "不允许这样的配置：选项之间互相矛盾，或所需内存超出上限。请修改下面的原因里点名的选项。",
    preset: "恢复这项任务的预设",
    checkpoint: "保存的运行无法继续：它已损坏，或来自本页的另一个版本。请重新训练。",
    tooLarge: (name, size, most) => `“${name}”有 ${size} MB，最多只读 ${most} MB。适合本页的网络要小得多。`,
    notOpened: (name) => `无法打开“${name}”。它是否被移动或改动过？请重新选择。`,
    foreign: (name) =>
      `“${name}”不是模型文件。可以读取的文件以 .safetensors、.onnx、.pt、.pth 或 .zip（Stable-Baselines3）结尾。`,
    unreadable: (name) =>
      `无法使用“${name}”：文件已损坏，或其中的内容本页不支持。本页支持由线性层组成、层间为 ReLU 或 tanh 的网络，请重新保存为这样的文件。`,
    fit: (name, inputs, outputs, env, features, actions) =>
      `“${name}”有 ${inputs} 个输入、${outputs} 个 Q 值，而 ${env} 有 ${features} 个特征、${actions} 个动作。请选择它训练时的任务。`,
    link: (field, value) => `链接已损坏：“${field}”不能是“${value}”。`,
    environment: "无法载入这项任务。网络是否连通？",
    storage: "这个浏览器什么也存不下（存储已满或被禁止）：关闭网页会丢失这次运行。",
    insecure: "本页不是通过 https 提供的，因此无法计算权重的哈希值。",
    part: "本页的一部分无法载入。网络是否连通？",
    explain: "没能生成决策树。请再试一次；换一个学生，树也许更简单。",
    unknown: "发生了不该发生的错误。请重新训练；如果再次出现，请附上这个原因反馈给我们。",
    reason: "原因（英文）：",
    fromCheckpoint: "从上一个检查点继续",
  },

  footer: "qstill 在你自己的机器上用 WebAssembly 训练，不会向任何地方发送数据。",
  version: (version) => `版本 ${version}`,
  names: {
    "push left": "向左推",
    "push right": "向右推",
    "accelerate left": "向左加速",
    coast: "滑行",
    "accelerate right": "向右加速",
    "torque -#": "力矩 −#",
    "torque #": "力矩 #",
    "no-op": "不动",
    left: "左",
    right: "右",
    up: "上",
    down: "下",
    fire: "开火",
    "turn left": "左转",
    "turn right": "右转",
    forward: "前进",
    "pick up": "拾起",
    drop: "放下",
    toggle: "开关",
    done: "完成",
    "lane left": "向左变道",
    idle: "保持",
    "lane right": "向右变道",
    faster: "加速",
    slower: "减速",
    "do nothing": "不点火",
    "fire left engine": "点左发动机",
    "fire main engine": "点主发动机",
    "fire right engine": "点右发动机",
    "cart position": "小车位置",
    "cart velocity": "小车速度",
    "pole angle": "杆角度",
    "pole angular velocity": "杆角速度",
    position: "位置",
    velocity: "速度",
    "cosine of angle #": "角 # 的余弦",
    "sine of angle #": "角 # 的正弦",
    "angular velocity #": "角速度 #",
    "cosine of the angle": "角的余弦",
    "sine of the angle": "角的正弦",
    "angular velocity": "角速度",
    "horizontal position": "水平位置",
    "height above the pad": "离着陆台高度",
    "horizontal velocity": "水平速度",
    "vertical velocity": "垂直速度",
    angle: "角度",
    "left leg on the ground": "左腿触地",
    "right leg on the ground": "右腿触地",
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
    "show #, #": "展示 # 和 #",
    "show document #": "展示文档 #",
    "interest in topic #": "对主题 # 的兴趣",
    "topic of document #": "文档 # 的主题",
    "interest in document #": "对文档 # 的兴趣",
    "shown document #: clicked": "已展示文档 # 被点击",
    "shown document #: watch time": "已展示文档 # 的观看时长",
    "shown document #: quality": "已展示文档 # 的质量",
    "shown document #: topic": "已展示文档 # 的主题",
    "clickbait of document #": "文档 # 的标题党程度",
    clicked: "被点击",
    engagement: "投入程度",
    satisfaction: "满意度",
    session: "会话",
    "# left": "剩 # 步",
    "time left": "剩余时间",
    "# min": "# 分钟",
    "watched # min": "看了 # 分钟",
    "no click": "没有点击",
    "shown last": "上次展示",
    "can be shown next: topic, and quality as height": "接下来可展示（数字为主题，高度为质量）",
    "can be shown next: clickbait as height": "接下来可展示（高度为标题党程度）",
    "interest in each topic": "对各主题的兴趣",
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
};

export const languages: Readonly<Record<Language, Texts>> = { en: english, zh: chinese };

const number = /\d+(\.\d+)?/g;

/** An environment's name of an action, a feature or a label in the page's language, its numbers kept in their order. */
export function nameIn({ names }: Texts, given: string): string {
  const numbers = given.match(number) ?? [];
  let next = 0;
  return names[given.replace(number, "#")]?.replace(/#/g, () => numbers[next++]) ?? given;
}

export function figuresOf(language: Language): Figures {
  const locale = language === "zh" ? "zh-CN" : "en-US";
  const format = (options: Intl.NumberFormatOptions) => {
    const { format } = new Intl.NumberFormat(locale, options);
    return (value: number) => format(value).replace("-", "−");
  };
  const whole = format({ maximumFractionDigits: 0 });
  const tenths = format({ maximumFractionDigits: 1, minimumFractionDigits: 1 });
  const digits = format({ maximumSignificantDigits: 3 });
  const percent = format({ maximumFractionDigits: 1 });
  return {
    count: whole,
    figure: (value) =>
      Number.isInteger(value) ? whole(value) : Math.abs(value) >= 100 ? tenths(value) : digits(value),
    percent: (share) => `${percent(100 * share)}\u00a0%`,
    seconds: (value) => {
      const [minute, second] = language === "zh" ? [" 分 ", " 秒"] : [" min ", " s"];
      return value < 60
        ? `${tenths(value)}${second}`
        : `${whole(Math.floor(value / 60))}${minute}${whole(Math.floor(value % 60))}${second}`;
    },
  };
}

/** The language to begin with: the browser's own. */
export function preferredLanguage(): Language {
  return navigator.languages.some((each) => each.startsWith("zh")) && !navigator.language.startsWith("en")
    ? "zh"
    : "en";
}
