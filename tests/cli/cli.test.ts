// The command line as a process: what it prints, what it leaves, and its exit status.
import { spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModel, saveModel } from "../../src/model/files.js";

const main = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "dist", "cli", "main.js");
const folder = mkdtempSync(join(tmpdir(), "qstill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file that another library made. */
const foreign = (name: string) => join(dirname(fileURLToPath(import.meta.url)), "..", "foreign", name);

/** Options of a run that takes a second. */
const quick = [
  "--env-steps=2000 --train-frequency=1 --learning-starts=300 --batch-size=32 --hidden=16,16 --evaluation-interval=500",
  "--evaluation-episodes=5 --student-env-steps=300 --updates=500 --student-hidden=5 --attempts=1 --threshold=-100",
].flatMap((line) => line.split(" "));
const files = [
  "card.md",
  "metrics.jsonl",
  "report.html",
  "student.d.mts",
  "student.mjs",
  "student.safetensors",
  "summary.json",
  "teacher.safetensors",
];

function qstill(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

it("plays, distils and exports what other libraries made", () => {
  const cartPole = ["--env", "CartPole-v1", "--json"];
  const { stdout } = qstill("evaluate", foreign("sb3_dqn_cartpole.zip"), "--episodes", "2", ...cartPole);
  expect(JSON.parse(stdout)).toMatchObject({ parameters: 67_586, evaluation: { mean: 500 } });
  const short = ["--updates", "200", "--env-steps", "200", "--attempts", "1", "--threshold=-100", "--out", "imported"];
  const distilled = qstill("distill", "--teacher", foreign("cartpole_torch.onnx"), ...cartPole, ...short);
  expect({ status: distilled.status, env: JSON.parse(distilled.stdout).env }).toEqual({
    status: 0,
    env: "CartPole-v1",
  });
  const exported = qstill("export", foreign("cartpole_qnet.pt"), ...cartPole, "--out", "imported/cartpole.mjs");
  expect(exported.status).toBe(0);
  const carded = qstill(
    "export",
    foreign("cartpole_qnet.pt"),
    "--env",
    "CartPole-v1",
    "--card",
    "--out",
    "imported/x.h",
    "--to=c",
  );
  expect(carded.status).toBe(0);
  expect(readFileSync(join(folder, "imported", "x.h.card.md"), "utf8")).toMatch(
    /\| return \| [\d.]+ \[.* over 100 episodes/,
  );
  expect(readFileSync(join(folder, "imported", "cartpole.mjs"), "utf8")).toContain('environment = "CartPole-v1"');
});

describe("help", () => {
  const names = (text: string, pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, name]) => name))];

  it("lists the commands, each of which says how it is used; the guide shows them all", () => {
    const { status, stdout } = qstill("--help");
    expect(status).toBe(0);
    const commands = names(stdout.split("Commands:")[1], /^ {2}(\w+) \[/gm).filter((name) => name !== "help");
    for (const command of commands) {
      const { status, stdout, stderr } = qstill(command, "--help");
      expect([command, status, stderr]).toEqual([command, 0, ""]);
      expect(stdout).toMatch(new RegExp(`^Usage: qstill ${command} `));
      for (const line of stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
    }
    const guide = readFileSync(join(dirname(main), "..", "..", "docs", "command-line.md"), "utf8");
    expect(names(guide, /^npx qstill (\w+)/gm).sort()).toEqual(commands.sort());
  });

  it("of export names the formats that the README does", () => {
    const readme = readFileSync(join(dirname(main), "..", "..", "README.md"), "utf8");
    const [, first, others] = /qstill export \S+ --to (\w+) +# or (.*)/.exec(readme) ?? [];
    const [, choices] =
      /--to <format>\s+format \(choices: (.*?),\s+default/s.exec(qstill("export", "--help").stdout) ?? [];
    expect([first, ...others.split(", ")].sort()).toEqual(names(choices, /"(\w+)"/g).sort());
  });

  it.each(["run", "train", "distill"])("of %s says what each option means and its default", (command) => {
    const { status, stdout } = qstill(command, "--help");
    expect(status).toBe(0);
    expect(stdout.replace(/\s+/g, " ")).toMatch(
      /--learning-rate <value> step size of Adam at the start \(a number above 0 and at most 1; default: 0\.00\d+\)/,
    );
    expect(stdout).toContain("(an environment's preset may replace a default):");
  });

  it("is led to by the command alone", () => {
    const { status, stdout, stderr } = qstill();
    expect([status, stderr]).toEqual([0, ""]);
    expect(names(stdout, /^ {2}qstill (\w+)/gm)).toEqual(["envs", "run", "watch"]);
    expect(stdout).toContain("qstill --help");
  });

  it("prints the version", () => {
    const { version } = JSON.parse(readFileSync(join(dirname(main), "..", "..", "package.json"), "utf8"));
    expect(qstill("--version")).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
  });
});

describe("envs", () => {
  it("lists the environments", () => {
    const { status, stdout } = qstill("envs");
    expect(status).toBe(0);
    for (const id of ["CartPole-v1", "MountainCar-v0", "Acrobot-v1"]) expect(stdout).toContain(id);
  });

  it("in one line each, within 60 columns", () => {
    const { stdout } = qstill("envs");
    const { environments } = JSON.parse(qstill("envs", "--json").stdout);
    for (const { id } of environments) expect(stdout.match(new RegExp(`^${id} .*\\d$`, "gm"))).toHaveLength(1);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(60);
  });

  it("describes one", () => {
    const { status, stdout } = qstill("envs", "CartPole-v1");
    expect(status).toBe(0);
    for (const told of ["observation: 4 numbers", "pole angle", "push left", "gamma 0.98", "mean return 495"])
      expect(stdout).toContain(told);
    expect(JSON.parse(qstill("envs", "CartPole-v1", "--json").stdout)).toMatchObject({ id: "CartPole-v1" });
    expect(qstill("envs", "Cartpole").status).toBe(2);
  });

  it("as one JSON object", () => {
    const { environments } = JSON.parse(qstill("envs", "--json").stdout);
    expect(environments[0]).toMatchObject({ id: "CartPole-v1", observationSize: 4, actionCount: 2 });
  });
});

describe("a wrong call ends with status 2 and one line", () => {
  it.each([
    [["run", "Cartpole"], /^unknown environment "Cartpole": did you mean "CartPole-v1"\? \(qstill envs lists all\)$/],
    [["run"], /no environment given/],
    [["rnu", "CartPole-v1"], /unknown command 'rnu' \(Did you mean run\?\)/],
    [["run", "CartPole-v1", "--hiden", "8"], /unknown option '--hiden' \(Did you mean --hidden\?\)/],
    [["run", "CartPole-v1", "--hidden", "0"], /hidden is \[0\]: a list of at most 8 whole numbers from 1 to 4096/],
    [["run", "CartPole-v1", "--hidden", "1000000000"], /hidden is \[1000000000\]/],
    [["run", "CartPole-v1", "--student-hidden", "4,x"], /^--student-hidden is \[4, "x"\]/],
    [
      ["run", "CartPole-v1", "--learning-rate", "-1"],
      /^--learning-rate is -1: a number above 0 and at most 1 is allowed/,
    ],
    [["run", "CartPole-v1", "--learning-rate", "fast"], /^--learning-rate is "fast"/],
    [["run", "CartPole-v1", "--gamma", "1.01"], /gamma is 1\.01: a number from 0 to 1 is allowed/],
    [["run", "CartPole-v1", "--batch-size", "64", "--buffer-size", "32"], /batchSize is 64: at most bufferSize, 32/],
    [["run", "CartPole-v1", "--seed", "-3"], /^seed is -3: a whole number from 0 to 9007199254740991 is allowed/],
    [["run", "CartPole-v1", "--loss", "l1"], /^--loss is "l1": huber or mse is allowed/],
    [
      ["run", "CartPole-v1", "--student-loss", "l1"],
      /^--student-loss is "l1": one of mse, huber, cross-entropy, nll, kl/,
    ],
    [["run", "CartPole-v1", "--student-loss", "a\nb"], /^--student-loss is "a\\nb": one of/],
    [["run", "CartPole-v1", "--seed", "x"], /^seed is "x": a whole number/],
    [["run", "Breakout"], /^unknown environment "Breakout" \(qstill envs lists all\)$/],
    [["run", "CartPole-v1", "--out", ""], /^--out is "": a path is needed$/],
    [["run", "CartPole-v1", "--out", "taken"], /^cannot write to taken: a file is in the way$/],
    [["run", "CartPole-v1", "--out", "/proc/qstill/run"], /^cannot write to \/proc\/qstill\/run: /],
    [
      ["run", "CartPole-v1", "--config", "constructor.json"],
      /unknown field "constructor": allowed are env, envOptions, seed/,
    ],
    [["run", "CartPole-v1", "--config", "lines.json"], /^lines\.json: student\.loss is "a\\nb": one of mse/],
    [["run", "CartPole-v1", "--config", "seed.json"], /^seed\.json: seed is 0\.5: a whole number/],
    [
      ["run", "CartPole-v1", "--config", "kind.json"],
      /^kind\.json: teacher is null: a value of type object is allowed/,
    ],
    [["train", "CartPole-v1", "--resume", "--out", "damaged"], /^damaged\/teacher\.checkpoint: the checkpoint is dam/],
    [["run", "CartPole-v1", "--resume", "--out", "damaged"], /^damaged\/teacher\.checkpoint: the checkpoint is dam/],
    [["evaluate", "taken", "--episodes", "1e9"], /^episodes is 1000000000: a whole number from 1 to 1000000 is all/],
    [["run", "CartPole-v1", "--out", "taken/run"], /cannot write to taken\/run: a part of the path is not a folder/],
    [["run", "CartPole-v1", "--config", "none.json"], /cannot read none\.json: no such file or folder/],
    [["run", "CartPole-v1", "--config", "taken"], /taken is not JSON/],
    [["run", "CartPole-v1", "--config", "odd.json"], /odd\.json: unknown field "techer"/],
    [["distill"], /required option '--teacher <file>' not specified/],
    [["distill", "--teacher", "none.safetensors"], /cannot read none\.safetensors: no such file or folder/],
    [["evaluate", "taken"], /taken: not a model's file: .* begins with 61 20 66/],
    [
      ["distill", "--teacher", foreign("cartpole_qnet.pt")],
      /^the model's file does not say its environment: give --env/,
    ],
    [["evaluate", foreign("cartpole_qnet.pt"), "--env", "Acrobot-v1"], /^the model has 4 inputs and 2 outputs/],
    [["evaluate", foreign("refuse_evil.pt"), "--env", "CartPole-v1"], /: the pickle asks for "posix\.system"/],
    [["evaluate", "taken", "--activation", "elu"], /'elu' is invalid\. Allowed choices are relu, tanh/],
    [["explain"], /missing required argument 'model'/],
    [["explain", "taken"], /taken: not a model's file/],
    [["explain", "taken", "--leaves", "0"], /^leaves is 0: a whole number from 1 to 10000 is allowed$/],
    [["shrink"], /no environment given/],
    [["shrink", "Cartpole"], /^unknown environment "Cartpole": did you mean "CartPole-v1"\?/],
    [
      ["shrink", "CartPole-v1", "--hidden", "4,4"],
      /^hidden is \[4, 4\]: exactly one layer, the one to be shrunk, is needed$/,
    ],
    [["shrink", "CartPole-v1", "--episodes", "x"], /^episodes is "x": a whole number from 1 to 1000000 is allowed$/],
    [["shrink", "--teacher", "none.safetensors"], /^cannot read none\.safetensors: no such file or folder$/],
    [["export", "taken", "--to", "cobol"], /'--to <format>' argument 'cobol' is invalid\. Allowed choices are js/],
  ] as [string[], RegExp][])("%j", (args, message) => {
    writeFileSync(join(folder, "taken"), "a file");
    writeFileSync(join(folder, "odd.json"), '{ "techer": {} }');
    writeFileSync(join(folder, "constructor.json"), '{ "constructor": 1 }');
    writeFileSync(join(folder, "lines.json"), '{ "student": { "loss": "a\\nb" } }');
    writeFileSync(join(folder, "seed.json"), '{ "seed": 0.5 }');
    writeFileSync(join(folder, "kind.json"), '{ "teacher": null }');
    mkdirSync(join(folder, "damaged"), { recursive: true });
    writeFileSync(join(folder, "damaged", "teacher.checkpoint"), "{}");
    const { status, stdout, stderr } = qstill(...args);
    expect(stderr.trim()).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stdout).toBe("");
    expect(status).toBe(2);
  });

  it("and a folder in the place of a file is noticed before the work begins", () => {
    mkdirSync(join(folder, "blocked", "report.html"), { recursive: true });
    const { status, stderr } = qstill("run", "CartPole-v1", "--out", "blocked", ...quick);
    expect([status, stderr]).toEqual([2, "cannot write blocked/report.html: it is a folder\n"]);
    expect(readdirSync(join(folder, "blocked"))).toEqual(["report.html"]);
  });

  it("and a student that cannot be is refused before its teacher is trained", () => {
    const huge = Array(8).fill(4096).join(",");
    const { status, stderr } = qstill("run", "CartPole-v1", "--out", "huge", "--student-hidden", huge);
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^this distiller needs more than 1 GiB \(room for states: \d+ × 4 features × 4 bytes are \d+ MB\): choose smaller layers, batch or buffer\n$/,
    );
    expect(existsSync(join(folder, "huge"))).toBe(false);
  });
});

it("a reader that stops reading is no error", () => {
  const command = '{ "$0" "$1" envs; echo "status $?" >&2; } | true';
  const { stderr } = spawnSync("sh", ["-c", command, process.execPath, main], { encoding: "utf8" });
  expect(stderr).toBe("status 0\n");
});

describe("run", () => {
  let summary: Record<string, unknown> & { weightsHash: string };
  beforeAll(() => {
    const { status, stdout, stderr } = qstill("run", "CartPole-v1", "--seed", "3", "--json", ...quick);
    expect([status, stderr]).toEqual([0, ""]);
    summary = JSON.parse(stdout);
  });
  const out = join(folder, "runs", "CartPole-v1-3");

  it("leaves the seven files and nothing else", () => {
    expect(readdirSync(out).sort()).toEqual(files);
  });

  it("prints with --json what summary.json holds, and nothing else", () => {
    expect(JSON.parse(readFileSync(join(out, "summary.json"), "utf8"))).toEqual(summary);
    expect(summary).toMatchObject({
      env: "CartPole-v1",
      seed: 3,
      teacher: { hidden: [16, 16], parameters: 386, envSteps: 2000, evaluation: { episodes: 100 } },
      student: { hidden: [5], parameters: 37, envSteps: 300, updates: 500, attempts: 1, states: "student" },
      satisfied: true,
    });
  });

  it("gives the same weights in another process, and from its own summary as a configuration", () => {
    const again = qstill("run", "CartPole-v1", "--seed", "3", "--json", "--out", "again", ...quick);
    expect(JSON.parse(again.stdout).weightsHash).toBe(summary.weightsHash);
    const repeated = qstill("run", "--config", join(out, "summary.json"), "--json", "--out", "repeated");
    expect(JSON.parse(repeated.stdout).weightsHash).toBe(summary.weightsHash);
  });

  it("writes a module that acts as the saved student does", async () => {
    const student = await import(pathToFileURL(join(out, "student.mjs")).href);
    const { loadModel } = await import("../../src/index.js");
    const model = loadModel(readFileSync(join(out, "student.safetensors")));
    for (let i = 0; i < 200; i++) {
      const observation = [Math.sin(i), Math.sin(2 * i), Math.sin(3 * i) / 5, Math.sin(5 * i)];
      expect([...student.qValues(observation)]).toEqual([...model.qValues(observation)]);
      expect(student.act(observation)).toBe(model.act(observation));
    }
    expect(student.selfTest()).toBe(true);
    expect(student.actionNames).toEqual(["push left", "push right"]);
  });

  it("prints a table for people, without colour where NO_COLOR is set, and nothing with --quiet", () => {
    const { status, stdout, stderr } = qstill("run", "CartPole-v1", "--out", "table", ...quick);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("student");
    expect(stdout).toContain("report.html");
    expect(stdout).not.toContain("\u001b[");
    expect(qstill("run", "CartPole-v1", "--out", "quiet", "--quiet", ...quick)).toEqual({
      status: 0,
      stdout: "",
      stderr: "",
    });
  });

  it("ends with status 1 where the student misses its threshold, and still leaves everything", () => {
    const args = quick.map((arg) => arg.replace("--threshold=-100", "--threshold=1000"));
    const { status, stdout, stderr } = qstill("run", "CartPole-v1", "--out", "missed", "--json", ...args);
    expect(status).toBe(1);
    expect(JSON.parse(stdout).satisfied).toBe(false);
    expect(stderr).toMatch(/^the student keeps .* of the teacher's return after 1 attempt: 100,000 % was wanted\n$/);
    expect(readdirSync(join(folder, "missed")).sort()).toEqual(files);
  });

  it("stops at Ctrl-C with status 130 and a checkpoint, and --resume goes on to the same weights", async () => {
    const args = [
      "run",
      "MountainCar-v0",
      "--out",
      "stopped",
      ...quick,
      "--env-steps=60000",
      "--evaluation-interval=2000",
    ];
    const process_ = spawn(process.execPath, [main, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    process_.stderr.on("data", (chunk) => {
      said += chunk;
    });
    const metrics = join(folder, "stopped", "metrics.jsonl");
    const ended = new Promise<number | null>((resolve) => process_.on("close", resolve));
    const timer = setInterval(() => {
      if (!existsSync(metrics) || readFileSync(metrics, "utf8").split("\n").length <= 2) return;
      clearInterval(timer);
      process_.kill("SIGINT");
    }, 20);
    const status = await ended;
    expect(status).toBe(130);
    expect(said).toMatch(/^stopping…\nstopped: .*; to go on, repeat the command with --resume\n$/);
    expect(existsSync(join(folder, "stopped", "teacher.checkpoint"))).toBe(true);

    // what a resumed run that was killed would leave: events beyond the checkpoint, and a torn line
    const before = readFileSync(metrics, "utf8");
    const later = JSON.stringify({ ...JSON.parse(before.split("\n")[0]), envSteps: 59_000, updates: 58_000 });
    appendFileSync(metrics, `${later}\n{"kind":"evaluat`);
    writeFileSync(join(folder, "stopped", "student.checkpoint"), "older than the teacher's");
    expect(qstill(...args, "--resume", "--seed", "1").stderr).toBe(
      "stopped/teacher.checkpoint: this checkpoint was made with seed 0, but 1 is asked for\n",
    );
    expect(readFileSync(metrics, "utf8")).toBe(`${before}${later}\n{"kind":"evaluat`);

    const resumed = qstill(...args, "--resume", "--json");
    const straight = qstill(...args, "--out", "straight", "--json");
    expect(JSON.parse(resumed.stdout).weightsHash).toBe(JSON.parse(straight.stdout).weightsHash);
    expect(readdirSync(join(folder, "stopped")).sort()).toEqual(files);
    expect(readFileSync(metrics, "utf8")).toBe(readFileSync(join(folder, "straight", "metrics.jsonl"), "utf8"));
  });
});

describe("what is in the folder already", () => {
  const first = ["run", "CartPole-v1", "--out", "first", "--json", ...quick];
  const at = (name: string) => join(folder, "first", name);
  const text = (name: string) => readFileSync(at(name), "utf8");
  let summary: unknown;
  beforeAll(() => {
    mkdirSync(at(""));
    writeFileSync(at("teacher.checkpoint"), "stale");
    writeFileSync(at("student.checkpoint"), "stale");
    summary = JSON.parse(qstill(...first).stdout);
  });

  it("is forgotten by a run that begins anew", () => {
    expect(readdirSync(at("")).sort()).toEqual(files);
  });

  it("is gone on from where teacher and student are finished and only the results are missing", () => {
    const metrics = text("metrics.jsonl");
    for (const name of ["summary.json", "report.html", "student.mjs"]) rmSync(at(name));
    const { stdout, stderr } = qstill(...first, "--resume");
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual(summary); // even the seconds that training took
    expect(text("metrics.jsonl")).toBe(metrics);
    expect(readdirSync(at("")).sort()).toEqual(files);
  });

  it("is gone on from where only the teacher is finished: its metrics stay, the student is made anew", () => {
    const metrics = text("metrics.jsonl");
    cpSync(at(""), join(folder, "half"), { recursive: true });
    rmSync(join(folder, "half", "student.safetensors"));
    const { stdout } = qstill(...first, "--out", "half", "--resume");
    const { weightsHash } = summary as { weightsHash: string };
    expect(JSON.parse(stdout)).toMatchObject({ weightsHash });
    expect(readFileSync(join(folder, "half", "metrics.jsonl"), "utf8")).toBe(metrics);
  });

  it.each([
    [["--seed", "4"], "first/teacher.safetensors was made with seed 0, but 4 is asked for"],
    [["--gamma", "0.5"], "first/teacher.safetensors was made with gamma 0.98, but 0.5 is asked for"],
    [["--hidden", "16"], "first/teacher.safetensors was made with hidden [16, 16], but [16] is asked for"],
  ])("is refused, and stays as it is, where %j is asked for", (changed, message) => {
    const metrics = text("metrics.jsonl");
    const { status, stderr } = qstill(...first, "--resume", ...changed);
    expect([status, stderr]).toEqual([2, `${message}\n`]);
    expect(text("metrics.jsonl")).toBe(metrics);
  });

  it("keeps the teacher's metrics when another student is distilled into it", () => {
    const teacherLines = () =>
      text("metrics.jsonl")
        .split("\n")
        .filter((line) => line.includes('"network":"teacher"'));
    const before = teacherLines();
    expect(before.length).toBeGreaterThan(0);
    const args = ["--teacher", "first/teacher.safetensors", "--out", "first", "--rounds", "2", "--updates", "100"];
    expect(qstill("distill", ...args, "--threshold=-100", "--batch-size", "0").status).toBe(2);
    expect(text("metrics.jsonl").split("\n").length).toBeGreaterThan(before.length + 1);
    expect(qstill("distill", ...args, "--threshold=-100", "--attempts", "1").status).toBe(0);
    expect(teacherLines()).toEqual(before);
    expect(text("metrics.jsonl").split("\n")).toHaveLength(before.length + 2 + 1 + 1); // 2 rounds, 1 attempt
  });
});

describe("Ctrl-C", () => {
  /** A run with stderr taken for a terminal; sends a signal when `when` holds, and a second one when it says that it stops. */
  async function interrupted(run: string[], when: (stderr: string) => boolean, signals: number) {
    const terminal = "--import=data:text/javascript,process.stderr.isTTY=true";
    const args = [terminal, main, "run", ...quick, ...run];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    const dueAt = [when, () => stderr.includes("stopping…")].slice(0, signals);
    const timer = setInterval(() => {
      if (dueAt[0]?.(stderr)) dueAt.shift() && child.kill("SIGINT");
    }, 5);
    // a signal that comes while Node ends, after its handlers are gone, ends it in the same way for a shell
    const status = await new Promise<number | null>((resolve) =>
      child.on("close", (code, signal) => resolve(signal === "SIGINT" ? 130 : code)),
    );
    clearInterval(timer);
    return { status, stderr };
  }

  it("twice leaves the cursor visible, and no checkpoint of an earlier run", async () => {
    const stale = join(folder, "twice", "student.checkpoint");
    mkdirSync(join(folder, "twice"));
    writeFileSync(stale, "stale");
    const run = ["MountainCar-v0", "--out", "twice", "--env-steps=60000", "--evaluation-interval=2000"];
    const { status, stderr } = await interrupted(run, (shown) => shown.includes("\u001b[?25l"), 2);
    expect(status).toBe(130);
    expect(existsSync(stale)).toBe(false);
    expect(stderr).toContain("stopping…");
    expect(stderr).toContain("\u001b[?25l");
    expect(stderr.lastIndexOf("\u001b[?25h")).toBeGreaterThan(stderr.lastIndexOf("\u001b[?25l"));
  });

  it("within a student's round leaves a checkpoint that goes on to the same weights, and with this teacher only", async () => {
    const run = ["CartPole-v1", "--out", "middle", "--updates=100000", "--rounds=2"];
    const teacher = join(folder, "middle", "teacher.safetensors");
    const { status } = await interrupted(run, () => existsSync(teacher), 1);
    expect(status).toBe(130);
    expect(readdirSync(join(folder, "middle")).sort()).toEqual([
      "metrics.jsonl",
      "student.checkpoint",
      "teacher.safetensors",
    ]);
    const hashOf = (...more: string[]) =>
      JSON.parse(qstill("run", ...quick, ...run, "--json", ...more).stdout).weightsHash;
    const { stderr } = qstill("run", ...quick, ...run, "--resume", "--student-loss", "kl");
    expect(stderr).toBe(
      'middle/student.checkpoint: this checkpoint was made with loss "mse+cross-entropy", but "kl" is asked for\n',
    );
    expect(hashOf("--resume")).toBe(hashOf("--out", "unbroken"));
    expect(readFileSync(join(folder, "middle", "metrics.jsonl"), "utf8")).toBe(
      readFileSync(join(folder, "unbroken", "metrics.jsonl"), "utf8"),
    );
  });

  it("while the results are evaluated and written loses nothing", async () => {
    const metrics = join(folder, "late", "metrics.jsonl");
    const distilled = () => existsSync(metrics) && readFileSync(metrics, "utf8").includes('"kind":"attempt"');
    const run = ["CartPole-v1", "--out", "late"];
    const { status } = await interrupted(run, distilled, 1);
    expect([0, 130]).toContain(status); // 0 if the signal came after the evaluation
    const student = readFileSync(join(folder, "late", "student.safetensors"));
    expect(qstill("run", ...quick, ...run, "--resume").status).toBe(0);
    expect(readdirSync(join(folder, "late")).sort()).toEqual(files);
    expect(readFileSync(join(folder, "late", "student.safetensors"))).toEqual(student);
  });
});

describe("one step at a time", () => {
  it("train, distill, evaluate and export do what run does", () => {
    const [teacherOptions, studentOptions] = [quick.slice(0, 7), quick.slice(7)];
    const plain = studentOptions.map((arg) => arg.replace("--student-", "--"));
    const trained = qstill(
      "train",
      "CartPole-v1",
      "--seed",
      "3",
      "--out",
      "steps",
      "--json",
      ...teacherOptions,
      quick[6],
    );
    expect(JSON.parse(trained.stdout)).toMatchObject({ env: "CartPole-v1", seed: 3, teacher: { envSteps: 2000 } });
    const distilled = qstill("distill", "--teacher", "steps/teacher.safetensors", "--out", "steps", "--json", ...plain);
    expect([distilled.status, distilled.stderr]).toEqual([0, ""]);
    const { student } = JSON.parse(distilled.stdout);
    const run = join(folder, "runs", "CartPole-v1-3");
    expect(readFileSync(join(folder, "steps", "student.mjs"))).toEqual(readFileSync(join(run, "student.mjs")));
    const summary = JSON.parse(readFileSync(join(run, "summary.json"), "utf8"));
    expect(student.evaluationSteps).toBeGreaterThan(0);
    expect(student.evaluationSteps).toBe(summary.student.evaluationSteps);

    const model = "steps/student.safetensors";
    const evaluated = JSON.parse(qstill("evaluate", model, "--teacher", "steps/teacher.safetensors", "--json").stdout);
    expect(evaluated.student).toEqual(student.evaluation);
    expect(evaluated.qMse).toBe(student.qMse);
    expect(qstill("evaluate", model, "--episodes", "3").stdout).toContain("4-5-2");
    for (const more of [[], ["--teacher", "steps/teacher.safetensors"]]) {
      expect(qstill("evaluate", model, "--episodes", "3", "--quiet", ...more)).toEqual({
        status: 0,
        stdout: "",
        stderr: "",
      });
    }
    const misfit = qstill("evaluate", model, "--env", "Acrobot-v1");
    expect([misfit.status, misfit.stderr]).toEqual([
      2,
      "the model, trained in CartPole-v1, has 4 inputs and 2 outputs, but Acrobot-v1 has 6 features and 3 actions\n",
    ]);

    const exported = JSON.parse(qstill("export", model, "--out", "steps/exported.mjs", "--json").stdout);
    const bytes = readFileSync(join(folder, "steps", "exported.mjs")).length;
    expect(exported).toEqual({ file: "steps/exported.mjs", format: "js", bytes });
    for (const ending of ["mjs", "d.mts"]) {
      expect(readFileSync(join(folder, "steps", `exported.${ending}`))).toEqual(
        readFileSync(join(run, `student.${ending}`)),
      );
    }

    const { file } = JSON.parse(qstill("export", model, "--to", "int8", "--json").stdout);
    expect(file).toMatch(/student\.int8\.safetensors$/);
    const int8 = JSON.parse(qstill("evaluate", file, "--teacher", model, "--episodes", "5", "--json").stdout);
    expect(int8.parameters).toBe(student.parameters);
    expect(int8.actionAgreement).toBeGreaterThan(0.9);
    writeFileSync(join(folder, file), readFileSync(join(folder, file)).subarray(0, -1));
    expect(qstill("evaluate", file).stderr).toMatch(/^.*student\.int8\.safetensors: .*bytes of data.*\n$/);
  });
});

describe("explain and shrink", () => {
  const teacher = join(folder, "rule.safetensors");
  beforeAll(() => {
    // pushes towards angle + angular velocity: 487 of 500
    const parameters = Float32Array.of(0, 0, 0, 0, -1, 1, -1, 1, 0, 0);
    writeFileSync(teacher, saveModel({ environment: "CartPole-v1", widths: [4, 2], parameters }));
  });

  it("explain writes the tree beside the model and prints its rules", async () => {
    const { status, stdout, stderr } = qstill("explain", teacher, "--leaves", "6", "--json");
    expect([status, stderr]).toEqual([0, ""]);
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({ env: "CartPole-v1", seed: 0, file: join(folder, "rule.tree.mjs") });
    expect(told.tree.leaves).toBeLessThanOrEqual(6);
    expect(told.tree.rules).toMatch(/^if pole ang.* ≤ -?[\d.]+\n {2}/);
    expect(told.sensitivity.map(({ feature }: { feature: string }) => feature)).toContain("cart velocity");
    const { act, example } = await import(/* @vite-ignore */ pathToFileURL(told.file).href);
    expect(act(example.observation)).toBe(example.action);
  });

  const budget =
    "--env-steps=500 --updates=500 --rounds=2 --evaluation-episodes=5 --episodes=10 --attempts=1 --hidden=2";
  const shrinkInto = (out: string, threshold: number) =>
    qstill("shrink", "--teacher", teacher, "--out", out, ...budget.split(" "), `--threshold=${threshold}`, "--json");

  it("shrink writes the smallest student and the frontier", () => {
    const { status, stdout, stderr } = shrinkInto("shrunk", -1000);
    expect([status, stderr]).toEqual([0, ""]);
    const frontier = JSON.parse(stdout);
    expect(frontier).toMatchObject({ env: "CartPole-v1", complete: true, smallest: { hidden: [1], parameters: 9 } });
    expect(frontier).toEqual(JSON.parse(readFileSync(join(folder, "shrunk", "frontier.json"), "utf8")));
    const written = readdirSync(join(folder, "shrunk")).sort();
    expect(written).toEqual(["frontier.json", "report.html", ...files.filter((name) => name.startsWith("student."))]);
    expect(readFileSync(join(folder, "shrunk", "report.html"), "utf8")).toContain("9 parameters are enough");
    const kept = loadModel(readFileSync(join(folder, "shrunk", "student.safetensors")));
    expect(kept.widths).toEqual([4, 1, 2]);
  });

  it("shrink goes on with the sizes that are left, and finished it says so", async () => {
    const args = ["shrink", "--teacher", teacher, "--threshold=-1000", "--out"];
    const search = [...budget.split(" ").slice(0, -1), "--hidden=6"];
    const [whole, stopped] = ["whole", "stopped"].map((name) => join(folder, `shrink-${name}`));
    expect(qstill(...args, whole, ...search).status).toBe(0);
    const child = spawn(process.execPath, [main, ...args, stopped, ...search], { cwd: folder, stdio: "ignore" });
    const ended = new Promise((resolve) => child.on("close", resolve));
    while (!existsSync(join(stopped, "frontier.json"))) await new Promise((resolve) => setTimeout(resolve, 2));
    child.kill("SIGKILL");
    await ended;
    const left = JSON.parse(readFileSync(join(stopped, "frontier.json"), "utf8"));
    const resumed = qstill(...args, stopped, ...search, "--resume");
    expect(resumed.status).toBe(0);
    for (const { hidden } of left.sizes) expect(resumed.stderr).not.toContain(`hidden ${hidden}, attempt`);
    const text = (of: string, name: string) => readFileSync(join(of, name), "utf8");
    for (const name of ["frontier.json", "student.mjs", "report.html"]) {
      expect(text(stopped, name)).toBe(text(whole, name));
    }
    const again = qstill(...args, stopped, ...search, "--resume");
    expect([again.status, again.stderr]).toEqual([0, `already finished: ${stopped} holds the results\n`]);
    expect(again.stdout).toBe(resumed.stdout);
    const other = qstill(...args, stopped, ...search, "--resume", "--updates=501");
    expect([other.status, other.stderr]).toEqual([
      2,
      `${join(stopped, "frontier.json")} was made with updates 500, but 501 is asked for\n`,
    ]);
  });

  it("shrink ends with status 1 where nothing is good enough, and leaves what it tried", () => {
    const { status, stdout, stderr } = shrinkInto("unshrunk", 1000);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^no student up to hidden 2 was shown to keep 100,000 % of the teacher's return/);
    expect(JSON.parse(stdout)).toMatchObject({ smallest: null, sizes: [{ hidden: [2], final: null }] });
  });
});
