// Curves of a run: returns, losses, and how often the student acts like its teacher.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { element } from "../dom.ts";
import type { Page, Part } from "../page.ts";
import type { Side, State } from "../session.ts";

/** Milliseconds between two drawings. */
const interval = 250;
const height = 168;

/** The data of one curve: x, then one column for each line. */
type Data = uPlot.AlignedData;

interface Curve {
  readonly title: string;
  readonly hint?: string;
  /** What x counts. */
  x(state: State): string;
  /** The custom property of each line's colour. */
  readonly colours: readonly string[];
  readonly logarithmic?: boolean;
  readonly share?: boolean;
  /** Whether the second line is dots; those after it are dashed. */
  readonly dots?: boolean;
  data(state: State): Data;
}

const dark = matchMedia("(prefers-color-scheme: dark)");

export class Curves implements Part {
  readonly root: HTMLElement;
  readonly #page: Page;
  readonly #plots: { curve: Curve; host: HTMLElement; figure: HTMLElement; plot?: uPlot; drawn: string }[];
  readonly #observer: ResizeObserver;
  readonly #redraw = () => this.#remake();
  #last = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(page: Page) {
    this.#page = page;
    const { texts } = page;
    const curves: Curve[] = [
      {
        title: texts.teacherReturn,
        x: () => texts.environmentSteps,
        hint: texts.playedHint,
        colours: ["--teacher", "--soft", "--soft", "--soft"],
        dots: true,
        data: ({ sides: { teacher } }) => {
          const lines = joined(...[teacher.evaluations, teacher.played].map(returns));
          const { random = null, constant = null } = teacher.evaluations.at(-1)?.baseline ?? {};
          return [
            ...lines,
            ...[random, constant?.mean ?? null].map((level) => Array.from(lines[0], () => level)),
          ] as Data;
        },
      },
      {
        title: texts.lossCurve,
        x: () => texts.updates,
        colours: ["--teacher", "--student"],
        logarithmic: true,
        data: ({ sides }) => joined(losses(sides.teacher), losses(sides.student)),
      },
      {
        title: texts.studentReturn,
        x: (state) => (standsStill(state) ? texts.updates : texts.environmentSteps),
        colours: ["--student", "--teacher"],
        data: (state) => {
          const { evaluations } = state.sides.student;
          const goal = teacherReturn(state);
          const x = standsStill(state) ? "updates" : "envSteps";
          const [xs, ys] = columns(
            evaluations,
            (each) => each[x],
            ({ mean }) => mean,
          );
          return [xs, ys, Array.from(xs, () => goal)];
        },
      },
      {
        title: texts.agreementCurve,
        x: () => texts.updates,
        colours: ["--student"],
        share: true,
        data: ({ agreements }) =>
          columns(
            agreements,
            ({ updates }) => updates,
            ({ share }) => 100 * share,
          ),
      },
    ];
    this.#plots = curves.map((curve) => {
      const host = element("div", { class: "plot", role: "img" });
      const hint = curve.hint === undefined ? [] : [element("span", { class: "soft small" }, curve.hint)];
      const figure = element("figure", { class: "curve" }, element("figcaption", {}, curve.title, ...hint), host);
      return { curve, host, figure, drawn: "" };
    });
    this.root = element(
      "section",
      { class: "curves", "aria-labelledby": "curves-title" },
      element("h2", { id: "curves-title" }, texts.curves),
      element("div", { class: "grid" }, ...this.#plots.map(({ figure }) => figure)),
    );
    this.#observer = new ResizeObserver(() => {
      for (const { plot, host } of this.#plots) plot?.setSize({ width: host.clientWidth, height });
    });
    this.#observer.observe(this.root);
    dark.addEventListener("change", this.#redraw);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#observer.disconnect();
    dark.removeEventListener("change", this.#redraw);
    for (const { plot } of this.#plots) plot?.destroy();
  }

  update(): void {
    const { state } = this.#page.session;
    const { teacher, student } = state.sides;
    this.root.hidden = [teacher, student].every(
      ({ losses, evaluations, played }) => losses.length + evaluations.length + played.length === 0,
    );
    if (this.root.hidden || this.#timer !== undefined) return;
    const wait = Math.max(0, interval - (performance.now() - this.#last));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#last = performance.now();
      this.#draw();
    }, wait);
  }

  /** Draws again in the colours of the other theme. */
  #remake(): void {
    for (const each of this.#plots) {
      each.plot?.destroy();
      each.plot = undefined;
      each.drawn = "";
    }
    this.#draw();
  }

  /** Draws one plot at a time, because drawing all four at once would block the page. */
  #draw(): void {
    const { state } = this.#page.session;
    for (const each of this.#plots) {
      const data = each.curve.data(state);
      each.figure.hidden = data[0].length === 0;
      const counts = data.map((line) => valuesOf(line).length);
      const drawn = [each.curve.x(state).replaceAll(" ", "-"), data[0].at(-1), ...counts].join(" ");
      if (drawn === each.drawn || data[0].length === 0) continue;
      const relabelled = each.drawn.split(" ")[0] !== drawn.split(" ")[0];
      each.drawn = drawn;
      if (relabelled) {
        each.plot?.destroy();
        each.plot = undefined;
      }
      if (each.plot === undefined) each.plot = this.#plot(each.curve, each.host, data, state);
      else each.plot.setData(data);
      each.host.setAttribute("aria-label", this.#summary(each.curve, data, state));
    }
  }

  #summary(curve: Curve, data: Data, state: State): string {
    const { texts, figures } = this.#page;
    const values = data.slice(1).map(valuesOf);
    const line = values.findLast((each, i) => each.length > 0 && i < (curve.logarithmic || curve.dots ? 2 : 1)) ?? [];
    const write = (y: number | undefined) =>
      y === undefined ? "" : curve.share ? figures.percent(y / 100) : figures.figure(y);
    return `${curve.title}${texts.colon}${texts.curveSummary(line.length, write(line[0]), write(line.at(-1)), curve.x(state))}`;
  }

  #plot(curve: Curve, host: HTMLElement, data: Data, state: State): uPlot {
    const { figures } = this.#page;
    const style = getComputedStyle(this.root);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const font = `12px ${style.fontFamily}`;
    const axis: uPlot.Axis = {
      stroke: colour("--soft"),
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { show: false },
      font,
    };
    const compact = new Intl.NumberFormat(this.#page.language, { notation: "compact", maximumFractionDigits: 2 });
    const write = (y: number) => (curve.share ? `${y} %` : curve.logarithmic ? logarithm(y) : compact.format(y));
    return new uPlot(
      {
        width: host.clientWidth,
        height,
        legend: { show: false },
        cursor: { drag: { x: false, y: false }, points: { show: false } },
        scales: {
          x: { time: false },
          y: curve.logarithmic
            ? { distr: 3 }
            : curve.share
              ? { range: (_, low) => [Math.min(50, Math.floor(low / 10) * 10), 100] }
              : { range: (_, low, high) => padded(low, high) },
        },
        axes: [
          {
            ...axis,
            label: curve.x(state),
            labelSize: 18,
            labelFont: font,
            size: 26,
            gap: 4,
            values: (_, xs) => xs.map((x) => compact.format(x)),
          },
          {
            ...axis,
            ...(curve.logarithmic && { filter: powers, grid: { ...axis.grid, filter: powers } }),
            size: 46,
            gap: 4,
            values: (_, ys) => ys.map((y) => (y === null ? "" : write(y))),
          },
        ],
        series: [
          {},
          ...curve.colours.map(
            (name, i): uPlot.Series => ({
              stroke: colour(name),
              ...(i === 1 && curve.dots
                ? { paths: () => null, points: { show: true, size: 4, fill: colour(name) } }
                : { points: { show: isAlone, size: 7, fill: colour(name) } }),
              width: 2,
              dash: i >= (curve.dots ? 2 : 1) && !curve.logarithmic ? [4, 4] : undefined,
              spanGaps: true,
              value: (_, y) => (y === null ? "" : figures.figure(y)),
            }),
          ),
        ],
      },
      data,
      host,
    );
  }
}

/** If a student's environment steps no longer grow, its updates are shown on x. */
function standsStill({ sides }: State): boolean {
  const { evaluations } = sides.student;
  return evaluations.length > 1 && evaluations.at(-1)!.envSteps === evaluations.at(-2)!.envSteps;
}

function teacherReturn({ sides }: State): number | null {
  return sides.teacher.evaluations.findLast((each) => each.best)?.mean ?? null;
}

function columns<Point>(
  points: readonly Point[],
  x: (point: Point) => number,
  y: (point: Point) => number,
): [number[], number[]] {
  return [points.map(x), points.map(y)];
}

type Points = readonly (readonly [x: number, y: number | null])[];

function returns(points: readonly { readonly envSteps: number; readonly mean: number }[]): Points {
  return points.map(({ envSteps, mean }) => [envSteps, mean]);
}

/** A loss of 0 has no place on a logarithmic axis. */
function losses({ losses }: Side): Points {
  return losses.map(({ updates, loss }) => [updates, loss > 0 ? loss : null]);
}

/** Several lines with the same x. */
function joined(...lines: readonly Points[]): Data {
  const xs = [...new Set(lines.flat().map(([x]) => x))].sort((a, b) => a - b);
  const place = new Map(xs.map((x, i) => [x, i]));
  const ys = lines.map((line) => {
    const column: (number | null)[] = Array(xs.length).fill(null);
    for (const [x, y] of line) column[place.get(x) as number] = y;
    return column;
  });
  return [xs, ...ys];
}

/** A line's values without its gaps. */
function valuesOf(line: Data[number]): number[] {
  return Array.from(line as ArrayLike<number | null>).filter((y) => y !== null);
}

/** Whether a line has one point, which is drawn as one: a line needs two. */
function isAlone(plot: uPlot, line: number): boolean {
  return valuesOf(plot.data[line]).length === 1;
}

function padded(low: number, high: number): [number, number] {
  const margin = low === high ? Math.max(1, Math.abs(low) * 0.1) : 0.06 * (high - low);
  return [low - margin, high + margin];
}

function logarithm(y: number): string {
  const exponent = Math.round(Math.log10(y));
  return exponent < -3 || exponent > 3 ? `1e${exponent}` : String(y);
}

/** Only powers of ten, so that lines and labels are not too close. */
function powers(_: uPlot, ys: number[]): (number | null)[] {
  const isPower = (y: number) => Math.abs(Math.log10(y) - Math.round(Math.log10(y))) < 1e-9;
  return ys.map((y) => (isPower(y) ? y : null));
}
