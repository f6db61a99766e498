// Exact policies: a task's own rules, asked for every outcome of every action, and value iteration over what they say.

/**
 * A policy by value iteration. Two observations of the same situation must have the same future.
 * @param rules the definition of the environment; it draws only by `integers`, `choice` and, for rewards, `normal`
 * @param gamma the discount factor; 1 where the observation says when the episode ends
 * @param situation what of an observation matters, a list of numbers
 */
export function solved(rules, { gamma, situation = (observation) => observation, sweeps = 20_000, tolerance = 1e-7 }) {
  const { states, numbers, model } = explore(rules, situation);
  const values = iterate(model, gamma, sweeps, tolerance);
  return {
    states: states.length,
    act(observation) {
      const state = numbers.get(situation(observation).join());
      if (state === undefined) throw new Error(`${situation(observation).join()} was never reached`);
      return best(model[state], values, gamma).action;
    },
  };
}

/** Every situation that can be reached, and what each allowed action leads to from there. */
function explore({ featureNames, actionNames, start, step, observe, mask }, situation) {
  const observation = new Float32Array(featureNames.length);
  const allowed = new Uint8Array(actionNames.length).fill(1);
  const numbers = new Map();
  const states = [];
  const numberOf = (state) => {
    observe(state, observation);
    const key = situation(observation).join();
    let number = numbers.get(key);
    if (number === undefined) {
      number = states.length;
      numbers.set(key, number);
      states.push(state);
    }
    return number;
  };
  for (const { result } of outcomes((random) => start(random))) numberOf(result);
  const model = [];
  for (let i = 0; i < states.length; i++) {
    mask?.(states[i], allowed);
    const choices = [];
    for (let action = 0; action < actionNames.length; action++) {
      if (allowed[action] === 0) continue;
      const next = new Map();
      let reward = 0;
      const moved = outcomes((random) => {
        const state = copied(states[i]);
        return { state, ...step(state, action, random) };
      });
      for (const { result, chance } of moved) {
        reward += chance * result.reward;
        if (result.terminated) continue;
        const number = numberOf(result.state);
        next.set(number, (next.get(number) ?? 0) + chance);
      }
      choices.push({ action, reward, to: Int32Array.from(next.keys()), chances: Float64Array.from(next.values()) });
    }
    model.push(choices);
    states[i] = null; // its outcomes are known
  }
  return { states, numbers, model };
}

/** Every result that draws can lead to, with its probability. */
export function* outcomes(play) {
  const path = [];
  for (;;) {
    let at = 0;
    let chance = 1;
    const draw = (count, probability) => {
      if (at === path.length) path.push({ drawn: 0, count });
      const { drawn } = path[at++];
      chance *= probability(drawn);
      return drawn;
    };
    const result = play({
      integers: (low, high) => low + draw(high - low, () => 1 / (high - low)),
      choice: (count, p) => draw(count, (drawn) => (p === undefined ? 1 / count : p[drawn])),
      normal: (mean) => mean,
    });
    if (chance > 0) yield { result, chance };
    while (path.length > 0 && path.at(-1).drawn === path.at(-1).count - 1) path.pop();
    if (path.length === 0) return;
    path.at(-1).drawn++;
  }
}

function copied(state) {
  if (ArrayBuffer.isView(state)) return state.slice();
  if (Array.isArray(state)) return state.map(copied);
  if (typeof state !== "object" || state === null) return state;
  return Object.fromEntries(Object.entries(state).map(([name, value]) => [name, copied(value)]));
}

/** The values of all situations. The last ones come first: where time is observed, one sweep is enough. */
function iterate(model, gamma, sweeps, tolerance) {
  const values = new Float64Array(model.length);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let change = 0;
    let size = 1;
    for (let i = model.length - 1; i >= 0; i--) {
      const { value } = best(model[i], values, gamma);
      change = Math.max(change, Math.abs(value - values[i]));
      size = Math.max(size, Math.abs(value));
      values[i] = value;
    }
    if (change <= tolerance * size) return values;
  }
  throw new Error(`value iteration has not ended after ${sweeps} sweeps`);
}

function best(choices, values, gamma) {
  let action = choices[0].action;
  let value = Number.NEGATIVE_INFINITY;
  for (const choice of choices) {
    let sum = 0;
    for (let i = 0; i < choice.to.length; i++) sum += choice.chances[i] * values[choice.to[i]];
    const worth = choice.reward + gamma * sum;
    if (worth > value) [action, value] = [choice.action, worth];
  }
  return { action, value };
}

/**
 * A policy by value iteration over a grid of two continuous numbers, with linear interpolation between its points.
 * @param step (x, y, action) → { x, y, reward, terminated }, without chance
 * @param axes for each of the two: { from, to, points, wraps }; a wrapping axis ends where it begins
 * @param read the two numbers from an observation
 */
export function solvedOnGrid({ step, actions, axes, gamma, read, tolerance = 1e-6 }) {
  const [a, b] = axes.map(({ from, to, points, wraps = false }) => {
    const cells = wraps ? points : points - 1;
    const place = (value) => {
      const at = ((value - from) / (to - from)) * cells;
      return wraps ? ((at % cells) + cells) % cells : Math.min(cells, Math.max(0, at));
    };
    return { points, value: (i) => from + ((to - from) * i) / cells, place, next: (i) => (i + 1) % points };
  });
  const values = new Float64Array(a.points * b.points);
  const corners = (x, y) => {
    const [u, v] = [a.place(x), b.place(y)];
    const [i, j] = [Math.floor(u), Math.floor(v)];
    const [p, q] = [u - i, v - j];
    const [k, l] = [a.next(i), b.next(j)];
    const at = [i * b.points + j, i * b.points + l, k * b.points + j, k * b.points + l];
    return { at, shares: [(1 - p) * (1 - q), (1 - p) * q, p * (1 - q), p * q] };
  };
  const worth = ({ reward, rest }) => {
    if (rest === undefined) return reward;
    const { at, shares } = rest;
    let sum = 0;
    for (let i = 0; i < 4; i++) if (shares[i] > 0) sum += shares[i] * values[at[i]];
    return reward + gamma * sum;
  };
  const moves = (x, y) =>
    Array.from({ length: actions }, (_, action) => {
      const next = step(x, y, action);
      return { reward: next.reward, rest: next.terminated ? undefined : corners(next.x, next.y) };
    });
  const model = Array.from(values, (_, i) => moves(a.value(Math.floor(i / b.points)), b.value(i % b.points)));
  for (let change = 1; change > tolerance; ) {
    change = 0;
    for (let i = 0; i < values.length; i++) {
      let value = Number.NEGATIVE_INFINITY;
      for (const move of model[i]) value = Math.max(value, worth(move));
      change = Math.max(change, Math.abs(value - values[i]));
      values[i] = value;
    }
  }
  return {
    act(observation) {
      const worths = moves(...read(observation)).map(worth);
      return worths.indexOf(Math.max(...worths));
    },
  };
}
