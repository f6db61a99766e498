// The same seed gives the same weights: twice in one process, in another process, after a stop, and in browsers.
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import type * as Library from "../src/index.js";
import { withChromium, withFirefox } from "./engines/launch.js";
import { orSkip } from "./engines/skip.js";
import { shortStudent, shortTeacher } from "./short-training.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const options = { teacher: { ...shortTeacher, seed: 11 }, student: { ...shortStudent, seed: 11 } };
const environments = ["CartPole-v1", "MountainCar-v0", "Acrobot-v1"];

/** Trains and distils with the built library; it runs in every engine, so it uses nothing but its arguments. */
async function hashOf(
  { trainTeacher, distill, weightsHash }: typeof Library,
  id: string,
  { teacher, student }: typeof options,
): Promise<string> {
  const trained = await trainTeacher(id, teacher);
  const distilled = await distill(trained, student);
  return weightsHash(distilled.parameters, trained.parameters);
}

describe.each(environments)("%s", (id) => {
  let library: typeof Library;
  let hash: string;
  beforeAll(async () => {
    library = await import("../dist/index.js" as string);
    hash = await hashOf(library, id, options);
  });

  it("gives the same weights twice in one process", async () => {
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await hashOf(library, id, options)).toBe(hash);
  });

  it("gives them in another process", () => {
    const script = `
      const hashOf = ${hashOf};
      process.stdout.write(await hashOf(await import("qstill"), ${JSON.stringify(id)}, ${JSON.stringify(options)}));`;
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: root });
    expect(output.toString()).toBe(hash);
  });

  it("gives them after being stopped half-way and resumed in another process", () => {
    const script = `
      const { trainTeacher, distill, weightsHash } = await import("qstill");
      const { teacher, student } = ${JSON.stringify(options)};
      const stopAt = (network, share) => {
        const controller = new AbortController();
        const onEvent = (e) => e.kind === "progress" && e.network === network && e.share >= share && controller.abort();
        return { signal: controller.signal, onEvent };
      };
      const id = ${JSON.stringify(id)};
      const { checkpoint } = await trainTeacher(id, { ...teacher, ...stopAt("teacher", 0.5) }).catch((e) => e);
      const trained = await trainTeacher(id, { ...teacher, resume: checkpoint });
      const half = await distill(trained, { ...student, ...stopAt("student", 0.5) }).catch((e) => e);
      const distilled = await distill(trained, { ...student, resume: half.checkpoint });
      process.stdout.write(await weightsHash(distilled.parameters, trained.parameters));`;
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: root });
    expect(output.toString()).toBe(hash);
  });
});

it.for([
  ["Chromium", withChromium],
  ["Firefox", withFirefox],
] as const)("headless %s gives the same weights, from a plain page", async ([, withBrowser], { skip }) => {
  const library: typeof Library = await import("../dist/index.js" as string);
  const hashes = await Promise.all(environments.map((id) => hashOf(library, id, options)));
  const inPage = `
    import("qstill").then((library) =>
      Promise.all(${JSON.stringify(environments)}.map((id) => (${hashOf})(library, id, ${JSON.stringify(options)}))))`;
  expect(await orSkip(skip, () => withBrowser((page) => page.evaluate(inPage)))).toEqual(hashes);
});
