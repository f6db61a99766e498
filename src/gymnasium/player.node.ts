// The Python process that plays the copies of a Gymnasium environment. What is asked in one turn goes there in one frame.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ConfigError } from "../core/config-error.js";

/** What Python is to play, and which Python. */
export interface Played {
  /** As errors name it. */
  readonly name: string;
  readonly id: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly python: string;
}

/** What Python says of the environment. */
export interface Described {
  readonly observationSize: number;
  readonly actionCount: number;
  /** Null: there is no limit. */
  readonly maxEpisodeSteps: number | null;
  readonly featureNames: readonly string[];
  readonly actionNames: readonly string[];
  /** Whether all numbers of an observation are 0 or 1. They come as bytes then. */
  readonly binary: boolean;
}

/** What Python says instead if it cannot play. */
interface Failure {
  readonly error: string;
  /** Whether another Python might. */
  readonly otherPython?: boolean;
}

const facts = [
  "observationSize",
  "actionCount",
  "maxEpisodeSteps",
  "featureNames",
  "actionNames",
  "binary",
] as const satisfies readonly (keyof Described)[];

/** What a command led to. */
export interface Answer {
  readonly observation: Float32Array | Uint8Array;
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
  readonly mask: Uint8Array | undefined;
}

/** What a command asks for; player.py has the same numbers. */
export const commands = { reset: 0, reseed: 1, step: 2, close: 3 } as const;

const script = fileURLToPath(new URL("player.py", import.meta.url));
const hello = Buffer.from("\nqstill 1\n");
const startingTime = 60_000; // milliseconds until Python must have made the environment
const commandBytes = 16;
const lastWords = 500; // milliseconds in which what a dead Python wrote is still read
const closingTime = 2000; // milliseconds until a Python that is closed is killed
const head = 4; // bytes of a number of bytes or commands
const flag = { terminated: 1, truncated: 2, masked: 4, failed: 8 };

/** How an error about Python ends. */
const choose = "--python, QSTILL_PYTHON or { python } names another Python";

/** Asks Python what the environment is, and waits for it. @throws ConfigError in one line if it cannot be played */
export function describePlayed(played: Played): Described {
  const { name, python } = played;
  const { error, stdout, stderr, status, signal } = spawnSync(python, ["-u", script], {
    input: startFrame(played, true),
    timeout: startingTime,
    killSignal: "SIGKILL",
    maxBuffer: 2 ** 28,
    windowsHide: true,
  });
  const said = saidHello(stdout ?? Buffer.alloc(0));
  if (said === undefined && error) throw new ConfigError(`${name}: ${notStarted(python, error)}`);
  if (said === undefined) {
    const last = stderr
      .toString()
      .trim()
      .split(/\s*\n\s*/)
      .pop();
    const what = `${python} ${ended(status, signal)} before it answered${last && `: ${last}`}`;
    throw new ConfigError(`${name}: ${what} (${choose})`);
  }
  if ("error" in said.text) {
    const { error, otherPython } = said.text;
    throw new ConfigError(`${name}: ${python}: ${error}${otherPython ? ` (${choose})` : ""}`);
  }
  return said.text;
}

/** Why Python was not there. */
function notStarted(python: string, error: NodeJS.ErrnoException): string {
  if (error.code === "ETIMEDOUT") {
    return `${python} did not make the environment in ${startingTime / 1000} seconds`;
  }
  const known: Partial<Record<string, string>> = { ENOENT: "there is no such program", EACCES: "it may not be run" };
  const why = known[error.code ?? ""] ?? error.message;
  return `it needs Python, but ${python} cannot be run: ${why} (${choose})`;
}

function ended(status: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `ended with status ${status}` : `was ended by ${signal}`;
}

function startFrame({ id, kwargs }: Played, describe: boolean): Buffer {
  const text = Buffer.from(JSON.stringify({ id, kwargs, describe }));
  const bytes = Buffer.alloc(head);
  bytes.writeUInt32LE(text.length);
  return Buffer.concat([bytes, text]);
}

/** Python's first words, and where they end; undefined if they are not all there. Other output before them is skipped. */
function saidHello(bytes: Buffer): { text: Described | Failure; end: number } | undefined {
  const at = bytes.indexOf(hello);
  const begin = at + hello.length + head;
  if (at < 0 || bytes.length < begin) return undefined;
  const end = begin + bytes.readUInt32LE(begin - head);
  if (bytes.length < end) return undefined;
  return { text: JSON.parse(bytes.toString("utf8", begin, end)), end };
}

/** Somebody waits for an answer. */
interface Waiting {
  /** Whether this process stays for it. */
  readonly stays: boolean;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** A process that plays. It lives until `close`, or as long as this process. It does not keep this process alive. */
export class Player {
  /** Whether it can be asked. */
  alive = true;
  readonly #played: Played;
  readonly #described: Described;
  readonly #stride: number;
  readonly #python: ChildProcess;
  readonly #timer: NodeJS.Timeout;
  /** The commands of this turn, which have not been sent. */
  #commands: number[] = [];
  #asking: Waiting[] = [];
  /** For each frame that was sent, who waits for its answers. */
  #sent: Waiting[][] = [];
  #greeted = false;
  #received: Buffer[] = [];
  #receivedBytes = 0;
  /** With so many bytes the next answers are there; 0 while that is not known. */
  #needed = 0;

  constructor(played: Played, described: Described) {
    this.#played = played;
    this.#described = described;
    const { observationSize, actionCount, binary } = described;
    this.#stride = Math.ceil((16 + observationSize * (binary ? 1 : 4) + actionCount) / 8) * 8;
    const python = spawn(played.python, ["-u", script], { stdio: ["pipe", "pipe", "inherit"], windowsHide: true });
    this.#python = python;
    python.on("error", (error) => this.#end(notStarted(played.python, error)));
    python.on("close", (status, signal) => this.#end(`${played.python} ${ended(status, signal)}`));
    // "close" comes only when nobody has stdout any longer, and a process that Python forked has it, too
    python.on("exit", (status, signal) => {
      setTimeout(() => this.#end(`${played.python} ${ended(status, signal)}`), lastWords).unref();
    });
    python.stdin?.on("error", () => {}); // its end says why
    python.stdout?.on("data", (bytes: Buffer) => this.#receive(bytes));
    python.stdin?.write(startFrame(played, false));
    this.#timer = setTimeout(() => {
      python.kill("SIGKILL");
      this.#end(notStarted(played.python, Object.assign(new Error(), { code: "ETIMEDOUT" })));
    }, startingTime);
    this.#timer.unref();
    this.#rest();
  }

  /** Asks for something. All that is asked for in one turn goes to Python together, in order. */
  ask(copy: number, command: number, value: number): Promise<Answer> {
    if (!this.alive) return Promise.reject(new Error("Python has ended: reset() starts it again"));
    if (this.#asking.length === 0) queueMicrotask(() => this.#send());
    this.#commands.push(copy, command, value);
    const stays = command !== commands.close;
    return new Promise((resolve, reject) => this.#asking.push({ stays, resolve, reject }));
  }

  /** Ends Python, at once if it works on something. Whoever still waits gets an error. */
  close(): void {
    const kill = () => this.#python.kill("SIGKILL");
    if (this.#sent.length > 0) kill();
    else {
      this.#python.stdin?.end();
      setTimeout(kill, closingTime).unref(); // the environment's own close may hang
    }
    this.#end("the environment was closed");
  }

  #send(): void {
    const asking = this.#asking;
    if (!this.alive || asking.length === 0) return;
    const commands = this.#commands;
    const frame = Buffer.alloc(head + commandBytes * asking.length);
    frame.writeUInt32LE(asking.length);
    for (let i = 0, at = head; at < frame.length; i += 3, at += commandBytes) {
      frame.writeUInt32LE(commands[i], at);
      frame.writeUInt32LE(commands[i + 1], at + 4);
      frame.writeDoubleLE(commands[i + 2], at + 8);
    }
    this.#asking = [];
    this.#commands = [];
    this.#sent.push(asking);
    if (asking.some(({ stays }) => stays)) this.#work();
    this.#python.stdin?.write(frame);
  }

  #receive(bytes: Buffer): void {
    this.#received.push(bytes);
    this.#receivedBytes += bytes.length;
    while (this.alive && this.#receivedBytes >= Math.max(this.#needed, head)) {
      const all = this.#received.length === 1 ? this.#received[0] : Buffer.concat(this.#received);
      const taken = this.#greeted ? this.#takeAnswers(all) : this.#takeHello(all);
      const rest = all.subarray(taken);
      this.#received = [rest];
      this.#receivedBytes = rest.length;
      if (taken === 0) return;
    }
  }

  /** @returns the bytes that it took */
  #takeHello(bytes: Buffer): number {
    const said = saidHello(bytes);
    if (said === undefined) return 0;
    clearTimeout(this.#timer);
    this.#greeted = true;
    const { text } = said;
    if ("error" in text) this.#end(`${this.#played.python}: ${text.error}`);
    else {
      const other = facts.find((fact) => JSON.stringify(text[fact]) !== JSON.stringify(this.#described[fact]));
      if (other !== undefined) this.#refuse(`made an environment of another ${other} than before: it must not change`);
    }
    return said.end;
  }

  /** @returns the bytes that it took */
  #takeAnswers(bytes: Buffer): number {
    const end = head + bytes.readUInt32LE();
    this.#needed = bytes.length < end ? end : 0;
    if (bytes.length < end) return 0;
    const waiting = this.#sent.shift();
    const records = bytes.buffer.slice(bytes.byteOffset + head, bytes.byteOffset + end) as ArrayBuffer;
    const view = new DataView(records);
    if (waiting === undefined || !this.#fits(view, waiting.length)) {
      this.#sent.unshift(waiting ?? []);
      this.#refuse("gave an answer that cannot be read");
      return 0;
    }
    let text = waiting.length * this.#stride;
    for (const [i, { resolve, reject }] of waiting.entries()) {
      const at = i * this.#stride;
      const flags = view.getUint8(at + 8);
      if ((flags & flag.failed) === 0) {
        resolve(this.#answer(records, view, at, flags));
        continue;
      }
      const length = view.getUint32(text, true);
      reject(new Error(Buffer.from(records, text + head, length).toString()));
      text += head + length;
    }
    if (!this.#sent.flat().some(({ stays }) => stays)) this.#rest();
    return end;
  }

  /** Whether there are so many records and a text for each that failed, and nothing else. */
  #fits(view: DataView, count: number): boolean {
    const size = view.byteLength;
    let end = count * this.#stride;
    for (let i = 0; i < count && end <= size; i++) {
      if ((view.getUint8(i * this.#stride + 8) & flag.failed) === 0) continue;
      if (end + head > size) return false;
      end += head + view.getUint32(end, true);
    }
    return end === size;
  }

  #answer(records: ArrayBuffer, view: DataView, at: number, flags: number): Answer {
    const { observationSize, actionCount, binary } = this.#described;
    const Numbers = binary ? Uint8Array : Float32Array;
    const observation = new Numbers(records, at + 16, observationSize);
    const masked = (flags & flag.masked) !== 0;
    return {
      observation,
      reward: view.getFloat64(at, true),
      terminated: (flags & flag.terminated) !== 0,
      truncated: (flags & flag.truncated) !== 0,
      mask: masked ? new Uint8Array(records, at + 16 + observation.byteLength, actionCount) : undefined,
    };
  }

  /** Nobody waits for whom this process stays: it may end, and Python with it. */
  #rest(): void {
    for (const each of this.#handles()) each?.unref?.();
  }

  /** Somebody waits: this process stays until there is an answer. */
  #work(): void {
    for (const each of this.#handles()) each?.ref?.();
  }

  #handles(): readonly (Partial<Pick<ChildProcess, "ref" | "unref">> | null)[] {
    const { stdin, stdout } = this.#python;
    return [this.#python, stdin, stdout] as (Partial<ChildProcess> | null)[];
  }

  /** Ends Python, which does what it must not. */
  #refuse(what: string): void {
    this.#python.kill("SIGKILL");
    this.#end(`${this.#played.python} ${what}`);
  }

  #end(why: string): void {
    if (!this.alive) return;
    this.alive = false;
    clearTimeout(this.#timer);
    this.#rest();
    const waiting = [...this.#sent.flat(), ...this.#asking];
    this.#sent = [];
    this.#asking = [];
    for (const { reject } of waiting) reject(new Error(why));
  }
}
