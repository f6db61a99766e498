// The results of a finished run, and everything that can be downloaded.
import { download, element } from "../dom.ts";
import type { RunFile } from "../files.ts";
import { writeLink } from "../link.ts";
import type { Configuration, Result } from "../messages.ts";
import type { Page, Part } from "../page.ts";

export class Outcome implements Part {
  readonly root: HTMLElement;
  readonly #page: Page;
  #shown: Result | undefined;

  constructor(page: Page) {
    this.#page = page;
    this.root = element("section", { class: "outcome", "aria-labelledby": "outcome-title" });
  }

  update(): void {
    const { result } = this.#page.session.state;
    this.root.hidden = result === undefined;
    if (result === this.#shown) return;
    this.#shown = result;
    if (result === undefined) this.root.replaceChildren();
    else this.root.replaceChildren(...this.#outcome(result), this.#takeAway(result));
  }

  #outcome({ summary }: Result): HTMLElement[] {
    const { texts, figures } = this.#page;
    const { teacher, student, satisfied } = summary;
    const { expected, brought, early } = this.#page.session.state;
    const threshold = (summary.config as unknown as { student: { threshold: number } }).student.threshold;
    const kept = student.returnRatio;
    const headline =
      kept === null ? texts.noBetter : texts.keeps(figures.percent(kept), figures.percent(student.compression));
    const repeats = brought === undefined && !early;
    const advice = brought !== undefined ? texts.noBetterBrought : early ? texts.noBetterEarly : texts.noBetterHint;
    const missed = kept === null ? advice : texts.missed(figures.percent(threshold));
    const judgement = satisfied ? texts.satisfied : missed;
    const row = (name: string, ofTeacher: string, ofStudent: string) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, name),
        element("td", {}, ofTeacher),
        element("td", {}, ofStudent),
      );
    const both = (name: string, value: (network: typeof teacher) => string) =>
      row(name, value(teacher), value(student));
    const table = element(
      "table",
      {},
      element("caption", {}, texts.table),
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          element("td", {}),
          element("th", { scope: "col", class: "teacher" }, texts.teacher),
          element("th", { scope: "col", class: "student" }, texts.student),
        ),
      ),
      element(
        "tbody",
        {},
        both(texts.meanReturn, ({ evaluation }) => figures.figure(evaluation.mean)),
        both(texts.interval, ({ evaluation: { ci95 } }) => `${figures.figure(ci95[0])} – ${figures.figure(ci95[1])}`),
        both(texts.worst, ({ evaluation }) => figures.figure(evaluation.min)),
        both(texts.size, ({ parameters }) => figures.count(parameters)),
        row(texts.sameAction, "", figures.percent(student.actionAgreement)),
        row(texts.qAccuracy, "", student.qR2 === null ? texts.notMeasured : figures.figure(student.qR2)),
        row(texts.flips, "", figures.percent(student.actionFlipRate)),
      ),
    );
    return [
      element("h2", { id: "outcome-title" }, texts.outcome),
      element("p", { class: "headline" }, headline),
      element("p", { class: satisfied ? "good" : "bad" }, judgement),
      table,
      element(
        "div",
        { class: "hash" },
        element("h3", {}, texts.hash),
        element("code", {}, summary.weightsHash),
        ...(expected === undefined
          ? repeats
            ? [element("p", { class: "soft small" }, texts.hashHint)]
            : []
          : [
              element(
                "p",
                { class: expected === summary.weightsHash ? "good" : "bad" },
                expected === summary.weightsHash ? texts.sameHash : texts.otherHash,
              ),
            ]),
        repeats
          ? this.#copyLink(summary.config as unknown as Configuration, summary.weightsHash)
          : element("p", { class: "soft small" }, early ? texts.earlyLink : texts.broughtLink),
      ),
    ];
  }

  #copyLink(configuration: Configuration, hash: string): HTMLElement {
    const { texts } = this.#page;
    const address = new URL(location.href);
    address.hash = writeLink(configuration, hash);
    const said = element("span", { role: "status", class: "soft small" });
    const copy = async () => {
      try {
        await navigator.clipboard.writeText(address.href);
        said.replaceChildren(texts.copied);
      } catch {
        said.replaceChildren(`${texts.notCopied} `, element("a", { href: address.href }, address.href));
      }
    };
    return element(
      "p",
      { class: "copy" },
      element("button", { type: "button", class: "quiet", onclick: copy }, texts.copyLink),
      said,
    );
  }

  #takeAway({ files }: Result): HTMLElement {
    const list = element(
      "ul",
      { class: "files" },
      ...files.map((file) => element("li", {}, fileButton(this.#page, file))),
    );
    return element("div", { class: "take" }, element("h3", {}, this.#page.texts.take), list);
  }
}

/** A button that downloads a file. */
export function fileButton({ texts, figures }: Page, { name, content }: RunFile): HTMLButtonElement {
  const size = typeof content === "string" ? new TextEncoder().encode(content).length : content.length;
  return element(
    "button",
    { type: "button", class: "file", onclick: () => download(name, content as BlobPart) },
    element("strong", {}, name),
    element("span", {}, texts.files[name]),
    element("span", { class: "bytes" }, texts.bytes(figures.count(size))),
  );
}
