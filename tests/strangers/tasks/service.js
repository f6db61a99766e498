// Services that people use: lights, lifts, cards, an epidemic, an auction. Their features are whole numbers.
import { evaluate } from "qstill";
import { defineEnv } from "qstill/env";
import { solved } from "../solve.js";
import { numbered, task } from "../task.js";

/** A crossing of two roads. A change of the light takes two steps in which nobody drives. */
const crossing = {
  featureNames: ["cars from the north", "cars from the west", "green for the west", "yellow"],
  actionNames: ["keep", "change"],
  maxEpisodeSteps: 200,
  start: (random) => ({ north: random.integers(0, 6), west: random.integers(0, 6), green: 0, yellow: 0 }),
  step(state, action, random) {
    if (state.yellow > 0) state.yellow--;
    else if (action === 1) Object.assign(state, { green: 1 - state.green, yellow: 2 });
    if (state.yellow === 0) {
      if (state.green === 0) state.north = Math.max(0, state.north - 1);
      else state.west = Math.max(0, state.west - 1);
    }
    state.north = Math.min(15, state.north + random.choice(2, [0.6, 0.4]));
    state.west = Math.min(15, state.west + random.choice(2, [0.8, 0.2]));
    return { reward: -(state.north + state.west) / 5, terminated: false };
  },
  observe({ north, west, green, yellow }, observation) {
    observation.set([north, west, green, yellow]);
  },
};

const cards = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const cardChances = cards.map((card) => (card === 10 ? 4 / 13 : 1 / 13));
const drawn = (random) => cards[random.choice(10, cardChances)];

/** Adds a card to a hand. An ace counts eleven while that is not too much. */
function withCard({ sum, ace }, card) {
  const hard = (ace === 1 ? sum - 10 : sum) + card;
  const hasAce = ace === 1 || card === 1;
  return hasAce && hard <= 11 ? { sum: hard + 10, ace: 1 } : { sum: hard, ace: 0 };
}

/** Twenty-one against a bank that draws to seventeen. */
const twentyOne = {
  featureNames: ["sum", "an ace counts eleven", "the bank's card"],
  actionNames: ["stay", "draw"],
  maxEpisodeSteps: 20,
  start(random) {
    const hand = withCard(withCard({ sum: 0, ace: 0 }, drawn(random)), drawn(random));
    return { ...hand, bank: drawn(random) };
  },
  step(state, action, random) {
    if (action === 1) {
      Object.assign(state, withCard(state, drawn(random)));
      return state.sum > 21 ? { reward: -1, terminated: true } : { reward: 0, terminated: false };
    }
    let bank = withCard({ sum: 0, ace: 0 }, state.bank);
    while (bank.sum < 17) bank = withCard(bank, drawn(random));
    const reward = bank.sum > 21 ? 1 : Math.sign(state.sum - bank.sum);
    return { reward, terminated: true };
  },
  observe({ sum, ace, bank }, observation) {
    observation.set([sum, ace, bank]);
  },
};

/** A lift takes people from four floors down to the street. */
const lift = {
  featureNames: ["floor", "aboard", "waiting on 1", "waiting on 2", "waiting on 3", "waiting on 4"],
  actionNames: ["up", "down", "open"],
  maxEpisodeSteps: 200,
  start: (random) => ({ floor: 0, aboard: 0, waiting: [1, 2, 3, 4].map(() => random.integers(0, 2)) }),
  step(state, action, random) {
    const { waiting } = state;
    let reward = 0;
    if (action === 0) state.floor = Math.min(4, state.floor + 1);
    else if (action === 1) state.floor = Math.max(0, state.floor - 1);
    else if (state.floor === 0) {
      reward += 2 * state.aboard;
      state.aboard = 0;
    } else {
      const enter = Math.min(4 - state.aboard, waiting[state.floor - 1]);
      state.aboard += enter;
      waiting[state.floor - 1] -= enter;
    }
    const arrival = random.choice(5, [0.06, 0.06, 0.06, 0.12, 0.7]);
    if (arrival < 4) {
      if (waiting[arrival] === 3) reward -= 1;
      else waiting[arrival]++;
    }
    const people = waiting.reduce((sum, each) => sum + each, state.aboard);
    return { reward: reward - 0.1 * people, terminated: false };
  },
  observe({ floor, aboard, waiting }, observation) {
    observation.set([floor, aboard, ...waiting]);
  },
};

const contacts = [0.32, 0.19, 0.09];
const measures = [0, 0.35, 1];

/** An epidemic among 100,000 people, day by day. */
const epidemic = {
  featureNames: ["day", "healthy", "ill", "recovered"],
  actionNames: ["nothing", "distance", "close"],
  maxEpisodeSteps: 200,
  start: (random) => {
    const ill = random.integers(20, 300);
    return { day: 0, healthy: 100_000 - ill, ill };
  },
  step(state, action, random) {
    const { healthy, ill } = state;
    const fallen = Math.min(
      healthy,
      Math.round(contacts[action] * healthy * 1e-5 * ill * random.uniform(0.8, 1.2)) + 2,
    );
    state.healthy -= fallen;
    state.ill += fallen - Math.round(0.1 * ill);
    state.day++;
    const overload = Math.max(0, state.ill - 4000) / 1500;
    return { reward: -fallen / 1500 - measures[action] - overload, terminated: false };
  },
  observe({ day, healthy, ill }, observation) {
    observation.set([day, healthy, ill, 100_000 - healthy - ill]);
  },
};

/** Closes above so many ill people, keeps distance above so many, as long as so many are healthy, up to a day. */
const thresholds = (close, distance, healthyAbove, until) => ({
  act: ([day, healthy, ill]) => (ill > close ? 2 : ill > distance && healthy > healthyAbove && day < until ? 1 : 0),
});

/** The best of many policies on 20 episodes that nothing else is judged on. */
function bestOf(policies, make) {
  const means = policies.map((policy) => evaluate(policy, { env: make, episodes: 20, seed: 777_777 }).mean);
  return policies[means.indexOf(Math.max(...means))];
}

const mixed = [150, 300, 500, 1000, 2000, 3000, 4000, 5000, 7000, 10_000, 100_000];

/** Sealed bids: a lot's worth and how many others want it are known, their bids are not. The highest bid pays itself. */
const auction = {
  featureNames: ["worth", "others", "lots left"],
  actionNames: numbered("bid", 64),
  maxEpisodeSteps: 20,
  start: (random) => ({ worth: random.integers(10, 100), others: random.integers(1, 4), left: 20 }),
  step(state, bid, random) {
    let highest = 0;
    for (let i = 0; i < state.others; i++) highest = Math.max(highest, random.integers(0, 60));
    const reward = bid > highest ? state.worth - bid : 0;
    Object.assign(state, { worth: random.integers(10, 100), others: random.integers(1, 4), left: state.left - 1 });
    return { reward, terminated: state.left === 0 };
  },
  observe({ worth, others, left }, observation) {
    observation.set([worth, others, left]);
  },
};

/** The bid with the highest mean gain. Each of the others bids 0 to 59. */
function bestBid([worth, others]) {
  const gain = (bid) => (worth - bid) * (Math.min(bid, 60) / 60) ** others;
  let best = 0;
  for (let bid = 1; bid < 64; bid++) if (gain(bid) > gain(best)) best = bid;
  return best;
}

export const service = [
  task({
    id: "crossing",
    kind: "service",
    side: "tuning",
    envSteps: 50_000,
    episodes: 200,
    rules: crossing,
    reference: {
      how: "value iteration over both queues and the light (γ = 0.99).",
      policy: () => solved(crossing, { gamma: 0.99 }),
    },
  }),
  task({
    id: "twenty-one",
    kind: "service",
    side: "tuning",
    envSteps: 50_000,
    episodes: 20_000,
    rules: twentyOne,
    reference: {
      how: "value iteration over hands and the bank's card (γ = 1).",
      policy: () => solved(twentyOne, { gamma: 1 }),
    },
  }),
  task({
    id: "lift",
    kind: "service",
    side: "reporting",
    envSteps: 50_000,
    rules: lift,
    reference: {
      how: "value iteration over the lift and all who wait (γ = 0.99).",
      policy: () => solved(lift, { gamma: 0.99 }),
    },
  }),
  task({
    id: "epidemic",
    kind: "service",
    side: "reporting",
    envSteps: 50_000,
    rules: epidemic,
    reference: {
      how: "the best of 2,772 policies with two thresholds of the ill, one of the healthy and a last day, on episodes of its own.",
      policy: () => {
        const policies = [];
        for (const close of mixed) {
          for (const distance of mixed) {
            if (distance > close) continue;
            for (const healthy of [0, 20_000, 30_000, 40_000, 50_000, 60_000]) {
              for (const until of [90, 120, 150, 165, 180, 190, 200]) {
                policies.push(thresholds(close, distance, healthy, until));
              }
            }
          }
        }
        return bestOf(policies, defineEnv({ id: "epidemic", ...epidemic }));
      },
    },
  }),
  task({
    id: "auction",
    kind: "service",
    side: "reporting",
    envSteps: 50_000,
    episodes: 500,
    rules: auction,
    reference: {
      how: "the bid with the highest mean gain, by the formula for the highest of the others' bids.",
      policy: () => ({ act: bestBid }),
    },
  }),
];
