// One real thing of every entry point, as whoever installed the package would do it: the same in Node and in a page.

/** 500 steps of a small teacher. */
const training = {
  seed: 0,
  hidden: [8],
  envSteps: 500,
  learningStarts: 100,
  batchSize: 16,
  evaluationInterval: 250,
  evaluationEpisodes: 2,
  confirmationEpisodes: 2,
};
const distillation = {
  seed: 0,
  hidden: [4],
  envSteps: 100,
  updates: 100,
  rounds: 2,
  batchSize: 16,
  evaluationEpisodes: 2,
  attempts: 1,
};

/** The first step in an environment whose subpath has been imported. */
async function firstStep(load, id) {
  const { makeEnv, presets } = await load("qstill");
  const env = makeEnv(id);
  env.reset({ seed: 0 });
  const { observation } = env.step(0);
  return observation.length === env.observationSize && id in presets;
}

/** For each entry point whether it does what it is for. `load` gives a module by its name. */
export const uses = {
  async qstill(load) {
    const { trainTeacher, distill, evaluate, exportModule } = await load("qstill");
    const student = await distill(await trainTeacher("CartPole-v1", training), distillation);
    const { episodes } = evaluate(student, { episodes: 3 });
    const action = student.act([0.01, 0.02, -0.03, 0.04]);
    return episodes === 3 && (action === 0 || action === 1) && exportModule(student).includes("export function act");
  },
  async "qstill/distill"(load) {
    const { trainJoint } = await load("qstill/distill");
    const { student } = await trainJoint("CartPole-v1", { seed: 0, episodes: 20, evaluationEpisodes: 2 });
    return student.act([0, 0, 0, 0]) >= 0;
  },
  async "qstill/report"(load) {
    const { trainTeacher, distill, compare } = await load("qstill");
    const { summarise, reportHtml } = await load("qstill/report");
    const teacher = await trainTeacher("CartPole-v1", training);
    const student = await distill(teacher, distillation);
    const comparison = compare(teacher, student, { env: "CartPole-v1", seed: 0, episodes: 3 });
    const summary = await summarise(teacher, student, comparison);
    return reportHtml({ summary, points: [], attempts: [], config: summary.config }).endsWith("</html>\n");
  },
  async "qstill/draw"(load) {
    const { makeEnv } = await load("qstill");
    const { sceneOf, sceneToSvg } = await load("qstill/draw");
    const env = makeEnv("CartPole-v1");
    env.reset({ seed: 0 });
    return sceneToSvg(sceneOf(env)).startsWith("<svg");
  },
  async "qstill/env"(load) {
    const { makeEnv } = await load("qstill");
    const { checkEnv, VectorEnv } = await load("qstill/env");
    const rows = new VectorEnv("Acrobot-v1", 3).reset().length / 3;
    return rows === 6 && checkEnv(() => makeEnv("CartPole-v1")).length === 0;
  },
  async "qstill/export"(load) {
    const { trainTeacher } = await load("qstill");
    const { describe, exportC, exportOnnx, exportWasm } = await load("qstill/export");
    const teacher = await trainTeacher("CartPole-v1", training);
    const description = describe(teacher);
    const { instance } = await WebAssembly.instantiate(exportWasm(teacher, description));
    const header = exportC(teacher, description).includes("cartpole_v1_act");
    return header && exportOnnx(teacher, description).length > 0 && "act" in instance.exports;
  },
  async "qstill/import"(load) {
    const { loadModel, saveModel, trainTeacher } = await load("qstill");
    const { importModel } = await load("qstill/import");
    const file = saveModel(await trainTeacher("CartPole-v1", training));
    const observation = [0.1, 0.2, 0.3, 0.4];
    return importModel(file).act(observation) === loadModel(file).act(observation);
  },
  async "qstill/explain"(load) {
    const { trainTeacher } = await load("qstill");
    const { explain } = await load("qstill/explain");
    const teacher = await trainTeacher("CartPole-v1", training);
    return explain(teacher, { env: "CartPole-v1", seed: 0, leaves: 3 }).module.includes("export function act");
  },
  async "qstill/experiments"(load) {
    const { interquartileMean, studies } = await load("qstill/experiments");
    return studies.length > 0 && interquartileMean([1, 2, 3, 4]) === 2.5;
  },
  async "qstill/queue"(load) {
    const { openQueue } = await load("qstill/queue");
    // only the client itself can say this
    const reason = await openQueue("redis://127.0.0.1:1").catch(({ message }) => message);
    return reason.endsWith("no server answers there") || reason;
  },
  async "qstill/gymnasium"(load) {
    const { gymnasium } = await load("qstill/gymnasium");
    const python = process.env.QSTILL_PYTHON ?? "no-python";
    try {
      return (await gymnasium("CartPole-v1", { python })().reset({ seed: 0 })).length === 4;
    } catch ({ message }) {
      return message.includes("no-python cannot be run") || message;
    }
  },
  async "qstill/log"(load) {
    const { mkdtempSync, readFileSync } = await load("node:fs");
    const { csvLog, tensorBoardLog } = await load("qstill/log");
    const directory = mkdtempSync("log-");
    const event = {
      kind: "evaluation",
      network: "teacher",
      envSteps: 1,
      updates: 1,
      mean: 1,
      std: 0,
      min: 1,
      best: true,
    };
    for (const log of [tensorBoardLog(directory), csvLog(`${directory}/log.csv`)]) log(event);
    return readFileSync(`${directory}/log.csv`, "utf8").split("\n").length === 3;
  },
  async "qstill/offline"(load) {
    const { estimateReturn, inEpisodes, readLog } = await load("qstill/offline");
    const log = { observationSize: 1, observations: [0, 0], actions: [0, 0], rewards: [1, 3], terminated: [1, 1] };
    const { mean } = await estimateReturn({ act: () => 0 }, log);
    if (mean !== 2) return mean;
    const packed = (episode) => {
      const line = `{ "episode": ${episode}, "observation": [1], "action": 0, "reward": 1, "terminated": true }\n`;
      return new Response(new Blob([line]).stream().pipeThrough(new CompressionStream("gzip"))).blob();
    };
    const file = new Blob([await packed(1), await packed(2)]); // two members, as of joined files
    return inEpisodes(await readLog(file.stream())).steps === 2;
  },
  async "qstill/tune"(load) {
    const { makeEnv } = await load("qstill");
    const { tune } = await load("qstill/tune");
    const make = () => makeEnv("CartPole-v1"); // a function runs here, in Node and in a page
    const { trials, plan } = await tune(make, { ...training, trials: 2 });
    return trials.length === 2 && plan.steps === 4000;
  },
  async "qstill/minari"(load) {
    const { readMinari } = await load("qstill/minari");
    const box = '{ "type": "Box", "shape": [1] }';
    const actions = '{ "type": "Discrete", "n": 2, "start": 0 }';
    const metadata = JSON.stringify({ observation_space: box, action_space: actions });
    // only the HDF5 library itself can say this
    const reason = await readMinari({ data: new Uint8Array(9), metadata }).catch(({ message }) => message);
    return reason.includes("file signature not found") || reason;
  },
  async "qstill/env/recsim"(load) {
    await load("qstill/env/recsim");
    return firstStep(load, "RecSim-InterestEvolution-v0");
  },
  async "qstill/env/lunar-lander"(load) {
    await load("qstill/env/lunar-lander");
    return firstStep(load, "LunarLander-v3");
  },
  async "qstill/env/pendulum"(load) {
    await load("qstill/env/pendulum");
    return firstStep(load, "Pendulum-v1");
  },
  async "qstill/env/tic-tac-toe"(load) {
    const { everyGame, perfectPlayer } = await load("qstill/env/tic-tac-toe");
    return everyGame(perfectPlayer).neverLoses && (await firstStep(load, "TicTacToe-perfect-v0"));
  },
  async "qstill/env/minatar"(load) {
    await load("qstill/env/minatar");
    return firstStep(load, "MinAtar/Breakout-v1");
  },
  async "qstill/env/minigrid"(load) {
    await load("qstill/env/minigrid");
    return firstStep(load, "MiniGrid-Empty-8x8-v0");
  },
  async "qstill/env/highway"(load) {
    await load("qstill/env/highway");
    return firstStep(load, "highway-fast-v0");
  },
};
