// Bringing a teacher: the user drops a model's file, from this library or another, and it is distilled.
import { makeEnv, saveModel, teacherOptions } from "qstill";
import { element, failure } from "../dom.ts";
import { environments, loadEnvironment } from "../environments.ts";
import type { Page, Part } from "../page.ts";
import type { Setup } from "./setup.ts";

/** A small network's file is never larger; a larger file is not even read. */
const largestFile = 256 * 2 ** 20;
const endings = [".safetensors", ".onnx", ".pt", ".pth", ".zip"];

const dragging = ["dragover", "dragleave", "drop"] as const;

export class Bring implements Part {
  readonly root: HTMLElement;
  readonly #page: Page;
  readonly #setup: Setup;
  readonly #input: HTMLInputElement;
  readonly #label: HTMLElement;
  readonly #error = element("div", { class: "error", role: "alert" });
  #busy = false;

  constructor(page: Page, setup: Setup) {
    this.#page = page;
    this.#setup = setup;
    const { texts } = page;
    this.#input = element("input", {
      type: "file",
      id: "bring",
      class: "unseen",
      accept: endings.join(),
      "aria-describedby": "bring-hint",
      onchange: () => this.#take(this.#input.files),
    });
    this.#label = element("label", { for: "bring", class: "quiet" }, texts.chooseFile);
    this.root = element(
      "section",
      { class: "bring", "aria-labelledby": "bring-title" },
      element("h2", { id: "bring-title" }, texts.bring),
      element("p", { class: "soft small", id: "bring-hint" }, texts.bringHint),
      this.#input,
      this.#label,
      this.#error,
    );
    for (const kind of dragging) addEventListener(kind, this.#drag);
  }

  dispose(): void {
    for (const kind of dragging) removeEventListener(kind, this.#drag);
  }

  update(): void {
    const { busy } = this.#page.session;
    if (busy !== this.#busy) this.#error.replaceChildren();
    this.#busy = busy;
    this.root.hidden = busy && this.#error.childElementCount === 0;
    this.#input.disabled = busy;
    this.#label.hidden = busy;
  }

  /** A file may be dropped anywhere. Where nothing took it, the browser would leave the page and its run. */
  readonly #drag = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const { session, texts } = this.#page;
    document.body.classList.toggle("dropping", event.type === "dragover" && !session.busy);
    if (event.type !== "drop") return;
    if (session.busy) {
      this.#error.replaceChildren(...failure(texts.errors.busy, texts.errors.reason));
      this.update();
    } else {
      void this.#take(event.dataTransfer.files).then(() => this.#showError());
    }
    this.#showError();
  };

  #showError(): void {
    if (this.#error.childElementCount > 0) this.root.scrollIntoView({ block: "nearest" });
  }

  async #take(files: FileList | null | undefined): Promise<void> {
    const file = files?.[0];
    if (file === undefined) return;
    this.#error.replaceChildren();
    try {
      await this.#distil(file);
    } catch (error) {
      const { errors } = this.#page.texts;
      const [words, reason] =
        error instanceof Refusal ? [error.words, error.message] : [errors.unknown, (error as Error).message];
      this.#error.replaceChildren(...failure(words, errors.reason, reason));
    }
    this.#input.value = ""; // so that the same file can be chosen again
  }

  /** @throws Refusal if the file cannot be used */
  async #distil(file: File): Promise<void> {
    const { errors } = this.#page.texts;
    const { count } = this.#page.figures;
    const { name } = file;
    const megabytes = (bytes: number) => count(bytes / 2 ** 20);
    if (file.size > largestFile) {
      throw new Refusal(errors.tooLarge(name, megabytes(file.size), megabytes(largestFile)));
    }
    const bytes = await file.arrayBuffer().catch(refuse(errors.notOpened(name)));
    const { importModel } = await import("qstill/import").catch(refuse(errors.part));
    const known = endings.some((ending) => name.toLowerCase().endsWith(ending));
    const model = await Promise.resolve(new Uint8Array(bytes))
      .then((content) => importModel(content))
      .catch(refuse(known ? errors.unreadable(name) : errors.foreign(name)));
    const chosen = this.#setup.take();
    if (chosen === undefined) return;
    // a file from this library names its environment
    const own = environments.some(({ id }) => id === model.environment);
    const configuration =
      own && model.environment !== chosen.env
        ? { ...chosen, env: model.environment, teacher: {}, student: {} }
        : chosen;
    const { env, teacher } = configuration;
    await loadEnvironment(env).catch(refuse(errors.environment));
    const { observationSize, actionCount } = makeEnv(env);
    const { widths, activation, parameters, training } = model;
    const inputs = widths[0];
    const outputs = widths[widths.length - 1];
    if (inputs !== observationSize || outputs !== actionCount) {
      const fit = errors.fit(name, inputs, outputs, env, observationSize, actionCount);
      const tasks = await tasksOf(inputs, outputs);
      throw new Refusal(
        `${fit} ${tasks.length === 0 ? errors.fitsNone : errors.fits(new Intl.ListFormat(this.#page.language).format(tasks))}`,
      );
    }
    const hidden = widths.slice(1, -1);
    const configured = teacherOptions.hidden.accepts(hidden)
      ? { ...configuration, teacher: { ...teacher, hidden } }
      : configuration;
    await this.#setup.show(configured);
    const brought = { name, file: saveModel({ environment: env, widths, activation, parameters, training }) };
    this.#page.session.start(configured, { brought });
  }
}

/** The tasks that a network with so many inputs and outputs fits. One that cannot be loaded is left out. */
async function tasksOf(inputs: number, outputs: number): Promise<string[]> {
  const loaded = await Promise.allSettled(environments.map(({ id }) => loadEnvironment(id)));
  const ids = environments.filter((_, i) => loaded[i].status === "fulfilled").map(({ id }) => id);
  return ids.filter((id) => {
    const { observationSize, actionCount } = makeEnv(id);
    return observationSize === inputs && actionCount === outputs;
  });
}

/** Why a file is refused, in the page's words. The message is the library's reason, if there is one. */
class Refusal extends Error {
  readonly words: string;

  constructor(words: string, reason?: string) {
    super(reason);
    this.words = words;
  }
}

/** Turns the error of one step into a refusal. */
function refuse(words: string): (error: Error) => never {
  return (error) => {
    throw new Refusal(words, error.message);
  };
}
