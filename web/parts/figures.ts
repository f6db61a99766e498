// The numbers of a run: the teacher's stay when the student's come.
import { type NetworkName, updateFlops, valuesOf } from "../configuration.ts";
import { element, setText } from "../dom.ts";
import type { Page, Part } from "../page.ts";

/** These have one number for each network. */
const ofBoth = ["steps", "updates"] as const;
const names = ["steps", "updates", "speed", "flops", "time", "agreement"] as const;

export class FiguresPart implements Part {
  readonly root: HTMLElement;
  readonly #page: Page;
  readonly #values: Record<(typeof names)[number], HTMLElement>;
  readonly #students: Record<(typeof ofBoth)[number], HTMLElement>;

  constructor(page: Page) {
    this.#page = page;
    const { texts } = page;
    const value = () => element("span", {}, "–");
    this.#values = {
      steps: value(),
      updates: value(),
      speed: value(),
      flops: value(),
      time: value(),
      agreement: value(),
    };
    this.#students = { steps: value(), updates: value() };
    this.root = element(
      "dl",
      { class: "figures" },
      ...names.map((name) => {
        const title = element("dt", {}, texts.figures[name]);
        if (name !== "steps" && name !== "updates")
          return element("div", {}, title, element("dd", {}, this.#values[name]));
        const of = (who: NetworkName, shown: HTMLElement) =>
          element("dd", { class: who }, element("span", { class: "unseen" }, texts[who], texts.colon), shown);
        return element("div", {}, title, of("teacher", this.#values[name]), of("student", this.#students[name]));
      }),
    );
  }

  update(): void {
    const { session, figures } = this.#page;
    const { sides, agreements, speed, configuration, status } = session.state;
    this.root.hidden = status === "idle";
    const of = sides.student.progress === undefined ? "teacher" : "student";
    const { widths } = sides[of];
    const running = status === "running";
    const shown = (value: number | undefined, write: (value: number) => string) =>
      value === undefined ? "–" : write(value);
    let flops: number | undefined;
    if (running && speed !== undefined && widths !== undefined && configuration !== undefined) {
      const { batchSize } = valuesOf(configuration)[of];
      flops = (speed * updateFlops(of, widths, batchSize)) / 1e9;
    }
    for (const [values, { progress }] of [
      [this.#values, sides.teacher],
      [this.#students, sides.student],
    ] as const) {
      setText(values.steps, shown(progress?.envSteps, figures.count));
      setText(values.updates, shown(progress?.updates, figures.count));
    }
    setText(this.#values.speed, shown(running ? speed : undefined, figures.count));
    setText(this.#values.flops, shown(flops, figures.figure));
    setText(this.#values.time, shown(configuration && session.seconds, figures.seconds));
    setText(this.#values.agreement, shown(agreements.at(-1)?.share, figures.percent));
  }
}
