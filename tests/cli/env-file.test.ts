// Environments from files, as a process: every command takes one, a path in data is only text, errors are one line.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModel } from "../../src/model/files.js";

const main = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "dist", "cli", "main.js");
const folder = mkdtempSync(join(tmpdir(), "qstill-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function qstill(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

/** A corridor whose last cell is the goal. `rest` is written into the object. */
const corridor = (rest = "") => `
export default ({ length = 6 } = {}) => {
  let cell = 0;
  return {
    observationSize: 1,
    actionCount: 2,
    maxEpisodeSteps: 30,
    reset({ seed = 0 } = {}) {
      cell = seed % (length - 1);
      return [cell];
    },
    step(action) {
      cell = Math.max(0, cell + (action === 1 ? 1 : -1));
      return { observation: [cell], reward: -1, terminated: cell === length - 1 };
    },
    render: () => ({ bounds: [0, 0, length, 1], background: "#ffffff", shapes: [] }),
    ${rest}
  };
};`;

/** Options of a run that takes a second. */
const quick = [
  "--env-steps=1000 --learning-starts=200 --batch-size=32 --hidden=8 --evaluation-interval=500 --evaluation-episodes=5",
  "--confirmation-episodes=5 --student-env-steps=200 --updates=300 --student-hidden=4 --attempts=1 --threshold=-100",
].flatMap((line) => line.split(" "));
const student = join("runs", "corridor-0", "student.safetensors");

beforeAll(() => {
  mkdirSync(join(folder, "envs"));
  const files = {
    "corridor.js": corridor(),
    "named.mjs": corridor('id: "Corridor-v0",'),
    "taken.mjs": corridor('id: "CartPole-v1",'),
    "common.cjs": corridor().replace("export default", "module.exports ="),
    "envs/noend": corridor(),
    "typed.ts": corridor().replace("let cell = 0", "let cell: number = 0"),
    "later.mjs": `
      import make from "./corridor.js";
      export default () => {
        const env = make();
        const soon = (answer) => new Promise((resolve) => setImmediate(resolve, answer));
        return { ...env, reset: (options) => soon(env.reset(options)), step: (action) => soon(env.step(action)) };
      };`,
    "none.mjs": "export const make = () => ({});",
    "number.mjs": "export default 3;",
    "class.mjs": "export default class Corridor {}",
    "throws.mjs": 'export default () => { throw new Error("no\\nserver"); };',
    "raises.mjs": 'throw new Error("not today");',
    "syntax.mjs": "export default () => {\n  const = 3;\n};",
    "missing.mjs": 'import "./nowhere.js";',
    "promise.mjs": "export default async () => { throw new Error(); };",
    "empty.mjs": "export default () => ({});",
    "sizes.mjs": corridor().replace("actionCount: 2", "actionCount: 0"),
    "same.mjs": "const env = {}; export default () => env;",
    "list.json": '{ "env": "./corridor.js" }',
    "odd.json": '{ "envOptions": [] }',
    "steps.json": '{ "env": "CartPole-v1", "envOptions": {} }',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});

it("run trains in one, and every command that reads its student takes the file again", () => {
  const five = ["--env-options", '{"length": 5}'];
  const { status, stderr } = qstill("run", "./corridor.js", ...five, ...quick, "--quiet");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(loadModel(readFileSync(join(folder, student))).environment).toBe("corridor");
  const summary = JSON.parse(readFileSync(join(folder, "runs", "corridor-0", "summary.json"), "utf8"));
  expect(summary).toMatchObject({ env: "corridor", config: { env: "corridor", envOptions: { length: 5 } } });
  expect(readFileSync(join(folder, "runs", "corridor-0", "report.html"), "utf8")).toContain("corridor");

  const env = ["--env", "./corridor.js", ...five];
  const evaluated = JSON.parse(qstill("evaluate", student, ...env, "--json").stdout);
  expect(evaluated).toMatchObject({ env: "corridor", evaluation: summary.student.evaluation });
  const module = join("runs", "corridor-0", "student.mjs");
  expect(JSON.parse(qstill("verify", module, ...env, "--json").stdout)).toMatchObject({
    env: "corridor",
    passed: true,
  });
  expect(JSON.parse(qstill("verify", module, "--json").stdout)).toMatchObject({ env: "", passed: true });
  expect(qstill("export", student, ...env, "--to", "int8", "--out", "corridor.int8.safetensors").status).toBe(0);
  expect(JSON.parse(qstill("explain", student, ...env, "--json").stdout)).toMatchObject({ env: "corridor" });
  const short = ["--updates=200", "--env-steps=200", "--attempts=1", "--threshold=-100", "--out=again"];
  const teacher = join("runs", "corridor-0", "teacher.safetensors");
  const distil = ["distill", "--teacher", teacher, ...env, ...short];
  expect(qstill(...distil).status).toBe(0);
  const resumed = qstill(...distil, "--env-options", '{"length": 7}', "--resume");
  expect([resumed.status, resumed.stderr]).toEqual([
    2,
    'again/student.safetensors was made with envOptions "{\\"length\\":5}", but "{\\"length\\":7}" is asked for\n',
  ]);
});

it("its own summary repeats it where the file is named again, and --resume finds it finished", () => {
  const config = ["--config", join("runs", "corridor-0", "summary.json"), "--json"];
  const again = JSON.parse(qstill("run", "./corridor.js", ...config, "--out", "repeated").stdout);
  const first = JSON.parse(readFileSync(join(folder, "runs", "corridor-0", "summary.json"), "utf8"));
  expect([again.weightsHash, again.config]).toEqual([first.weightsHash, first.config]);
  const other = qstill("run", "./corridor.js", ...config, "--resume", "--env-options", '{"length": 7}');
  expect([other.status, other.stderr]).toEqual([
    2,
    'runs/corridor-0/teacher.safetensors was made with envOptions "{\\"length\\":5}", but "{\\"length\\":7}" is asked for\n',
  ]);
  const resumed = qstill("run", "./corridor.js", ...config, "--resume");
  expect({ ...resumed, stdout: JSON.parse(resumed.stdout).weightsHash }).toEqual({
    ...{ status: 0, stdout: first.weightsHash, stderr: "" },
  });
});

it.each([
  ["named.mjs", "Corridor-v0"],
  ["taken.mjs", "taken"], // another environment has its id
  ["common.cjs", "common"],
  ["./envs/noend", "noend"],
  ["envs/noend", "noend"],
  ["../corridor.js", "corridor"],
])("%s has the id %s", (path, id) => {
  cpSync(join(folder, "corridor.js"), join(folder, "..", "corridor.js"));
  const { stdout } = qstill("envs", path, "--json");
  rmSync(join(folder, "..", "corridor.js"));
  expect(JSON.parse(stdout)).toMatchObject({ id, observationSize: 1, maxEpisodeSteps: 30 });
});

it("an absolute path will do", () => {
  expect(JSON.parse(qstill("envs", join(folder, "corridor.js"), "--json").stdout).id).toBe("corridor");
});

it("TypeScript runs where Node runs it, and otherwise one line says so", () => {
  const { status, stdout, stderr } = qstill("envs", "./typed.ts", "--json");
  if (status === 0) expect(JSON.parse(stdout).id).toBe("typed");
  else expect(stderr).toMatch(/^\.\/typed\.ts cannot be imported: Node \S+ does not run \.ts files \(22\.18 and later/);
});

it("watch draws it, also if it answers later", () => {
  const drawn = JSON.parse(qstill("watch", "./corridor.js", "--model", student, "--json").stdout);
  expect(drawn).toMatchObject({ env: "corridor" });
  const later = JSON.parse(qstill("watch", "./later.mjs", "--model", student, "--json").stdout);
  expect(later).toMatchObject({ env: "later", steps: drawn.steps });
});

it("one that answers later trains, fails with a checkpoint, goes on, and is exported", () => {
  writeFileSync(
    join(folder, "gone.mjs"),
    `import make from "./later.mjs";
    let steps = 0;
    export default ({ fail = 0 } = {}) => {
      const env = make();
      const step = (action) => (++steps === fail ? Promise.reject(new Error("the server is gone")) : env.step(action));
      return { ...env, step };
    };`,
  );
  const train = ["train", "./gone.mjs", ...quick.slice(0, 7), "--evaluation-share=1", "--copies=2", "--out=gone"];
  const failed = qstill(...train, "--env-options", '{"fail": 400}');
  expect(failed.status).toBe(1);
  expect(failed.stderr).toMatch(
    /^the environment failed: gone\/teacher\.checkpoint holds everything up to there; to go on, repeat the command with --resume\nenvironment "gone": step \d+ of episode \d+.* was rejected: the server is gone\n$/,
  );
  const resumed = qstill(...train, "--resume", "--json");
  expect(resumed.status).toBe(0);
  expect(resumed.stderr).toContain(
    'gone/teacher.checkpoint was made with the --env-options {"fail":400}: it goes on with none\n',
  );
  expect(JSON.parse(resumed.stdout).teacher).toMatchObject({ envSteps: 1000, evaluation: { episodes: 100 } });
  const teacher = join("gone", "teacher.safetensors");
  const from = qstill(
    "train",
    "./corridor.js",
    "--env-steps=1200",
    "--evaluation-interval=0",
    "--from",
    teacher,
    "--out=from",
    "--json",
  );
  expect(JSON.parse(from.stdout).teacher).toMatchObject({ hidden: [8] });
  expect(JSON.parse(from.stdout).teacher.evaluation).toBeUndefined();
  expect(qstill("export", teacher, "--env", "./gone.mjs").status).toBe(0);
  const module = join("gone", "teacher.mjs");
  expect(JSON.parse(qstill("verify", module, "--env", "./gone.mjs", "--json").stdout)).toMatchObject({ passed: true });
  // while the teacher is judged, and while a student is distilled
  const search = "--hidden=3 --env-steps=200 --updates=200 --rounds=2 --attempts=1 --episodes=5".split(" ");
  for (const fail of [25, 400]) {
    const options = ["--env-options", JSON.stringify({ fail }), "--out=frail"];
    const shrunk = qstill("shrink", "./gone.mjs", "--teacher", teacher, ...search, ...options);
    expect(shrunk.status).toBe(1);
    expect(shrunk.stderr).toMatch(
      /^the environment failed: frail holds what was found so far, not yet tested; to go on, repeat the command with --resume\n.*the server is gone\n$/,
    );
  }
});

it("logs: new work replaces them, resumed work adds to them", () => {
  const logs = ["--log-tensorboard", "logs", "--log-csv", join("logs", "all.csv")];
  const train = (steps: number, ...more: string[]) =>
    qstill(
      "train",
      "./corridor.js",
      ...quick.slice(1, 7),
      `--env-steps=${steps}`,
      "--keep-checkpoint",
      ...logs,
      ...more,
    );
  const rows = () =>
    readFileSync(join(folder, "logs", "all.csv"), "utf8")
      .trimEnd()
      .split("\n");
  expect(train(1000, "--out", "runs/logged").status).toBe(0);
  const [header, ...first] = rows();
  expect(train(1000, "--out", "runs/logged").status).toBe(0);
  expect(rows()).toHaveLength(1 + first.length);
  expect(readdirSync(join(folder, "logs", "logged"))).toHaveLength(1);
  expect(train(2000, "--out", "runs/logged", "--resume").status).toBe(0);
  expect(rows().length).toBeGreaterThan(1 + first.length);
  expect(rows().filter((row) => row === header)).toHaveLength(1);
  expect(readdirSync(join(folder, "logs", "logged"))).toHaveLength(2);
});

it("the workers of a study import it, too", () => {
  const file = ["--env", "./named.mjs", "--env", "./named.mjs", "--env-options", '{"length": 4}'];
  const { status, stdout, stderr } = qstill(
    ...["experiment", "joint", "--seeds", "1", "--jobs", "1", "--json"],
    ...file,
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const { sections } = JSON.parse(stdout);
  expect(sections.map(({ environments }: { environments: string[] }) => environments)).toEqual([["Corridor-v0"]]);
});

describe("a call that is wrong ends with status 2 and one line", () => {
  const stored = "which is not registered: give --env, an id or a file such as ./my-env.js";
  it.each<[string[], string | RegExp]>([
    [["envs", "./nowhere.js"], "cannot read ./nowhere.js: no such file or folder"],
    [["envs", ".\\nowhere.js"], "cannot read .\\nowhere.js: no such file or folder"],
    [["envs", "./envs"], "cannot read ./envs: it is a folder"],
    [["envs", "MinAtar/Brekout"], /^unknown environment "MinAtar\/Brekout"/],
    [["envs", "none.mjs"], "none.mjs has no default export: export default a function that makes an environment"],
    [["envs", "number.mjs"], "number.mjs: its default export is 3: a function that makes an environment is needed"],
    [["train", "class.mjs"], /^class\.mjs: its default export is the class Corridor: a function that makes/],
    [["train", "throws.mjs"], "throws.mjs: no server"],
    [["envs", "raises.mjs"], "raises.mjs cannot be imported: not today"],
    [["envs", "syntax.mjs"], "syntax.mjs cannot be imported: Unexpected token '=' (node syntax.mjs shows where)"],
    [["envs", "missing.mjs"], /^missing\.mjs cannot be imported: Cannot find module \S+nowhere\.js/],
    [
      ["envs", "promise.mjs"],
      "promise.mjs: the function that makes an environment gave a Promise: it must return the environment itself",
    ],
    [["envs", "empty.mjs"], /^empty\.mjs: environment "custom": observationSize is undefined: a whole number/],
    [["envs", "sizes.mjs"], /^sizes\.mjs: environment "custom": actionCount is 0: a whole number/],
    [
      ["train", "CartPole-v1", "--env-options", "{}"],
      "--env-options is for an environment from a file, such as ./my-env.js, or from Gymnasium: CartPole-v1 takes none",
    ],
    [["train", "--config", "steps.json"], /^steps\.json: envOptions is for an environment from a file/],
    [["run", "--config", "odd.json"], "odd.json: envOptions is []: a value of type object is allowed"],
    [
      ["train", "corridor.js", "--env-options", "{length: 3}"],
      `--env-options is "{length: 3}": a JSON object is needed, such as '{"length": 8}'`,
    ],
    [["train", "corridor.js", "--env-options", "[3]"], /^--env-options is \[3\]: a JSON object is needed/],
    [["experiment", "joint", "--env-options", "{}"], /^--env-options is given: it needs --env with a file/],
    [["evaluate", student], `the model's environment is "corridor", ${stored}`],
    [["export", student, "--to", "int8"], `the model's environment is "corridor", ${stored}`],
    [["run", "--config", "list.json"], /^list\.json: env is "\.\/corridor\.js", which is not registered: give the env/],
  ])("%j", (args, message) => {
    const { status, stdout, stderr } = qstill(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    if (typeof message === "string") expect(stderr).toBe(`${message}\n`);
    else expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain("\n");
  });
});

it("a path in a model is never followed", () => {
  const text = readFileSync(join(folder, student), "latin1");
  const spy = "export default () => { throw new Error('it ran'); };";
  writeFileSync(join(folder, "abc.js"), spy);
  writeFileSync(join(folder, "path.safetensors"), Buffer.from(text.replace("corridor", "./abc.js"), "latin1"));
  const { status, stderr } = qstill("evaluate", "path.safetensors");
  expect({ status, ran: stderr.includes("it ran") }).toEqual({ status: 2, ran: false });
});
