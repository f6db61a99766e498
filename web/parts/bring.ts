// Bringing a teacher: a model's file, from this library or another, is dropped and distilled.
import { makeEnv, saveModel } from "qstill";
import { element, setText } from "../dom.ts";
import { environments, loadEnvironment } from "../environments.ts";
import type { Page, Part } from "../page.ts";
import type { Setup } from "./setup.ts";

/** A larger file is no small network: it is not even read. */
const largestFile = 256 * 2 ** 20;

export class Bring implements Part {
  readonly root: HTMLElement;
  readonly #page: Page;
  readonly #setup: Setup;
  readonly #input: HTMLInputElement;
  readonly #error = element("p", { class: "error", role: "alert" });

  constructor(page: Page, setup: Setup) {
    this.#page = page;
    this.#setup = setup;
    const { texts } = page;
    this.#input = element("input", {
      type: "file",
      id: "bring",
      accept: ".safetensors,.onnx,.pt,.pth,.zip",
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
          if (!page.session.busy) void this.#take(event.dataTransfer?.files);
        },
      },
      element("h2", { id: "bring-title" }, texts.bring),
      element("p", { class: "soft small", id: "bring-hint" }, texts.bringHint),
      element("label", { for: "bring" }, texts.chooseFile),
      this.#input,
      this.#error,
    );
  }

  update(): void {
    this.#input.disabled = this.#page.session.busy;
  }

  async #take(files: FileList | null | undefined): Promise<void> {
    const file = files?.[0];
    if (file === undefined) return;
    setText(this.#error, "");
    try {
      await this.#distil(file);
    } catch (error) {
      setText(this.#error, this.#page.texts.errors.file(file.name, (error as Error).message));
    }
    this.#input.value = ""; // the same file may be chosen again
  }

  /** @throws Error for a file that is no model, and for one that does not fit the task */
  async #distil(file: File): Promise<void> {
    if (file.size > largestFile) throw new Error(`${file.size} > ${largestFile} bytes`);
    const bytes = new Uint8Array(await file.arrayBuffer());
    const { importModel } = await import("qstill/import");
    const model = importModel(bytes);
    const chosen = this.#setup.configuration;
    if (chosen === undefined) return;
    // one of this library's own says where it is at home
    const own = environments.some(({ id }) => id === model.environment);
    const configuration =
      own && model.environment !== chosen.env
        ? { ...chosen, env: model.environment, teacher: {}, student: {} }
        : chosen;
    const { env } = configuration;
    await loadEnvironment(env);
    const { observationSize, actionCount } = makeEnv(env);
    const { widths, activation, parameters, training } = model;
    const inputs = widths[0];
    const outputs = widths[widths.length - 1];
    if (inputs !== observationSize || outputs !== actionCount) {
      const { errors } = this.#page.texts;
      setText(this.#error, errors.fit(file.name, inputs, outputs, env, observationSize, actionCount));
      return;
    }
    await this.#setup.show(configuration);
    const brought = {
      name: file.name,
      file: saveModel({ environment: env, widths, activation, parameters, training }),
    };
    this.#page.session.start(configuration, { brought });
  }
}
