// Tic-tac-toe: the rules against figures that are known of the game, the opponents, and the count of every game.
import { describe, expect, it, test } from "vitest";
import { sceneOf } from "../../src/draw/scenes.js";
import type { RandomSource } from "../../src/env/env.js";
import { Pcg64 } from "../../src/env/random.js";
import { makeEnv } from "../../src/env/registry.js";
import { allCells, bestMoves, type Cells, hasLine, nthOf, sizeOf, worth } from "../../src/env/tic-tac-toe/board.js";
import { everyGame, everyPosition, perfectPlayer, TicTacToe } from "../../src/env/tic-tac-toe/index.js";

const cellsOf = (cells: Cells): number[] => Array.from({ length: 9 }, (_, i) => i).filter((i) => (cells >> i) & 1);
const set = (...cells: number[]): Cells => cells.reduce((all, cell) => all | (1 << cell), 0);

describe("the rules give the figures that are known of the game", () => {
  /** Games by the number of moves, and how they end, by plain counting. X moves first. */
  const games = { byLength: Array(10).fill(0), x: 0, o: 0, draws: 0 };
  const positions = new Set<string>();
  const count = (x: Cells, o: Cells, moves: number): void => {
    positions.add(`${x} ${o}`);
    const over = hasLine(x) ? "x" : hasLine(o) ? "o" : moves === 9 ? "draws" : undefined;
    if (over !== undefined) {
      games[over]++;
      games.byLength[moves]++;
      return;
    }
    for (const cell of cellsOf(allCells & ~(x | o))) {
      if (moves % 2 === 0) count(x | (1 << cell), o, moves + 1);
      else count(x, o | (1 << cell), moves + 1);
    }
  };
  count(0, 0, 0);

  // Bottomley (2001), "How many Tic-Tac-Toe (noughts and crosses) games are possible?"
  it("255,168 games, of which 131,184 are won by X, 77,904 by O, and 46,080 drawn", () => {
    expect(games).toMatchObject({ x: 131_184, o: 77_904, draws: 46_080 });
    expect(games.byLength).toEqual([0, 0, 0, 0, 0, 1440, 5328, 47_952, 72_576, 127_872]);
  });

  it("5,478 positions, of which 958 are the end of a game", () => {
    expect(positions.size).toBe(5478);
    const { observations, masks } = everyPosition();
    expect([observations.length, masks.length]).toEqual([4520 * 9, 4520 * 9]);
    const rows = Array.from({ length: 4520 }, (_, row) => observations.subarray(9 * row, 9 * row + 9).join(" "));
    expect(new Set(rows).size).toBe(4520);
    expect(masks.every((free, i) => free === Number(observations[i] === 0))).toBe(true);
  });

  it("perfect play draws, whoever begins and wherever", () => {
    expect(worth(0, 0)).toBe(0);
    expect(cellsOf(bestMoves(0, 0))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    // The known answers: a corner is answered by the centre alone, and the centre by a corner.
    expect(cellsOf(bestMoves(0, set(0)))).toEqual([4]);
    expect(cellsOf(bestMoves(0, set(4)))).toEqual([0, 2, 6, 8]);
    // Two opposite corners around O's centre: only an edge saves O.
    expect(cellsOf(bestMoves(set(4), set(0, 8)))).toEqual([1, 3, 5, 7]);
    // O has answered a corner by an edge, so X wins.
    expect(worth(set(0), set(1))).toBe(1);
  });
});

it("sets of cells are counted and picked from", () => {
  expect(sizeOf(0)).toBe(0);
  expect(sizeOf(allCells)).toBe(9);
  for (const cells of [set(0), set(8), set(1, 4, 7), allCells]) {
    expect(cellsOf(cells).map((_, place) => nthOf(cells, place))).toEqual(cellsOf(cells));
  }
});

describe("everyGame", () => {
  it("says that the perfect player never loses", () => {
    const { asX, asO, neverLoses } = everyGame(perfectPlayer);
    expect(neverLoses).toBe(true);
    expect(asX).toMatchObject({ losses: 0, illegal: 0 });
    expect(asO).toMatchObject({ losses: 0, illegal: 0 });
    expect(asX.wins + asX.draws).toBeGreaterThan(50);
    expect(asO.wins + asO.draws).toBeGreaterThan(300);
  });

  it("counts what playing through the environment counts", () => {
    // The first free cell, whatever happens. Random opponents find all of its games, each after its own moves.
    const first = { act: (_: Float32Array, mask: Uint8Array) => mask.indexOf(1) };
    const counted = everyGame(first);
    const seen = { x: new Map<string, number>(), o: new Map<string, number>() };
    const env = new TicTacToe();
    env.reset({ seed: 1 });
    for (let game = 0; game < 40_000; game++) {
      const start = env.reset();
      const side = start.includes(-1) ? "o" : "x";
      let moves = start.join();
      for (;;) {
        const { observation, reward, terminated } = env.step(first.act(start, env.actionMask));
        moves += `/${observation.join()}`;
        if (!terminated) continue;
        seen[side].set(moves, reward);
        break;
      }
    }
    for (const [side, games] of [["x", counted.asX] as const, ["o", counted.asO] as const]) {
      const ends = [...seen[side].values()];
      const number = (reward: number) => ends.filter((each) => each === reward).length;
      expect({ wins: number(1), draws: number(0), losses: number(-1) }).toEqual({
        wins: games.wins,
        draws: games.draws,
        losses: games.losses,
      });
    }
    expect(counted.neverLoses).toBe(false);
  });

  it("counts illegal moves, and asks once for each position", () => {
    let asked = 0;
    const stubborn = {
      act: () => {
        asked++;
        return 4;
      },
    };
    expect(everyGame(stubborn)).toEqual({
      // X takes the centre; whatever O answers, it tries the centre again.
      asX: { positions: 9, wins: 0, draws: 0, losses: 0, illegal: 8 },
      // O finds the centre taken in 1 of 9 games, and takes it in the other 8, each of which goes on in 7 ways.
      asO: { positions: 9 + 28, wins: 0, draws: 0, losses: 0, illegal: 1 + 8 * 7 },
      neverLoses: false,
    });
    expect(asked).toBe(9 + 9 + 28);
    for (const wrong of [9, -1, 0.5, Number.NaN, undefined]) {
      const { asX, asO } = everyGame({ act: () => wrong as number });
      expect([asX.illegal, asO.illegal]).toEqual([1, 9]);
    }
    expect(() => everyGame((() => 0) as never)).toThrow("player is a function: an object with act is needed");
  });
});

describe("the opponent", () => {
  it("that is perfect never loses, whatever the agent does", () => {
    let lost = 0;
    let won = 0;
    const play = (own: Cells, other: Cells): void => {
      for (const cell of cellsOf(allCells & ~(own | other))) {
        const mine = own | (1 << cell);
        won += Number(hasLine(mine));
        if (!hasLine(mine) && (mine | other) !== allCells) answer(mine, other);
      }
    };
    const answer = (own: Cells, other: Cells): void => {
      for (const cell of cellsOf(bestMoves(other, own))) {
        const theirs = other | (1 << cell);
        lost += Number(hasLine(theirs));
        if (!hasLine(theirs) && (own | theirs) !== allCells) play(own, theirs);
      }
    };
    play(0, 0);
    answer(0, 0);
    expect(won).toBe(0);
    expect(lost).toBeGreaterThan(0);
  });

  it.each([
    ["TicTacToe-v0", 0],
    ["TicTacToe-perfect-v0", 1],
    ["TicTacToe-mixed-v0", 0.75],
  ])("of %s draws each of its moves as often as the others", (id, skill) => {
    const env = makeEnv(id);
    const answers = Array(9).fill(0);
    let asO = 0;
    env.reset({ seed: 7 });
    const games = 20_000;
    for (let game = 0; game < games; game++) {
      const first = env.reset();
      if (first.includes(-1)) {
        asO++;
        continue;
      }
      const { observation } = env.step(4); // a perfect answer to the centre is a corner
      answers[observation.indexOf(-1)]++;
    }
    expect(Math.abs(asO / games - 0.5)).toBeLessThan(0.02);
    for (const cell of [0, 1, 2, 3, 5, 6, 7, 8]) {
      const share = skill * Number(cell % 2 === 0) * 0.25 + (1 - skill) / 8;
      expect(Math.abs(answers[cell] / (games - asO) - share)).toBeLessThan(0.02);
    }
  });

  it("draws the agent's side first, then whether each move is perfect, then the move", () => {
    const draws: string[] = [];
    const numbers = new Pcg64(3);
    const spy = (name: string, value: number) => {
      draws.push(`${name} ${value}`);
      return value;
    };
    const randomFrom = (): RandomSource =>
      Object.assign(Object.create(numbers), {
        integers: (low: number, high: number) => spy(`integers ${low} ${high}`, 1),
        random: () => spy("random", 0.5),
        choice: (count: number) => spy(`choice ${count}`, 0),
      });
    const env = new TicTacToe({ skill: 0.6 }, randomFrom);
    expect([...env.reset()]).toEqual([-1, 0, 0, 0, 0, 0, 0, 0, 0]); // all nine first moves are best ones
    expect([...env.step(1).observation]).toEqual([-1, 1, 0, -1, 0, 0, 0, 0, 0]); // 3 is the first cell that wins
    expect(draws).toEqual(["integers 0 2 1", "random 0.5", "choice 9 0", "random 0.5", "choice 3 0"]);
  });
});

describe("the best policy against an opponent, solved exactly", () => {
  /** How many games it loses, if it takes the safest and if it takes the riskiest of its best moves. */
  const losses = (skill: number): number[] => {
    const known = new Map<number, number[]>();
    /** What each cell is worth to the agent; −∞ for one that is taken. */
    const values = (own: Cells, other: Cells): number[] => {
      const position = (own << 9) | other;
      if (!known.has(position)) {
        const free = cellsOf(allCells & ~(own | other));
        const worths = Array(9).fill(-Infinity);
        for (const cell of free) worths[cell] = after(own | (1 << cell), other);
        known.set(position, worths);
      }
      return known.get(position)!;
    };
    const after = (own: Cells, other: Cells): number => {
      if (hasLine(own)) return 1;
      const free = cellsOf(allCells & ~(own | other));
      if (free.length === 0) return 0;
      const mean = (cells: number[]) =>
        cells.reduce((sum, cell) => {
          const theirs = other | (1 << cell);
          if (hasLine(theirs)) return sum - 1;
          return (own | theirs) === allCells ? sum : sum + Math.max(...values(own, theirs));
        }, 0) / cells.length;
      return (1 - skill) * mean(free) + skill * mean(cellsOf(bestMoves(other, own)));
    };
    return [true, false].map((isSafest) => {
      const { asX, asO } = everyGame({
        act(observation) {
          const cells = (value: number) => set(...cellsOf(allCells).filter((cell) => observation[cell] === value));
          const [own, other] = [cells(1), cells(-1)];
          const worths = values(own, other);
          const best = cellsOf(allCells).filter((cell) => worths[cell] > Math.max(...worths) - 1e-9);
          const safe = bestMoves(own, other);
          return best.find((cell) => ((safe >> cell) % 2 === 1) === isSafest) ?? best[0];
        },
      });
      return asX.losses + asO.losses;
    });
  };

  it("loses against random moves, and never where the opponent is good enough", () => {
    expect(losses(0)).toEqual([4, 9]);
    expect(losses(0.22)).toEqual([4, 4]);
    for (const skill of [0.23, 0.5, 0.75, 1]) expect(losses(skill)).toEqual([0, 0]);
  });
});

describe("a game", () => {
  /** Draws that let the agent play X or O, and let the opponent take the cells. */
  const against = (isX: boolean, ...cells: number[]): TicTacToe => {
    let taken: Cells = 0;
    const source = {
      integers: () => (isX ? 0 : 1),
      random: () => 0.5,
      choice: () => {
        const cell = cells.shift()!;
        const free = cellsOf(allCells & ~taken & ~own());
        taken |= 1 << cell;
        return free.indexOf(cell);
      },
    } as unknown as RandomSource;
    const env = new TicTacToe({}, () => source);
    const mine: number[] = [];
    const own = () => set(...mine);
    const step = env.step.bind(env);
    env.step = (action) => {
      if (env.actionMask[action] === 1) mine.push(action);
      return step(action);
    };
    env.reset();
    return env;
  };

  it("that is won ends at once, with reward 1", () => {
    const env = against(true, 3, 4);
    expect(env.step(0)).toMatchObject({ reward: 0, terminated: false });
    expect([...env.actionMask]).toEqual([0, 1, 1, 0, 1, 1, 1, 1, 1]);
    env.step(1);
    const { observation, reward, terminated, truncated } = env.step(2);
    expect([...observation]).toEqual([1, 1, 1, -1, -1, 0, 0, 0, 0]);
    expect({ reward, terminated, truncated }).toEqual({ reward: 1, terminated: true, truncated: false });
    expect(() => env.step(5)).toThrow("TicTacToe-v0: step() after the episode's end: call reset() first");
  });

  it("that is lost has reward −1", () => {
    const env = against(false, 0, 1, 2);
    env.step(3);
    expect(env.step(4)).toMatchObject({ reward: -1, terminated: true, truncated: false });
  });

  it("that is drawn has reward 0, as X and as O", () => {
    const asX = against(true, 4, 2, 3, 7);
    for (const cell of [0, 1, 6]) expect(asX.step(cell)).toMatchObject({ reward: 0, terminated: false });
    asX.step(5);
    expect(asX.step(8)).toMatchObject({ reward: 0, terminated: true, truncated: false });
    const asO = against(false, 0, 1, 6, 5, 8);
    for (const cell of [4, 2, 3]) expect(asO.step(cell)).toMatchObject({ reward: 0, terminated: false });
    expect(asO.step(7)).toMatchObject({ reward: 0, terminated: true, truncated: false });
  });

  it("that the last cell wins is won", () => {
    const env = against(true, 1, 2, 3, 4);
    for (const cell of [0, 5, 6, 7]) env.step(cell);
    expect(env.step(8)).toMatchObject({ reward: 1, terminated: true });
  });

  it("refuses a cell that is taken", () => {
    const env = against(true, 3);
    env.step(0);
    expect(() => env.step(0)).toThrow("TicTacToe-v0: action 0 is forbidden at step 2: allowed are 1, 2, 4, 5, 6, 7, 8");
    expect(() => env.step(3)).toThrow("action 3 is forbidden");
    expect(() => env.step(9)).toThrow("TicTacToe-v0: action 9 is not allowed: a whole number from 0 to 8");
  });

  it("is drawn: the marks, the line that won, and whose they are", () => {
    const env = against(false, 0, 1, 2);
    const kinds = () => sceneOf(env)!.shapes.map(({ kind }) => kind);
    const before = kinds().length;
    expect(sceneOf(env)!.shapes.at(-1)).toMatchObject({ kind: "text", text: "the agent is O" });
    env.step(4);
    expect(kinds().length).toBe(before + 3); // a circle, and the two strokes of a cross
    env.step(5);
    expect(kinds().length).toBe(before + 7); // the same again, and the line through three
    expect(kinds().filter((kind) => kind === "circle").length).toBe(2);
  });
});

test.each<[unknown, string]>([
  [{ skill: 1.1 }, "TicTacToe-v0: skill 1.1 is not allowed: a number from 0 to 1"],
  [{ skill: Number.NaN }, "skill NaN is not allowed"],
  [{ skill: "1" }, 'skill "1" is not allowed'],
  [{ id: 7 }, "TicTacToe: id is 7: text is needed"],
  [null, "options is null"],
])("%j is refused", (options, message) => {
  expect(() => new TicTacToe(options as never)).toThrow(message);
});
