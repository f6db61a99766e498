// Bringing a teacher: the user drops a model's file, from this library or another, and it is distilled.
import { makeEnv, saveModel } from "qstill";
import { element, failure } from "../dom.ts";
import { environments, loadEnvironment } from "../environments.ts";
import type { Page, Part } from "../page.ts";
import type { Setup } from "./setup.ts";

/** A small network's file is never larger; a larger file is not even read. */
const largestFile = 256 * 2 ** 20;
const endings = [".safetensors", ".onnx", ".pt", ".pth", ".zip"];

export class Bring implements Part {
  readonly root: HTMLElement;
  readonly #page: Page;
  readonly #setup: Setup;
  readonly #input: HTMLInputElement;
  readonly #error = element("div", { class: "error", role: "alert" });

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
    const over = (inside: boolean) => (event: DragEvent) => {
      event.preventDefault();
      this.root.classList.toggle("over", inside);
    };
    this.root = element(
      "section",
      {
        class: "bring",
        "aria-labelledby": "bring-title",
        ondragover: over(true),
        ondragleave: over(false),
        ondrop: (event: DragEvent) => {
          over(false)(event);
          void this.#take(event.dataTransfer?.files);
        },
      },
      element("h2", { id: "bring-title" }, texts.bring),
      element("p", { class: "soft small", id: "bring-hint" }, texts.bringHint),
      this.#input,
      element("label", { for: "bring", class: "quiet" }, texts.chooseFile),
      this.#error,
    );
  }

  update(): void {
    this.root.hidden = this.#page.session.busy;
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
    const { env } = configuration;
    await loadEnvironment(env).catch(refuse(errors.environment));
    const { observationSize, actionCount } = makeEnv(env);
    const { widths, activation, parameters, training } = model;
    const inputs = widths[0];
    const outputs = widths[widths.length - 1];
    if (inputs !== observationSize || outputs !== actionCount) {
      throw new Refusal(errors.fit(name, inputs, outputs, env, observationSize, actionCount));
    }
    await this.#setup.show(configuration);
    const brought = { name, file: saveModel({ environment: env, widths, activation, parameters, training }) };
    this.#page.session.start(configuration, { brought });
  }
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
