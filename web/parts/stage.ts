// The stage: teacher and student act side by side, from the same state.
import { type Env, Model, makeEnv, Pcg64 } from "qstill";
import { drawScene, type Shape, sceneOf } from "qstill/draw";
import type { NetworkName } from "../configuration.ts";
import { element, sentences, setText } from "../dom.ts";
import { environments, loadEnvironment } from "../environments.ts";
import type { NetworkData } from "../messages.ts";
import { byNight } from "../night.ts";
import type { Page, Part } from "../page.ts";

const speeds = { slow: 0.25, real: 1, fast: 4 } as const;
/** Milliseconds for which the end of an episode is shown. */
const pauseAtEnd = 900;
/** The number of steps that the strip of disagreements shows. */
const stripSteps = 240;
/** The largest number of actions whose Q-values are shown as bars. */
const mostBars = 10;
/** Milliseconds between two texts of an actor: nobody can read what changes faster. */
const readable = 150;
/** The share by which the bars' range comes nearer to the latest values each time. */
const forgotten = 0.05;
/** The strength of a push, from −1 to 1. */
const pushStrength = 0.6;
/** The first seed of the episodes on the stage, far from those that people choose. */
const firstSeed = 1_000_003;

const night = matchMedia("(prefers-color-scheme: dark)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Stage implements Part {
  readonly root: HTMLElement;
  readonly #page: Page;
  readonly #actors: Record<NetworkName, Actor>;
  readonly #playButton: HTMLButtonElement;
  readonly #pushes: HTMLElement;
  readonly #note = element("p", { class: "soft small" });
  readonly #strip = element("canvas", { class: "strip", width: stripSteps, height: 1 });
  readonly #stripBox: HTMLElement;
  #marks: boolean[] = [];
  #playing = !calm.matches;
  #speed: keyof typeof speeds = "real";
  #env = "";
  #stepsPerSecond = 50;
  #episode = 0;
  #owed = 0;
  #last = 0;
  #endedAt = 0;
  #frame = 0;

  constructor(page: Page) {
    this.#page = page;
    const { texts } = page;
    this.#actors = { teacher: new Actor(page, "teacher", this), student: new Actor(page, "student", this) };
    this.#playButton = element("button", { type: "button", class: "quiet", onclick: () => this.#play(!this.#playing) });
    const speedButtons = Object.keys(speeds).map((speed) => {
      const chosen = () => {
        this.#speed = speed as keyof typeof speeds;
        for (const button of speedButtons) button.setAttribute("aria-pressed", String(button === pressed));
      };
      const pressed = element(
        "button",
        { type: "button", "aria-pressed": String(speed === this.#speed), onclick: chosen },
        texts.speeds[speed as keyof typeof speeds],
      );
      return pressed;
    });
    this.#pushes = element(
      "div",
      { class: "group", role: "group", "aria-label": texts.push },
      element("button", { type: "button", "aria-label": texts.pushLeft, onclick: () => this.push(-pushStrength) }, "←"),
      element("span", { "aria-hidden": "true" }, texts.push),
      element("button", { type: "button", "aria-label": texts.pushRight, onclick: () => this.push(pushStrength) }, "→"),
    );
    this.#stripBox = element(
      "div",
      { class: "disagreements" },
      element("span", { class: "soft small" }, texts.disagreements),
      this.#strip,
    );
    this.#strip.setAttribute("role", "img");
    this.#strip.setAttribute("aria-label", texts.disagreements);
    this.root = element(
      "section",
      {
        class: "stage",
        id: "stage",
        tabindex: "-1",
        "aria-labelledby": "stage-title",
      },
      element("h2", { id: "stage-title", class: "unseen" }, texts.stage),
      element("div", { class: "actors" }, this.#actors.teacher.root, this.#actors.student.root),
      this.#stripBox,
      element(
        "div",
        { class: "controls" },
        this.#playButton,
        element("div", { class: "group", role: "group", "aria-label": texts.speed }, ...speedButtons),
        this.#pushes,
      ),
      this.#note,
    );
    addEventListener("keydown", this.#key);
    this.#play(this.#playing);
    this.#frame = requestAnimationFrame((now) => this.#tick(now));
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
    removeEventListener("keydown", this.#key);
    for (const actor of Object.values(this.#actors)) actor.dispose();
  }

  /** Plays in another environment. */
  async enter(id: string): Promise<void> {
    if (id === this.#env) return;
    this.#env = id;
    try {
      await loadEnvironment(id);
    } catch {
      return; // the form shows the error
    }
    if (id !== this.#env) return;
    this.#stepsPerSecond = environments.find((each) => each.id === id)!.stepsPerSecond;
    for (const actor of Object.values(this.#actors)) actor.enter(makeEnv(id));
    const pushable = makeEnv(id).perturb !== undefined;
    this.#pushes.hidden = !pushable;
    const { stageHint, pushHint } = this.#page.texts;
    this.#note.replaceChildren(...sentences(stageHint, ...(pushable ? [pushHint] : [])));
    this.#begin();
  }

  update(): void {
    const { sides } = this.#page.session.state;
    this.#actors.teacher.act(sides.teacher.data);
    this.#actors.student.act(sides.student.data);
    const both = sides.teacher.data !== undefined && sides.student.data !== undefined;
    this.#stripBox.hidden = !both;
    if (!both) this.#marks = [];
    for (const actor of Object.values(this.#actors)) actor.describe();
  }

  /** Pushes both. @param strength from −1 to 1 */
  push(strength: number): void {
    for (const actor of Object.values(this.#actors)) actor.push(strength);
  }

  #play(playing: boolean): void {
    this.#playing = playing;
    setText(this.#playButton, playing ? this.#page.texts.hold : this.#page.texts.play);
  }

  /** Listens on the whole page, except where the keys already do something. */
  readonly #key = (event: KeyboardEvent): void => {
    if (this.#pushes.hidden || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    if (event.target instanceof Element && event.target.closest("input, select, dialog, .tree") !== null) return;
    event.preventDefault();
    this.push(event.key === "ArrowLeft" ? -pushStrength : pushStrength);
  };

  #begin(): void {
    this.#episode++;
    this.#marks = [];
    this.#endedAt = 0;
    for (const actor of Object.values(this.#actors)) actor.begin(firstSeed + this.#episode);
  }

  #tick(now: number): void {
    this.#frame = requestAnimationFrame((next) => this.#tick(next));
    const elapsed = Math.min(now - this.#last, 100); // a tab that was asleep does not catch up
    this.#last = now;
    const actors = Object.values(this.#actors).filter((actor) => actor.present);
    if (this.#playing && actors.length > 0 && !document.hidden) {
      this.#owed += (elapsed / 1000) * this.#stepsPerSecond * speeds[this.#speed];
      for (; this.#owed >= 1; this.#owed--) this.#step(actors, now);
    }
    const { teacher, student } = this.#actors;
    teacher.draw(student, now, !this.#playing);
    student.draw(teacher, now, !this.#playing);
    this.#drawStrip();
  }

  #step(actors: readonly Actor[], now: number): void {
    if (actors.every((actor) => actor.over)) {
      if (this.#endedAt === 0) this.#endedAt = now;
      if (now - this.#endedAt > pauseAtEnd) this.#begin();
      return;
    }
    const { teacher, student } = this.#actors;
    for (const actor of actors) actor.step(actor === teacher ? student : teacher);
    if (actors.length === 2 && !teacher.over) this.#marks.push(teacher.disagreed);
    if (this.#marks.length > stripSteps) this.#marks.shift();
  }

  #drawStrip(): void {
    if (this.#stripBox.hidden) return;
    const context = this.#strip.getContext("2d")!;
    context.clearRect(0, 0, stripSteps, 1);
    context.fillStyle = getComputedStyle(this.#strip).color;
    this.#marks.forEach((disagreed, i) => {
      if (disagreed) context.fillRect(i, 0, 1, 1);
    });
  }
}

/** One of the two actors: its environment, its network, its picture and its Q-values. */
class Actor {
  readonly root: HTMLElement;
  readonly #page: Page;
  readonly #who: NetworkName;
  readonly #canvas: HTMLCanvasElement;
  readonly #about = element("span", { class: "soft" });
  readonly #standing = element("span", { class: "standing" });
  readonly #bars = element("div", { class: "bars" });
  readonly #observer: ResizeObserver;
  readonly #random = new Pcg64(0);
  #rows: { root: HTMLElement; bar: HTMLElement; value: HTMLElement }[] = [];
  #env: Env | undefined;
  #observation: Float32Array = new Float32Array(0);
  #model: Model | undefined;
  #data: NetworkData | undefined;
  #return = 0;
  #range: [number, number] = [Infinity, -Infinity];
  #dirty = true;
  /** Whether the words and bars are older than the picture, and when they were made. */
  #behind = true;
  #told = 0;
  over = false;
  /** Whether the other actor would have chosen differently in the latest state. */
  disagreed = false;

  constructor(page: Page, who: NetworkName, stage: Stage) {
    this.#page = page;
    this.#who = who;
    const { texts } = page;
    this.#canvas = element("canvas", { role: "img" });
    this.#canvas.addEventListener("pointerdown", (event) => {
      const { left, width } = this.#canvas.getBoundingClientRect();
      stage.push(event.clientX - left < width / 2 ? pushStrength : -pushStrength); // away from the side that was touched
    });
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(this.#canvas);
    night.addEventListener("change", () => {
      this.#dirty = true;
    });
    this.root = element(
      "figure",
      { class: `actor ${who}` },
      element(
        "figcaption",
        {},
        element("div", { class: "caption" }, element("strong", {}, texts[who]), this.#about, this.#standing),
      ),
      this.#canvas,
      this.#bars,
    );
  }

  dispose(): void {
    this.#observer.disconnect();
    this.#model?.dispose();
  }

  /** The teacher is shown from the beginning; without a network it acts at random. */
  get present(): boolean {
    return this.#env !== undefined && (this.#who === "teacher" || this.#model !== undefined);
  }

  enter(env: Env): void {
    this.#env = env;
    this.act(undefined);
    this.#observation = env.reset({ seed: firstSeed });
    const scene = sceneOf(env);
    if (scene !== undefined) {
      const [left, bottom, right, top] = scene.bounds;
      const aspect = (right - left) / (top - bottom);
      this.#canvas.style.aspectRatio = String(aspect);
      // on a phone, a picture that is wide or has words needs the whole width
      this.root.classList.toggle("wide", aspect > 2 || scene.shapes.some(({ kind }) => kind === "text"));
    }
    this.#canvas.setAttribute("aria-label", this.#page.texts.picture(this.#page.texts[this.#who], env.id));
    const { texts } = this.#page;
    this.#bars.setAttribute("role", "group");
    this.#bars.setAttribute("aria-label", texts.qValuesOf(texts[this.#who]));
    this.#rows = env.actionNames.slice(0, mostBars).map((action) => {
      const bar = element("span", { class: "bar" });
      const value = element("span", { class: "value" });
      const track = element("span", { class: "track" }, bar);
      return {
        root: element("div", { class: "row" }, label(this.#page.name(action)), track, value),
        bar,
        value,
      };
    });
    this.#bars.replaceChildren(...this.#rows.map(({ root }) => root));
    this.#dirty = true;
    this.#resize();
    this.describe();
  }

  /** Takes another network; the episode goes on. */
  act(data: NetworkData | undefined): void {
    if (data === this.#data) return;
    this.#data = data;
    this.#model?.dispose();
    this.#model = undefined;
    this.#behind = true;
    const env = this.#env;
    if (data !== undefined && env !== undefined && data.widths[0] === env.observationSize) {
      this.#model = new Model({ environment: env.id, ...data });
    }
  }

  begin(seed: number): void {
    if (this.#env === undefined) return;
    this.#observation = this.#env.reset({ seed });
    this.#return = 0;
    this.over = false;
    this.#dirty = this.#behind = true;
  }

  choose(observation: Float32Array, mask?: Uint8Array): number {
    return this.#model?.act(observation, mask) ?? randomAction(this.#random, this.#env!.actionCount, mask);
  }

  step(other: Actor): void {
    const env = this.#env;
    if (env === undefined || this.over) return;
    const mask = env.actionMask;
    const action = this.choose(this.#observation, mask);
    const others = other.#model?.act(this.#observation, mask) ?? action;
    this.disagreed = others !== action;
    const result = env.step(action);
    this.#observation = result.observation;
    this.#return += result.reward;
    this.over = result.terminated || result.truncated;
    this.#dirty = this.#behind = true;
  }

  push(strength: number): void {
    if (!this.over && this.present) this.#env?.perturb?.(strength);
    this.#dirty = true;
  }

  /** Shows who acts, and the return so far. */
  describe(): void {
    const { texts, figures } = this.#page;
    const data = this.#data;
    const size = data === undefined ? "" : texts.parameters(figures.count(data.parameters.length));
    const missing = this.#who === "teacher" ? texts.random : texts.waiting;
    setText(this.#about, this.#model === undefined ? missing : size);
    this.root.classList.toggle("absent", !this.present);
    this.root.classList.toggle("over", this.over);
  }

  /** @param held whether the episode stands still, so that there is time to read */
  draw(other: Actor, now: number, held: boolean): void {
    if (this.#env === undefined) return;
    if (this.#dirty) this.#drawPicture(this.#env);
    if (!this.#behind || (now - this.#told < readable && !held && !this.over)) return;
    this.#behind = false;
    this.#told = now;
    const { texts, figures } = this.#page;
    const value = figures.figure(this.#return);
    setText(this.#standing, !this.present ? "" : this.over ? texts.over(value) : texts.episodeReturn(value));
    this.root.classList.toggle("over", this.over);
    this.#showRows(other);
  }

  #drawPicture(env: Env): void {
    this.#dirty = false;
    const drawn = sceneOf(env);
    if (drawn === undefined) return;
    const scene = { ...drawn, shapes: drawn.shapes.map((shape) => this.#named(shape)) };
    const context = this.#canvas.getContext("2d")!;
    drawScene(context, night.matches ? byNight(scene) : scene, this.#canvas.width, this.#canvas.height);
  }

  /** Replaces the actor's text when the page's language changes. */
  #named(shape: Shape): Shape {
    return shape.kind === "text" ? { ...shape, text: this.#page.name(shape.text) } : shape;
  }

  /** Which actions are allowed in the state that is shown: all if it is undefined, and none when a game is over. */
  get #mask(): Uint8Array | undefined {
    const mask = this.#env?.actionMask;
    return this.over ? mask?.map(() => 0) : mask;
  }

  /** Bars, numbers and both choices in the state that is shown: all of one network and one step. */
  #showRows(other: Actor): void {
    const model = this.#model;
    const mask = this.#mask;
    this.#rows.forEach(({ root }, i) => {
      root.classList.toggle("forbidden", mask?.[i] === 0);
    });
    const values = model?.qValues(this.#observation);
    if (model === undefined || values === undefined) {
      for (const { root, bar, value } of this.#rows) {
        bar.style.transform = "";
        root.classList.remove("chosen", "other");
        setText(value, "");
      }
      this.#range = [Infinity, -Infinity];
      return;
    }
    const allowed = values.filter((_, i) => mask?.[i] !== 0);
    const action = allowed.length === 0 ? -1 : model.act(this.#observation, mask);
    const others = action === -1 ? -1 : (other.#model?.act(this.#observation, mask) ?? action);
    const [least, most] = [Math.min(...allowed), Math.max(...allowed)];
    // what earlier networks answered is forgotten step by step
    const [low, high] = this.#range;
    this.#range = [
      least < low ? least : low + forgotten * (least - low),
      most > high ? most : high + forgotten * (most - high),
    ];
    const [from, to] = this.#range;
    this.#rows.forEach(({ root, bar, value }, i) => {
      if (mask?.[i] === 0) {
        bar.style.transform = "";
        root.classList.remove("chosen", "other");
        setText(value, this.over ? "" : this.#page.texts.forbidden);
        return;
      }
      bar.style.transform = `scaleX(${to > from ? 0.04 + (0.96 * (values[i] - from)) / (to - from) : 0.5})`;
      root.classList.toggle("chosen", i === action);
      root.classList.toggle("other", i === others && others !== action);
      setText(value, this.#page.figures.figure(values[i]));
    });
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.#canvas;
    const ratio = Math.min(devicePixelRatio, 2);
    this.#canvas.width = Math.max(1, Math.round(ratio * clientWidth));
    this.#canvas.height = Math.max(1, Math.round(ratio * clientHeight));
    this.#dirty = true;
  }
}

/** A random one of the allowed actions. */
function randomAction(random: Pcg64, actionCount: number, mask?: Uint8Array): number {
  if (mask === undefined) return random.integers(0, actionCount);
  const allowed = [...mask.keys()].filter((action) => mask[action] === 1);
  return allowed[random.integers(0, allowed.length)];
}

/** An action's name. The bold name with its mark is there unseen, so that nothing moves when the choice changes. */
function label(name: string): HTMLElement {
  return element("span", { class: "label", "data-widest": `${name} ◆` }, element("span", {}, name));
}
