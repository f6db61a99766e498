// Steps in a second of a Gymnasium environment with random actions: played from here, and by Gymnasium's SyncVectorEnv in
// Python. Both are measured in turns; the figures are medians. QSTILL_PYTHON names the Python.
// node scripts/gymnasium-speed.js [environment] [copies] [turns]
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { resolveAnyEnv } from "../dist/env/registry.js";
import { gymnasium } from "../dist/gymnasium/index.js";
import { Pcg64 } from "../dist/index.js";
import { median } from "./median.js";

const [id = "CartPole-v1", count = "16", turns = "7"] = process.argv.slice(2);
const copies = Number(count);
const seconds = 2; // of a turn
const python = process.env.QSTILL_PYTHON || "python3";

const source = gymnasium(id, { python });
const envs = Array.from({ length: copies }, () => resolveAnyEnv(source)); // checked, as in a training
await Promise.all(envs.map((env, seed) => env.reset({ seed })));
const random = new Pcg64(0);

async function ours() {
  const begun = performance.now();
  let steps = 0;
  while (performance.now() - begun < 1000 * seconds) {
    const answers = await Promise.all(
      envs.map((env) => {
        const mask = env.actionMask;
        let action = random.integers(0, env.actionCount);
        while (mask?.[action] === 0) action = random.integers(0, env.actionCount);
        return env.step(action);
      }),
    );
    steps += copies;
    const over = envs.filter((_, i) => answers[i].terminated || answers[i].truncated);
    if (over.length > 0) await Promise.all(over.map((env) => env.reset()));
  }
  return (1000 * steps) / (performance.now() - begun);
}

const script = fileURLToPath(new URL("../bench/sync_vector_env.py", import.meta.url));
const theirs = () => Number(execFileSync(python, [script, id, count, String(seconds)], { encoding: "utf8" }));

await ours(); // warm
const figures = { here: [], SyncVectorEnv: [] };
for (let turn = 0; turn < Number(turns); turn++) {
  figures.here.push(await ours());
  figures.SyncVectorEnv.push(theirs());
}
const [here, there] = [median(figures.here), median(figures.SyncVectorEnv)];
console.log(
  `${id}, ${copies} copies: ${Math.round(here)} steps a second from here, ${Math.round(there)} in Python alone`,
);
console.log(`share: ${(here / there).toFixed(2)}`);
