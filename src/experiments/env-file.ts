// Environments from files: a module whose default export makes the environment, registered so that an id finds it. Or
// what Python is to play.
import { statSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigError } from "../core/config-error.js";
import { described, needFunction } from "../core/needed.js";
import { reason } from "../core/reason.js";
import { checkedAnyEnv } from "../env/custom.js";
import type { CustomEnv } from "../env/env.js";
import { environmentIds, registerEnv } from "../env/registry.js";
import { isGymnasium, registerGymnasium } from "../gymnasium/register.node.js";
import { codeName, noteCode } from "./code.js";
import { reasonOf } from "./durable.js";

/**
 * A file with an environment, or an environment of Gymnasium. It runs: only a path that the user gave may stand here,
 * never one from a file.
 */
export interface EnvFile {
  /**
   * A module whose default export is a function that makes a new environment at each call; or `gymnasium:` and what
   * Gymnasium makes.
   */
  readonly path: string;
  /** Plain data that is given to the function, or Gymnasium's keyword arguments. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The Python that plays an environment of Gymnasium. */
  readonly python?: string;
}

const registered = new Map<string, string>();

/**
 * Imports a file and registers its environment: under its own id, or under the file's name if it has none or if another
 * environment has the same one.
 * @returns the id
 * @throws ConfigError in one line that names the file, if there is no environment in it
 */
export async function registerEnvFile({ path, options, python }: EnvFile): Promise<string> {
  if (isGymnasium(path)) return registerGymnasium(path, { python, kwargs: options });
  const file = resolve(path);
  const before = registered.get(file);
  if (before !== undefined) return before;
  const make = await factoryIn(path, file);
  const name = basename(file).replace(/\.[cm]?[jt]s$/, "");
  const taken = new Set(environmentIds());
  const made = (): CustomEnv => {
    const env = about(path, () => make(options));
    if (env instanceof Promise) env.catch(() => {}); // it is refused, and nobody will wait for it
    // it must not be taken for the other environment, in a model's file for example
    if (taken.has(env?.id as string) && !Reflect.defineProperty(env, "id", { value: name })) {
      throw new ConfigError(`${path}: its id is ${described(env.id)}, which another environment has`);
    }
    return env;
  };
  const { id } = about(path, () => checkedAnyEnv(made(), name));
  about(path, () => registerEnv(id, made, { options }));
  noteCode(file, codeName("environment", id));
  registered.set(file, id);
  return id;
}

/** The function that a file exports. */
async function factoryIn(path: string, file: string): Promise<(options?: object) => CustomEnv> {
  try {
    if (statSync(file).isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
  } catch (error) {
    throw new ConfigError(`cannot read ${path}: ${reasonOf(error)}`);
  }
  const module = await import(pathToFileURL(file).href).catch((error: unknown) => {
    throw new ConfigError(`${path} cannot be imported: ${whyNot(error, path)}`);
  });
  if (!("default" in module)) {
    throw new ConfigError(`${path} has no default export: export default a function that makes an environment`);
  }
  about(path, () => needFunction("its default export", module.default, "a function that makes an environment"));
  return module.default;
}

/** Errors name the file. */
function about<Result>(path: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`${path}: ${reason(error)}`, { cause: error });
  }
}

/** Why a module could not be imported. */
function whyNot(error: unknown, path: string): string {
  if ((error as NodeJS.ErrnoException)?.code === "ERR_UNKNOWN_FILE_EXTENSION") {
    return `Node ${process.versions.node} does not run ${extname(path)} files (22.18 and later run TypeScript)`;
  }
  // a syntax error knows its line only in Node's own output
  return error instanceof SyntaxError ? `${reason(error)} (node ${path} shows where)` : reason(error);
}
