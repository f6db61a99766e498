// One run in the worker: teacher, student and comparison as in `qstill run`, with pauses, steps and checkpoints.
import {
  compare,
  distill,
  type Env,
  Interrupted,
  loadModel,
  Model,
  makeEnv,
  type StudentConfig,
  saveModel,
  Teacher,
  type TeacherConfig,
  type TrainingEvent,
  teacherConfig,
  trainTeacher,
} from "qstill";
import { type NetworkName, valuesOf, widthsOf } from "./configuration.ts";
import { loadEnvironment } from "./environments.ts";
import { filesOf } from "./files.ts";
import type {
  Best,
  Brought,
  Configuration,
  Message,
  NetworkData,
  PageEvent,
  Recorded,
  Result,
  Saved,
} from "./messages.ts";

/** Milliseconds between two reports of progress. */
const tellInterval = 100;
/** Milliseconds between two networks of a teacher in training, for the stage. */
const currentInterval = 500;
/** The least seconds between two checkpoints. The library makes it longer where they are slow to write. */
const keepInterval = 3;
/** The number of states, from the teacher's play, on which the student's agreement is measured. */
const agreementStates = 1000;

/** What a run starts from. */
interface Started {
  readonly id: string;
  readonly configuration: Configuration;
  readonly brought?: Brought;
  readonly saved?: Saved;
  readonly checkpoint?: Uint8Array;
}

/** The options that the library's long work takes. */
interface Work {
  readonly signal: AbortSignal;
  readonly resume?: Uint8Array;
  readonly checkpointInterval: number;
  readonly onCheckpoint: (checkpoint: Uint8Array) => void;
  readonly onEvent: (event: TrainingEvent) => void;
  readonly onNetwork: (parameters: Float32Array) => void;
}

export class Run {
  readonly #id: string;
  readonly #configuration: Configuration;
  readonly #brought: Brought | undefined;
  readonly #tell: (message: Message) => void;
  readonly #keep: (saved: Saved, checkpoint: Uint8Array) => Promise<void>;
  readonly #recorded: Recorded[];
  readonly #networks: { teacher?: NetworkData; student?: NetworkData };
  /** The parameters that were evaluated last; their event says whether they are the best. */
  #evaluated: Float32Array | undefined;
  #best: Best | undefined;
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
  #shown = 0;
  /** Whether the teacher's training is to be ended, and whether it was. */
  #ending = false;
  #early: boolean;
  /** The returns of training episodes that have not been told yet. */
  #returns: number[] = [];

  /**
   * @param what the configuration; a teacher, if none is to be trained; an unfinished run to go on with, and its
   * checkpoint
   * @param tell is told everything that the page shows
   * @param keep keeps an unfinished run; if it cannot, the run goes on all the same
   */
  constructor(
    { id, configuration, brought, saved, checkpoint }: Started,
    tell: (message: Message) => void,
    keep: (saved: Saved, checkpoint: Uint8Array) => Promise<void>,
  ) {
    this.#id = id;
    this.#configuration = configuration;
    this.#brought = brought ?? saved?.brought;
    this.#tell = tell;
    this.#keep = keep;
    this.#recorded = [...(saved?.recorded ?? [])];
    this.#networks = { ...saved?.networks };
    this.#teacherFile = saved?.teacher ?? this.#brought?.file;
    this.#best = saved?.best;
    this.#early = saved?.early ?? false;
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

  /** Ends the teacher's training, if a network has been evaluated: the best so far is distilled. */
  distil(): void {
    if (this.#best === undefined || this.#teacherFile !== undefined) return;
    this.#ending = true;
    this.#paused = false;
    this.#stop.abort();
    this.#goOn();
  }

  /** @throws what the library throws for configurations that are not allowed, and if training diverges */
  async run(): Promise<Result> {
    const { env, seed, ...config } = this.#configuration;
    await loadEnvironment(env);
    const teacher =
      this.#teacherFile === undefined
        ? await this.#train().catch((error) => {
            if (error instanceof Interrupted) return this.#bestTeacher();
            throw error;
          })
        : readTeacher(this.#teacherFile, seed);
    this.#ending = false; // it may have finished before it was asked to end
    this.#teacherFile = saveModel(teacher);
    this.#showNetwork("teacher", teacher);

    this.#agreement = agreementWith(teacher, () => this.#networks.student as NetworkData);
    const chosen = { ...config.student, ...this.#corrected(teacher) };
    const student = await this.#work("student", (work) => distill(teacher, { ...chosen, ...work, env, seed }));
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

  #train(): Promise<Teacher> {
    const { env, seed, teacher } = this.#configuration;
    const widths = widthsOf(this.#configuration, "teacher");
    const onCurrent = (parameters: () => Float32Array) => {
      const now = performance.now();
      if (now - this.#shown < currentInterval) return;
      this.#shown = now;
      this.#showNetwork("teacher", { widths, parameters: parameters() });
    };
    return this.#work("teacher", (work) => {
      let made = 0;
      const source = () => (made++ === 0 ? this.#watched(makeEnv(env)) : makeEnv(env)); // it trains in the first one
      return trainTeacher(source, { ...teacher, ...work, seed, onCurrent });
    });
  }

  /** The same environment, whose returns are told. */
  #watched(env: Env): Env {
    const [reset, step] = [env.reset.bind(env), env.step.bind(env)];
    let sum = 0;
    env.reset = (options) => {
      sum = 0;
      return reset(options);
    };
    env.step = (action) => {
      const result = step(action);
      sum += result.reward;
      if (result.terminated || result.truncated) this.#returns.push(sum);
      return result;
    };
    return env;
  }

  /** The teacher whose training was ended early. */
  #bestTeacher(): Teacher {
    const { env, seed, teacher } = this.#configuration;
    const { parameters, envSteps, updates } = this.#best as Best;
    this.#checkpoint = undefined;
    this.#early = true;
    this.#tell({ kind: "early" });
    const record = { env, seed, config: teacherConfig(env, teacher), envSteps, updates, wallSeconds: this.#seconds };
    const widths = widthsOf(this.#configuration, "teacher");
    return new Teacher({ environment: env, widths, parameters }, record, new Float32Array(0));
  }

  /**
   * What a student's options cannot be with this teacher. One that ended early has no replay memory. One that was
   * brought may be no better than chance; then a second student could be no better than the first.
   */
  #corrected(teacher: Teacher): Partial<StudentConfig> {
    const { env, seed } = this.#configuration;
    if (this.#early && valuesOf(this.#configuration).student.states === "replay") return { states: "student" };
    if (this.#brought === undefined) return {};
    return compare(teacher, teacher, { env, seed }).returnRatio === null ? { attempts: 1 } : {};
  }

  /**
   * Does the work of one network, in pieces if there are pauses. Pauses and checkpoints change no bit of the result.
   */
  async #work<Trained>(phase: NetworkName, task: (work: Work) => Promise<Trained>): Promise<Trained> {
    const widths = widthsOf(this.#configuration, phase);
    this.#tell({ kind: "phase", phase, widths });
    for (;;) {
      if (this.#paused) await this.#pause();
      this.#stop = new AbortController();
      if (this.#ending) this.#stop.abort();
      const [started, before] = [performance.now(), this.#seconds];
      const count = () => {
        this.#seconds = before + (performance.now() - started) / 1000;
      };
      try {
        const trained = await task({
          signal: this.#stop.signal,
          resume: this.#checkpoint,
          checkpointInterval: keepInterval,
          onCheckpoint: (checkpoint) => {
            count();
            this.#keepNow(phase, checkpoint);
          },
          onEvent: (event) => this.#record(event as PageEvent),
          onNetwork: (parameters) => {
            this.#evaluated = parameters.slice();
            this.#showNetwork(phase, { widths, parameters });
          },
        });
        this.#checkpoint = undefined;
        return trained;
      } catch (error) {
        if (!(error instanceof Interrupted) || this.#ending) throw error;
        this.#checkpoint = error.checkpoint;
      } finally {
        count();
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
      id: this.#id,
      configuration: this.#configuration,
      brought: this.#brought,
      early: this.#early,
      teacher,
      recorded: [...this.#recorded],
      networks: { ...this.#networks },
      best: this.#best,
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

  #record(event: PageEvent): void {
    if (event.kind === "progress") {
      const now = performance.now();
      if (now - this.#told < tellInterval && event.share < 1) return;
      this.#told = now;
      this.#tellPlayed(event.envSteps);
    }
    this.#tellRecorded(event);
    if (event.kind !== "evaluation") return;
    if (event.network === "teacher" && event.best) {
      const { envSteps, updates } = event;
      this.#best = { parameters: this.#evaluated as Float32Array, envSteps, updates };
    }
    if (event.network === "student") {
      this.#tellRecorded({ kind: "agreement", updates: event.updates, share: this.#agreement() });
    }
    if (this.#stepping) {
      this.#stepping = false;
      this.pause();
    }
  }

  #tellPlayed(envSteps: number): void {
    const { length } = this.#returns;
    if (length === 0) return;
    const mean = this.#returns.reduce((sum, each) => sum + each, 0) / length;
    this.#returns = [];
    this.#tellRecorded({ kind: "played", envSteps, mean });
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
  const states: { readonly observation: Float32Array; readonly mask?: Uint8Array; readonly action: number }[] = [];
  for (let episode = 0; states.length < agreementStates; episode++) {
    let observation = env.reset({ seed: episode });
    for (let ended = false; !ended && states.length < agreementStates; ) {
      const mask = env.actionMask?.slice();
      const action = teacher.act(observation, mask);
      states.push({ observation: observation.slice(), mask, action });
      const result = env.step(action);
      observation = result.observation;
      ended = result.terminated || result.truncated;
    }
  }
  return () => {
    const model = new Model({ environment: env.id, ...student() });
    const alike = states.filter(({ observation, mask, action }) => model.act(observation, mask) === action).length;
    model.dispose();
    return alike / states.length;
  };
}
