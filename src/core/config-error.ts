// The error of a call that asks for what is not allowed, told apart from errors that qstill itself is to blame for.

/** A configuration, an argument or a file that was given is not allowed; the message says in one line what is. */
export class ConfigError extends RangeError {
  override readonly name: string = "ConfigError";
}
