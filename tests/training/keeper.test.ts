// The keeper of the best network: what it plays, who competes at the end, and what it keeps.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atOnce } from "../../src/env/pauses.js";
import type { Moment } from "../../src/training/budget.js";
import { Keeper, type KeeperConfig } from "../../src/training/keeper.js";
import { levelled, type Pace, type Rate } from "../../src/training/trial.js";

const pace: Pace = async (steps) => atOnce(steps);
const network = (number: number) => Float32Array.of(number);
/** A training that is as far as this; without a share it has no limit. */
const moment = (last = false, envSteps = 1000): Moment => ({ envSteps, longest: 10, last });

/** A keeper in whose episodes each network has returns of its own, and the plays that it asked for. */
function keeping(returns: (network: number, episode: number) => number, config: KeeperConfig, rate?: Rate) {
  const plays: [network: number, firstEpisode: number, episodes: number][] = [];
  const keeper = new Keeper(
    function* (parameters, firstEpisode, episodes) {
      plays.push([parameters[0], firstEpisode, episodes]);
      const all = Array.from({ length: episodes }, (_, i) => returns(parameters[0], firstEpisode + i));
      return { returns: all, lengths: all.map(() => 10) };
    },
    config,
    rate,
  );
  const offer = (number: number, when = moment(), favourite?: number) =>
    keeper.offer(network(number), pace, when, favourite === undefined ? undefined : network(favourite));
  const episodes = () => plays.reduce((sum, [, , count]) => sum + count, 0);
  return { keeper, plays, offer, episodes };
}

describe("while training goes on", () => {
  const config = { evaluationEpisodes: 4, confirmationEpisodes: 12 };

  it("each network plays the same few episodes, and the best mean leads", async () => {
    const { keeper, plays, offer } = keeping((number, episode) => (number % 5) + (episode % 2), config);
    expect(await offer(3)).toEqual({ episodes: 4, mean: 3.5, std: 0.5, min: 3, best: true });
    expect((await offer(2)).best).toBe(false);
    expect(keeper.latestMean).toBe(2.5);
    expect((await offer(4)).best).toBe(true);
    expect(plays).toEqual([3, 2, 4].map((number) => [number, 0, 4]));
    expect(keeper.kept).toEqual(network(4));
  });

  it("of two alike the newer leads", async () => {
    const { keeper, offer } = keeping(() => 1, config);
    for (const number of [1, 2, 3]) expect((await offer(number)).best).toBe(true);
    expect(keeper.kept).toEqual(network(3));
  });

  it("what it costs does not depend on ties", async () => {
    const { offer, episodes } = keeping(() => -200, config);
    for (let number = 0; number < 100; number++) await offer(number);
    expect(episodes()).toBe(100 * 4);
    await offer(100, moment(true));
    expect(episodes()).toBe(101 * 4 + 3 * 12);
  });
});

describe("the last choice", () => {
  const config = { evaluationEpisodes: 4, confirmationEpisodes: 16 };
  /** What a network is worth shows only after its first episodes: 1 to 20 seem alike. */
  const later = (number: number, episode: number) => (episode < 4 ? 5 + number / 100 : number);

  it("is made among the best 8 in rounds of equally many episodes, after each of which the worse half is out", async () => {
    const { keeper, plays, offer } = keeping(later, config);
    for (let number = 1; number <= 19; number++) await offer(number);
    plays.length = 0;
    expect((await offer(20, moment(true))).best).toBe(true);
    expect(plays[0]).toEqual([20, 0, 4]);
    const rounds = [8, 4, 2].map((count) => plays.splice(1, count));
    expect(plays).toHaveLength(1);
    expect(rounds.map((round) => round.map(([, , episodes]) => episodes))).toEqual([
      Array(8).fill(2),
      Array(4).fill(4),
      [8, 8],
    ]);
    expect(rounds.map((round) => round.map(([number]) => number))).toEqual([
      [20, 19, 18, 17, 16, 15, 14, 13],
      [20, 19, 18, 17],
      [20, 19],
    ]);
    expect(keeper.kept).toEqual(network(20));
  });

  it("overturns an evaluation that was luck", async () => {
    const luck = (number: number, episode: number) => (episode < 4 && number === 2 ? 9 : number);
    const { keeper, offer } = keeping(luck, { ...config, confirmationEpisodes: 60 });
    await offer(3);
    expect(await offer(2)).toMatchObject({ mean: 9, best: true });
    expect(await offer(1, moment(true))).toMatchObject({ mean: 1, best: false });
    expect(keeper.kept).toEqual(network(3));
    expect(keeper.keptJudged).toEqual({ episodes: 54, mean: 3, std: 0, min: 3, best: true });
  });

  it("of a single network plays its evaluation alone", async () => {
    const { keeper, plays, offer } = keeping(() => 7, config);
    expect((await offer(1, moment(true))).best).toBe(true);
    expect(plays).toEqual([[1, 0, 4]]);
    expect(keeper.kept).toEqual(network(1));
  });

  it("never plays more than its rounds have, and keeps one of the offered, whatever the returns are", async () => {
    const given = fc.record({
      evaluationEpisodes: fc.integer({ min: 1, max: 9 }),
      confirmationEpisodes: fc.integer({ min: 1, max: 50 }),
      offers: fc.integer({ min: 1, max: 12 }),
      seed: fc.integer({ min: 1, max: 1000 }),
    });
    await fc.assert(
      fc.asyncProperty(given, async ({ offers, seed, ...config }) => {
        const { keeper, offer, episodes } = keeping((number, episode) => (number * 31 + episode * seed) % 17, config);
        for (let number = 1; number <= offers; number++) await offer(number, moment(number === offers));
        const rounds = Math.ceil(Math.log2(Math.min(8, offers)));
        expect(episodes()).toBe(offers * config.evaluationEpisodes + rounds * config.confirmationEpisodes);
        expect(keeper.evaluationSteps).toBe(10 * episodes());
        expect(keeper.kept[0]).toBeGreaterThanOrEqual(1);
        expect(keeper.kept[0]).toBeLessThanOrEqual(offers);
      }),
    );
  });
});

describe("the last choice beside a favourite", () => {
  const config = { evaluationEpisodes: 4, confirmationEpisodes: 20 };
  const favourite = 100;

  it.each([
    [[1, 1, 1, 1], 1],
    [[2, -1, 1, -0.4], 1], // by 0.4, of 12 episodes with a standard error of 0.34
    [[2, -1, 1, -1], favourite], // by 0.25, with 0.375
    [[0, 0, 0, 0], favourite],
    [[-1, -1, -1, -1], favourite],
  ])(
    "is another network if that is better by more than a standard error: with gains of %j it is %i",
    async (gains, kept) => {
      const returns = (number: number, episode: number) =>
        100 * (episode % 7) + (number === favourite ? 0 : gains[episode % 4]);
      const { keeper, offer } = keeping(returns, config);
      await offer(1, moment(true), favourite);
      expect(keeper.kept).toEqual(network(kept));
      expect(keeper.keptJudged.episodes).toBe(12);
    },
  );

  it("is between it and the best of all others, which are halved as ever", async () => {
    const { keeper, plays, offer } = keeping((number) => number, { ...config, confirmationEpisodes: 36 });
    for (const number of [1, 2, 3]) await offer(number);
    plays.length = 0;
    await offer(4, moment(true), 2);
    expect(plays.map(([number]) => number)).toEqual([4, 2, 4, 3, 2, 1, 2, 4, 3, 2, 4]);
    expect(keeper.kept).toEqual(network(4));
  });

  it("has 20 episodes where the budget has no room, some of them for each of both", async () => {
    const { plays, offer, episodes } = keeping(() => 0, { ...config, evaluationEpisodes: 20, evaluationShare: 0.2 });
    await offer(1, moment(true, 40), favourite);
    expect(episodes()).toBe(20);
    const of = (who: number) => plays.reduce((sum, [number, , count]) => sum + (number === who ? count : 0), 0);
    expect([of(1), of(favourite)]).toEqual([10, 10]);
  });
});

describe("within a budget", () => {
  const config = { evaluationEpisodes: 20, confirmationEpisodes: 300, evaluationShare: 0.2 };

  it("an evaluation waits for the room of 4 episodes, or of fewer if it never has more", () => {
    const affords = (evaluationEpisodes: number, envSteps: number) =>
      keeping(() => 0, { ...config, evaluationEpisodes }).keeper.affords(moment(false, envSteps));
    expect([319, 320].map((envSteps) => affords(20, envSteps))).toEqual([false, true]);
    expect([79, 80].map((envSteps) => affords(1, envSteps))).toEqual([false, true]);
  });

  it("an evaluation has as many episodes as there is room for", async () => {
    const { plays, offer, keeper } = keeping(() => 0, config);
    await offer(1, moment(false, 800));
    expect(plays).toEqual([
      [1, 0, 1],
      [1, 1, 1],
      [1, 2, 2],
      [1, 4, 4],
      [1, 8, 2],
    ]);
    expect(keeper.evaluationSteps).toBe(100);
  });

  it("the last choice has what is left, and 20 episodes in any case", async () => {
    for (const [envSteps, most] of [
      [800, 20],
      [40, 20],
      [8000, 200],
    ]) {
      const { offer, episodes } = keeping((number) => number, config);
      await offer(1, moment(true, envSteps));
      expect(episodes()).toBe(20);
      const two = keeping((number) => number, config);
      await two.offer(1, moment(false, envSteps / 2));
      await two.offer(2, moment(true, envSteps));
      expect(two.episodes()).toBeLessThanOrEqual(Math.max(most, 20 + 10));
      expect(two.episodes()).toBeGreaterThanOrEqual(20);
    }
  });

  it("takes no more than its share, but for the last choice and for one episode that is longer than all before", async () => {
    const given = fc.record({
      share: fc.double({ min: 0.01, max: 0.9, noNaN: true }),
      interval: fc.integer({ min: 10, max: 3000 }),
      longest: fc.integer({ min: 1, max: 5000 }),
      growth: fc.integer({ min: 0, max: 50 }),
    });
    await fc.assert(
      fc.asyncProperty(given, async ({ share, interval, longest, growth }) => {
        let length = 1;
        const keeper = new Keeper(
          function* (_, firstEpisode, episodes) {
            const lengths = Array.from({ length: episodes }, () => length);
            return { returns: lengths.map((_, i) => (firstEpisode + i) % 7), lengths };
          },
          { ...config, evaluationShare: share },
        );
        for (let envSteps = interval; envSteps <= 20 * interval; envSteps += interval) {
          const before = length;
          length = Math.min(longest, length + growth);
          const when = { envSteps, longest: before, last: false };
          if (!keeper.affords(when)) continue;
          await keeper.offer(network(1), pace, when);
          const half = (0.5 * share * envSteps) / (1 - share);
          expect(keeper.evaluationSteps).toBeLessThanOrEqual(half + length);
        }
      }),
    );
  });
});

describe("stopReturn", () => {
  const config = { evaluationEpisodes: 4, confirmationEpisodes: 12, stopReturn: 5 };

  it("is confirmed on further episodes, which end as soon as the mean falls below it", async () => {
    const { keeper, plays, offer } = keeping((number, episode) => (episode < number ? 5 : 4), config);
    for (const number of [3, 4, 10]) {
      await offer(number);
      expect(keeper.confirmed).toBe(false);
    }
    expect(await offer(16)).toMatchObject({ mean: 5, best: true });
    expect(keeper.confirmed).toBe(true);
    expect(keeper.kept).toEqual(network(16));
    const of = (number: number) => plays.filter(([played]) => played === number).map(([, , episodes]) => episodes);
    expect([3, 4, 10, 16].map(of)).toEqual([[4], [4, 4], [4, 4, 8], [4, 4, 8]]);
  });

  it("keeps the network that has confirmed it, even if another has a higher mean", async () => {
    const { keeper, offer } = keeping((number, episode) => (number === 1 ? (episode < 8 ? 9 : 0) : 5), config);
    await offer(1);
    expect(keeper.confirmed).toBe(false);
    await offer(2);
    expect([keeper.confirmed, keeper.kept]).toEqual([true, network(2)]);
  });

  it("is not reached while the budget has no room for the confirmation", async () => {
    const { keeper, offer } = keeping(() => 5, { ...config, evaluationShare: 0.2 });
    await offer(1, moment(false, 1200)); // room for 15
    expect(keeper.confirmed).toBe(false);
    await offer(2, moment(false, 3000));
    expect(keeper.confirmed).toBe(true);
  });
});

describe("without a confirmation", () => {
  it("the evaluation alone decides, and of two alike the newer is kept", async () => {
    const means = [5, 5.5, 5.4, 5.5];
    const { keeper, plays } = keeping((number) => means[number], { evaluationEpisodes: 2 });
    const bests: boolean[] = [];
    for (const number of means.keys()) bests.push((await keeper.offer(network(number), pace)).best);
    expect(bests).toEqual([true, true, false, true]);
    expect(plays.map(([, first, episodes]) => [first, episodes])).toEqual(Array(4).fill([0, 2]));
    expect(keeper.kept).toEqual(network(3));
    expect(Object.keys(keeper.save().arrays)).toHaveLength(1);
  });
});

describe("compared with something else", () => {
  const config = { evaluationEpisodes: 50, evaluationShare: 0.5 };

  it("networks are ranked by what the comparison says, also at the end", async () => {
    const worst: Rate = (returns) => Math.min(...returns);
    const returns = (number: number, episode: number) => (episode % 2 === 0 ? number : -number);
    for (const confirmationEpisodes of [0, 8]) {
      const { keeper, offer } = keeping(returns, { evaluationEpisodes: 2, confirmationEpisodes }, worst);
      expect(keeper.latestRating).toBeNull();
      const bests: boolean[] = [];
      for (const number of [3, 2, 4]) bests.push((await offer(number, moment(number === 4))).best);
      expect(bests).toEqual([true, true, false]);
      expect(keeper.latestRating).toBe(-4);
      expect(keeper.kept).toEqual(network(2));
    }
  });

  it("the budget pays for its episodes, of which there are 20 in any case", async () => {
    for (const [envSteps, episodes] of [
      [5000, 50],
      [300, 30],
      [100, 20],
    ]) {
      const { keeper } = keeping(() => 0, config);
      const play = function* (firstEpisode: number, count: number) {
        const returns = Array.from({ length: count }, (_, i) => firstEpisode + i);
        return { returns, lengths: returns.map(() => 10) };
      };
      const returns = await keeper.measure(play, pace, moment(true, envSteps));
      expect(returns).toEqual(Array.from({ length: episodes }, (_, i) => i));
      expect(keeper.evaluationSteps).toBe(10 * episodes);
    }
  });

  it("a network plays no more episodes, and if it can wait, no fewer", async () => {
    const { keeper, offer, episodes } = keeping(() => 0, config);
    expect(keeper.affords({ ...moment(true, 290), episodes: 30 })).toBe(false);
    expect(keeper.affords({ ...moment(true, 300), episodes: 30 })).toBe(true);
    await offer(1, { ...moment(true, 5000), episodes: 30 });
    expect(episodes()).toBe(30);
  });

  it("the last network has all the room where none plays on", async () => {
    const { offer, episodes } = keeping(() => 0, config);
    for (const number of [1, 2]) await offer(number, moment(true, 50));
    expect(episodes()).toBe(20 + 20);
  });
});

it("a return may be of several episodes: the mean is over what they gave", async () => {
  const keeper = new Keeper(
    // biome-ignore lint/correctness/useYield: there is nothing to wait for
    function* (parameters) {
      return { returns: [parameters[0], 1] };
    },
    { evaluationEpisodes: 30 },
  );
  expect(await keeper.offer(network(3), pace)).toMatchObject({ mean: 2, best: true });
  expect(await keeper.offer(network(2), pace)).toMatchObject({ mean: 1.5, best: false });
  expect(keeper.evaluationSteps).toBe(0);
});

describe("what is saved", () => {
  const config = { evaluationEpisodes: 4, confirmationEpisodes: 9, evaluationShare: 0.3, stopReturn: 6.2 };
  const returns = (number: number, episode: number) => ((number * 7 + episode * 3) % 11) / 3 + number / 4;
  const steps = (number: number) => moment(number === 12, 200 * number);

  it("goes on to the same choice, wherever it was saved", async () => {
    const whole = keeping(returns, config);
    for (let number = 1; number <= 12; number++) await whole.offer(number, steps(number));
    for (let stop = 0; stop < 12; stop++) {
      const first = keeping(returns, config);
      for (let number = 1; number <= stop; number++) await first.offer(number, steps(number));
      const second = keeping(returns, config);
      const { state, arrays } = first.keeper.save();
      second.keeper.restore({ state: JSON.parse(JSON.stringify(state)), arrays });
      for (let number = stop + 1; number <= 12; number++) await second.offer(number, steps(number));
      expect(second.keeper.save()).toEqual(whole.keeper.save());
      expect([...first.plays, ...second.plays]).toEqual(whole.plays);
    }
  });

  it("is not changed by an evaluation that was stopped", async () => {
    const { keeper, offer } = keeping(returns, config);
    for (const number of [1, 2, 3]) await offer(number, steps(number));
    keeper.due = true;
    const before = structuredClone(keeper.save());
    let played = 0;
    const stopping: Pace = async (steps) => {
      if (++played === 3) throw new Error("stopped");
      return atOnce(steps);
    };
    await expect(keeper.offer(network(4), stopping, moment(true, 5000))).rejects.toThrow("stopped");
    expect(keeper.save()).toEqual(before);
  });

  it("of an earlier version is refused", () => {
    const { keeper } = keeping(returns, config);
    const state = { due: false, keptMean: 4, latestMean: 5 };
    expect(() => keeper.restore({ state, arrays: { kept: network(1) } })).toThrow("its networks are missing");
  });

  it("is nothing before the first offer", async () => {
    const { keeper } = keeping(returns, config);
    expect([keeper.latestMean, keeper.evaluationSteps, keeper.confirmed]).toEqual([null, 0, false]);
    expect(() => keeper.kept).toThrow("no network has been offered yet");
    expect(keeper.best({ environment: "none", widths: [1, 1] })).toBeUndefined();
    expect(keeper.save().arrays).toStrictEqual({}); // an array that is undefined could not be written
    const again = keeping(returns, config);
    again.keeper.restore(keeper.save());
    expect((await again.offer(1)).best).toBe(true);
  });
});

it("episodes are given to whoever has the fewest", () => {
  expect(levelled([4, 4, 0, 9], 6)).toEqual([1, 1, 4, 0]);
  expect(levelled([3, 1], 0)).toEqual([0, 0]);
  expect(levelled([2, 2, 2], 4)).toEqual([2, 1, 1]);
});
