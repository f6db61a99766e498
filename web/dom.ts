// Makes elements of the page, each in one expression.

type Child = Node | string;
type Value = string | number | boolean | ((event: never) => void);

/**
 * An element with its attributes and children. A function becomes a listener ("onclick"), true an attribute without a
 * value, and false no attribute.
 */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key.slice(2), value as EventListener);
    else if (value !== false) made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}

/** Sentences side by side. The style makes the gap, because Chinese has no space after a sentence. */
export function sentences(...texts: string[]): HTMLElement[] {
  return texts.map((text) => element("span", { class: "sentence" }, text));
}

/** An error in the page's words, and the library's own message, which is English, as a detail. */
export function failure(words: string, label: string, reason = ""): HTMLElement[] {
  const detail = element("p", { class: "soft small" }, label, " ", element("span", { lang: "en" }, reason));
  return [element("p", {}, words), ...(reason === "" ? [] : [detail])];
}

/** Sets a text if it has changed. Otherwise the browser would lay it out again, and read it out again. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Offers a file as a download. Its type follows from its name; for some types browsers would add an ending of their
 * own.
 */
export function download(name: string, content: BlobPart): void {
  const url = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }));
  const link = element("a", { href: url, download: name });
  document.body.append(link); // Firefox wants it there
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
