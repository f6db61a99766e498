// Elements of the page, made in one expression.

type Child = Node | string;
type Value = string | number | boolean | ((event: never) => void);

/**
 * An element with its attributes and children. A function is a listener ("onclick"), true is an attribute without a value,
 * false none.
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

/** Sentences beside each other: the gap is the style's, as a Chinese one has no space after it. */
export function sentences(...texts: string[]): HTMLElement[] {
  return texts.map((text) => element("span", { class: "sentence" }, text));
}

/** An error in words, and as a detail the library's own, which are English. */
export function failure(words: string, label: string, reason = ""): HTMLElement[] {
  const detail = element("p", { class: "soft small" }, label, " ", element("span", { lang: "en" }, reason));
  return [element("p", {}, words), ...(reason === "" ? [] : [detail])];
}

/** Sets a text where it is another one: what has not changed is not laid out again, nor read out. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** A file for whoever uses the page. What it is, its name says: browsers add an ending of their own to some types. */
export function download(name: string, content: BlobPart): void {
  const url = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }));
  const link = element("a", { href: url, download: name });
  document.body.append(link); // Firefox wants it there
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
