// A small reader of XML, for tests: it refuses what is not well-formed.

export interface Node {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: Node[];
  text: string;
}

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

function decoded(text: string): string {
  if (/[<>"]|&(?!(amp|lt|gt|quot|#39);)/.test(text)) throw new Error(`not escaped: ${text}`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no way to write these
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text)) throw new Error("a character of no XML");
  return text.replace(/&(.*?);/g, (_, name: string) => entities[name]);
}

/** The root element of a file. @throws Error where it is not well-formed */
export function parseXml(file: string): Node {
  const top: Node = { name: "", attributes: {}, children: [], text: "" };
  const open = [top];
  const tag = /<(\/?)([\w-]+)((?: [\w:-]+="[^"<]*")*)(\/?)>|([^<]+)|(.)/gsy;
  for (const [, closing, name, list, empty, text, wrong] of file.matchAll(tag)) {
    const parent = open[open.length - 1];
    if (wrong !== undefined) throw new Error(`not well-formed: ${wrong}`);
    if (text !== undefined) parent.text += decoded(text);
    else if (closing) {
      if (parent.name !== name) throw new Error(`</${name}> closes <${parent.name}>`);
      open.pop();
    } else {
      const attributes: Record<string, string> = {};
      for (const [, key, value] of list.matchAll(/ ([\w:-]+)="([^"]*)"/g)) {
        if (key in attributes) throw new Error(`${key} twice`);
        attributes[key] = decoded(value);
      }
      const node = { name, attributes, children: [], text: "" };
      parent.children.push(node);
      if (!empty) open.push(node);
    }
  }
  if (open.length !== 1 || top.children.length !== 1 || top.text.trim() !== "") throw new Error("not one root element");
  return top.children[0];
}
