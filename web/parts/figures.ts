// The numbers of a run while it is under way.
import { updateFlops, valuesOf } from "../configuration.ts";
import { element, setText } from "../dom.ts";
import type { Page, Part } from "../page.ts";

const names = ["steps", "updates", "speed", "flops", "time", "agreement"] as const;

export class FiguresPart implements Part {
  readonly root: HTMLElement;
  readonly #page: Page;
  readonly #values: Record<(typeof names)[number], HTMLElement>;

  constructor(page: Page) {
    this.#page = page;
    const made = names.map((name) => [name, element("dd", {}, "–")] as const);
    this.#values = Object.fromEntries(made) as unknown as Record<(typeof names)[number], HTMLElement>;
    this.root = element(
      "dl",
      { class: "figures" },
      ...made.map(([name, value]) => element("div", {}, element("dt", {}, page.texts.figures[name]), value)),
    );
  }

  update(): void {
    const { session, figures } = this.#page;
    const { sides, agreements, speed, configuration, status } = session.state;
    this.root.hidden = status === "idle";
    const of = sides.student.progress === undefined ? "teacher" : "student";
    const { progress, widths } = sides[of];
    const running = status === "running";
    const shown = (value: number | undefined, write: (value: number) => string) =>
      value === undefined ? "–" : write(value);
    let flops: number | undefined;
    if (running && speed !== undefined && widths !== undefined && configuration !== undefined) {
      const { batchSize } = valuesOf(configuration)[of];
      flops = (speed * updateFlops(of, widths, batchSize)) / 1e9;
    }
    setText(this.#values.steps, shown(progress?.envSteps, figures.count));
    setText(this.#values.updates, shown(progress?.updates, figures.count));
    setText(this.#values.speed, shown(running ? speed : undefined, figures.count));
    setText(this.#values.flops, shown(flops, figures.figure));
    setText(this.#values.time, shown(configuration && session.seconds, figures.seconds));
    setText(this.#values.agreement, shown(agreements.at(-1)?.share, figures.percent));
  }
}
