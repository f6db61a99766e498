// One run as the page sees it: its worker, its commands, and a state that the parts of the page show.
import type { AttemptEvent, EvaluationEvent, NoticeEvent, ProgressEvent } from "qstill";
import { abandoned, claim, newId } from "./claims.ts";
import type { NetworkName } from "./configuration.ts";
import type {
  Agreement,
  Brought,
  Command,
  Configuration,
  Explained,
  Message,
  NetworkData,
  Played,
  Recorded,
  Result,
  Saved,
} from "./messages.ts";
import { forgetRun, keptRun, keptRuns } from "./store.ts";

/** The state of one network so far. */
export interface Side {
  /** Set from the beginning if the network is trained. */
  widths?: readonly number[];
  /** The latest network. */
  data?: NetworkData;
  progress?: ProgressEvent;
  readonly evaluations: EvaluationEvent[];
  /** Mean losses of the latest updates, in the course of the run. */
  readonly losses: { readonly updates: number; readonly loss: number }[];
  /** What the training episodes of a teacher came to. */
  readonly played: Played[];
}

/** The four boxes of the loop. */
export type Box = "train" | "initialise" | "transfer" | "evaluate";

export interface State {
  status: "idle" | "running" | "pausing" | "paused" | "finished" | "failed";
  configuration?: Configuration;
  /** The teacher that the user brought, so that none is trained. */
  brought?: Brought;
  /** Whether the teacher's training was ended early. */
  early?: boolean;
  /** The hash of the weights with which the run is expected to end. */
  expected?: string;
  box?: Box;
  readonly sides: Record<NetworkName, Side>;
  readonly attempts: AttemptEvent[];
  readonly agreements: Agreement[];
  /** What went wrong in training, and what was done in another way than was asked for. */
  readonly notices: NoticeEvent[];
  /** Updates per second of the network in training. */
  speed?: number;
  /** Whether the run can go on after a reload; undefined before this was tried. */
  kept?: boolean;
  result?: Result;
  explained?: Explained | Failure | "under way";
  failure?: Failure;
}

/** An error's name and message. The page has its own words for the name. */
export interface Failure {
  readonly name: string;
  readonly reason: string;
}

/** A curve of losses or of training episodes shows no more points than this. */
const mostPoints = 400;
/** The speed is measured over at least this many milliseconds. */
const speedWindow = 500;

export class Session {
  state: State = fresh();
  /** Runs that were not finished and that no tab has, until they go on or are discarded. */
  unfinished: readonly Saved[] = [];
  readonly #changed: () => void;
  #worker: Worker;
  /** This tab's run among those that the browser keeps. */
  #id = "";
  #release = () => {};
  /** When the run began, on a clock that leaves out pauses. */
  #began = 0;
  #passed = 0;
  #measured = { network: "", updates: 0, at: 0 };

  /** @param changed called at each change of the state */
  constructor(changed: () => void) {
    this.#changed = changed;
    this.#worker = this.#hire();
  }

  /** Seconds for which the run has been running. */
  get seconds(): number {
    return (this.#passed + (this.#began === 0 ? 0 : performance.now() - this.#began)) / 1000;
  }

  /** Whether something is being trained, or would be if a pause ended. */
  get busy(): boolean {
    return ["running", "pausing", "paused"].includes(this.state.status);
  }

  /**
   * @param expected the hash of the weights with which the run is expected to end
   * @param brought a teacher, if none is to be trained
   */
  start(configuration: Configuration, { expected, brought }: { expected?: string; brought?: Brought } = {}): void {
    this.#leave();
    this.#id = newId();
    claim(this.#id).then((release) => {
      this.#release = release ?? this.#release;
    }, ignored);
    this.state = { ...fresh(), status: "running", configuration, expected, brought };
    this.#passed = 0;
    this.#clock(true);
    this.#send({ kind: "start", id: this.#id, configuration, brought });
  }

  /** Finds the runs that were not finished. One that another tab has is offered when that tab is gone. */
  async findUnfinished(): Promise<void> {
    for (const id of await keptRuns()) void this.#offer(id).catch(ignored);
  }

  /** Goes on with an unfinished run, unless another tab does. */
  async restore(saved: Saved): Promise<void> {
    const release = await claim(saved.id);
    this.#withdraw(saved.id);
    if (release === undefined) return;
    this.#leave();
    this.#id = saved.id;
    this.#release = release;
    this.#goOn(saved);
  }

  /** Goes on from the last checkpoint of this tab's own run. */
  async goOnFromCheckpoint(): Promise<void> {
    const saved = await keptRun(this.#id);
    if (saved === undefined) return;
    this.#dismiss();
    this.#goOn(saved);
  }

  #goOn(saved: Saved): void {
    const { id, configuration, brought, early, networks, recorded, seconds } = saved;
    this.state = { ...fresh(), status: "running", configuration, brought, early, kept: true };
    for (const event of recorded) this.#record(event);
    this.state.sides.teacher.data = networks.teacher;
    this.state.sides.student.data = networks.student;
    this.#passed = 1000 * seconds;
    this.#clock(true);
    this.#send({ kind: "start", id, configuration, saved });
  }

  pause(): void {
    this.state.status = "pausing";
    this.#send({ kind: "pause" });
  }

  resume(): void {
    this.state.status = "running";
    this.#clock(true);
    this.#send({ kind: "resume" });
  }

  /** Goes on until the next evaluation. */
  step(): void {
    this.state.status = "running";
    this.#clock(true);
    this.#send({ kind: "step" });
  }

  /** Ends the teacher's training; its best network so far is distilled. */
  distil(): void {
    this.state.status = "running";
    this.#clock(true);
    this.#send({ kind: "distil" });
  }

  /** Forgets an unfinished run. */
  discard({ id }: Saved): void {
    forgetRun(id).catch(ignored); // if this fails, the run is offered again
    this.#withdraw(id);
  }

  /** Ends the run and forgets it. */
  stop(): void {
    const { configuration } = this.state;
    this.#leave();
    this.state = { ...fresh(), configuration };
    this.#changed();
  }

  explain(): void {
    const { result } = this.state;
    if (result === undefined) return;
    this.state.explained = "under way";
    const { env, seed } = result.summary;
    this.#send({ kind: "explain", model: result.student, env, seed });
  }

  async #offer(id: string): Promise<void> {
    await abandoned(id);
    const saved = await keptRun(id);
    if (saved === undefined || id === this.#id) return;
    this.unfinished = [...this.unfinished, saved];
    this.#changed();
  }

  #withdraw(id: string): void {
    this.unfinished = this.unfinished.filter((each) => each.id !== id);
    this.#changed();
  }

  /**
   * Leaves this tab's run. It is forgotten, because it is finished, or stopped, or would fail in the same way again; but
   * one whose worker died goes on another time.
   */
  #leave(): void {
    const { status, failure } = this.state;
    if (status !== "idle") this.#dismiss();
    const [id, release] = [this.#id, this.#release];
    this.#id = "";
    this.#release = () => {};
    if (id === "") return;
    const left = failure?.name === "WorkerDied" ? Promise.resolve() : forgetRun(id);
    left.catch(ignored).finally(release);
  }

  #send(command: Command): void {
    this.#measured = { network: "", updates: 0, at: 0 };
    this.#worker.postMessage(command);
    this.#changed();
  }

  #clock(running: boolean): void {
    if (this.#began !== 0) this.#passed += performance.now() - this.#began;
    this.#began = running ? performance.now() : 0;
  }

  #hire(): Worker {
    const worker = new Worker(new URL("worker.js", document.baseURI), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<Message>) => {
      this.#hear(data);
      this.#changed();
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#dismiss();
      this.#fail("WorkerDied", event.message ?? "");
      this.#changed();
    });
    return worker;
  }

  /** Ends the worker, whatever it is doing, and starts another. */
  #dismiss(): void {
    this.#clock(false);
    this.#worker.terminate();
    this.#worker = this.#hire();
  }

  #fail(name: string, reason: string): void {
    this.#clock(false);
    this.state.status = "failed";
    this.state.box = undefined;
    this.state.failure = { name, reason };
  }

  #hear(message: Message): void {
    const { state } = this;
    switch (message.kind) {
      case "recorded":
        this.#record(message.event);
        return;
      case "network":
        state.sides[message.network].data = message.data;
        return;
      case "phase":
        state.box = message.phase === "teacher" ? "train" : message.phase === "student" ? "initialise" : "evaluate";
        if (message.phase !== "final") state.sides[message.phase].widths = message.widths;
        return;
      case "early":
        state.early = true;
        state.expected = undefined; // it promised the whole training
        return;
      case "paused":
        state.status = "paused";
        this.#clock(false);
        return;
      case "kept":
      case "unkept":
        state.kept = message.kind === "kept";
        return;
      case "finished":
        state.status = "finished";
        state.box = undefined;
        state.result = message.result;
        this.#clock(false);
        return;
      case "explained":
        state.explained = message.explained;
        return;
      case "failed":
        if (state.explained === "under way") state.explained = message;
        else this.#fail(message.name, message.reason);
    }
  }

  #record(event: Recorded): void {
    const { state } = this;
    if (event.kind === "agreement") {
      state.agreements.push(event);
    } else if (event.kind === "played") {
      push(state.sides.teacher.played, event);
    } else if (event.kind === "notice") {
      state.notices.push(event);
    } else if (event.kind === "attempt") {
      state.attempts.push(event);
      state.box = event.satisfied ? "evaluate" : "initialise";
    } else if (event.kind === "evaluation") {
      state.sides[event.network].evaluations.push(event);
      if (event.network === "student") state.box = "evaluate";
    } else if (event.kind === "progress") {
      this.#progress(event);
    }
  }

  #progress(event: ProgressEvent): void {
    const { network, updates, loss } = event;
    const side = this.state.sides[network];
    side.progress = event;
    if (network === "student") this.state.box = "transfer";
    if (loss !== null && updates > 0) push(side.losses, { updates, loss });
    const now = performance.now();
    if (network !== this.#measured.network) {
      this.#measured = { network, updates, at: now };
      this.state.speed = undefined;
    } else if (now - this.#measured.at >= speedWindow) {
      this.state.speed = (1000 * (updates - this.#measured.updates)) / (now - this.#measured.at);
      this.#measured = { network, updates, at: now };
    }
  }
}

function fresh(): State {
  const side = (): Side => ({ evaluations: [], losses: [], played: [] });
  return { status: "idle", sides: { teacher: side(), student: side() }, attempts: [], agreements: [], notices: [] };
}

/** Adds a point to a curve. If there are too many, every other one goes. */
function push<Point>(points: Point[], point: Point): void {
  points.push(point);
  if (points.length > mostPoints) points.splice(0, Infinity, ...points.filter((_, i) => i % 2 === 1));
}

/** For a browser that keeps nothing: another message says so where it matters. */
function ignored(): void {}
