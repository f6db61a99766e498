// The package that only some need, where it is not installed.

/** Something needs a package that is not installed; the message says which, and how to get it. */
export class MissingPackageError extends Error {
  override readonly name = "MissingPackageError";

  /** @param what needs it, "LunarLander-v3" for one */
  constructor(what: string, packageName: string) {
    super(`${what} needs the package ${packageName}: npm install ${packageName}`);
  }
}

/** Whether an import failed since just this package is not there. */
export function isMissing(error: unknown, packageName: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "ERR_MODULE_NOT_FOUND" && message.includes(`'${packageName}'`);
}
