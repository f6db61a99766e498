// qstill import: what it shows of a file from elsewhere, and the model that it writes.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { loadModel } from "../../src/model/files.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "qstill-import-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of a file that another library made. */
function foreign(name: string, to = name): string {
  copyFileSync(fileURLToPath(new URL(`../foreign/${name}`, import.meta.url)), join(folder, to));
  return to;
}

function qstill(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

test("it shows the tensors, the network and the environments that fit, and writes a model", () => {
  const { status, stdout } = qstill("import", foreign("sb3_dqn_cartpole.zip"));
  expect(status).toBe(0);
  expect(stdout).toContain("Stable-Baselines3");
  expect(stdout).toMatch(/q_net\.q_net\.0\.weight\s.*256 × 4\s.*F32/);
  expect(stdout).toContain("network      4-256-256-2, 67586 parameters, relu, Q-values");
  expect(stdout).toMatch(/fits +.*CartPole-v1/);
  const written = loadModel(readFileSync(join(folder, "sb3_dqn_cartpole.qstill.safetensors")));
  expect(written.widths).toEqual([4, 256, 256, 2]);
});

test("as JSON it says the same, and an actor's outputs", () => {
  const { stdout } = qstill("import", foreign("sb3_ppo.zip"), "--json", "--out", "actor.safetensors");
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ file: "actor.safetensors", kind: "Stable-Baselines3", widths: [3, 6, 5, 2], parameters: 71 },
    ...{ activation: "tanh", outputs: "logits", environments: [] },
  });
  expect(JSON.parse(stdout).tensors).toContainEqual({ name: "action_net.weight", shape: [2, 5], dtype: "F32" });
  expect(loadModel(readFileSync(join(folder, "actor.safetensors"))).outputs).toBe("logits");
  // any other command reads it like a model of this library
  const refused = qstill("distill", "--teacher", "actor.safetensors", "--env", "CartPole-v1", "--loss", "mse");
  expect(refused).toMatchObject({ status: 2 });
  expect(refused.stderr).toContain("its teacher's outputs are logits");
});

test("a name or a map takes one of two networks; without them the tensors are shown all the same", () => {
  const file = foreign("refuse_twins.pt");
  const without = qstill("import", file);
  expect(without).toMatchObject({ status: 2 });
  expect(without.stdout).toContain("q2.2.bias");
  expect(without.stderr).toMatch(/^refuse_twins\.pt: the file holds 2 networks, "q1" \(4-16-4\), "q2".*\n$/);
  const map = "q1.0.weight+q1.0.bias,q1.2.weight+q1.2.bias";
  const [named, mapped] = [
    ["--name", "q1"],
    ["--map", map],
  ].map((flags) => {
    expect(qstill("import", file, ...flags, "--out", "one.safetensors").status).toBe(0);
    return readFileSync(join(folder, "one.safetensors"));
  });
  expect(mapped.equals(named)).toBe(true);
});

test("what VecNormalize saved is read where it lies beside the archive, by every command, or where it is named", () => {
  mkdirSync(join(folder, "run"));
  const model = foreign("sb3_ppo_normalised.zip", "run/model.zip");
  expect(qstill("import", model, "--out", "raw.safetensors").status).toBe(0);
  const saved = foreign("sb3_ppo_normalised.pkl");
  expect(qstill("import", model, "--out", "named.safetensors", "--vec-normalize", saved).status).toBe(0);
  foreign("sb3_ppo_normalised.pkl", "run/vecnormalize.pkl");
  const beside = qstill("import", model, "--out", "beside.safetensors");
  expect(beside.stderr).toContain("observations are normalised as run/vecnormalize.pkl says");
  const [raw, named, found] = ["raw", "named", "beside"].map((name) =>
    readFileSync(join(folder, `${name}.safetensors`)),
  );
  expect(found.equals(named)).toBe(true);
  expect(found.equals(raw)).toBe(false);
  expect(qstill("export", model, "--out", "run/model.mjs").stderr).toContain("are normalised as run/vecnormalize.pkl");
});

test("what it is not to read or to write is refused in one line", () => {
  const file = foreign("cartpole_qnet.pt");
  expect(qstill("import", file, "--out", file)).toMatchObject({
    status: 2,
    stderr: "--out is cartpole_qnet.pt, which is the file that is read\n",
  });
  expect(qstill("import", file, "--map", "a+b+c").stderr).toContain(
    '--map has "a+b+c": a weight, or weight+bias, is needed for each layer',
  );
  expect(qstill("import", file, "--env", "Acrobot-v1").stderr).toContain(
    "the model has 4 inputs and 2 outputs, but Acrobot-v1 has 6 features and 3 actions",
  );
  expect(qstill("import", "gone.pt")).toMatchObject({ status: 2 });
  expect(existsSync(join(folder, "cartpole_qnet.qstill.safetensors"))).toBe(false);
});
