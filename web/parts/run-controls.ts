// The buttons of a run: train, pause, resume, step, stop; and the question before a run is stopped.
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
  readonly #question: HTMLDialogElement;
  readonly #distil: HTMLButtonElement;

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
    const answer = (act: () => void) => () => {
      this.#question.close();
      act();
    };
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
    this.#stop = element("button", { type: "button", onclick: () => this.#question.showModal() }, texts.stop);
    this.#distil = element(
      "button",
      { type: "button", class: "primary", onclick: answer(() => session.distil()) },
      texts.distilBest,
    );
    this.#question = element(
      "dialog",
      { "aria-labelledby": "stop-title" },
      element("h2", { id: "stop-title" }, texts.stopTitle),
      element("p", {}, texts.stopHint),
      this.#distil,
      element("button", { type: "button", onclick: answer(() => {}) }, texts.goOnTraining),
      element("button", { type: "button", class: "bad", onclick: answer(stop) }, texts.stopNow),
    );
    this.root = element("div", { class: "run" }, this.#train, this.#pause, this.#step, this.#stop, this.#question);
  }

  update(): void {
    const { session, texts } = this.#page;
    const { status, box, sides } = session.state;
    const { busy } = session;
    this.#train.hidden = busy;
    setText(this.#train, status === "finished" ? texts.again : texts.train);
    for (const button of [this.#pause, this.#step, this.#stop]) button.hidden = !busy;
    setText(this.#pause, status === "paused" ? texts.resume : texts.pause);
    this.#pause.disabled = status === "pausing";
    this.#step.disabled = status !== "paused";
    this.#distil.hidden = box !== "train" || !sides.teacher.evaluations.some(({ best }) => best);
    if (!busy && this.#question.open) this.#question.close(); // it has ended by itself
  }
}
