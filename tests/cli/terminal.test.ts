// Tables fit the terminal, and lose nothing for it; a bar that ends early says so.
import { expect, it } from "vitest";
import { evaluationHead, keeping, prose, table } from "../../src/cli/terminal.js";

const head = [...evaluationHead, "environment steps", "time"];
const cells = (name: string) => [
  name,
  "4-128-128-2",
  "17,410",
  "-123.4 ± 56.7",
  "-123.4 to -100.2",
  "-500",
  "50,000",
  "9.5 s",
];
const rows = [cells("teacher"), cells("student")];

it.each([60, 80, 120, 200])("a table takes no more than %i columns and has every cell", (width) => {
  const drawn = table(head, rows, width);
  for (const line of drawn.split("\n")) expect(line.length).toBeLessThanOrEqual(width);
  for (const cell of rows.flat()) expect(drawn).toContain(cell);
});

it("stands upright where there is room, and lies on its side where there is not", () => {
  expect(table(head, rows, 200).split("\n")).toHaveLength(6);
  expect(table(head, rows, 80).split("\n")).toHaveLength(head.length + 3);
});

it("comes in parts where its rows do not fit beside each other", () => {
  const many = Array.from({ length: 9 }, (_, i) => cells(`row ${i}`));
  const drawn = table(head, many, 60);
  for (const line of drawn.split("\n")) expect(line.length).toBeLessThanOrEqual(60);
  for (let i = 0; i < 9; i++) expect(drawn).toContain(`row ${i}`);
});

it("wraps sentences between words, and leaves a longer word whole", () => {
  expect(prose("The student keeps 99 % of the return", 18)).toBe("The student keeps\n99 % of the return");
  expect(prose("runs/CartPole-v1-0/teacher.safetensors holds it", 20)).toBe(
    "runs/CartPole-v1-0/teacher.safetensors\nholds it",
  );
});

it("says in words that there was nothing to keep", () => {
  expect(keeping(0.995)).toBe("keeps 99.5 % of the return");
  expect(keeping(null)).toContain("nothing to keep");
});
