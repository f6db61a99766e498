// A student that can be read: its weights as a picture, its decision tree, and the features that it looks at.
import { loadModel, type Model, makeEnv } from "qstill";
import type { Node } from "qstill/explain";
import { element, failure } from "../dom.ts";
import type { Explained, Result } from "../messages.ts";
import type { Page, Part } from "../page.ts";
import type { State } from "../session.ts";
import { fileButton } from "./outcome.ts";

/** The largest number of features that are listed: those that matter most. */
const mostFeatures = 12;
/** Sizes of a picture of weights, in rem: the largest side of one weight, and the largest height of the picture. */
const largestCell = 1.75;
const highest = 14;
const dark = matchMedia("(prefers-color-scheme: dark)");

export class Reader implements Part {
  readonly root: HTMLElement;
  readonly #page: Page;
  readonly #weights = element("div", { class: "weights" });
  readonly #explained = element("div", { class: "explained" });
  readonly #repaint = () => this.#paint();
  #result: Result | undefined;
  #model: Model | undefined;
  #shown: State["explained"] | "nothing";

  constructor(page: Page) {
    this.#page = page;
    const { texts } = page;
    this.root = element(
      "section",
      { class: "reader", "aria-labelledby": "reader-title" },
      element("h2", { id: "reader-title" }, texts.read),
      element("h3", {}, texts.weights),
      element("p", { class: "soft small" }, texts.weightsHint),
      this.#weights,
      this.#explained,
    );
    dark.addEventListener("change", this.#repaint);
  }

  dispose(): void {
    dark.removeEventListener("change", this.#repaint);
    this.#model?.dispose();
  }

  update(): void {
    const { result, explained } = this.#page.session.state;
    this.root.hidden = result === undefined;
    if (result !== this.#result) {
      this.#result = result;
      this.#model?.dispose();
      this.#model = result && loadModel(result.student);
      this.#paint();
      this.#shown = undefined;
    }
    const now = explained ?? "nothing";
    if (now === this.#shown) return;
    this.#shown = now;
    const { texts, session } = this.#page;
    const grow = element("button", { type: "button", class: "quiet", onclick: () => session.explain() }, texts.grow);
    if (now === "nothing") {
      this.#explained.replaceChildren(grow);
    } else if (now === "under way") {
      this.#explained.replaceChildren(element("p", { role: "status" }, texts.growing));
    } else if ("reason" in now) {
      const words = failure(texts.errors.explain, texts.errors.reason, now.reason);
      this.#explained.replaceChildren(grow, element("div", { class: "error", role: "alert" }, ...words));
    } else {
      this.#explained.replaceChildren(...this.#explanation(now));
    }
  }

  /** A picture for each layer: (inputs + 1) × outputs weights; the biases come last. */
  #paint(): void {
    const model = this.#model;
    if (model === undefined) {
      this.#weights.replaceChildren();
      return;
    }
    const { texts } = this.#page;
    const style = getComputedStyle(this.root);
    const [positive, negative] = ["--teacher", "--student"].map((name) => style.getPropertyValue(name).trim());
    let at = 0;
    const layers = model.widths.slice(1).map((outputs, layer) => {
      const inputs = model.widths[layer];
      const values = model.parameters.subarray(at, at + (inputs + 1) * outputs);
      at += values.length;
      const canvas = element("canvas", { width: inputs + 1, height: outputs, role: "img" });
      canvas.setAttribute("aria-label", texts.layer(layer + 1, inputs, outputs));
      canvas.style.width = `${(inputs + 1) * Math.min(largestCell, highest / outputs)}rem`;
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const context = canvas.getContext("2d")!;
      values.forEach((value, i) => {
        context.fillStyle = value > 0 ? positive : negative;
        context.globalAlpha = largest === 0 ? 0 : Math.sqrt(Math.abs(value) / largest);
        context.fillRect(Math.floor(i / outputs), i % outputs, 1, 1);
      });
      return element(
        "figure",
        {},
        canvas,
        element("figcaption", { class: "soft small" }, texts.layer(layer + 1, inputs, outputs)),
      );
    });
    this.#weights.replaceChildren(...layers);
  }

  #explanation({ root, leaves, agreement, treeEvaluation, sensitivity, module }: Explained): HTMLElement[] {
    const { texts, figures } = this.#page;
    const env = makeEnv(this.#result!.summary.env);
    const all = statesOf(root);
    const grown = (node: Node): HTMLElement => {
      if ("action" in node) {
        return element(
          "span",
          { class: "leaf" },
          element("strong", {}, this.#page.name(env.actionNames[node.action])),
          ...(node.order ?? []).slice(1).map((action) => texts.elseAction(this.#page.name(env.actionNames[action]))),
          ` ${texts.leafShare(figures.percent(node.states / all))}`,
        );
      }
      const test = texts.below(this.#page.name(env.featureNames[node.feature]), figures.figure(node.threshold));
      return element(
        "ul",
        {},
        element("li", {}, element("span", { class: "test" }, test), grown(node.below)),
        element("li", {}, element("span", { class: "test" }, texts.otherwise), grown(node.above)),
      );
    };
    const features = sensitivity.toSorted((a, b) => b.flipRate - a.flipRate).slice(0, mostFeatures);
    return [
      element("h3", {}, texts.tree),
      element(
        "p",
        { class: "soft small" },
        texts.treeHint(leaves, figures.percent(agreement), figures.figure(treeEvaluation.mean)),
      ),
      element("div", { class: "tree", tabindex: "0", role: "region", "aria-label": texts.tree }, grown(root)),
      fileButton(this.#page, { name: "student.tree.mjs", content: module }),
      element("h3", {}, texts.sensitivity),
      element("p", { class: "soft small" }, texts.sensitivityHint),
      element(
        "ul",
        { class: "features" },
        ...features.map(({ feature, flipRate }) => {
          const bar = element("span", { class: "bar" });
          bar.style.transform = `scaleX(${flipRate})`;
          return element(
            "li",
            {},
            element("span", {}, this.#page.name(feature)),
            element("span", { class: "track" }, bar),
            element("span", { class: "value" }, figures.percent(flipRate)),
          );
        }),
      ),
    ];
  }
}

function statesOf(node: Node): number {
  return "action" in node ? node.states : statesOf(node.below) + statesOf(node.above);
}
