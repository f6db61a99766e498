// Acting in any number of open episodes: however their steps interleave, the learner gets the same transitions.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Learner } from "../../src/core/learner.js";
import { ActingLearner, type AgentEpisode, mostEpisodes } from "../../src/training/acting.js";

const actionCount = 3;
const gamma = Math.fround(0.9);

interface Step {
  readonly action: number;
  readonly reward: number;
  /** Whether the action is a random one, at which an n-step return ends. */
  readonly random: boolean;
}

interface Script {
  readonly steps: readonly Step[];
  /** How it ends; "open" if it does not. */
  readonly end: "terminated" | "truncated" | "left" | "open";
}

function acting(nStep: number, bufferSize: number) {
  const shape = { widths: [1, actionCount], batchSize: 1, huberDelta: 1, tau: 1, targetUpdateInterval: 1 };
  const learner = new Learner({ ...shape, nStep, gamma, bufferSize, cutAtRandomActions: true });
  learner.initialise(new Uint32Array([1, 2, 3, 4]));
  const options = { learner, actionCount, longest: 1, epsilon: () => 1 };
  return { learner, actor: new ActingLearner(options, { bufferSize, nStep }) };
}

/** The observation after so many steps of an episode; no other is equal. */
const observed = (episode: number, steps: number) => 1000 * episode + steps;
/** Its mask: it allows an action more than those that are taken. */
const maskAt = (script: Script, steps: number) =>
  Array.from({ length: actionCount }, (_, a) => Number(a === (script.steps[steps]?.action ?? 0) || a === steps % 3));

/** Plays the scripts, each time a step of the one that the next pick chooses of those that still have some. */
function play(
  actor: ActingLearner,
  scripts: readonly Script[],
  masked: boolean,
  pick: (count: number) => number,
): void {
  const open = scripts.map((script, id) => ({ script, id, taken: 0, episode: undefined as AgentEpisode | undefined }));
  while (open.length > 0) {
    const at = pick(open.length);
    const each = open[at];
    const { script, id, taken, episode } = each;
    const mask = masked ? maskAt(script, episode === undefined ? 0 : taken + 1) : undefined;
    const last = taken === script.steps.length;
    if (episode === undefined) each.episode = actor.begin([observed(id, 0)], { mask });
    else if (!last) {
      const ends = taken + 1 === script.steps.length;
      const how = { terminated: ends && script.end === "terminated", truncated: ends && script.end === "truncated" };
      const { action, reward, random } = script.steps[taken];
      if (random) episode.act();
      episode.step({ observation: [observed(id, taken + 1)], action, reward, ...how, mask });
      each.taken++;
    } else {
      if (script.end === "left") episode.end();
      open.splice(at, 1);
    }
  }
}

/** A transition: s, a, R, the discount, s' and its mask. */
const written = (values: readonly unknown[]) => JSON.stringify(values);

/** The transitions in a learner's memory, read from what it saves. */
function held(learner: Learner): string[] {
  const { filled } = learner;
  const observations = learner.observations();
  const masks = learner.masks();
  const bytes = learner.save();
  const rows = new DataView(bytes.buffer, bytes.byteLength - (16 + (masks ? 4 : 0)) * filled);
  const found: string[] = [];
  for (let row = 0; row < filled; row++) {
    const next = rows.getUint32(16 * row + 12, true);
    if (next >= 2 ** 31) continue;
    const [action, sum, discount] = [
      rows.getUint32(16 * row, true),
      rows.getFloat32(16 * row + 4, true),
      rows.getFloat32(16 * row + 8, true),
    ];
    const mask = masks && [...masks.subarray(next * actionCount, (next + 1) * actionCount)];
    found.push(written([observations[row], action, sum, discount, observations[next], mask]));
  }
  return found.sort();
}

/** The transitions of the scripts by their definition, worked out from each episode alone. */
function defined(scripts: readonly Script[], nStep: number, masked: boolean): string[] {
  const all: string[] = [];
  for (const [id, script] of scripts.entries()) {
    const { steps, end } = script;
    for (let first = 0; first < steps.length; first++) {
      const random = steps.findIndex((step, at) => step.random && at > first);
      const last = Math.min(first + nStep, random < 0 ? steps.length : random);
      if (end === "open" && last === steps.length && last < first + nStep) break;
      let [sum, power] = [0, 1];
      for (const { reward } of steps.slice(first, last)) {
        sum = Math.fround(sum + Math.fround(power * Math.fround(reward)));
        power = Math.fround(power * gamma);
      }
      const terminates = end === "terminated" && last === steps.length;
      const mask = masked ? (terminates ? [1, 1, 1] : maskAt(script, last)) : undefined;
      const [s, next] = [observed(id, first), observed(id, last)];
      all.push(written([s, steps[first].action, sum, terminates ? 0 : power, next, mask]));
    }
  }
  return all.sort();
}

/** The scripts, and what they are if returns go on over the first random actions of each, one more each time. */
function overSome(scripts: readonly Script[]): (readonly Script[])[] {
  const without = scripts.map(({ steps, end }) => {
    const first = steps.findIndex(({ random }) => random);
    return { end, steps: steps.map((step, at) => (at === first ? { ...step, random: false } : step)) };
  });
  const isLast = scripts.every(({ steps }) => steps.every(({ random }) => !random));
  return isLast ? [scripts] : [scripts, ...overSome(without)];
}

const reward = fc.integer({ min: -8, max: 8 });
const step = fc.record({ action: fc.nat(actionCount - 1), reward, random: fc.boolean() });
const script: fc.Arbitrary<Script> = fc.oneof(
  fc.record({ steps: fc.array(step, { maxLength: 9 }), end: fc.constantFrom("left" as const, "open" as const) }),
  fc.record({
    steps: fc.array(step, { minLength: 1, maxLength: 9 }),
    end: fc.constantFrom("terminated" as const, "truncated" as const),
  }),
);
const scripts = fc.array(script, { minLength: 1, maxLength: 6 });
const nSteps = fc.integer({ min: 1, max: 6 });
const picks = fc.infiniteStream(fc.nat(59));

describe("the transitions of several episodes", () => {
  it("are those of each alone, however their steps interleave", () => {
    fc.assert(
      fc.property(scripts, nSteps, fc.boolean(), picks, (all, nStep, masked, stream) => {
        const expected = defined(all, nStep, masked);
        for (const pick of [() => 0, (count: number) => (stream.next().value as number) % count]) {
          const { learner, actor } = acting(nStep, 200);
          play(actor, all, masked, pick);
          expect(held(learner)).toEqual(expected);
          expect(learner.ready).toBe(expected.length);
          expect(actor.episodes.size).toBe(all.filter(({ end }) => end === "open").length);
          actor.dispose();
        }
      }),
      { numRuns: 200 },
    );
  });

  it("are still those where the memory is as small as it may be, and old ones make room", () => {
    fc.assert(
      fc.property(scripts, nSteps, fc.boolean(), picks, (all, nStep, masked, stream) => {
        const { learner, actor } = acting(nStep, all.length * nStep + 2);
        play(actor, all, masked, (count) => (stream.next().value as number) % count);
        // where its episode has waited long, a return may go on over random actions
        const expected = new Set(overSome(all).flatMap((some) => defined(some, nStep, masked)));
        const found = held(learner);
        for (const each of found) expect(expected).toContain(each);
        expect(learner.ready).toBe(found.length);
        actor.dispose();
      }),
      { numRuns: 200 },
    );
  });
});

it("so many episodes may be open that each keeps its last n steps, and no more", () => {
  fc.assert(
    fc.property(nSteps, fc.integer({ min: 8, max: 40 }), (nStep, bufferSize) => {
      const { learner, actor } = acting(nStep, bufferSize);
      const most = mostEpisodes(bufferSize, nStep);
      const open = Array.from({ length: most }, (_, i) => actor.begin([i]));
      const refused = `${most} episodes are open: with this bufferSize and nStep at most ${most} are allowed: end some, or choose a larger bufferSize`;
      for (let round = 0; round < 2 * nStep; round++) {
        expect(() => actor.begin([0])).toThrow(RangeError);
        expect(() => actor.begin([0])).toThrow(refused);
        for (const each of open) each.step({ observation: [round], action: 1, reward: 1, terminated: false });
      }
      expect(learner.filled).toBe(bufferSize);
      open[0].end();
      expect(actor.begin([7]).id).toBe(most); // refused episodes have no number
      actor.dispose();
    }),
  );
});

describe("random steps", () => {
  it.each([1, 3, 100, 10_000])("are a share ε of all steps where one is repeated for up to %i", (longest) => {
    const epsilon = 0.25;
    const actions = 200; // so that a random action is hardly ever the greedy one
    const shape = { widths: [1, actions], batchSize: 1, huberDelta: 1, tau: 1, targetUpdateInterval: 1 };
    const learner = new Learner({ ...shape, nStep: 1, gamma, bufferSize: 100, cutAtRandomActions: true });
    learner.initialise(new Uint32Array([1, 2, 3, 4]));
    const options = { learner, actionCount: actions, longest, epsilon: () => epsilon };
    const actor = new ActingLearner(options, { bufferSize: 100, nStep: 1 });
    const episode = actor.begin([1]);
    const greedy = episode.act({ explore: false });
    const steps = 300_000;
    let random = 0;
    for (let n = 0; n < steps; n++) {
      if (episode.act() !== greedy) random++;
      episode.step({ observation: [1], reward: 0, terminated: false });
    }
    expect(Math.abs(random / steps - epsilon)).toBeLessThan(0.025);
    actor.dispose();
  });
});
