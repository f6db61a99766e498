// A log is checked and put in order: rows of several episodes may interleave, and an end without what came after is left out.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inEpisodes, type LoggedSteps } from "../../src/offline/index.js";

const log: LoggedSteps = {
  observationSize: 2,
  actionCount: 2,
  observations: [0, 1, 2, 3, 4, 5],
  actions: [0, 1, 0],
  rewards: [1, 2, 3],
  terminated: [0, 0, 1],
};

/** An episode as it was lived: more observations than steps by one. */
interface Lived {
  readonly observations: readonly number[];
  readonly masks: readonly (readonly number[])[];
  readonly actions: readonly number[];
  readonly rewards: readonly number[];
  readonly terminated: boolean;
  /** Whether the log says what the last step led to. */
  readonly next: boolean;
}

const mask = fc.constantFrom([1, 0], [0, 1], [1, 1]);
const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const lived: fc.Arbitrary<Lived> = fc.integer({ min: 1, max: 6 }).chain((steps) =>
  fc
    .record({
      observations: fc.array(float, { minLength: steps + 1, maxLength: steps + 1 }),
      masks: fc.array(mask, { minLength: steps + 1, maxLength: steps + 1 }),
      rewards: fc.array(float, { minLength: steps, maxLength: steps }),
      terminated: fc.boolean(),
      next: fc.boolean(),
    })
    .map((episode) => ({ ...episode, actions: episode.rewards.map((_, step) => episode.masks[step].lastIndexOf(1)) })),
);

/** The log of episodes whose steps come in this order. */
function logged(episodes: readonly Lived[], order: readonly number[]): LoggedSteps {
  const taken = episodes.map(() => 0);
  const rows = order.map((number) => {
    const episode = episodes[number];
    const step = taken[number]++;
    const isLast = step === episode.actions.length - 1;
    return {
      observation: episode.observations[step],
      mask: episode.masks[step],
      action: episode.actions[step],
      reward: episode.rewards[step],
      terminated: Number(isLast && episode.terminated),
      truncated: Number(isLast && !episode.terminated),
      next: isLast && episode.next ? episode.observations[step + 1] : Number.NaN,
      nextMask: isLast ? episode.masks[step + 1] : [0, 0],
      episode: 10 - number,
    };
  });
  return {
    observationSize: 1,
    observations: rows.map((row) => row.observation),
    actions: rows.map((row) => row.action),
    rewards: rows.map((row) => row.reward),
    terminated: rows.map((row) => row.terminated),
    truncated: rows.map((row) => row.truncated),
    episodes: rows.map((row) => row.episode),
    nextObservations: rows.map((row) => row.next),
    masks: rows.flatMap((row) => row.mask),
    nextMasks: rows.flatMap((row) => (row.terminated || !Number.isNaN(row.next) ? row.nextMask : [1, 1])),
  };
}

describe("inEpisodes", () => {
  it("gives each episode as it was lived, however the rows interleave", () => {
    const given = fc.array(lived, { minLength: 1, maxLength: 5 }).chain((episodes) => {
      const all = episodes.flatMap(({ actions }, number) => actions.map(() => number));
      return fc.record({
        episodes: fc.constant(episodes),
        order: fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
      });
    });
    fc.assert(
      fc.property(given, ({ episodes, order }) => {
        // what the log can say: the steps that count, and the observation after them
        const begun = [...new Set(order)].map((number) => episodes[number]);
        const said = begun
          .map(({ terminated, next, actions, ...episode }) => {
            const counts = terminated || next;
            const steps = actions.length - Number(!counts);
            const lastMask = terminated ? [1, 1] : episode.masks[steps];
            const last = terminated && !next ? 0 : Math.fround(episode.observations[steps]);
            return { ...episode, actions, steps, terminated: terminated ? 1 : 0, last, lastMask };
          })
          .filter(({ steps }) => steps > 0);
        const dropped = begun.filter(({ terminated, next }) => !terminated && !next).length;
        if (said.length === 0) {
          expect(() => inEpisodes(logged(episodes, order))).toThrow("no step of the log can be used");
          return;
        }
        const ordered = inEpisodes(logged(episodes, order));
        expect({ ...ordered, starts: [...ordered.starts] }).toEqual({
          observationSize: 1,
          actionCount: 2,
          steps: said.reduce((sum, { steps }) => sum + steps, 0),
          starts: [0, ...said].map((_, i) => said.slice(0, i).reduce((sum, { steps }) => sum + steps, 0)),
          observations: Float32Array.from(said.flatMap(({ observations, steps }) => observations.slice(0, steps))),
          actions: Uint32Array.from(said.flatMap(({ actions, steps }) => actions.slice(0, steps))),
          rewards: Float32Array.from(said.flatMap(({ rewards, steps }) => rewards.slice(0, steps))),
          terminated: Uint8Array.from(said.map(({ terminated }) => terminated)),
          lastObservations: Float32Array.from(said.map(({ last }) => last)),
          masks: Uint8Array.from(said.flatMap(({ masks, steps }) => masks.slice(0, steps).flat())),
          lastMasks: Uint8Array.from(said.flatMap(({ lastMask }) => lastMask)),
          dropped,
        });
      }),
    );
  });

  it("begins an episode after each end if the rows have no numbers", () => {
    const { starts, terminated, dropped } = inEpisodes({
      ...log,
      observations: [0, 0, 1, 1, 2, 2],
      terminated: [1, 0, 0],
      truncated: [0, 0, 0],
    });
    expect([[...starts], [...terminated], dropped]).toEqual([[0, 1, 2], [1, 0], 1]);
  });

  it("counts actions by the largest one if nobody says how many there are", () => {
    expect(inEpisodes({ ...log, actionCount: undefined }).actionCount).toBe(2);
    expect(inEpisodes({ ...log, actionCount: 5 }).actionCount).toBe(5);
    expect(inEpisodes({ ...log, actionCount: undefined, masks: Array(9).fill(1) }).actionCount).toBe(3);
  });

  it("keeps the probabilities of the actions", () => {
    expect([...inEpisodes({ ...log, propensities: [0.5, 0.25, 1] }).propensities!]).toEqual([0.5, 0.25, 1]);
  });

  const wrong: [string, Partial<LoggedSteps>, string][] = [
    ["no step", { actions: [] }, "the log is empty: at least one step is needed"],
    ["a size of 0", { observationSize: 0 }, "observationSize is 0: a whole number from 1 to 65536 is needed"],
    ["a column missing", { rewards: undefined }, "rewards is undefined: a list of numbers is needed"],
    ["a short column", { rewards: [1] }, "rewards has length 1: 3 are needed"],
    ["short rows", { observations: [1, 2, 3] }, "observations has length 3: 3 rows of 2, 6, are needed"],
    [
      "a feature that is not a number",
      { observations: [0, 1, 2, 3, 4, Number.NaN] },
      "row 2: observations has NaN at 1",
    ],
    [
      "a reward too large",
      { rewards: [1, 1e39, 3] },
      "row 1: rewards has 1e+39: a number that float32 can hold is needed",
    ],
    ["text", { rewards: [1, "2", 3] as never }, 'row 1: rewards has "2": a number that float32 can hold is needed'],
    ["an action outside", { actions: [0, 2, 0] }, "row 1: actions has 2: a whole number from 0 to 1 is needed"],
    ["an action between", { actions: [0, 0.5, 0] }, "row 1: actions has 0.5"],
    ["a flag", { terminated: [0, 2, 1] }, "row 1: terminated has 2: 0 or 1 is needed"],
    ["a forbidden action", { masks: [1, 1, 1, 0, 1, 1] }, "row 1: action 1 is forbidden by the mask"],
    ["a mask of zeros", { masks: [1, 1, 0, 0, 1, 1] }, "row 1: action 1 is forbidden by the mask"],
    [
      "masks of no length",
      { actionCount: undefined, masks: [1, 1, 1, 1] },
      "masks has length 4: a number for each action",
    ],
    [
      "a next mask of zeros where it is read",
      {
        ...{ terminated: [0, 0, 0], truncated: [0, 0, 1], nextObservations: [9, 9, 9, 9, 9, 9] },
        ...{ masks: [1, 1, 1, 1, 1, 1], nextMasks: [0, 0, 0, 0, 0, 0] },
      },
      "row 2: nextMasks has only zeros: at least one action must be allowed",
    ],
    [
      "half of a next observation",
      { nextObservations: [9, 9, 9, 9, 9, Number.NaN] },
      "row 2: nextObservations has NaN beside numbers: all numbers or none are needed",
    ],
    ["a propensity that float32 takes for 0", { propensities: [1, 1e-50, 1] }, "row 1: propensities has 1e-50"],
    [
      "too many actions",
      { actionCount: undefined, actions: [0, 5000, 0] },
      "actionCount is 5001: a whole number from 1 to 1024",
    ],
    ["true in place of 1", { terminated: [0, 0, true] as never }, "row 2: terminated has true: 0 or 1 is needed"],
    ["a propensity", { propensities: [1, 0, 1] }, "row 1: propensities has 0: a number above 0 and up to 1 is needed"],
    [
      "a row after the end",
      { episodes: [7, 7, 7], terminated: [0, 1, 1] },
      "row 2: episode 7 ended in row 1: each episode needs its own number",
    ],
  ];
  it.each(wrong)("refuses %s", (_, columns, message) => {
    expect(() => inEpisodes({ ...log, ...columns })).toThrow(message);
  });
});
