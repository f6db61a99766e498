// What every part of the page is given, and what it must provide.
import type { Session } from "./session.ts";
import type { Figures, Language, Texts } from "./texts.ts";

export interface Page {
  readonly session: Session;
  readonly language: Language;
  readonly texts: Texts;
  readonly figures: Figures;
  /** The environment's name of an action or a feature; in the page's language if there is a translation. */
  name(given: string): string;
}

export interface Part {
  readonly root: HTMLElement;
  /** Shows the session's state as it is now. */
  update(): void;
}
