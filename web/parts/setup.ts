// The form that chooses what is trained: the task, both networks, the loss, the states, the seed.
import { type Option, studentOptions, teacherOptions } from "qstill";
import { type NetworkName, parameterCount, presetOf, valuesOf, widthsOf, written } from "../configuration.ts";
import { element, sentences, setText } from "../dom.ts";
import { environments, loadEnvironment } from "../environments.ts";
import { isSeed } from "../link.ts";
import type { Configuration } from "../messages.ts";
import type { Page, Part } from "../page.ts";

/** Both networks' options by name. */
const options: Readonly<Record<NetworkName, Readonly<Record<string, Option<unknown>>>>> = {
  teacher: { ...teacherOptions },
  student: { ...studentOptions },
};

/** A field of the form: one option of a configuration. */
interface Field {
  readonly of: NetworkName;
  readonly name: string;
  readonly control: HTMLInputElement | HTMLSelectElement;
  readonly error: HTMLElement;
}

export class Setup implements Part {
  readonly root: HTMLElement;
  readonly #page: Page;
  readonly #changed: (configuration: Configuration) => void;
  readonly #task: HTMLSelectElement;
  readonly #about = element("p", { class: "soft", id: "about-task" });
  readonly #failure = element("p", { class: "error", role: "alert" });
  readonly #seed: HTMLInputElement;
  readonly #seedError = error("seed");
  readonly #fields: Field[] = [];
  readonly #sizes = { teacher: element("p", { class: "size" }), student: element("p", { class: "size" }) };
  readonly #others = element("p", { class: "soft small" });
  #configuration: Configuration;
  #valid = true;

  /**
   * @param controls what is shown below the task
   * @param changed is told each configuration that could be trained
   */
  constructor(
    page: Page,
    configuration: Configuration,
    controls: HTMLElement,
    changed: (configuration: Configuration) => void,
  ) {
    this.#page = page;
    this.#changed = changed;
    this.#configuration = configuration;
    const { texts } = page;
    const fields = [...new Set(environments.map(({ field }) => field))];
    this.#task = element(
      "select",
      { id: "task", "aria-describedby": "about-task", onchange: () => this.#chooseTask() },
      ...fields.map((field) =>
        element(
          "optgroup",
          { label: texts.fields[field] },
          ...environments.filter((each) => each.field === field).map(({ id }) => element("option", { value: id }, id)),
        ),
      ),
    );
    this.#seed = element("input", {
      id: "seed",
      inputmode: "numeric",
      autocomplete: "off",
      "aria-describedby": "seed-error",
      oninput: () => this.#read(),
    });

    const losses = Object.entries(texts.losses);
    const sources = Object.entries(texts.sources);
    const more = (of: NetworkName) =>
      Object.entries(texts.named[of]).map(([name, label]) =>
        this.#text(of, name, label, options[of][name].whole ? "numeric" : "decimal"),
      );
    this.root = element(
      "form",
      { class: "setup", onsubmit: (event: Event) => event.preventDefault() },
      element("div", { class: "field" }, element("label", { for: "task" }, texts.environment), this.#task, this.#about),
      this.#failure,
      controls,
      element(
        "details",
        { class: "options", open: matchMedia("(min-width: 60rem)").matches },
        element("summary", {}, texts.options),
        element(
          "fieldset",
          { class: "teacher" },
          element("legend", {}, texts.teacher),
          this.#text("teacher", "hidden", texts.hidden, "text", texts.hiddenHint),
          this.#sizes.teacher,
        ),
        element(
          "fieldset",
          { class: "student" },
          element("legend", {}, texts.student),
          this.#text("student", "hidden", texts.hidden, "text", texts.hiddenHint),
          this.#sizes.student,
          this.#choice("student", "loss", texts.loss, losses),
          this.#choice("student", "states", texts.states, sources),
        ),
        element("div", { class: "field" }, element("label", { for: "seed" }, texts.seed), this.#seed, this.#seedError),
        element(
          "details",
          { class: "more" },
          element("summary", {}, texts.more),
          element("fieldset", { class: "teacher pairs" }, element("legend", {}, texts.teacher), ...more("teacher")),
          element("fieldset", { class: "student pairs" }, element("legend", {}, texts.student), ...more("student")),
          this.#others,
        ),
      ),
    );
    this.#show();
  }

  /** The configuration; undefined if something in the form is not allowed. */
  get configuration(): Configuration | undefined {
    return this.#valid ? this.#configuration : undefined;
  }

  /** The same; if something is not allowed, the first such field gets the focus. */
  take(): Configuration | undefined {
    const wrong = this.root.querySelector<HTMLElement>('[aria-invalid="true"]');
    for (let folded = wrong?.closest("details"); folded; folded = folded.parentElement?.closest("details")) {
      folded.open = true;
    }
    wrong?.focus();
    return this.configuration;
  }

  get #controls(): (HTMLInputElement | HTMLSelectElement)[] {
    return [this.#task, this.#seed, ...this.#fields.map(({ control }) => control)];
  }

  /** Nothing can be chosen during training. */
  update(): void {
    const { busy } = this.#page.session;
    for (const control of this.#controls) control.disabled = busy;
  }

  /** Shows a configuration; first its environment is loaded. */
  async show(configuration: Configuration): Promise<void> {
    this.#configuration = configuration;
    await this.#show();
  }

  async #chooseTask(): Promise<void> {
    const { seed } = this.#configuration;
    this.#configuration = { env: this.#task.value, seed, teacher: {}, student: {} };
    await this.#show();
    if (this.#valid) this.#changed(this.#configuration);
  }

  async #show(): Promise<void> {
    const configuration = this.#configuration;
    const { texts } = this.#page;
    const { env, seed } = configuration;
    this.#task.value = env;
    this.#seed.value = String(seed);
    const environment = environments.find(({ id }) => id === env)!;
    this.#about.replaceChildren(...sentences(environment.task[this.#page.language], texts.takes(environment.seconds)));
    try {
      await loadEnvironment(env);
    } catch {
      setText(this.#failure, texts.errors.environment);
      this.#valid = false;
      return;
    }
    if (configuration !== this.#configuration) return; // another one was chosen meanwhile
    setText(this.#failure, "");
    const values = valuesOf(configuration);
    for (const { of, name, control } of this.#fields) {
      const value = written(valueIn(values[of], name));
      if (control instanceof HTMLSelectElement && ![...control.options].some((option) => option.value === value)) {
        control.append(element("option", { value }, value)); // a weighted sum that came with a link
      }
      control.value = value;
    }
    const shown = new Set(this.#fields.map(({ of, name }) => `${of}.${name}`));
    const others = (["teacher", "student"] as const).flatMap((of) =>
      Object.entries(configuration[of])
        .filter(([name]) => !shown.has(`${of}.${name}`))
        .map(([name, value]) => `${of}.${name} = ${written(value)}`),
    );
    setText(this.#others, others.length === 0 ? "" : texts.others(others.join(", ")));
    this.#read();
  }

  /** Reads the form, shows what is not allowed, and shows how large both networks are. */
  #read(): void {
    const { texts, figures } = this.#page;
    const { env } = this.#configuration;
    const config: Record<NetworkName, Record<string, unknown>> = {
      teacher: { ...this.#configuration.teacher },
      student: { ...this.#configuration.student },
    };
    const presets = presetOf(env);
    let valid = true;
    for (const { of, name, control, error } of this.#fields) {
      const option = options[of][name];
      const value = option.parse(control.value.trim());
      const preset = valueIn(presets[of], name);
      const accepted = option.accepts(value);
      const wrong = name === "hidden" ? texts.badWidths : texts.badValue(this.#allowed(option), written(preset));
      mark(control, error, accepted ? "" : wrong);
      valid &&= accepted;
      if (written(value) === written(preset)) delete config[of][name];
      else if (accepted) config[of][name] = value;
    }
    const seedIsGood = isSeed(this.#seed.value.trim());
    mark(this.#seed, this.#seedError, seedIsGood ? "" : texts.badSeed);
    valid &&= seedIsGood;
    this.#valid = valid;
    if (!valid) return;
    this.#configuration = { env, seed: Number(this.#seed.value), ...config } as Configuration;
    const counts = { teacher: 0, student: 0 };
    for (const of of ["teacher", "student"] as const) counts[of] = parameterCount(widthsOf(this.#configuration, of));
    setText(this.#sizes.teacher, texts.parameters(figures.count(counts.teacher)));
    const share = figures.percent(counts.student / counts.teacher);
    setText(this.#sizes.student, texts.parametersOfTeacher(figures.count(counts.student), share));
    this.#changed(this.#configuration);
  }

  /** Which numbers an option allows, in words. */
  #allowed({ range, whole }: Option<unknown>): string {
    const { ranges } = this.#page.texts;
    if (range === undefined) return "";
    if (range.from === undefined) return ranges.above(written(range.above), written(range.to));
    return (whole ? ranges.whole : ranges.from)(written(range.from), written(range.to));
  }

  #text(of: NetworkName, name: string, label: string, inputmode: string, hint?: string): HTMLElement {
    const id = `${of}-${name}`;
    const control = element("input", {
      id,
      inputmode,
      autocomplete: "off",
      spellcheck: "false",
      "aria-describedby": hint === undefined ? `${id}-error` : `${id}-hint ${id}-error`,
      oninput: () => this.#read(),
    });
    const message = error(id);
    this.#fields.push({ of, name, control, error: message });
    const hints = hint === undefined ? [] : [element("p", { class: "soft small", id: `${id}-hint` }, hint)];
    return element("div", { class: "field" }, element("label", { for: id }, label), control, ...hints, message);
  }

  #choice(of: NetworkName, name: string, label: string, choices: readonly [string, string][]): HTMLElement {
    const id = `${of}-${name}`;
    const control = element(
      "select",
      { id, "aria-describedby": `${id}-error`, onchange: () => this.#read() },
      ...choices.map(([value, text]) => element("option", { value }, text)),
    );
    const message = error(id);
    this.#fields.push({ of, name, control, error: message });
    return element("div", { class: "field" }, element("label", { for: id }, label), control, message);
  }
}

function error(id: string): HTMLElement {
  return element("p", { class: "error small", id: `${id}-error` });
}

function mark(control: HTMLElement, message: HTMLElement, text: string): void {
  control.setAttribute("aria-invalid", String(text !== ""));
  setText(message, text);
}

function valueIn(values: object, name: string): unknown {
  return values[name as keyof typeof values];
}
