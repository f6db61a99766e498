// The four boxes of the loop, the attempts, and the buttons for a run.
import { valuesOf } from "../configuration.ts";
import { element, setText } from "../dom.ts";
import type { Page, Part } from "../page.ts";
import type { Box } from "../session.ts";

interface BoxElements {
  readonly root: HTMLElement;
  readonly note: HTMLElement;
  readonly bar: HTMLElement;
}

const boxes: readonly Box[] = ["train", "initialise", "transfer", "evaluate"];
/** Milliseconds between two sentences that are read out, unless the work changes. */
const sayInterval = 10_000;

export class Loop implements Part {
  readonly root: HTMLElement;
  readonly #page: Page;
  readonly #boxes: Record<Box, BoxElements>;
  readonly #attempts = element("ol", { class: "attempts" });
  readonly #sentence = element("p", { class: "said", "aria-hidden": "true" });
  readonly #live = element("p", { class: "unseen", role: "status" });
  #said = { topic: "", at: 0 };
  #evaluations = 0;

  constructor(page: Page) {
    this.#page = page;
    const { texts } = page;
    const made = boxes.map((box) => {
      const note = element("span", { class: "note" });
      const bar = element("span", { class: "fill" });
      const measured = box === "train" || box === "transfer";
      const track = element("span", { class: "track" }, bar);
      if (measured) {
        track.setAttribute("role", "progressbar");
        track.setAttribute("aria-label", `${texts.progress}${texts.colon}${texts.boxes[box]}`);
        track.setAttribute("aria-valuemin", "0");
        track.setAttribute("aria-valuemax", "100");
      }
      const root = element(
        "li",
        { class: `box ${box === "train" ? "teacher" : "student"}` },
        element("strong", {}, texts.boxes[box]),
        note,
        ...(measured ? [track] : []),
      );
      return [box, { root, note, bar }] as const;
    });
    this.#boxes = Object.fromEntries(made) as unknown as Record<Box, BoxElements>;
    this.root = element(
      "section",
      { class: "loop", "aria-labelledby": "loop-title" },
      element("h2", { id: "loop-title", class: "unseen" }, texts.loop),
      element("ol", { class: "boxes" }, ...boxes.map((box) => this.#boxes[box].root)),
      this.#attempts,
      this.#sentence,
      this.#live,
    );
  }

  update(): void {
    const { state } = this.#page.session;
    const { texts, figures } = this.#page;
    const { teacher, student } = state.sides;
    const at = state.box === undefined ? (state.status === "finished" ? boxes.length : -1) : boxes.indexOf(state.box);
    boxes.forEach((box, i) => {
      const { root } = this.#boxes[box];
      root.classList.toggle("done", i < at || (i > 0 && i !== at && student.evaluations.length > 0));
      root.classList.toggle("active", i === at);
      if (i === at) root.setAttribute("aria-current", "step");
      else root.removeAttribute("aria-current");
    });
    const { configuration } = state;
    const trained = student.progress !== undefined || (at > 0 && at <= boxes.length);
    this.#fill("train", trained ? 1 : (teacher.progress?.share ?? 0));
    this.#fill("transfer", student.progress?.share ?? 0);

    if (configuration !== undefined) {
      const latest = teacher.evaluations.at(-1);
      const best = teacher.evaluations.findLast((each) => each.best);
      const shown = trained ? best : latest;
      const note = state.brought?.name ?? (shown === undefined ? "" : texts.returnOf(figures.figure(shown.mean)));
      setText(this.#boxes.train.note, note);
      const attempt = student.progress?.attempt ?? student.evaluations.at(-1)?.attempt;
      setText(this.#boxes.initialise.note, attempt === undefined ? "" : texts.attempt(attempt));
      // short, so that no box grows while it changes; the sentence below counts the updates
      const done = student.progress && Math.floor(100 * student.progress.share) / 100;
      setText(this.#boxes.transfer.note, done === undefined ? "" : figures.percent(done));
      const mean = student.evaluations.at(-1)?.mean;
      setText(this.#boxes.evaluate.note, mean === undefined ? "" : texts.returnOf(figures.figure(mean)));
    } else {
      for (const box of boxes) setText(this.#boxes[box].note, "");
    }
    this.#pulse(student.evaluations.length);
    this.#listAttempts();
    this.#say();
  }

  #fill(box: Box, share: number): void {
    const { bar } = this.#boxes[box];
    bar.style.transform = `scaleX(${share})`;
    bar.parentElement!.setAttribute("aria-valuenow", String(Math.round(100 * share)));
  }

  /** An evaluation takes only milliseconds, so its box stays lit long enough to be seen. */
  #pulse(evaluations: number): void {
    if (evaluations === this.#evaluations) return;
    const { root } = this.#boxes.evaluate;
    if (evaluations > 0) root.classList.add("pulse");
    this.#evaluations = evaluations;
    setTimeout(() => root.classList.remove("pulse"), 400);
  }

  #listAttempts(): void {
    const { attempts, sides, status } = this.#page.session.state;
    const { texts, figures } = this.#page;
    const ended = attempts.map(({ attempt, returnRatio, satisfied }) => ({
      text: `${texts.attempt(attempt)}${texts.colon}${returnRatio === null ? texts.attemptUnknown : texts.attemptKept(figures.percent(returnRatio), satisfied)}`,
      kind: satisfied ? "good" : "bad",
    }));
    const current = sides.student.progress?.attempt;
    if (current !== undefined && current > attempts.length && status !== "finished") {
      ended.push({ text: `${texts.attempt(current)}${texts.colon}${texts.attemptUnderWay}`, kind: "open" });
    }
    const text = ended.map((each) => each.text).join("\n");
    if (text === this.#attempts.dataset.text) return;
    this.#attempts.dataset.text = text;
    this.#attempts.replaceChildren(...ended.map((each) => element("li", { class: each.kind }, each.text)));
  }

  /** One sentence: for the eye as often as it changes, for the ear only now and then. */
  #say(): void {
    const { status, box } = this.#page.session.state;
    const sentence = this.#sentenceNow();
    setText(this.#sentence, sentence);
    const topic = `${status} ${box}`;
    const now = performance.now();
    // transfer and evaluation take turns many times a second, so they are one topic
    const same = topic.replace("evaluate", "transfer") === this.#said.topic.replace("evaluate", "transfer");
    if (same && now - this.#said.at < sayInterval) return;
    this.#said = { topic, at: now };
    setText(this.#live, sentence);
  }

  #sentenceNow(): string {
    const { status, box, sides, configuration, result } = this.#page.session.state;
    const { texts, figures } = this.#page;
    const { said } = texts;
    if (status === "idle" || configuration === undefined) return said.idle;
    if (status === "failed") return said.failed;
    if (status === "paused") return said.paused;
    if (status === "pausing") return said.pausing;
    if (result !== undefined) {
      const { returnRatio, compression } = result.summary.student;
      if (returnRatio === null) return said.finishedUnknown;
      return said.finished(figures.percent(returnRatio), figures.percent(compression));
    }
    const { teacher, student } = sides;
    const best = (mean: number | undefined) => (mean === undefined ? "" : figures.figure(mean));
    if (box === "train" || box === undefined) {
      const { envSteps } = valuesOf(configuration).teacher;
      const latest = teacher.evaluations.at(-1)?.mean;
      return said.train(figures.count(teacher.progress?.envSteps ?? 0), figures.count(envSteps), best(latest));
    }
    if (student.progress === undefined) return said.initialise;
    const { attempt = 1, share } = student.progress;
    if (box === "evaluate" && share === 1) return said.evaluate;
    const { updates } = valuesOf(configuration).student;
    const latest = student.evaluations.at(-1)?.mean;
    return said.student(attempt, figures.count(share * updates), figures.count(updates), best(latest));
  }
}
