// The notices' codes: those in the source are those in the documentation's table.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../../", import.meta.url);

it("docs/train.md lists every code that the source sends, and no other", () => {
  const files = readdirSync(new URL("src/", root), { recursive: true, encoding: "utf8" });
  const sources = files
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".generated.ts"))
    .map((name) => readFileSync(new URL(`src/${name}`, root), "utf8"));
  const sent = sources.flatMap((source) =>
    [
      ...source.matchAll(/(?:new NoTeamError\(\s*|\): Notice (?:\| undefined )?\{.*?return \{\s*code: )"([^"]*)"/gs),
    ].map(([, code]) => code),
  );
  const all = sources.flatMap((source) => [...source.matchAll(/new NoTeamError\(|\): Notice (\| undefined )?\{/g)]);
  expect(sent, "every code is written where it is sent").toHaveLength(all.length);
  const [, table] = readFileSync(new URL("docs/train.md", root), "utf8").split("## Notices");
  const listed = [...table.matchAll(/^\| `([a-z-]+)`/gm)].map(([, code]) => code);
  expect(listed).toEqual([...new Set(sent)].sort());
});
