// What was thrown, in words.

/** The most characters of a reason that are kept. */
const longest = 500;

/**
 * What was thrown, on one line, which can do nothing to a terminal. It can be anything: undefined, a text, an object that
 * does not let itself be read.
 */
export function reason(thrown: unknown): string {
  let text: string;
  try {
    text = String(thrown instanceof Error ? thrown.message || thrown.name : thrown);
  } catch {
    text = "something was thrown that cannot be shown as text";
  }
  return printable(text.replace(/\s+/g, " ").trim()).slice(0, longest);
}

/** What others wrote, so that it can do nothing to a terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "?");
}
