// Every text of the page, in English and in Chinese.

import type { LossName, StateSource, StudentConfig, TeacherConfig } from "qstill";
import { chineseNames } from "./environments.generated.ts";

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
  takes: (seconds: number) =>
    seconds < 90 ? `A run takes about ${seconds} seconds.` : `A run takes about ${Math.round(seconds / 60)} minutes.`,
  options: "Options",
  teacher: "Teacher",
  student: "Student",
  hidden: "Hidden layers",
  hiddenHint: "Units of each layer, separated by commas",
  loss: "Loss",
  losses: {
    "mse+cross-entropy": "mse + cross-entropy: both",
    mse: "mse: Q-values",
    huber: "huber: Q-values, robust",
    "cross-entropy": "cross-entropy: actions",
    kl: "kl: action probabilities",
    nll: "nll: chosen action",
    td: "td: one-step return",
  } satisfies Losses as Losses,
  states: "States come from",
  sources: {
    student: "the student’s own play",
    teacher: "the teacher’s play",
    mixed: "both, ever more the student’s",
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
  stopTitle: "Stop this run?",
  stopHint: "A run that is stopped is forgotten, with all that was learned.",
  distilBest: "Distil the best network so far",
  goOnTraining: "Go on training",
  stopNow: "Stop and forget it",

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
  forbidden: "forbidden",
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
  playedHint: "Dots: while it tries things out. Dashed: random actions, and the best single action",
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
  noBetterBrought: "Was it trained for this task? Bring another one, or train one here.",
  noBetterEarly: "Its training was ended early. Let it learn for longer.",
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
  earlyLink: "The teacher’s training was ended early, so no link repeats this run.",
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
  elseAction: (name: string) => `, else ${name}`,
  leafShare: (percent: string) => `${percent} of states`,
  sensitivity: "What it looks at",
  sensitivityHint: "Share of states in which the action changes when one feature is moved by a standard deviation.",

  bring: "Bring a teacher",
  bringHint:
    "Drop a model file anywhere on the page, and a student of it is distilled at once: safetensors, ONNX, PyTorch or Stable-Baselines3.",
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
      `“${name}” takes ${inputs} inputs and gives ${outputs} Q-values, but ${env} has ${features} features and ${actions} actions.`,
    fits: (tasks: string) => `It fits ${tasks}. Choose the task that it was trained for.`,
    fitsNone: "It fits no task of this page.",
    busy: "A run is under way. Stop it first, then drop the file again.",
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
  /** What notices of a training say, by their codes and with their values; one that is missing is shown as it is. */
  notices: {} as Readonly<Record<string, (values: NoticeValues) => string>>,
};

/** The values of a notice, ready to be shown. */
export type NoticeValues = Readonly<Record<string, string>>;

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
  stopTitle: "要停止这次运行吗？",
  stopHint: "停止后，这次运行和学到的一切都不再保留。",
  distilBest: "蒸馏目前最好的网络",
  goOnTraining: "继续训练",
  stopNow: "停止，不保留",

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
  forbidden: "禁止",
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
  playedHint: "圆点：探索中的训练回合。虚线：随机行动，以及最好的单一动作",
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
  noBetterBrought: "它是为这项任务训练的吗？请换一个教师，或在这里训练一个。",
  noBetterEarly: "它的训练提前结束了。请让它学得更久一些。",
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
  earlyLink: "教师的训练提前结束了，因此没有链接能重现这次运行。",
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
  elseAction: (name) => `，否则${name}`,
  leafShare: (percent) => `${percent} 的状态`,
  sensitivity: "它看重什么",
  sensitivityHint: "把一个特征移动一个标准差时，动作随之改变的状态所占比例。",

  bring: "自带教师",
  bringHint: "把模型文件拖到页面任意位置，马上蒸馏出它的学生：safetensors、ONNX、PyTorch 或 Stable-Baselines3。",
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
      `“${name}”有 ${inputs} 个输入、${outputs} 个 Q 值，而 ${env} 有 ${features} 个特征、${actions} 个动作。`,
    fits: (tasks) => `它适合 ${tasks}。请选择它训练时的任务。`,
    fitsNone: "本页没有适合它的任务。",
    busy: "正在运行。请先停止，再拖入文件。",
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
  names: chineseNames,
  notices: {
    unseeded: ({ id }) => `${id} 在种子和动作都相同时给出了不同的观测。请让所有随机数都来自 reset 得到的种子。`,
    "endless-episode": ({ id, steps, longestEnded }) =>
      `${id} 的一个回合走了 ${steps} 步仍未自行结束（训练中已结束的回合最长 ${longestEnded} 步）。请设置 maxEpisodeSteps。`,
    "costly-evaluation": ({ percent, evaluationSteps, envSteps }) =>
      `评估占全部步数的 ${percent} %：评估 ${evaluationSteps} 步，训练 ${envSteps} 步。请调小 evaluationShare 或 evaluationEpisodes。`,
    "equal-rewards": ({ envSteps, reward }) =>
      `${envSteps} 步的奖励全是 ${reward}，每个回合的回报也都一样：没有可学的东西。请试试 explorationRepeat 和更大的 explorationFraction，或在途中给奖励。`,
    "late-reward": ({ length, nStep, steps }) =>
      `奖励只在回合结束时出现，而一个回合有 ${length} 步，nStep 是 ${nStep}。请试试 nStep ${steps}，或在途中给出一部分奖励。`,
    "far-outside": ({ envSteps, feature, value }) =>
      `${envSteps} 步之后，特征“${feature}”的值是 ${value}，远远超出之前见过的范围。如果它本来就会随着策略变好而增大，则无需处理；否则请截断或去掉它。`,
    "large-q-values": ({ value, gamma, most }) =>
      `Q 值达到 ${value}，而按见过的奖励和 gamma ${gamma}，回报不可能超过 ${most}：训练正在发散。请调小 learningRate、tau 或 gamma。`,
    "constant-feature": ({ names }) => `从不变化的特征：${names}。请检查环境是否真的设置了它们；总是不变的可以去掉。`,
    "one-action": ({ action, value }) =>
      `网络在评估中每一步都选动作“${action}”，平均回报 ${value}。如果没有更好的策略，则无需处理；否则请调大 explorationFraction，并检查观测是否包含所需的信息。`,
    "no-better-than-random": ({ envSteps, value, error, random, randomError }) =>
      `${envSteps} 步之后，评估的平均回报是 ${value} ± ${error}，不比随机行动的 ${random} ± ${randomError} 好。请依次检查环境、步数、探索、nStep 和 gamma。`,
    "still-rising": ({ id, from, to, plannedSteps }) =>
      `训练结束时 ${id} 的回报仍在上升：从 ${from} 升到 ${to}。请把 envSteps 设得比 ${plannedSteps} 更大。`,
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
