// The page: puts its parts together, and keeps address, storage and session up to date with each other.
import { Model, version } from "qstill";
import { element } from "./dom.ts";
import { environments } from "./environments.ts";
import { type Link, type LinkError, readLink, writeLink } from "./link.ts";
import type { Configuration } from "./messages.ts";
import type { Page, Part } from "./page.ts";
import { Bring } from "./parts/bring.ts";
import { Curves } from "./parts/curves.ts";
import { FiguresPart } from "./parts/figures.ts";
import { Loop } from "./parts/loop.ts";
import { Notices } from "./parts/notices.ts";
import { Outcome } from "./parts/outcome.ts";
import { Reader } from "./parts/reader.ts";
import { RunControls } from "./parts/run-controls.ts";
import { Setup } from "./parts/setup.ts";
import { Stage } from "./parts/stage.ts";
import { Session } from "./session.ts";
import { dropOldRun, keptConfiguration } from "./store.ts";
import { figuresOf, type Language, languages, nameIn, preferredLanguage } from "./texts.ts";

const first: Configuration = { env: environments[0].id, seed: 0, teacher: {}, student: {} };

/** The parts of the page in one language. */
class View {
  readonly setup: Setup;
  readonly #page: Page;
  readonly #stage: Stage;
  readonly #bring: Bring;
  readonly #curves: Curves;
  readonly #reader: Reader;
  readonly #parts: readonly Part[];

  constructor(
    session: Session,
    language: Language,
    configuration: Configuration,
    other: () => void,
    linkError?: LinkError,
  ) {
    const texts = languages[language];
    const name = (given: string) => nameIn(texts, given);
    this.#page = { session, language, texts, figures: figuresOf(language), name };
    const page = this.#page;
    this.#stage = new Stage(page);
    const controls = new RunControls(page, () => this.setup.take());
    this.setup = new Setup(page, configuration, controls.root, (chosen) => {
      void this.#stage.enter(chosen.env);
      if (session.busy) return;
      history.replaceState(null, "", `#${writeLink(chosen)}`);
    });
    const notices = new Notices(page, linkError);
    this.#bring = new Bring(page, this.setup);
    const loop = new Loop(page);
    const figures = new FiguresPart(page);
    this.#curves = new Curves(page);
    const outcome = new Outcome(page);
    this.#reader = new Reader(page);
    this.#parts = [
      this.setup,
      controls,
      this.#bring,
      notices,
      this.#stage,
      loop,
      figures,
      this.#curves,
      outcome,
      this.#reader,
    ];

    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = texts.title;
    document.body.replaceChildren(
      element("a", { class: "skip", href: "#stage", onclick: skip }, texts.skip),
      element(
        "header",
        {},
        element("div", { class: "brand" }, mark(), element("span", {}, "qstill")),
        element(
          "button",
          { type: "button", class: "quiet", lang: language === "en" ? "zh-CN" : "en", onclick: other },
          texts.otherLanguage,
        ),
      ),
      element(
        "main",
        {},
        element(
          "div",
          { class: "hero" },
          element("h1", {}, texts.headline),
          element("p", { class: "lead" }, texts.lead),
        ),
        element("div", { class: "side" }, notices.root, this.setup.root),
        element(
          "div",
          { class: "show" },
          this.#stage.root,
          loop.root,
          figures.root,
          outcome.root,
          this.#curves.root,
          this.#reader.root,
          this.#bring.root,
        ),
      ),
      element("footer", {}, element("p", {}, texts.footer), element("p", {}, texts.version(version))),
    );
    this.update();
  }

  update(): void {
    for (const part of this.#parts) part.update();
  }

  dispose(): void {
    this.#stage.dispose();
    this.#bring.dispose();
    this.#curves.dispose();
    this.#reader.dispose();
  }
}

function skip(event: Event): void {
  event.preventDefault(); // the address holds the configuration
  const stage = document.getElementById("stage")!;
  stage.scrollIntoView();
  stage.focus();
}

/** The logo: a ring and a drop. */
function mark(): SVGElement {
  const template = document.createElement("template");
  template.innerHTML =
    '<svg viewBox="0 0 32 32" aria-hidden="true"><circle class="ring" cx="13" cy="13" r="9.5"/><circle class="drop" cx="25.5" cy="25.5" r="4.5"/></svg>';
  return template.content.firstElementChild as SVGElement;
}

/** Whether the core runs in this browser. */
function coreRuns(): boolean {
  try {
    const model = new Model({ environment: "", widths: [1, 1], parameters: new Float32Array(2) });
    model.qValues(new Float32Array(1)); // a model enters the core when it is first used
    model.dispose();
    return true;
  } catch {
    return false;
  }
}

async function open(): Promise<void> {
  let language = preferredLanguage();
  if (!coreRuns()) {
    document.body.replaceChildren(
      element(
        "main",
        { class: "alone" },
        element("h1", {}, "qstill"),
        element("p", { role: "alert", class: "error" }, languages[language].errors.noWasm),
      ),
    );
    return;
  }
  let link: Link | undefined;
  let linkError: LinkError | undefined;
  try {
    link = readLink(location.hash);
  } catch (error) {
    linkError = error as LinkError;
  }
  const kept = async <Value>(value: Promise<Value>) => value.catch(() => undefined); // a message about a browser that stores nothing comes later
  const configuration = link?.configuration ?? (await kept(keptConfiguration())) ?? first;

  let view: View | undefined;
  let waiting = false;
  const session = new Session(() => {
    if (waiting) return;
    waiting = true;
    // not only by animation frames, because a hidden tab goes on, too
    setTimeout(() => {
      waiting = false;
      view?.update();
    }, 50);
  });
  const show = (chosen: Configuration) => {
    view?.dispose();
    view = new View(
      session,
      language,
      chosen,
      () => {
        language = language === "en" ? "zh" : "en";
        show(session.state.configuration ?? view?.setup.configuration ?? configuration);
      },
      linkError,
    );
  };
  show(configuration);
  void kept(session.findUnfinished());
  void kept(dropOldRun());
  if (link?.run) session.start(link.configuration, { expected: link.weights });

  addEventListener("hashchange", () => location.reload()); // another link in the same tab
  setInterval(() => session.busy && view?.update(), 1000); // the clock
}

void open();

// a browser that allows no service worker needs the network, as any page does
addEventListener("load", () => void navigator.serviceWorker?.register("offline.js").catch(() => {}));
