// The buttons of a run: train, pause, resume, step, stop.
import { element, setText } from "../dom.ts";
import type { Configuration } from "../messages.ts";
import type { Page, Part } from "../page.ts";
import { keepConfiguration } from "../store.ts";

export class RunControls implements Part {
  readonly root: HTMLElement;
  readonly #page: Page;
  readonly #train: HTMLButtonElement;
  readonly #pause: HTMLButtonElement;
  readonly #step: HTMLButtonElement;
  readonly #stop: HTMLButtonElement;

  /** @param take returns what is chosen, or undefined if it is not allowed */
  constructor(page: Page, take: () => Configuration | undefined) {
    this.#page = page;
    const { session, texts } = page;
    const train = () => {
      const chosen = take();
      if (chosen === undefined) return;
      keepConfiguration(chosen).catch(() => {}); // another message says that nothing can be kept, where it matters
      session.start(chosen);
      this.#pause.focus();
    };
    const pauseOrResume = () => (session.state.status === "paused" ? session.resume() : session.pause());
    const stop = () => {
      session.stop();
      this.#train.focus();
    };
    this.#train = element("button", { type: "button", class: "primary", onclick: train }, texts.train);
    this.#pause = element("button", { type: "button", class: "primary", onclick: pauseOrResume }, texts.pause);
    this.#step = element(
      "button",
      { type: "button", title: texts.stepHint, onclick: () => session.step() },
      texts.step,
    );
    this.#stop = element("button", { type: "button", onclick: stop }, texts.stop);
    this.root = element("div", { class: "run" }, this.#train, this.#pause, this.#step, this.#stop);
  }

  update(): void {
    const { session, texts } = this.#page;
    const { status } = session.state;
    const { busy } = session;
    this.#train.hidden = busy;
    setText(this.#train, status === "finished" ? texts.again : texts.train);
    for (const button of [this.#pause, this.#step, this.#stop]) button.hidden = !busy;
    setText(this.#pause, status === "paused" ? texts.resume : texts.pause);
    this.#pause.disabled = status === "pausing";
    this.#step.disabled = status !== "paused";
  }
}
