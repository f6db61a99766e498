// The keeper of the best network: what it plays, when a confirmation overturns an evaluation, and what it keeps.
import { describe, expect, it } from "vitest";
import { atOnce } from "../../src/env/pauses.js";
import { Keeper, type Pace } from "../../src/training/keeper.js";

const pace: Pace = async (steps) => atOnce(steps);
const network = (number: number) => Float32Array.of(number);

/** A keeper whose plays answer with these returns, one list after another, and the plays that it asked for. */
function scripted(returns: number[][], config: { evaluationEpisodes: number; confirmationEpisodes?: number }) {
  const plays: [network: number, firstEpisode: number, episodes: number][] = [];
  // biome-ignore lint/correctness/useYield: there is nothing to wait for
  const keeper = new Keeper(function* (parameters, firstEpisode, episodes) {
    plays.push([parameters[0], firstEpisode, episodes]);
    return returns[plays.length - 1];
  }, config);
  return { keeper, plays };
}

describe("with a confirmation", () => {
  const config = { evaluationEpisodes: 2, confirmationEpisodes: 3 };

  it("evaluates on the first episodes and confirms on the ones that follow", async () => {
    const { keeper, plays } = scripted(
      [
        [7, 5],
        [4, 4, 4],
      ],
      config,
    );
    expect(await keeper.offer(network(1), pace)).toEqual({ mean: 6, std: 1, min: 5, best: true });
    expect(plays).toEqual([
      [1, 0, 2],
      [1, 2, 3],
    ]);
    expect(keeper.keptMean).toBe(4); // the confirmation's: the evaluation's may be luck
    expect(keeper.latestMean).toBe(6);
  });

  it("does not confirm a network that did worse than the kept one's confirmation", async () => {
    const { keeper, plays } = scripted(
      [
        [5, 5],
        [4, 4, 4],
        [3.9, 3.9],
      ],
      config,
    );
    await keeper.offer(network(1), pace);
    expect((await keeper.offer(network(2), pace)).best).toBe(false);
    expect(plays).toHaveLength(3);
    expect(keeper.kept).toEqual(network(1));
    expect(keeper.latestMean).toBe(3.9);
  });

  it("lets the confirmation overturn a better evaluation", async () => {
    const { keeper } = scripted(
      [
        [5, 5],
        [4, 4, 4],
        [9, 9],
        [3, 3, 3],
      ],
      config,
    );
    await keeper.offer(network(1), pace);
    expect((await keeper.offer(network(2), pace)).best).toBe(false);
    expect(keeper.kept).toEqual(network(1));
    expect(keeper.keptMean).toBe(4);
    expect(keeper.latestMean).toBe(9);
  });

  it("keeps the newer of two that confirm alike, and one that confirms better", async () => {
    const { keeper } = scripted(
      [
        [5, 5],
        [4, 4, 4],
        [4, 4],
        [4, 4, 4],
        [4.5, 4.5],
        [6, 6, 6],
      ],
      config,
    );
    const bests: boolean[] = [];
    for (const number of [1, 2, 3]) bests.push((await keeper.offer(network(number), pace)).best);
    expect(bests).toEqual([true, true, true]);
    expect(keeper.kept).toEqual(network(3));
    expect(keeper.keptMean).toBe(6);
  });

  it("keeps the first network whatever its confirmation says", async () => {
    const { keeper } = scripted(
      [
        [5, 5],
        [-9, -9, -9],
      ],
      config,
    );
    expect((await keeper.offer(network(1), pace)).best).toBe(true);
    expect(keeper.keptMean).toBe(-9);
  });
});

describe("without a confirmation", () => {
  it("the evaluation alone decides, and of two alike the newer is kept", async () => {
    const { keeper, plays } = scripted(
      [
        [5, 5],
        [4, 7],
        [5, 5.9],
        [5, 6],
      ],
      { evaluationEpisodes: 2 },
    );
    const bests: boolean[] = [];
    for (const number of [1, 2, 3, 4]) bests.push((await keeper.offer(network(number), pace)).best);
    expect(bests).toEqual([true, true, false, true]);
    expect(plays.map(([, first, episodes]) => [first, episodes])).toEqual(Array(4).fill([0, 2]));
    expect(keeper.kept).toEqual(network(4));
  });
});

it("goes on from what it saved", async () => {
  const { keeper } = scripted([[5], [6], [4]], { evaluationEpisodes: 1 });
  await keeper.offer(network(1), pace);
  const again = scripted([[4.5]], { evaluationEpisodes: 1 }).keeper;
  again.restore(keeper.save());
  expect([again.keptMean, again.latestMean, again.kept]).toEqual([5, 5, network(1)]);
  expect((await again.offer(network(2), pace)).best).toBe(false);
});

it("has nothing before the first offer, and says so", async () => {
  const { keeper } = scripted([], { evaluationEpisodes: 1 });
  expect([keeper.keptMean, keeper.latestMean]).toEqual([null, null]);
  expect(() => keeper.kept).toThrow("no network has been offered yet");
  expect(keeper.save().arrays).toStrictEqual({}); // an array that is undefined could not be written
  const again = scripted([[1]], { evaluationEpisodes: 1 }).keeper;
  again.restore(keeper.save());
  expect((await again.offer(network(1), pace)).best).toBe(true);
});
