// What went wrong, in words, also in a training that goes on; and an unfinished run that can go on.
import type { NoticeEvent } from "qstill";
import { element, failure as inWords } from "../dom.ts";
import { type LinkError, writeLink } from "../link.ts";
import type { Saved } from "../messages.ts";
import type { Page, Part } from "../page.ts";

export class Notices implements Part {
  readonly root = element("div", { class: "notices" });
  readonly #page: Page;
  readonly #linkError: LinkError | undefined;
  #shown = "";

  constructor(page: Page, linkError: LinkError | undefined) {
    this.#page = page;
    this.#linkError = linkError;
  }

  update(): void {
    const { state, unfinished } = this.#page.session;
    const { status, failure, kept } = state;
    const codes = state.notices.map(({ code }) => code);
    const shown = [status, failure?.name, failure?.reason, kept, ...codes, ...unfinished.map(({ id }) => id)].join(
      "\n",
    );
    if (shown === this.#shown) return;
    this.#shown = shown;
    const { texts } = this.#page;
    const notices: HTMLElement[] = [];
    if (this.#linkError !== undefined && status === "idle") {
      const words = texts.errors.link(this.#linkError.field, this.#linkError.value);
      notices.push(element("div", { class: "notice error", role: "alert" }, element("p", {}, words)));
    }
    if (status === "idle") notices.push(...unfinished.map((saved) => this.#offer(saved)));
    if (failure !== undefined) {
      notices.push(
        element(
          "div",
          { class: "notice error", role: "alert" },
          ...inWords(this.#words(failure), texts.errors.reason, failure.reason),
          ...(failure.name === "WorkerDied" && kept ? [this.#fromCheckpoint()] : []),
          ...(failure.name === "ConfigError" ? [this.#preset()] : []),
        ),
      );
    }
    if (kept === false && this.#page.session.busy)
      notices.push(element("p", { class: "notice" }, texts.errors.storage));
    notices.push(...state.notices.map((notice) => element("p", { class: "notice" }, this.#said(notice))));
    this.root.replaceChildren(...notices);
  }

  #said({ code, message, remedy, values }: NoticeEvent): string {
    const { texts, name } = this.#page;
    const shown = Object.entries(values).map(([key, value]) => [
      key,
      typeof value === "string" ? name(value) : String(value),
    ]);
    return texts.notices[code]?.(Object.fromEntries(shown)) ?? `${message}: ${remedy}.`;
  }

  #words({ name, reason }: { name: string; reason: string }): string {
    const { errors } = this.#page.texts;
    if (name === "WorkerDied") return errors.died;
    if (name === "DivergedError") return errors.diverged;
    if (name === "CheckpointError") return errors.checkpoint;
    if (name === "ConfigError") return errors.notAllowed;
    return reason.includes("crypto.subtle") ? errors.insecure : errors.unknown;
  }

  #fromCheckpoint(): HTMLElement {
    const { texts, session } = this.#page;
    const goOn = () => void session.goOnFromCheckpoint().catch(() => {}); // the button stays
    return element("button", { type: "button", onclick: goOn }, texts.errors.fromCheckpoint);
  }

  #preset(): HTMLElement {
    const { texts, session } = this.#page;
    const { env, seed } = session.state.configuration!;
    const href = `#${writeLink({ env, seed, teacher: {}, student: {} })}`;
    return element("p", {}, element("a", { href }, texts.errors.preset));
  }

  #offer(saved: Saved): HTMLElement {
    const { texts, figures, session } = this.#page;
    const steps = saved.recorded.reduce(
      (most, event) => ("envSteps" in event ? Math.max(most, event.envSteps) : most),
      0,
    );
    return element(
      "div",
      { class: "notice" },
      element("p", {}, texts.unfinished(saved.configuration.env, figures.count(steps))),
      element(
        "div",
        { class: "run" },
        element("button", { type: "button", class: "primary", onclick: () => void session.restore(saved) }, texts.goOn),
        element("button", { type: "button", onclick: () => session.discard(saved) }, texts.discard),
      ),
    );
  }
}
