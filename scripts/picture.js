// The README's moving picture: teacher and student of one run play the same unseen episode, side by side in one SVG
// file. Usage: npm start, then node scripts/picture.js [folder of a CartPole-v1 run, by default runs/CartPole-v1-0]
// [file to write, by default docs/pictures/teacher-and-student.svg]. Every figure in the picture is counted or played
// here.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { animatedSvg, sceneOf } from "#dist/draw/index.js";
import { episodeSeed, purposes } from "#dist/env/seeds.js";
import { loadModel, makeEnv } from "#dist/index.js";
import { writeWhole } from "../dist/experiments/durable.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = process.argv[2] ?? join(root, "runs", "CartPole-v1-0");
const file = process.argv[3] ?? join(root, "docs", "pictures", "teacher-and-student.svg");

const stride = 2; // every second frame of the episode is drawn
const secondsPerFrame = 0.02 * stride; // CartPole-v1 makes 50 steps a second

// all in pixels
const panel = 336;
const margin = 16;
const width = 2 * panel + 3 * margin;
const dotsTop = 56;

/** Loads a network of the run, plays its first final-evaluation episode greedily and films it. */
function played(name) {
  const model = loadModel(readFileSync(join(folder, `${name.toLowerCase()}.safetensors`)));
  const env = makeEnv(model.environment);
  let observation = env.reset({ seed: episodeSeed(model.training.seed, purposes.final, 0) });
  const frames = [sceneOf(env)];
  let total = 0;
  for (let ended = false; !ended; ) {
    const result = env.step(model.act(observation, env.actionMask));
    total += result.reward;
    observation = result.observation;
    ended = result.terminated || result.truncated;
    frames.push(sceneOf(env));
  }
  const drawn = frames.filter((_, i) => i % stride === 0 || i === frames.length - 1);
  const film = animatedSvg(drawn, { secondsPerFrame, width: panel, title: name });
  const playing = (drawn.length - 1) * secondsPerFrame;
  return { name, parameters: model.parameters.length, widths: model.widths, total, film, playing };
}

const teacher = { ...played("Teacher"), x: margin };
const student = { ...played("Student"), x: panel + 2 * margin };
const players = [teacher, student];

// one dot for each parameter, in rows as long as the student has parameters: the student is one row
const pitch = panel / student.parameters;
const dotsHeight = Math.ceil((teacher.parameters / student.parameters) * pitch);
const filmTop = dotsTop + dotsHeight + 16;
const barTop = filmTop + Number(/ height="(\d+)"/.exec(teacher.film)[1]) + 12;
const height = barTop + 52;

function side({ name, parameters, widths, total, film, playing, x }) {
  const dots = (top, columns, rows) =>
    `<rect fill="url(#${name})" x="${x}" y="${round(top)}" width="${round(columns * pitch)}" height="${round(rows * pitch)}"/>`;
  const rows = Math.floor(parameters / student.parameters);
  const duration = Number(/ dur="([\d.]+)s"/.exec(film)[1]); // with the pause at the end
  const bar = (className, inside) =>
    `<rect class="${className}" x="${x}" y="${barTop}" width="${panel}" height="6" rx="3">${inside}</rect>`;
  return `<pattern id="${name}" x="${x}" y="${dotsTop}" width="${round(pitch)}" height="${round(pitch)}" patternUnits="userSpaceOnUse"><circle class="${name}" cx="${round(pitch / 2)}" cy="${round(pitch / 2)}" r="1.1"/></pattern>
<text class="name" x="${x}" y="38">${name}</text>
<text class="figure" x="${x + panel}" y="38" text-anchor="end">${grouped(parameters)} parameters</text>
${dots(dotsTop, student.parameters, rows)}${dots(dotsTop + rows * pitch, parameters % student.parameters, 1)}
${film.trim().replace("<svg ", `<svg x="${x}" y="${filmTop}" `)}
${bar("track", "")}${bar("bar still", "")}
${bar("bar moving", `<animate attributeName="width" dur="${duration}s" repeatCount="indefinite" keyTimes="0;${round(playing / duration)};1" values="0;${panel};${panel}"/>`)}
<text class="note" x="${x}" y="${barTop + 32}">network ${widths.join("-")}</text>
<text class="figure" x="${x + panel}" y="${barTop + 32}" text-anchor="end">return ${grouped(total)}</text>`;
}

const title = players.map(
  ({ name, parameters, total }) => `${name}: ${grouped(parameters)} parameters, return ${total}`,
);
const notes = [
  "One dot is one parameter.",
  `The student has ${((100 * student.parameters) / teacher.parameters).toFixed(1)} % as many.`,
  "Both play the same unseen episode.",
];
const notesTop = dotsTop + Math.round(dotsHeight / 2) - 10;
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title.join(". ")}." font-family="system-ui, sans-serif">
<style>
.card{fill:#ffffff;stroke:#d5dce4}.name{fill:#1f2933;font-size:20px;font-weight:600}.figure{fill:#1f2933;font-size:18px}.note{fill:#5b6876;font-size:14px}
.track{fill:#dfe5ec}.bar{fill:#2e9e6b}.Teacher{fill:#2f6fb7}.Student{fill:#d9822b}
@media (prefers-color-scheme:dark){
.card{fill:#0d1117;stroke:#30363d}.name,.figure{fill:#e6edf3}.note{fill:#9aa6b4}.track{fill:#2b3440}.bar{fill:#3fb950}.Teacher{fill:#6aa9ec}.Student{fill:#f0a04b}
[fill="#f6f8fb"]{fill:#161d27}[fill="#dfe5ec"]{fill:#2b3440}[fill="#3b4a5c"]{fill:#9aa6b4}[stroke="#9aa6b4"]{stroke:#5b6876}
}
</style>
<rect class="card" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${players.map(side).join("\n")}
${notes.map((line, i) => `<text class="note" x="${student.x}" y="${notesTop + 22 * i}">${line}</text>`).join("\n")}
</svg>
`;
writeWhole(file, svg);
console.log(`${file}: ${title.join("; ")}; ${grouped(Buffer.byteLength(svg))} bytes`);

function round(value) {
  return Number(value.toFixed(4));
}

function grouped(value) {
  return value.toLocaleString("en");
}
