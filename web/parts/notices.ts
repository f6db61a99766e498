// What went wrong, in words, and an unfinished run that can be gone on with.
import { element } from "../dom.ts";
import type { LinkError } from "../link.ts";
import type { Saved } from "../messages.ts";
import type { Page, Part } from "../page.ts";
import { forgetRun, keptRun } from "../store.ts";

export class Notices implements Part {
  readonly root = element("div", { class: "notices" });
  readonly #page: Page;
  readonly #linkError: LinkError | undefined;
  #unfinished: Saved | undefined;
  #shown = "";

  constructor(page: Page, unfinished: Saved | undefined, linkError: LinkError | undefined) {
    this.#page = page;
    this.#unfinished = unfinished;
    this.#linkError = linkError;
  }

  update(): void {
    const { status, failure, kept } = this.#page.session.state;
    if (status === "running") this.#unfinished = undefined; // another run has taken its place
    const shown = [status, failure?.name, failure?.reason, kept, this.#unfinished !== undefined].join("\n");
    if (shown === this.#shown) return;
    this.#shown = shown;
    const { texts } = this.#page;
    const notices: HTMLElement[] = [];
    if (this.#linkError !== undefined && status === "idle") {
      notices.push(this.#error(texts.errors.link(this.#linkError.field, this.#linkError.value)));
    }
    if (this.#unfinished !== undefined && status === "idle") notices.push(this.#offer(this.#unfinished));
    if (failure !== undefined) {
      notices.push(
        this.#error(this.#words(failure), ...(failure.name === "WorkerDied" && kept ? [this.#fromCheckpoint()] : [])),
      );
    }
    if (kept === false && this.#page.session.busy)
      notices.push(element("p", { class: "notice" }, texts.errors.storage));
    this.root.replaceChildren(...notices);
  }

  #words({ name, reason }: { name: string; reason: string }): string {
    const { errors } = this.#page.texts;
    if (name === "WorkerDied") return errors.died;
    if (name === "DivergedError") return errors.diverged;
    if (name === "CheckpointError") return errors.checkpoint(reason);
    if (name === "ConfigError") return errors.notAllowed(reason);
    return reason.includes("crypto.subtle") ? errors.insecure : errors.unknown(reason);
  }

  #error(text: string, ...more: HTMLElement[]): HTMLElement {
    return element("div", { class: "notice error", role: "alert" }, element("p", {}, text), ...more);
  }

  #fromCheckpoint(): HTMLElement {
    const { texts, session } = this.#page;
    const goOn = async () => {
      const saved = await keptRun().catch(() => undefined);
      if (saved !== undefined) session.restore(saved);
    };
    return element("button", { type: "button", onclick: goOn }, texts.errors.fromCheckpoint);
  }

  #offer(saved: Saved): HTMLElement {
    const { texts, figures, session } = this.#page;
    const steps = saved.recorded.reduce(
      (most, event) => ("envSteps" in event ? Math.max(most, event.envSteps) : most),
      0,
    );
    const discard = () => {
      this.#unfinished = undefined;
      forgetRun().catch(() => {}); // it is there again, then
      this.update();
    };
    return element(
      "div",
      { class: "notice" },
      element("p", {}, texts.unfinished(saved.configuration.env, figures.count(steps))),
      element(
        "div",
        { class: "run" },
        element("button", { type: "button", class: "primary", onclick: () => session.restore(saved) }, texts.goOn),
        element("button", { type: "button", onclick: discard }, texts.discard),
      ),
    );
  }
}
