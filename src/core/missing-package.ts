// The error for an optional package that is needed and not installed.

/** Something needs a package that is not installed. The message says which package, and how to get it. */
export class MissingPackageError extends Error {
  override readonly name = "MissingPackageError";

  /** @param what what needs the package, for example "LunarLander-v3" */
  constructor(what: string, packageName: string) {
    super(`${what} needs the package ${packageName}: npm install ${packageName}`);
  }
}

/** Whether an import failed because exactly this package is missing. */
export function isMissing(error: unknown, packageName: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "ERR_MODULE_NOT_FOUND" && message.includes(`'${packageName}'`);
}
