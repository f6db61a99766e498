// Every exported function and constructor, misused: it answers in one line that names the argument, says what was given
// and what is allowed. Nothing answers from its inside.
import { describe, expect, it } from "vitest";
import { described } from "../../dist/core/needed.js";
import * as distilling from "../../dist/distill/index.js";
import * as drawing from "../../dist/draw/index.js";
import { Highway } from "../../dist/env/highway/index.js";
import * as environments from "../../dist/env/index.js";
import { LunarLander } from "../../dist/env/lunar-lander/index.js";
import * as minatar from "../../dist/env/minatar/index.js";
import { MinAtar } from "../../dist/env/minatar/index.js";
import * as minigrid from "../../dist/env/minigrid/index.js";
import { Pendulum } from "../../dist/env/pendulum/index.js";
import * as recsim from "../../dist/env/recsim/index.js";
import * as ticTacToe from "../../dist/env/tic-tac-toe/index.js";
import * as experiments from "../../dist/experiments/index.js";
import * as explaining from "../../dist/explain/index.js";
import * as exporting from "../../dist/export/index.js";
import * as gym from "../../dist/gymnasium/index.js";
import * as importing from "../../dist/import/index.js";
import * as qstill from "../../dist/index.js";
import * as logging from "../../dist/log/index.js";
import * as minari from "../../dist/minari/index.js";
import * as offline from "../../dist/offline/index.js";
import * as queueing from "../../dist/queue/index.js";
import * as reporting from "../../dist/report/index.js";
import * as tuning from "../../dist/tune/index.js";
import { entryPoints } from "../../scripts/sizes.js";

/** An argument's name; a call that is right except for this argument; and values that are wrong there. */
type Misuse = readonly [argument: string, call: (wrong: never) => unknown, ...wrong: unknown[]];

// the usual mistakes: what is wrong where almost anything else is right
const promise = Promise.resolve({});
class SomeClass {
  readonly id = "some";
}
const text = "some text";
const fraction = 7.5;
const none = null;
const nothing = undefined;
const empty = {};
const some = () => 1;

// what is right
const cartPole = "CartPole-v1";
const make = () => qstill.makeEnv(cartPole);
const shape = { environment: cartPole, widths: [4, 2] };
const data = { ...shape, parameters: new Float32Array(10) };
const model = new qstill.Model(data);
const observation = [0, 0, 0, 0];
const states = Float32Array.from({ length: 80 }, (_, i) => Math.fround(i % 7));
const about = exporting.describe(model);
const quantized = exporting.quantize(model, states);
const scene = drawing.sceneOf(reset(make()))!;
const tree = new explaining.DecisionTree({ action: 0, states: 1 });
const names = { featureNames: ["a", "b", "c", "d"], actionNames: ["l", "r"] };
const crew = { work: async () => {} };
const store = { read: async () => undefined, write: async () => {}, remove: async () => {}, placeOf: String };
/** A log of one step, as bytes. */
const lines = new TextEncoder().encode(
  '{ "episode": 1, "observation": [1], "action": 0, "reward": 1, "terminated": true }',
);
const log = { observationSize: 1, observations: [0], actions: [0], rewards: [0], terminated: [1] };
const record = { env: cartPole, seed: 0, config: {}, envSteps: 0, updates: 0, wallSeconds: 0 };
const study = experiments.studies[0];
const cells = experiments.cellsOf(study);
const noServer = "redis://127.0.0.1:1";
const out = "a folder that is never made";

const tabled = { environment: cartPole, names, example: observation };
const seen = { states, size: 4, actionCount: 2, seed: 0 };
const seen80 = { observations: states };
const leaf = { action: 0, states: 1 };
const deep = new explaining.DecisionTree({ feature: 0, threshold: 0, below: leaf, above: leaf });
const rules = {
  ...{ id: "rules", featureNames: ["x"], actionNames: ["a"], maxEpisodeSteps: 5 },
  start: () => [0],
  step: () => ({ reward: 0, terminated: false }),
  observe: () => {},
};

/** An agent that differs from a right one in these options. */
function agent(given: object = {}): qstill.Agent {
  return new qstill.Agent({ observationSize: 2, actionCount: 2, ...given });
}

/** A canvas's context that draws nowhere. */
function canvas(): drawing.DrawingContext {
  return new Proxy({}, { get: () => () => {}, set: () => true }) as drawing.DrawingContext;
}

function reset<Env extends { reset(): unknown }>(env: Env): Env {
  env.reset();
  return env;
}

/** The options of every long work. */
function work(call: (options: object) => unknown): Misuse[] {
  return [
    ["options", call, text, promise, none],
    ...["seed", "signal", "onEvent", "onCheckpoint", "checkpointInterval"].map(
      (name): Misuse => [name, (wrong) => call({ [name]: wrong }), text, promise, empty],
    ),
    ["resume", (resume) => call({ resume }), text, promise, empty],
    ["hidden", (hidden) => call({ hidden }), text, promise, fraction],
    ["nonsense", (wrong) => call({ [wrong as string]: 1 }), "nonsense"],
  ];
}

/** A model's data, as every writer takes it. */
function modelData(call: (model: never) => unknown): Misuse[] {
  return [
    ["model", call as Misuse[1], promise, none, text, SomeClass],
    ["widths", (widths) => call({ ...data, widths } as never), nothing, text, promise],
    ["parameters", (parameters) => call({ ...data, parameters } as never), nothing, text, promise, new Float32Array(3)],
  ];
}

/** What an export says of itself. */
function description(call: (description: never) => unknown): Misuse {
  return ["description", call as Misuse[1], promise, none, text, empty];
}

/** The functions of each entry point. What they are given is right except for one argument. */
const misuses: Record<string, Record<string, readonly Misuse[]>> = {
  qstill: {
    Agent: [
      ["options", (wrong) => new qstill.Agent(wrong), promise, none, text],
      ["observationSize", (observationSize) => agent({ observationSize }), nothing, promise, text, fraction, 0],
      ["actionCount", (actionCount) => agent({ actionCount }), nothing, promise, text, fraction, 0],
      ["seed", (seed) => agent({ seed }), promise, text],
      ["byteObservations", (byteObservations) => agent({ byteObservations }), promise, text],
      ["hidden", (hidden) => agent({ hidden }), promise, text, fraction],
      ["from", (from) => agent({ from }), promise, none, text, empty],
      ["nonsense", (wrong) => agent({ [wrong as string]: 1 }), "nonsense"],
      ["observation", (x) => agent().begin(x), nothing, promise, text, [1], [Number.NaN, 0], ["0", 0]],
      ["mask", (mask) => agent().begin([0, 0], { mask }), promise, text, [1], [0, 0]],
      ["most", (most) => agent().update({ most }), promise, text, fraction],
      ["replayMemory", (replayMemory) => agent().save({ replayMemory }), promise, text],
      ["bytes", (bytes) => qstill.Agent.load(bytes), promise, none, nothing, text],
    ],
    Model: [
      ...modelData((given) => new qstill.Model(given)),
      ["activation", (activation) => new qstill.Model({ ...data, activation }), text, promise],
      ["observation", (x) => model.act(x), nothing, promise, text, [0, 0, 0, Number.NaN], ["0", 0, 0, 0]],
      ["observation", (x) => model.qValues(x), nothing, promise, text, [0, 0, 0, Number.NaN], ["0", 0, 0, 0]],
      ["observation", (x) => model.qValuesOfMany(x), new Float32Array(3)],
      ["observations", (x) => model.qValuesOfMany(x), nothing, promise, text],
    ],
    TrainedModel: [
      ...modelData((given) => new qstill.TrainedModel(given, record)),
      ["record", (wrong) => new qstill.TrainedModel(data, wrong), nothing, promise, text],
    ],
    Teacher: [
      ...modelData((given) => new qstill.Teacher(given, record as never, states)),
      ["record", (wrong) => new qstill.Teacher(data, wrong, states), nothing, promise, text],
    ],
    Student: [
      ...modelData((given) => new qstill.Student(given, { ...record, config: { loss: "mse" } } as never, 1, null)),
      ["record", (wrong) => new qstill.Student(data, wrong, 1, null), nothing, promise, text],
    ],
    Pcg64: [
      ["seed", (seed) => new qstill.Pcg64(seed), nothing, promise, text, fraction, [fraction]],
      ["uniform", (high) => new qstill.Pcg64(0).uniform(0, high), nothing, Number.NaN, -1],
      ["integers", (high) => new qstill.Pcg64(0).integers(0, high), nothing, fraction],
      ["choice", (count) => new qstill.Pcg64(0).choice(count), nothing, fraction, promise],
      ["choice", (p) => new qstill.Pcg64(0).choice(2, p), promise, none],
      ["permutation", (count) => new qstill.Pcg64(0).permutation(count), nothing, fraction, promise],
      ["normal", (deviation) => new qstill.Pcg64(0).normal(0, deviation), nothing, -1],
    ],
    compare: [
      ["teacher", (wrong) => qstill.compare(wrong, model, { env: cartPole, seed: 0 }), promise, none, SomeClass, empty],
      ["student", (wrong) => qstill.compare(model, wrong, { env: cartPole, seed: 0 }), promise, none, SomeClass, empty],
      ["options", (wrong) => qstill.compare(model, model, wrong), nothing, promise, text],
      ["env", (env) => qstill.compare(model, model, { env, seed: 0 }), nothing, promise, SomeClass, empty],
      ["seed", (seed) => qstill.compare(model, model, { env: cartPole, seed }), nothing, promise, text],
      ["episodes", (episodes) => qstill.compare(model, model, { env: cartPole, seed: 0, episodes }), promise, text],
    ],
    compareAsync: [
      ["teacher", (wrong) => qstill.compareAsync(wrong, model, { env: cartPole, seed: 0 }), promise, none, SomeClass],
      ["student", (wrong) => qstill.compareAsync(model, wrong, { env: cartPole, seed: 0 }), promise, none, SomeClass],
      ["options", (wrong) => qstill.compareAsync(model, model, wrong), nothing, promise, text],
      ["signal", (signal) => qstill.compareAsync(model, model, { env: cartPole, seed: 0, signal }), promise, text],
      ["onEvent", (onEvent) => qstill.compareAsync(model, model, { env: cartPole, seed: 0, onEvent }), promise, text],
      ["copies", (copies) => qstill.compareAsync(model, model, { env: cartPole, seed: 0, copies }), promise, text],
    ],
    evaluate: [
      ["policy", (wrong) => qstill.evaluate(wrong, { env: cartPole }), promise, none, SomeClass, empty, some],
      ["options", (wrong) => qstill.evaluate(model, wrong), promise, text, fraction, none],
      ["env", (env) => qstill.evaluate(model, { env }), promise, SomeClass, empty, fraction],
      ["seed", (seed) => qstill.evaluate(model, { seed }), promise, text, fraction],
      ["episodes", (episodes) => qstill.evaluate(model, { episodes }), promise, text, fraction],
    ],
    evaluateAsync: [
      ["policy", (wrong) => qstill.evaluateAsync(wrong, { env: cartPole }), promise, none, SomeClass, empty, some],
      ["options", (wrong) => qstill.evaluateAsync(model, wrong), promise, text, fraction, none],
      ["signal", (signal) => qstill.evaluateAsync(model, { signal }), promise, text],
      ["onEvent", (onEvent) => qstill.evaluateAsync(model, { onEvent }), promise, text],
      ["copies", (copies) => qstill.evaluateAsync(model, { copies }), promise, text, fraction],
    ],
    distill: [
      ["teacher", (wrong) => qstill.distill(wrong), promise, none, text, SomeClass, empty],
      ...work((options) => qstill.distill(model, options)),
      ["onNetwork", (onNetwork) => qstill.distill(model, { onNetwork }), text, promise],
      ["env", (env) => qstill.distill(model, { env }), promise, SomeClass, empty],
      ["loss", (loss) => qstill.distill(model, { loss }), "l2", promise],
      ["observations", (observations) => qstill.distill(model, { observations }), promise, text, none, [1], [[1]]],
      ["masks", (masks) => qstill.distill(model, { observations: states, masks }), promise, text, none, [1], [[1]]],
      ["widths", (widths) => qstill.distill({ ...model, widths, qValuesOfMany: some as never }, seen80), nothing, text],
    ],
    statesConfig: [
      ["environment", (wrong) => qstill.statesConfig(wrong, {}), promise, none, nothing, fraction],
      ["given", (given) => qstill.statesConfig(cartPole, given), promise, none, nothing, text],
      ["updates", (updates) => qstill.statesConfig(cartPole, { updates }), promise, text, fraction],
      ["envSteps", (envSteps) => qstill.statesConfig(cartPole, { envSteps } as never), fraction],
    ],
    trainTeacher: [
      ["source", (wrong) => qstill.trainTeacher(wrong), promise, none, nothing, SomeClass, empty],
      ...work((options) => qstill.trainTeacher(cartPole, options)),
      ["onNetwork", (onNetwork) => qstill.trainTeacher(cartPole, { onNetwork }), text, promise],
      ["onCurrent", (onCurrent) => qstill.trainTeacher(cartPole, { onCurrent }), text, promise],
      ["threads", (threads) => qstill.trainTeacher(cartPole, { threads }), text, promise, 3],
    ],
    makeEnv: [["id", (id) => qstill.makeEnv(id), promise, none, nothing, SomeClass, "Cart"]],
    registerEnv: [
      ["id", (id) => qstill.registerEnv(id, make), promise, none, nothing, ""],
      ["make", (wrong) => qstill.registerEnv("misused", wrong), promise, none, SomeClass, empty],
      ["options", (wrong) => qstill.registerEnv("misused", make, wrong), text, none, promise],
    ],
    environmentIds: [],
    exportModule: [
      ...modelData((given) => qstill.exportModule(given)),
      ["description", (wrong) => qstill.exportModule(model, wrong), promise, none, text, empty],
    ],
    fitsQValues: [["loss", (loss) => qstill.fitsQValues(loss), promise, none, nothing, "l2"]],
    loadModel: [["bytes", (bytes) => qstill.loadModel(bytes), promise, none, nothing, text, [1]]],
    saveModel: [
      ...modelData((given) => qstill.saveModel(given)),
      ["extra", (extra) => qstill.saveModel(model, extra), promise, none, text],
    ],
    studentConfig: [
      ["environment", (id) => qstill.studentConfig(id, {}), promise, none, nothing],
      ["given", (given) => qstill.studentConfig(cartPole, given), promise, none, nothing, text],
      ["hidden", (hidden) => qstill.studentConfig(cartPole, { hidden }), text, promise],
    ],
    teacherConfig: [
      ["env", (env) => qstill.teacherConfig(env, {}), promise, none, nothing, empty],
      ["given", (given) => qstill.teacherConfig(cartPole, given), promise, none, nothing, text],
      ["gamma", (gamma) => qstill.teacherConfig(cartPole, { gamma }), text, promise],
    ],
    weightsHash: [
      ["student", (student) => qstill.weightsHash(student, states), promise, none, nothing, text],
      ["teacher", (teacher) => qstill.weightsHash(states, teacher), promise, none, nothing, text],
    ],
  },
  "qstill/distill": {
    ProximalStudent: [
      ...modelData((given) => new distilling.ProximalStudent(given, record as never, null)),
      ["record", (wrong) => new distilling.ProximalStudent(data, wrong, null), nothing, promise, text],
    ],
    distillMany: [
      ["teachers", (wrong) => distilling.distillMany(wrong), promise, none, text, [], model],
      ["teacher", (wrong) => distilling.distillMany([wrong]), promise, none, text, SomeClass, empty],
      ["options", (wrong) => distilling.distillMany([model], wrong), promise, none, text],
      ["heads", (heads) => distilling.distillMany([model], { heads }), promise, text],
      ["seed", (seed) => distilling.distillMany([model], { seed }), promise, text],
      ["signal", (signal) => distilling.distillMany([model], { signal }), promise, text],
      ["onRound", (onRound) => distilling.distillMany([model], { onRound }), promise, text],
      ["hidden", (hidden) => distilling.distillMany([model], { hidden }), promise, text],
    ],
    distillProximal: [
      ["teacher", (wrong) => distilling.distillProximal(wrong), promise, none, text, SomeClass, empty],
      ...work((options) => distilling.distillProximal(model, options)),
      ["guideLoss", (guideLoss) => distilling.distillProximal(model, { guideLoss }), promise, text],
      ["env", (env) => distilling.distillProximal(model, { env }), promise, SomeClass, empty],
    ],
    shrink: [
      ["teacher", (wrong) => distilling.shrink(wrong), promise, none, text, SomeClass, empty],
      ["options", (wrong) => distilling.shrink(model, wrong), promise, none, text],
      ["seed", (seed) => distilling.shrink(model, { seed }), promise, text],
      ["episodes", (episodes) => distilling.shrink(model, { episodes }), promise, text],
      ["crew", (crew) => distilling.shrink(model, { crew, store }), promise, none, text, empty, SomeClass],
      ["store", (store) => distilling.shrink(model, { crew, store }), promise, none, nothing, text, empty],
      ["store", (store) => distilling.shrink(model, { store }), promise, text, empty],
      ["jobs", (jobs) => distilling.shrink(model, { jobs }), promise, text, fraction, 0],
      [
        "teacher",
        (wrong) => distilling.shrink(wrong, { crew, store, env: cartPole }),
        { act: some, qValuesOfMany: some },
      ],
      ["signal", (signal) => distilling.shrink(model, { signal }), promise, text],
      ["onSize", (onSize) => distilling.shrink(model, { onSize }), promise, text],
      ["onAttempt", (onAttempt) => distilling.shrink(model, { onAttempt }), promise, text],
      ["hidden", (hidden) => distilling.shrink(model, { hidden }), promise, text, [4, 4]],
    ],
    shrinkConfig: [
      ["environment", (id) => distilling.shrinkConfig(id, {}), promise, none, nothing],
      ["given", (given) => distilling.shrinkConfig(cartPole, given), promise, none, nothing, text],
    ],
    trainJoint: [
      ["source", (wrong) => distilling.trainJoint(wrong), promise, none, nothing, SomeClass, empty],
      ...work((options) => distilling.trainJoint(cartPole, options)),
    ],
  },
  "qstill/import": {
    fromFunction: [
      ["qValues", (wrong) => importing.fromFunction(wrong, { environment: cartPole }), promise, none, SomeClass, empty],
      ["options", (wrong) => importing.fromFunction(() => [1, 2], wrong), promise, none, nothing, text],
      [
        "environment",
        (environment) => importing.fromFunction(() => [1, 2], { environment }),
        promise,
        none,
        SomeClass,
        empty,
      ],
      ...["observationSize", "actionCount"].map(
        (name): Misuse => [
          name,
          (wrong) => importing.fromFunction(() => [1, 2], { observationSize: 4, actionCount: 2, [name]: wrong }),
          ...[promise, none, nothing, text, fraction, 0],
        ],
      ),
    ],
    importModel: [
      ["bytes", (bytes) => importing.importModel(bytes), promise, none, nothing, text, [1]],
      ["options", (wrong) => importing.importModel(qstill.saveModel(model), wrong), promise, none, text],
      [
        "environment",
        (environment) => importing.importModel(qstill.saveModel(model), { environment }),
        promise,
        none,
        SomeClass,
        empty,
      ],
      [
        "activation",
        (activation) => importing.importModel(qstill.saveModel(model), { activation }),
        promise,
        none,
        "gelu",
      ],
      ["map", (map) => importing.importModel(qstill.saveModel(model), { map }), promise, none, text, [fraction]],
    ],
  },
  "qstill/gymnasium": {
    gymnasium: [
      ["id", (id) => gym.gymnasium(id), promise, none, nothing, fraction, ""],
      ["options", (wrong) => gym.gymnasium(cartPole, wrong), promise, none, text],
      ["python", (python) => gym.gymnasium(cartPole, { python }), promise, none, fraction, ""],
      ["kwargs", (kwargs) => gym.gymnasium(cartPole, { kwargs }), promise, none, text, []],
      ["copies", (copies) => gym.gymnasium(cartPole, { copies }), promise, none, text, fraction, 0],
    ],
  },
  "qstill/log": {
    csvLog: [["path", (path) => logging.csvLog(path), promise, none, nothing, fraction]],
    tensorBoardLog: [["directory", (directory) => logging.tensorBoardLog(directory), promise, none, nothing, fraction]],
  },
  "qstill/minari": {
    readMinari: [
      ["source", (source) => minari.readMinari(source), promise, none, nothing, fraction],
      ["data", (data) => minari.readMinari({ data, metadata: "{}" }), promise, none, nothing, text],
      ["metadata", (metadata) => minari.readMinari({ data: new Uint8Array(), metadata }), promise, none, nothing],
      ["options", (wrong) => minari.readMinari("none", wrong), promise, none, text],
      ["signal", (signal) => minari.readMinari("none", { signal }), promise, none, text, empty],
      ["onProgress", (onProgress) => minari.readMinari("none", { onProgress }), promise, none, text, SomeClass],
    ],
  },
  "qstill/offline": {
    trainOffline: [
      ["data", (wrong) => offline.trainOffline(wrong), promise, none, nothing, text],
      ["actions", (actions) => offline.trainOffline({ ...log, actions }), promise, none, nothing, text, ["a"]],
      ["options", (wrong) => offline.trainOffline(log, wrong), promise, none, text],
      ["env", (env) => offline.trainOffline(log, { env }), promise, none, fraction, empty],
      ["from", (from) => offline.trainOffline(log, { from }), promise, none, text, empty],
      ["seed", (seed) => offline.trainOffline(log, { seed }), promise, none, text, fraction, -1],
      ["threads", (threads) => offline.trainOffline(log, { threads }), promise, none, text, 3],
      ["updates", (updates) => offline.trainOffline(log, { updates }), promise, none, text, fraction, 0],
      ["conservatism", (conservatism) => offline.trainOffline(log, { conservatism }), promise, none, text, -1],
      ["signal", (signal) => offline.trainOffline(log, { signal }), promise, none, text, empty],
      ["onEvent", (onEvent) => offline.trainOffline(log, { onEvent }), promise, none, text, SomeClass],
      ["resume", (resume) => offline.trainOffline(log, { resume }), promise, none, text, empty],
    ],
    estimateReturn: [
      ["policy", (policy) => offline.estimateReturn(policy, log), promise, none, nothing, text, empty],
      ["data", (data) => offline.estimateReturn({ act: () => 0 }, data), promise, none, nothing, text],
      ["options", (options) => offline.estimateReturn({ act: () => 0 }, log, options), promise, none, text],
      ["gamma", (gamma) => offline.estimateReturn({ act: () => 0 }, log, { gamma }), promise, none, text, fraction],
      ["horizon", (horizon) => offline.estimateReturn({ act: () => 0 }, log, { horizon }), promise, none, fraction],
      ["method", (method) => offline.estimateReturn({ act: () => 0 }, log, { method }), promise, none, text],
      ["seed", (seed) => offline.estimateReturn({ act: () => 0 }, log, { seed }), promise, none, text, fraction],
      ["signal", (signal) => offline.estimateReturn({ act: () => 0 }, log, { signal }), promise, text, empty],
      ["onEvent", (onEvent) => offline.estimateReturn({ act: () => 0 }, log, { onEvent }), promise, none, SomeClass],
    ],
    inEpisodes: [
      ["data", (log) => offline.inEpisodes(log), promise, none, nothing, text],
      ["actions", (actions) => offline.inEpisodes({ ...log, actions }), promise, none, nothing, text, ["a"]],
      ["observationSize", (observationSize) => offline.inEpisodes({ ...log, observationSize }), fraction, text],
    ],
    readLog: [
      ["source", (source) => offline.readLog(source), promise, none, nothing, text, empty],
      ["the source", (chunk) => offline.readLog([chunk]), none, text, [1]],
      ["options", (wrong) => offline.readLog(lines, wrong), promise, none, text],
      ["signal", (signal) => offline.readLog(lines, { signal }), promise, none, text, empty],
      ["onProgress", (onProgress) => offline.readLog(lines, { onProgress }), promise, none, text, SomeClass],
      ["memory", (memory) => offline.readLog(lines, { memory }), promise, none, text, -1, Number.NaN],
      ["actionCount", (actionCount) => offline.readLog(lines, { actionCount }), promise, none, text, fraction, 0],
    ],
    readStates: [
      ["source", (source) => offline.readStates(source), promise, none, nothing, text, empty],
      ["options", (wrong) => offline.readStates(lines, wrong), promise, none, text],
      ["signal", (signal) => offline.readStates(lines, { signal }), promise, none, text, empty],
      ["onProgress", (onProgress) => offline.readStates(lines, { onProgress }), promise, none, text, SomeClass],
      ["memory", (memory) => offline.readStates(lines, { memory }), promise, none, text, -1],
    ],
  },
  "qstill/report": {
    modelCard: [
      ["input", (input) => reporting.modelCard(input), promise, none, nothing, text],
      ["model", (wrong) => reporting.modelCard({ model: wrong, hash: "" }), promise, none, nothing, text],
      ["hash", (hash) => reporting.modelCard({ model, hash }), promise, none, nothing, fraction],
    ],
    reportHtml: [
      ["input", (input) => reporting.reportHtml(input), promise, none, nothing, text],
      ["summary", (summary) => reporting.reportHtml({ ...empty, summary } as never), promise, none, nothing, text],
    ],
    summarise: [
      ["teacher", (wrong) => reporting.summarise(wrong, model as never, empty as never), promise, none, nothing, text],
      ["student", (wrong) => reporting.summarise(model as never, wrong, empty as never), promise, none, nothing, text],
      ["comparison", (wrong) => reporting.summarise(model as never, model as never, wrong), promise, none, nothing],
    ],
  },
  "qstill/draw": {
    animatedSvg: [
      ["frames", (frames) => drawing.animatedSvg(frames, { secondsPerFrame: 1 }), promise, none, [], text],
      ["scene", (wrong) => drawing.animatedSvg([wrong], { secondsPerFrame: 1 }), promise, none, nothing, text],
      ["options", (wrong) => drawing.animatedSvg([scene], wrong), promise, none, nothing, text],
      ["secondsPerFrame", (wrong) => drawing.animatedSvg([scene], { secondsPerFrame: wrong }), promise, nothing, 0],
    ],
    drawScene: [
      ["context", (context) => drawing.drawScene(context, scene, 10, 10), promise, none, nothing, text],
      ["scene", (wrong) => drawing.drawScene(canvas(), wrong, 10, 10), promise, none, nothing, text],
      ["width", (width) => drawing.drawScene(canvas(), scene, width, 10), promise, Number.NaN, nothing, text],
      ["height", (height) => drawing.drawScene(canvas(), scene, 10, height), promise, Number.NaN, nothing, text],
    ],
    sceneOf: [["env", (env) => drawing.sceneOf(env), promise, none, nothing, text, SomeClass]],
    sceneToSvg: [
      ["scene", (wrong) => drawing.sceneToSvg(wrong), promise, none, nothing, text],
      ["options", (wrong) => drawing.sceneToSvg(scene, wrong), promise, none, text],
      ["width", (width) => drawing.sceneToSvg(scene, { width }), promise, 0, text],
    ],
  },
  "qstill/env": {
    ObservationStatistics: [
      ["observationSize", (size) => new environments.ObservationStatistics(size), promise, none, nothing, fraction],
      [
        "observation",
        (x) => new environments.ObservationStatistics(4).add(x),
        promise,
        none,
        nothing,
        text,
        [0, 0, 0, Number.NaN],
      ],
    ],
    VectorEnv: [
      ["source", (source) => new environments.VectorEnv(source, 2), promise, none, SomeClass, empty],
      ["count", (count) => new environments.VectorEnv(cartPole, count), promise, none, nothing, fraction],
      ["seed", (seed) => new environments.VectorEnv(cartPole, 2).reset({ seed }), promise, none, text, fraction],
      ["actions", (actions) => new environments.VectorEnv(cartPole, 2).step(actions), promise, none, nothing, text],
    ],
    WrappedEnv: [["inner", (inner) => new environments.WrappedEnv(inner), promise, none, nothing, text, SomeClass]],
    checkEnv: [
      ["make", (wrong) => environments.checkEnv(wrong), promise, none, nothing, text, SomeClass],
      ["options", (wrong) => environments.checkEnv(make, wrong), promise, none, text],
      ["seed", (seed) => environments.checkEnv(make, { seed }), promise, text, fraction],
      ["steps", (steps) => environments.checkEnv(make, { steps }), promise, text, fraction],
    ],
    defineEnv: [
      ["definition", (definition) => environments.defineEnv(definition), promise, none, nothing, text, SomeClass],
      ...["featureNames", "actionNames", "start", "step", "observe"].map(
        (name): Misuse => [
          name,
          (wrong) => environments.defineEnv({ ...rules, [name]: wrong } as never)(),
          promise,
          none,
          nothing,
          text,
        ],
      ),
      ["mask", (mask) => environments.defineEnv({ ...rules, mask })(), promise, none, text, SomeClass],
    ],
    frameStack: [
      ["env", (env) => environments.frameStack(env, 2), promise, none, nothing, text, SomeClass],
      ["count", (count) => environments.frameStack(make(), count), promise, none, nothing, text],
    ],
    observationNormalisation: [
      ["env", (env) => environments.observationNormalisation(env), promise, none, nothing, text, SomeClass],
      ["statistics", (wrong) => environments.observationNormalisation(make(), wrong), promise, none, text, empty],
    ],
    rewardScale: [
      ["env", (env) => environments.rewardScale(env, 2), promise, none, nothing, text, SomeClass],
      ["factor", (factor) => environments.rewardScale(make(), factor), promise, none, nothing, text],
    ],
    stickyActions: [
      ["env", (env) => environments.stickyActions(env, 0.5), promise, none, nothing, text, SomeClass],
      ["probability", (wrong) => environments.stickyActions(make(), wrong), promise, none, nothing, text],
    ],
    timeLimit: [
      ["env", (env) => environments.timeLimit(env, 5), promise, none, nothing, text, SomeClass],
      ["steps", (steps) => environments.timeLimit(make(), steps), promise, none, nothing, text, 501],
    ],
  },
  "qstill/export": {
    QuantizedModel: [
      ["model", (wrong) => new exporting.QuantizedModel(wrong), promise, none, nothing, text],
      ["widths", (widths) => new exporting.QuantizedModel({ ...quantized, widths }), promise, nothing, text],
      ["layers", (layers) => new exporting.QuantizedModel({ ...quantized, layers }), promise, nothing, text],
      ["observation", (x) => quantized.act(x), promise, nothing, text, [0, 0, 0]],
      ["observation", (x) => quantized.qValuesOfMany(x), new Float32Array(3)],
      ["observations", (x) => quantized.qValuesOfMany(x), promise, nothing, text],
    ],
    describe: [
      ["model", (wrong) => exporting.describe(wrong), promise, none, nothing, text, empty],
      ["options", (wrong) => exporting.describe(model, wrong), promise, none, text],
      ["env", (env) => exporting.describe(model, { env }), promise, SomeClass, empty],
    ],
    exportC: [
      ...modelData((given) => exporting.exportC(given, about)),
      description((wrong) => exporting.exportC(model, wrong)),
      ["options", (wrong) => exporting.exportC(model, about, wrong), promise, none, text],
      ["prefix", (prefix) => exporting.exportC(model, about, { prefix }), promise, "7 of them"],
    ],
    exportInt8: [["model", (wrong) => exporting.exportInt8(wrong), promise, none, nothing, text]],
    exportModule: [
      ...modelData((given) => exporting.exportModule(given)),
      ["description", (wrong) => exporting.exportModule(model, wrong), promise, none, text, empty],
    ],
    exportOnnx: [
      ...modelData((given) => exporting.exportOnnx(given, about)),
      description((wrong) => exporting.exportOnnx(model, wrong)),
    ],
    exportWasm: [
      ...modelData((given) => exporting.exportWasm(given, about)),
      description((wrong) => exporting.exportWasm(model, wrong)),
    ],
    loadQuantized: [["bytes", (bytes) => exporting.loadQuantized(bytes), promise, none, nothing, text, [1]]],
    modelHash: modelData((given) => exporting.modelHash(given)),
    quantize: [
      ...modelData((given) => exporting.quantize(given, states)),
      ["observation", (x) => exporting.quantize(model, x), new Float32Array(3)],
      ["observations", (x) => exporting.quantize(model, x), promise, none, nothing, text],
      ["options", (wrong) => exporting.quantize(model, states, wrong), promise, none, text],
      ["largestWeight", (wrong) => exporting.quantize(model, states, { largestWeight: wrong }), promise, text, 128],
    ],
    quantizeByPlay: [
      ["model", (wrong) => exporting.quantizeByPlay(wrong), promise, none, nothing, text],
      ["largestWeight", (wrong) => exporting.quantizeByPlay(model, wrong), promise, text, 128],
    ],
    saveQuantized: [
      ["model", (wrong) => exporting.saveQuantized(wrong), promise, none, nothing, text, empty, model],
      ["extra", (extra) => exporting.saveQuantized(quantized, extra), promise, none, text],
    ],
    testInt8: [["bytes", (bytes) => exporting.testInt8(bytes), promise, none, nothing, text, [1]]],
  },
  "qstill/explain": {
    DecisionTree: [
      ["root", (root) => new explaining.DecisionTree(root), promise, none, nothing, text, empty],
      ["observation", (x) => deep.act(x), promise, none, nothing, text],
    ],
    explain: [
      ["network", (wrong) => explaining.explain(wrong, { env: cartPole, seed: 0 }), promise, none, SomeClass, empty],
      ["options", (wrong) => explaining.explain(model, wrong), promise, none, nothing, text],
      ["env", (env) => explaining.explain(model, { env, seed: 0 }), promise, SomeClass, empty],
      ["seed", (seed) => explaining.explain(model, { env: cartPole, seed }), promise, nothing, text],
      ["leaves", (leaves) => explaining.explain(model, { env: cartPole, seed: 0, leaves }), promise, text],
    ],
    exportTree: [
      ["tree", (wrong) => explaining.exportTree(wrong, tabled), promise, none, nothing, text, empty],
      ["about", (wrong) => explaining.exportTree(tree, wrong), promise, none, nothing, text],
      ["names", (wrong) => explaining.exportTree(tree, { ...tabled, names: wrong }), promise, none, nothing, empty],
      ["example", (example) => explaining.exportTree(tree, { ...tabled, example }), promise, none, nothing],
    ],
    sensitivities: [
      ["network", (wrong) => explaining.sensitivities(wrong, seen), promise, none, nothing, text, SomeClass],
      ["at", (wrong) => explaining.sensitivities(model, wrong), promise, none, nothing, text],
      ["states", (wrong) => explaining.sensitivities(model, { ...seen, states: wrong }), promise, nothing, text],
      ["size", (size) => explaining.sensitivities(model, { ...seen, size }), promise, nothing, text, 0],
      ["actionCount", (wrong) => explaining.sensitivities(model, { ...seen, actionCount: wrong }), promise, nothing, 0],
      ["seed", (seed) => explaining.sensitivities(model, { ...seen, seed }), promise, nothing, text],
    ],
    treeRules: [
      ["tree", (wrong) => explaining.treeRules(wrong, names), promise, none, nothing, text, empty],
      ["names", (wrong) => explaining.treeRules(tree, wrong), promise, none, nothing, text, empty],
    ],
    viper: [
      ["env", (env) => explaining.viper(env, model, { seed: 0, leaves: 2 }), promise, none, nothing, text, SomeClass],
      ["network", (wrong) => explaining.viper(make(), wrong, { seed: 0, leaves: 2 }), promise, none, nothing, empty],
      ["options", (wrong) => explaining.viper(make(), model, wrong), promise, none, nothing, text],
      ["seed", (seed) => explaining.viper(make(), model, { seed, leaves: 2 }), promise, nothing, text],
      ["leaves", (leaves) => explaining.viper(make(), model, { seed: 0, leaves }), promise, nothing, 0],
    ],
  },
  "qstill/experiments": {
    FolderTeachers: [
      ["folder", (folder) => new experiments.FolderTeachers(folder), promise, none, nothing, fraction],
      ["signal", (signal) => new experiments.FolderTeachers(out, signal), promise, text],
      ["env", (env) => new experiments.FolderTeachers(out).teacher(env, 0), promise, none, nothing],
      ["seed", (seed) => new experiments.FolderTeachers(out).teacher(cartPole, seed), promise, none, nothing],
    ],
    bootstrapInterval: [
      ["cells", (wrong) => experiments.bootstrapInterval(wrong, () => 1), promise, none, nothing, text, [fraction]],
      ["statistic", (wrong) => experiments.bootstrapInterval([[[1, 2]]], wrong), promise, none, nothing, SomeClass],
    ],
    cellsOf: [
      ["study", (wrong) => experiments.cellsOf(wrong), promise, none, nothing, text, empty],
      ["environments", (wrong) => experiments.cellsOf(study, wrong), promise, none, text],
    ],
    interquartileMean: [["values", (v) => experiments.interquartileMean(v), promise, none, nothing, text, [], [text]]],
    performanceProfile: [
      ["strata", (wrong) => experiments.performanceProfile(wrong, [1]), promise, none, nothing, text, [fraction]],
      ["thresholds", (wrong) => experiments.performanceProfile([[1, 2]], wrong), promise, none, nothing, text],
    ],
    probabilityOfImprovement: [
      ["x", (x) => experiments.probabilityOfImprovement(x, [[1]]), promise, none, nothing, text, [fraction]],
      ["y", (y) => experiments.probabilityOfImprovement([[1]], y), promise, none, nothing, text, [[1], [2]]],
    ],
    runStudy: [
      ["study", (wrong) => experiments.runStudy(wrong, { out, cells, seeds: 1 }), promise, none, nothing, empty],
      ["options", (wrong) => experiments.runStudy(study, wrong), promise, none, nothing, text],
      ["out", (wrong) => experiments.runStudy(study, { out: wrong, cells, seeds: 1 }), promise, nothing, fraction],
      ["cells", (wrong) => experiments.runStudy(study, { out, cells: wrong, seeds: 1 }), promise, nothing, text],
      ["seeds", (seeds) => experiments.runStudy(study, { out, cells, seeds }), promise, nothing, text, fraction],
      ["jobs", (jobs) => experiments.runStudy(study, { out, cells, seeds: 1, jobs }), promise, text, 0],
      ["crew", (crew) => experiments.runStudy(study, { out, cells, seeds: 1, crew }), promise, text, none, empty],
      ["signal", (signal) => experiments.runStudy(study, { out, cells, seeds: 1, signal }), promise, text],
      ["onProgress", (wrong) => experiments.runStudy(study, { out, cells, seeds: 1, onProgress: wrong }), promise],
      ["onFailure", (wrong) => experiments.runStudy(study, { out, cells, seeds: 1, onFailure: wrong }), promise],
    ],
  },
  "qstill/tune": {
    sensitivity: [["searches", (wrong) => tuning.sensitivity(wrong), promise, none, nothing, text, [], [none], [text]]],
    tune: [
      ["source", (wrong) => tuning.tune(wrong), promise, none, nothing, SomeClass, empty],
      ["options", (wrong) => tuning.tune(cartPole, wrong), promise, none, text],
      ["seed", (seed) => tuning.tune(cartPole, { seed }), promise, text],
      ["trials", (trials) => tuning.tune(cartPole, { trials }), promise, text, fraction, 1],
      ["steps", (steps) => tuning.tune(cartPole, { steps }), promise, text, fraction, 1],
      ["jobs", (jobs) => tuning.tune(cartPole, { jobs }), promise, text, fraction, 0],
      ["crew", (crew) => tuning.tune(cartPole, { crew }), promise, text, none, empty],
      ["envFiles", (envFiles) => tuning.tune(cartPole, { envFiles }), promise, text, empty],
      ["checkpoints", (checkpoints) => tuning.tune(cartPole, { checkpoints }), promise, fraction, empty],
      ["finished", (finished) => tuning.tune(cartPole, { finished }), promise, text, empty, none],
      ["onEvent", (onEvent) => tuning.tune(cartPole, { onEvent }), promise, text, empty],
      ["signal", (signal) => tuning.tune(cartPole, { signal }), promise, text],
      ["hidden", (hidden) => tuning.tune(cartPole, { hidden }), promise, text, fraction],
      ["nonsense", (wrong) => tuning.tune(cartPole, { [wrong as string]: 1 }), "nonsense"],
    ],
  },
  "qstill/queue": {
    openQueue: [
      ["queue", (url) => queueing.openQueue(url), promise, none, nothing, text, fraction],
      ["options", (wrong) => queueing.openQueue(noServer, wrong), promise, none, text],
      ["store", (store) => queueing.openQueue(noServer, { store }), promise, none, fraction],
      ["onEvent", (onEvent) => queueing.openQueue(noServer, { onEvent }), promise, text, empty],
    ],
    runWorker: [
      ["queue", (url) => queueing.runWorker(url), promise, none, nothing, text, fraction],
      ["options", (wrong) => queueing.runWorker(noServer, wrong), promise, none, text],
      ["concurrency", (concurrency) => queueing.runWorker(noServer, { concurrency }), promise, text, fraction, 0],
      ["modules", (modules) => queueing.runWorker(noServer, { modules }), promise, text, [none]],
      ["store", (store) => queueing.runWorker(noServer, { store }), promise, none, fraction],
      ["onEvent", (onEvent) => queueing.runWorker(noServer, { onEvent }), promise, text, empty],
      ["signal", (signal) => queueing.runWorker(noServer, { signal }), promise, text],
    ],
  },
  "qstill/env/highway": { Highway: [["randomFrom", (wrong) => new Highway(wrong), promise, none, empty, SomeClass]] },
  "qstill/env/lunar-lander": {
    LunarLander: [["randomFrom", (wrong) => new LunarLander(wrong), promise, none, empty, SomeClass]],
  },
  "qstill/env/minatar": {
    // the games' constructors take nothing
    ...Object.fromEntries(["Asterix", "Breakout", "Freeway", "Seaquest", "SpaceInvaders"].map((name) => [name, []])),
    MinAtar: [
      ["id", (id) => new MinAtar(id, minatar.Breakout as never), promise, none, nothing],
      ["game", (game) => new MinAtar("game", game), promise, none, nothing, text],
    ],
  },
  "qstill/env/minigrid": {
    Grid: [["size", (size) => new minigrid.Grid(size), promise, none, nothing, text, 0]],
    MiniGrid: [
      ["layout", (layout) => new minigrid.MiniGrid(layout), promise, none, nothing, text],
      ["randomFrom", (wrong) => new minigrid.MiniGrid(minigrid.empty8x8 as never, wrong), promise, none, empty],
    ],
  },
  "qstill/env/pendulum": {
    Pendulum: [
      ["options", (wrong) => new Pendulum(wrong), promise, none, text],
      ["torques", (torques) => new Pendulum({ torques }), promise, none, text, 1],
      ["randomFrom", (wrong) => new Pendulum({}, wrong), promise, none, empty, SomeClass],
    ],
  },
  "qstill/env/recsim": {
    InterestEvolution: [
      ["sizes", (wrong) => new recsim.InterestEvolution(wrong), promise, none, text],
      ["candidates", (candidates) => new recsim.InterestEvolution({ candidates }), promise, none, text, 0],
      ["slateSize", (slateSize) => new recsim.InterestEvolution({ slateSize }), promise, none, text, 6],
      ["randomFrom", (wrong) => new recsim.InterestEvolution({}, wrong), promise, none, empty, SomeClass],
    ],
    LongTermSatisfaction: [
      ["randomFrom", (wrong) => new recsim.LongTermSatisfaction(wrong), promise, none, empty, SomeClass],
    ],
  },
  "qstill/env/tic-tac-toe": {
    TicTacToe: [
      ["options", (wrong) => new ticTacToe.TicTacToe(wrong), promise, none, text],
      ["id", (id) => new ticTacToe.TicTacToe({ id }), promise, none, fraction],
      ["skill", (skill) => new ticTacToe.TicTacToe({ skill }), promise, none, text, fraction],
      ["randomFrom", (wrong) => new ticTacToe.TicTacToe({}, wrong), promise, none, empty, SomeClass],
    ],
    everyGame: [["player", (player) => ticTacToe.everyGame(player), promise, none, nothing, text, SomeClass]],
    everyPosition: [],
  },
};

describe.each([...entryPoints()])("%s", async (entryPoint, file) => {
  const exported: Record<string, unknown> = await import(new URL(`../../${file}`, import.meta.url).href);
  const isError = (value: unknown) => typeof value === "function" && value.prototype instanceof Error;
  const functions = Object.keys(exported).filter((name) => typeof exported[name] === "function");
  const table = misuses[entryPoint] ?? {};

  it("has an entry for each of its functions, except for errors, which only the library makes", () => {
    expect(Object.keys(table).sort()).toEqual(functions.filter((name) => !isError(exported[name])).sort());
  });

  const all = Object.entries(table).flatMap(([name, list]) =>
    list.flatMap(([argument, call, ...wrong]) =>
      wrong.map((given) => ({ name, argument, call: call as (given: unknown) => unknown, given })),
    ),
  );
  it.each(all.map((each) => [each.name, each.argument, described(each.given), each] as const))(
    "%s: %s is %s",
    async (_name, argument, given, misuse) => {
      const error = await answer(() => misuse.call(misuse.given));
      expect(error).toBeInstanceOf(Error);
      const { message } = error as Error;
      expect(message).not.toMatch(/\n|is not a function|is not iterable|Cannot |undefined \(reading|invoked without/);
      expect(message).toMatch(new RegExp(`\\b${argument}\\b`));
      expect(message).toMatch(/need|allowed|available|expected|but .* given/);
      if (!hasLength(misuse.given)) expect(message, "it says what was given").toContain(given);
    },
  );
});

/** Of a list it may say what is wrong within. */
function hasLength(value: unknown): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

async function answer(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    return error;
  }
}
