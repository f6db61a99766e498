// The error for a call that asks for something that is not allowed. All other errors are faults of qstill itself.

/**
 * A configuration, an argument or a file is not allowed. The message says in one line what is wrong and what is
 * allowed.
 */
export class ConfigError extends RangeError {
  override readonly name: string = "ConfigError";
}
