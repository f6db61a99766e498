// Damaged checkpoints of every kind of work: each must be refused in one line, and the shared core must work afterwards.
import { distillProximal, trainJoint } from "../../dist/distill/index.js";
import { CheckpointError, distill, Pcg64, trainTeacher, weightsHash } from "../../dist/index.js";
import { say } from "./processes.js";

const teacherOptions = {
  trainFrequency: 1,
  learningStarts: 200,
  batchSize: 16,
  hidden: [16],
  envSteps: 1000,
  evaluationInterval: 500,
  evaluationEpisodes: 3,
  stopReturn: null,
};
const environment = "CartPole-v1";

/** Kinds of damage: each returns other bytes than it is given. */
const damages = {
  "a bit flipped": (bytes, random) => {
    const damaged = bytes.slice();
    damaged[random.integers(0, bytes.length)] ^= 1 << random.integers(0, 8);
    return damaged;
  },
  "cut off": (bytes, random) => bytes.slice(0, random.integers(0, bytes.length)),
  "made longer": (bytes, random) => {
    const more = random.integers(1, 4096);
    const damaged = new Uint8Array(bytes.length + more);
    damaged.set(bytes);
    for (let i = bytes.length; i < damaged.length; i++) damaged[i] = random.integers(0, 256);
    return damaged;
  },
  "blocks swapped": (bytes, random) => {
    const [from, to, length] = blocks(bytes, random);
    const damaged = bytes.slice();
    damaged.set(bytes.subarray(from, from + length), to);
    damaged.set(bytes.subarray(to, to + length), from);
    return damaged;
  },
  "a block of zeros": (bytes, random) => {
    const [from, , length] = blocks(bytes, random);
    return bytes.slice().fill(0, from, from + length);
  },
};

/** Two places, and a length that fits there. */
function blocks({ length }, random) {
  const size = random.integers(1, Math.min(4096, length >> 1));
  const places = [random.integers(0, length - size + 1), random.integers(0, length - size + 1)];
  return [...places, size];
}

/** The kinds of work, each begun by a function of the options for going on. */
async function kindsOfWork() {
  const teacher = await trainTeacher(environment, { ...teacherOptions, seed: 1 });
  const prioritised = { ...teacherOptions, prioritized: true, dueling: true };
  const student = { hidden: [8], envSteps: 500, updates: 1000, rounds: 2, attempts: 1, evaluationEpisodes: 3 };
  const joint = { episodes: 30, hidden: [16], evaluationInterval: 10, evaluationEpisodes: 3 };
  return {
    teacher: (more) => trainTeacher(environment, { ...teacherOptions, ...more }),
    "teacher, prioritised and dueling": (more) => trainTeacher("MountainCar-v0", { ...prioritised, ...more }),
    student: (more) => distill(teacher, { ...student, ...more }),
    joint: async (more) => (await trainJoint(environment, { ...joint, ...more })).student,
    proximal: (more) => distillProximal(teacher, { ...teacherOptions, ...more }),
  };
}

const hashOf = ({ parameters }) => weightsHash(parameters, new Float32Array(0));

/** Checkpoints from the beginning, the middle and the end of a work. */
async function checkpointsOf(work) {
  const all = [];
  const model = await work({
    checkpointInterval: 0.001,
    keepCheckpoint: true,
    onCheckpoint: (bytes) => all.push(bytes),
  });
  return { hash: await hashOf(model), some: [all[0], all[all.length >> 1], all[all.length - 1]] };
}

export async function damage({ damaged: count, seed }) {
  const faults = [];
  const rows = [];
  const works = Object.entries(await kindsOfWork());
  for (const [index, [name, work]] of works.entries()) {
    const { hash, some } = await checkpointsOf(work);
    const random = new Pcg64([seed, index]);
    const messages = new Set();
    let refused = 0;
    const tried = Object.keys(damages).map(() => 0);
    for (let i = 0; i < count; i++) {
      const bytes = some[random.integers(0, some.length)];
      const which = i % tried.length;
      const [kind, act] = Object.entries(damages)[which];
      let other = act(bytes, random);
      while (Buffer.compare(other, bytes) === 0) other = act(bytes, random); // zeros where zeros were
      tried[which]++;
      const error = await work({ resume: other }).then(
        () => undefined,
        (thrown) => thrown,
      );
      if (error instanceof CheckpointError && !error.message.includes("\n")) {
        refused++;
        messages.add(error.message.replace(/\d+/g, "N"));
      } else faults.push(`${name}, ${kind}, number ${i}: ${error === undefined ? "it was taken" : error.stack}`);
    }
    const again = await hashOf(await work({}));
    const goneOn = await hashOf(await work({ resume: some[1] }));
    const same = again === hash && goneOn === hash;
    if (!same) faults.push(`${name}: other weights after the damaged checkpoints`);
    say(`${name}: ${refused} of ${count} refused`);
    rows.push([name, ...tried.map(String), `${refused} of ${count}`, String(messages.size), same ? "yes" : "NO"]);
  }
  const total = works.length * count;
  return {
    head: ["checkpoint of a", ...Object.keys(damages), "refused", "kinds of message", "same weights afterwards"],
    rows,
    summary: `${total - faults.length} of ${total} damaged checkpoints were refused in one line`,
    faults,
  };
}
