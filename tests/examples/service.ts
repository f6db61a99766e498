// The example service in a process of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const started: ChildProcess[] = [];

function spawned(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const child = spawn(process.execPath, ["examples/node-service/server.js", ...args], {
    cwd: root,
    env: { ...process.env, ...env },
  });
  started.push(child);
  return child;
}

/** The service, when it listens, and where. */
export async function service(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  port: readonly string[] = ["--port", "0"],
) {
  const child = spawned([...args, ...port], env);
  const [line] = await once(child.stdout!, "data");
  return { child, origin: /http:\S+/.exec(String(line))![0] };
}

/** With which status a service ends that is not told to, and what it said. */
export async function failure(args: readonly string[]) {
  const child = spawned(args);
  return ended(child);
}

/** With which status it ends, and what it says until then on stderr. */
export async function ended(child: ChildProcess) {
  let said = "";
  child.stderr!.on("data", (text) => {
    said += text;
  });
  const [status] = await once(child, "close");
  return { status: status as number | null, said };
}

export function killAll(): void {
  for (const child of started) child.kill("SIGKILL");
}
