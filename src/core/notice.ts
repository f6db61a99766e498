// What a notice says: a code by which a program knows it, and words for people.

/** Something is done in another way than was asked for. */
export interface Notice {
  /** Which notice it is. docs/train.md lists the codes. A translation goes by it. */
  readonly code: string;
  /** What is done differently, and why, in one line. */
  readonly message: string;
  /** What to do about it, in one line. */
  readonly remedy: string;
  /** What the message was made with, for another wording of it. */
  readonly values: Readonly<Record<string, string | number>>;
}
