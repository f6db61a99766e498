// One run in the worker: teacher, student and comparison as in `qstill run`, with pauses, steps and checkpoints.
import {
  compare,
  distill,
  Interrupted,
  loadModel,
  Model,
  makeEnv,
  saveModel,
  Teacher,
  type TeacherConfig,
  type TrainingEvent,
  trainTeacher,
} from "qstill";
import { type NetworkName, widthsOf } from "./configuration.ts";
import { loadEnvironment } from "./environments.ts";
import { filesOf } from "./files.ts";
import type { Brought, Configuration, Message, NetworkData, Recorded, Result, Saved } from "./messages.ts";

/** Milliseconds between two reports of progress. */
const tellInterval = 100;
/** The least milliseconds between two checkpoints, and the most bytes that are kept per millisecond. */
const keepInterval = 3000;
const keepRate = 2000;
/** The number of states, from the teacher's play, on which the student's agreement is measured. */
const agreementStates = 1000;

/** What a run starts from. */
interface Started {
  readonly configuration: Configuration;
  readonly brought?: Brought;
  readonly saved?: Saved;
  readonly checkpoint?: Uint8Array;
}

/** The options that the library's long work takes. */
interface Work {
  readonly signal: AbortSignal;
  readonly resume?: Uint8Array;
  readonly onEvent: (event: TrainingEvent) => void;
  readonly onNetwork: (parameters: Float32Array) => void;
}

export class Run {
  readonly #configuration: Configuration;
  readonly #brought: Brought | undefined;
  readonly #tell: (message: Message) => void;
  readonly #keep: (saved: Saved, checkpoint: Uint8Array) => Promise<void>;
  readonly #recorded: Recorded[];
  readonly #networks: { teacher?: NetworkData; student?: NetworkData };
  #teacherFile: Uint8Array | undefined;
  /** The checkpoint from which the work goes on. */
  #checkpoint: Uint8Array | undefined;
  #agreement = (): number => 0;
  #stop = new AbortController();
  #paused = false;
  #stepping = false;
  #goOn = () => {};
  #keeping = false;
  #seconds: number;
  #told = 0;

  /**
   * @param what the configuration; a teacher, if none is to be trained; an unfinished run to go on with, and its
   * checkpoint
   * @param tell is told everything that the page shows
   * @param keep keeps an unfinished run; if it cannot, the run goes on all the same
   */
  constructor(
    { configuration, brought, saved, checkpoint }: Started,
    tell: (message: Message) => void,
    keep: (saved: Saved, checkpoint: Uint8Array) => Promise<void>,
  ) {
    this.#configuration = configuration;
    this.#brought = brought ?? saved?.brought;
    this.#tell = tell;
    this.#keep = keep;
    this.#recorded = [...(saved?.recorded ?? [])];
    this.#networks = { ...saved?.networks };
    this.#teacherFile = saved?.teacher ?? this.#brought?.file;
    this.#checkpoint = checkpoint;
    this.#seconds = saved?.seconds ?? 0;
  }

  pause(): void {
    this.#paused = true;
    this.#stop.abort();
  }

  /** Ends a pause. @param step whether to pause again after the next evaluation */
  resume(step: boolean): void {
    this.#paused = false;
    this.#stepping = step;
    this.#goOn();
  }

  /** @throws what the library throws for configurations that are not allowed, and if training diverges */
  async run(): Promise<Result> {
    const { env, seed, ...config } = this.#configuration;
    await loadEnvironment(env);
    const teacher =
      this.#teacherFile === undefined
        ? await this.#work("teacher", (work) => trainTeacher(env, { ...config.teacher, ...work, seed }))
        : readTeacher(this.#teacherFile, seed);
    this.#teacherFile = saveModel(teacher);
    this.#showNetwork("teacher", teacher);

    this.#agreement = agreementWith(teacher, () => this.#networks.student as NetworkData);
    const student = await this.#work("student", (work) => distill(teacher, { ...config.student, ...work, seed }));
    this.#showNetwork("student", student);

    this.#tell({ kind: "phase", phase: "final" });
    await new Promise((resolve) => setTimeout(resolve)); // so that the page is told before the worker is busy
    const comparison = compare(teacher, student, { env, seed });
    const { reportHtml, summarise } = await import("qstill/report");
    const summary = await summarise(teacher, student, comparison);
    const points = this.#recorded.filter((event) => event.kind === "evaluation");
    const attempts = this.#recorded.filter((event) => event.kind === "attempt");
    const report = reportHtml({ summary, points, attempts, config: summary.config });
    const studentFile = saveModel(student);
    return { summary, student: studentFile, files: await filesOf(summary, this.#teacherFile, studentFile, report) };
  }

  /**
   * Does the work of one network in pieces. Between pieces there are checkpoints and pauses; they change no bit of the
   * result.
   */
  async #work<Trained>(phase: NetworkName, task: (work: Work) => Promise<Trained>): Promise<Trained> {
    const widths = widthsOf(this.#configuration, phase);
    this.#tell({ kind: "phase", phase, widths });
    for (;;) {
      if (this.#paused) await this.#pause();
      this.#stop = new AbortController();
      const size = this.#checkpoint?.length ?? 0;
      const timer = setTimeout(() => this.#stop.abort(), Math.max(keepInterval, size / keepRate));
      const started = performance.now();
      try {
        const trained = await task({
          signal: this.#stop.signal,
          resume: this.#checkpoint,
          onEvent: (event) => this.#record(event),
          onNetwork: (parameters) => this.#showNetwork(phase, { widths, parameters }),
        });
        this.#checkpoint = undefined;
        return trained;
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
        this.#checkpoint = error.checkpoint;
      } finally {
        clearTimeout(timer);
        this.#seconds += (performance.now() - started) / 1000;
      }
      this.#keepNow(phase, this.#checkpoint);
    }
  }

  #pause(): Promise<void> {
    this.#tell({ kind: "paused" });
    return new Promise((resolve) => {
      this.#goOn = resolve;
    });
  }

  /**
   * Keeps a checkpoint. Training does not wait for the browser's storage. One that comes too soon is left out, unless
   * it is the last.
   */
  #keepNow(phase: NetworkName, checkpoint: Uint8Array): void {
    if (this.#keeping && !this.#paused) return;
    this.#keeping = true;
    const teacher = phase === "student" ? this.#teacherFile : undefined;
    const saved: Saved = {
      configuration: this.#configuration,
      brought: this.#brought,
      teacher,
      recorded: [...this.#recorded],
      networks: { ...this.#networks },
      seconds: this.#seconds,
    };
    this.#keep(saved, checkpoint)
      .then(
        () => this.#tell({ kind: "kept" }),
        (error) => this.#tell({ kind: "unkept", reason: String(error?.message ?? error) }),
      )
      .finally(() => {
        this.#keeping = false;
      });
  }

  #record(event: TrainingEvent): void {
    if (event.kind === "progress") {
      const now = performance.now();
      if (now - this.#told < tellInterval && event.share < 1) return;
      this.#told = now;
    }
    this.#tellRecorded(event);
    if (event.kind !== "evaluation") return;
    if (event.network === "student") {
      this.#tellRecorded({ kind: "agreement", updates: event.updates, share: this.#agreement() });
    }
    if (this.#stepping) {
      this.#stepping = false;
      this.pause();
    }
  }

  #tellRecorded(event: Recorded): void {
    this.#recorded.push(event);
    this.#tell({ kind: "recorded", event });
  }

  #showNetwork(network: NetworkName, { widths, activation, parameters }: NetworkData): void {
    const data = { widths, activation, parameters: parameters.slice() };
    this.#networks[network] = data;
    this.#tell({ kind: "network", network, data });
  }
}

/**
 * Reads a teacher from its file. It is as it was before, except for its replay memory, which its student's checkpoint
 * replaces. Or it came from elsewhere, and nothing is known about its training.
 */
function readTeacher(file: Uint8Array, seed: number): Teacher {
  const model = loadModel(file);
  const unknown = { seed, config: {}, envSteps: 0, updates: 0, wallSeconds: 0 };
  const { config, ...training } = model.training ?? unknown;
  const record = { ...training, config: config as unknown as TeacherConfig, env: model.environment };
  return new Teacher(model, record, new Float32Array(0));
}

/** A function that gives the share of states, from the teacher's play, in which the student acts alike. */
function agreementWith(teacher: Model, student: () => NetworkData): () => number {
  const env = makeEnv(teacher.environment);
  const states: { readonly observation: Float32Array; readonly action: number }[] = [];
  for (let episode = 0; states.length < agreementStates; episode++) {
    let observation = env.reset({ seed: episode });
    for (let ended = false; !ended && states.length < agreementStates; ) {
      const action = teacher.act(observation);
      states.push({ observation: observation.slice(), action });
      const result = env.step(action);
      observation = result.observation;
      ended = result.terminated || result.truncated;
    }
  }
  return () => {
    const model = new Model({ environment: env.id, ...student() });
    const alike = states.filter(({ observation, action }) => model.act(observation) === action).length;
    model.dispose();
    return alike / states.length;
  };
}
