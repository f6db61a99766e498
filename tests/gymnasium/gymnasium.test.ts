// Environments of Gymnasium beside Gymnasium itself and beside ours: the same floats, the same weights, errors in one line.
import { spawnSync } from "node:child_process";
import { relative } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect } from "vitest";
import { checkedAnyEnv } from "../../dist/env/custom.js";
import type { AnyEnv } from "../../dist/env/env.js";
import { asInFirstRelease } from "../../dist/env/known.js";
import { type GymnasiumOptions, type GymnasiumSource, gymnasium } from "../../dist/gymnasium/index.js";
import { evaluate, evaluateAsync, Interrupted, makeEnv, Pcg64, trainTeacher } from "../../dist/index.js";
import { python, withGymnasium } from "./python.js";

const file = `./${relative(process.cwd(), fileURLToPath(new URL("envs.py", import.meta.url)))}`;
const sources: GymnasiumSource[] = [];
afterAll(() => {
  for (const source of sources) source.close();
});

/** A source that this file closes. */
function source(id: string, options: GymnasiumOptions = {}): GymnasiumSource {
  const made = gymnasium(id, { python, ...options });
  sources.push(made);
  return made;
}

/** A new, checked copy of an environment in envs.py. */
function ofFile(name: string, kwargs: object = {}): AnyEnv {
  return checkedAnyEnv(source(`${file}:${name}`, { kwargs: kwargs as GymnasiumOptions["kwargs"] })());
}

const short = { seed: 3, envSteps: 600, learningStarts: 100, hidden: [8], evaluationInterval: 300 };
/** All that the presets of both say, so that both have the same configuration. */
const asBoth = { ...asInFirstRelease, gamma: 0.98, tau: 0.005, stopReturn: null };
const quick = { ...short, ...asBoth, evaluationEpisodes: 3, confirmationEpisodes: 3 };

describe("beside ours", () => {
  withGymnasium("CartPole-v1 has the same weights, alone and in copies that play side by side", async () => {
    const theirs = source("CartPole-v1");
    for (const copies of [1, 3]) {
      const ours = await trainTeacher(() => makeEnv("CartPole-v1"), { ...quick, copies });
      const teacher = await trainTeacher(copies === 1 ? theirs : source("CartPole-v1", { copies }), quick);
      expect(teacher.config.copies).toBe(copies);
      expect(teacher.parameters).toEqual(ours.parameters);
      const evaluation = await evaluateAsync(teacher, { env: theirs, episodes: 5, copies: 5 });
      expect(evaluation).toEqual(evaluate(ours, { env: "CartPole-v1", episodes: 5 }));
    }
  });

  withGymnasium.call(
    null,
    "CartPole-v1 and MountainCar-v0 have the same floats, Acrobot-v1 nearly the same",
    async () => {
      for (const [id, near] of [
        ["CartPole-v1", 0],
        ["MountainCar-v0", 0],
        ["Acrobot-v1", 1e-4], // cosines of the C library and ours differ in the last bit, and errors grow
      ] as const) {
        const ours = makeEnv(id);
        const theirs = checkedAnyEnv(source(id)());
        expect(theirs).toMatchObject({ maxEpisodeSteps: ours.maxEpisodeSteps, observationSize: ours.observationSize });
        for (const seed of [0, 7, 2 ** 32 - 1]) {
          const random = new Pcg64(seed);
          expect(await theirs.reset({ seed })).toEqual(ours.reset({ seed }));
          for (let ended = false; !ended; ) {
            const action = random.integers(0, ours.actionCount);
            const { observation, ...rest } = ours.step(action);
            const { observation: other, ...same } = await theirs.step(action);
            expect(same).toEqual(rest);
            for (const [i, value] of observation.entries())
              expect(Math.abs(other[i] - value)).toBeLessThanOrEqual(near);
            ended = rest.terminated || rest.truncated;
          }
        }
      }
    },
  );
});

describe("observations", () => {
  const names = {
    box: ["[0, 0]", "[0, 1]", "[0, 2]", "[1, 0]", "[1, 1]", "[1, 2]"],
    double: ["[0]", "[1]", "[2]"],
    bytes: ["[0, 0]", "[0, 1]", "[1, 0]", "[1, 1]"],
    scalar: [""],
    discrete: [" = -2", " = -1", " = 0", " = 1"],
    binary: ["[0]", "[1]", "[2]"],
    multi: ["[0] = 1", "[0] = 2", "[1] = 0", "[1] = 1", "[1] = 2"],
    table: ["[0, 0] = 0", "[0, 0] = 1", "[0, 1] = 0", "[0, 1] = 1", "[1, 0] = 0", "[1, 0] = 1"].concat(
      ["[1, 1] = 0", "[1, 1] = 1", "[1, 1] = 2"], // the last one has three values
    ),
    tuple: ["[0] = 0", "[0] = 1", "[1][0]", "[1][1]"],
  };

  withGymnasium("of every kind are named, and flattened as Gymnasium flattens them", () => {
    const check = fileURLToPath(new URL("check_flat.py", import.meta.url));
    const { stdout, stderr } = spawnSync(python, [check], { encoding: "utf8" });
    expect(stderr).toBe("");
    const found = JSON.parse(stdout) as Record<string, { names: string[]; binary: boolean; equal: boolean }>;
    const arm = ["arm.angle", "arm.joint[0] = 0", "arm.joint[0] = 1", "arm.joint[1][0]", "arm.joint[1][1]"];
    const all = { ...names, dict: [...arm, "door = 0", "door = 1", "velocity[0]", "velocity[1]"] };
    expect(found.wrong).toEqual([]);
    for (const [space, expected] of Object.entries(all)) {
      const named = space === "dict" ? expected : expected.map((name) => `observation${name}`);
      const binary = ["discrete", "binary", "multi", "table"].includes(space);
      expect([space, found[space]]).toEqual([space, { names: named, binary, equal: true }]);
    }
  });

  for (const space of ["dict", "multi"]) {
    withGymnasium(`${space}: as Gymnasium's own wrapper flattens them`, async () => {
      const ours = ofFile("sampled", { space });
      const flat = ofFile("sampled", { space, flat: true });
      expect(await ours.reset({ seed: 4 })).toEqual(await flat.reset({ seed: 4 }));
      for (let i = 0; i < 6; i++) {
        const action = (ours.actionMask as Uint8Array).indexOf(1);
        expect(action).toBe(i % 2);
        const answer = await ours.step(action);
        expect(answer).toMatchObject({ reward: 0.1, terminated: false, truncated: false });
        expect(answer).toEqual(await flat.step(action));
      }
      expect(ours.byteObservations).toBe(space === "multi");
    });
  }
});

withGymnasium("actions have their own numbers, the time limit is Python's, and a mask forbids", async () => {
  const env = ofFile("sampled", { space: "box" });
  expect(env).toMatchObject({ actionCount: 2, actionNames: ["action 5", "action 6"], maxEpisodeSteps: 7 });
  await env.reset({ seed: 1 });
  expect(() => env.step(1)).toThrow(/action 1 is forbidden at step 1: allowed are 0$/);
  for (let i = 0; i < 6; i++) expect((await env.step(i % 2)).truncated).toBe(false);
  expect((await env.step(0)).truncated).toBe(true);
});

withGymnasium("a registered environment of a module or of a file is found, too", async () => {
  const env = checkedAnyEnv(source(`${file}:Registered-v0`)());
  expect(env).toMatchObject({ id: `gymnasium:${file}:Registered-v0`, maxEpisodeSteps: 4 });
  expect(checkedAnyEnv(source("gymnasium.envs.classic_control:CartPole-v0")()).maxEpisodeSteps).toBe(200);
});

describe("what cannot be played is refused in one line", () => {
  const cases: readonly [string, object, RegExp][] = [
    ["CartPole-v9", {}, /: VersionNotFound: .*CartPole.*$/],
    [
      `${file}:Continuous`,
      {},
      /: its actions are Box\(-1\.0, 1\.0, \(1,\), float32\): only Discrete actions can be chosen$/,
    ],
    [`${file}:sampled`, { space: "text" }, /: its observations are Text\(.*: Box, Discrete, .* can be flattened$/],
    [`${file}:Failing`, { fault: "make" }, /: ValueError: no such map \(envs\.py, line \d+\)$/],
    [`${file}:Nothing`, {}, /: \.\/\S+envs\.py has no Nothing, and registers no environment of this name$/],
    [`${file}:not_an_env`, {}, /: not_an_env gave a value of type dict: a gymnasium\.Env is needed$/],
    ["./nowhere.py:Env", {}, /: there is no file \.\/nowhere\.py$/],
    [file, {}, /: \.\/\S+envs\.py is a file: say which class or function .*, as in \.\/\S+envs\.py:MyEnv$/],
    ["nowhere:Env-v0", {}, /: ModuleNotFoundError: No module named 'nowhere'$/],
  ];
  for (const [id, kwargs, message] of cases) {
    withGymnasium(`${id.replace(file, "envs.py")} ${JSON.stringify(kwargs)}`, () => {
      const make = source(id, { kwargs: kwargs as GymnasiumOptions["kwargs"] });
      expect(make).toThrow(message);
      expect(make).toThrow(/^gymnasium:.*$/);
    });
  }
});

describe("a step that fails", () => {
  const faults: readonly [string, RegExp][] = [
    ["sys.exit", /: SystemExit: 3 \(envs\.py, line \d+\)$/],
    ["raise", /: ValueError: bad thing \(envs\.py, line \d+\)$/],
    ["input", /: EOFError: EOF when reading a line \(envs\.py, line \d+\)$/],
    ["shape", /: its observation is \[1\.0\], which does not fit Box\(-1\.0, 1\.0, \(2,\), float32\)$/],
    ["old", /: its step gave 4 values: observation, reward, terminated, truncated, info are needed$/],
    ["mask", /: its action_mask has 3 entries: 17 are needed$/],
    ["negative", /: its action_mask is array\(\[-1, .*: zeros and ones are needed$/],
    ["half", /: its action_mask is \[0\.5, 1, .*: zeros and ones are needed$/],
    ["reward", /: its reward is None: a number is needed$/],
    ["NaN", /step 1 gave an observation with NaN at index 1: /],
    ["NaN reward", /step 1 gave reward NaN: /],
    ["exit", / ended with status 3$/],
    ["kill", / was ended by SIGKILL$/],
  ];

  withGymnasium("is told in one line, and the environment can be played again", async () => {
    const env = ofFile("Failing");
    for (const [fault, message] of faults) {
      await env.reset({ seed: 1 });
      const failed = (async () => env.step(env.actionNames.indexOf(fault)))();
      await expect(failed).rejects.toThrow(message);
      await expect(failed).rejects.toThrow(/^environment "gymnasium:.*$/);
    }
    await env.reset({ seed: 1 });
    expect(await env.step(env.actionNames.indexOf("print"))).toMatchObject({ reward: 1, terminated: false });
    expect(await env.step(env.actionNames.indexOf("end"))).toMatchObject({ terminated: true }); // no mask is read there
  });

  withGymnasium("of one copy does not end the others' episodes", async () => {
    const make = source(`${file}:Failing`);
    const [one, other] = [make(), make()].map((env) => checkedAnyEnv(env));
    await Promise.all([one.reset({ seed: 1 }), other.reset({ seed: 2 })]);
    const failing = one.step(one.actionNames.indexOf("raise"));
    const [failed, fine] = await Promise.allSettled([failing, other.step(0)]);
    expect([failed.status, fine.status]).toEqual(["rejected", "fulfilled"]);
    expect((await other.step(0)).reward).toBe(1);
    const both = [one.reset(), other.step(other.actionNames.indexOf("kill"))]; // it ends both
    for (const each of await Promise.allSettled(both)) expect(each.status === "rejected" || each.value).toBeTruthy();
    await expect((async () => other.step(0))()).rejects.toThrow(/Python has ended: reset\(\) starts it again$/);
  });

  withGymnasium("keeps the work, which goes on in a new process", async () => {
    const make = source(`${file}:Failing`, { kwargs: { fault: "kill", at: 590 } });
    const options = { ...quick, evaluationInterval: 0 };
    const error = await trainTeacher(make, options).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(Interrupted);
    const { envSteps, inexactFrom } = await trainTeacher(make, {
      ...options,
      resume: (error as Interrupted).checkpoint,
    });
    expect({ envSteps, inexactFrom }).toEqual({ envSteps: 600, inexactFrom: 589 });
  });

  withGymnasium("one that hangs: an abort is answered at once, and close ends Python", async () => {
    const env = ofFile("Failing");
    const controller = new AbortController();
    await env.reset({ seed: 1 });
    const policy = { act: () => env.actionNames.indexOf("hang") };
    const work = evaluateAsync(policy, { env: sources.at(-1), episodes: 1, signal: controller.signal });
    setTimeout(() => controller.abort(), 500);
    await expect(work).rejects.toMatchObject({ name: "AbortError" });
    sources.at(-1)?.close();
    expect(await env.reset({ seed: 1 })).toHaveLength(2); // in another process
  });
});

for (const thread of [true, false]) {
  withGymnasium(`${thread ? "a thread of its own" : "a close that hangs"} keeps no Python alive`, async () => {
    const make = source(`${file}:Busy`, { kwargs: { thread } });
    const env = checkedAnyEnv(make());
    await env.reset({ seed: 1 });
    const { reward } = await env.step(0);
    make.close();
    const lives = () => {
      try {
        return process.kill(reward, 0);
      } catch {
        return false;
      }
    };
    for (let i = 0; i < 150 && lives(); i++) await wait(100);
    expect(lives()).toBe(false);
  });
}

withGymnasium("Gymnasium warns for the first copy", () => {
  const check = fileURLToPath(new URL("check_copies.py", import.meta.url));
  expect(spawnSync(python, [check], { encoding: "utf8" })).toMatchObject({ stderr: "", stdout: "[2, 2, 2]\n" });
});

withGymnasium("a close that hangs, of a copy that nobody has any longer, keeps no program alive", () => {
  const code = `import { setTimeout } from "node:timers/promises";
    import { gymnasium } from ${JSON.stringify(new URL("../../dist/gymnasium/index.js", import.meta.url).href)};
    const make = gymnasium(${JSON.stringify(`${file}:Busy`)}, { python: ${JSON.stringify(python)} });
    await make().reset({ seed: 1 });
    for (let i = 0; i < 5; i++) { gc(); await setTimeout(20); }`;
  const args = ["--expose-gc", "--input-type=module", "--eval", code];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 20_000 });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

withGymnasium("one process plays all copies, and closes those that nobody has any longer", async () => {
  const make = source(`${file}:Many`);
  const copies = Array.from({ length: 5 }, () => checkedAnyEnv(make()));
  await Promise.all(copies.map((env) => env.reset({ seed: 0 })));
  const answers = (await Promise.all(copies.map((env) => env.step(0)))) as { reward: number }[];
  expect(new Set(answers.map(({ reward }) => reward)).size).toBe(1);
  expect((await copies[0].step(0)).observation[0]).toBe(5);
});
