// A recommender's log, a policy that is learned from it, and what the policy would earn: estimated, then tried.
import "qstill/env/recsim";
import { evaluate, makeEnv, Pcg64 } from "qstill";
import { estimateReturn, trainOffline } from "qstill/offline";

const id = "RecSim-LongTermSatisfaction-v0";
const [sessions, seed] = [300, 0];
const env = makeEnv(id);

/** What the service does: it shows what is clicked most in half of all cases, and anything in the others. */
function recommend(documents, random) {
  const shares = documents.slice(0, env.actionCount); // of clickbait
  const usual = shares.indexOf(Math.max(...shares));
  const action = random.random() < 0.5 ? random.integers(0, env.actionCount) : usual;
  return { action, propensity: 0.5 / env.actionCount + (action === usual ? 0.5 : 0) };
}

/** The log, as columns. A session ends by itself, so it needs no observation after its last step. */
function logged(firstSession) {
  const random = new Pcg64([seed, firstSession]);
  const log = { observations: [], actions: [], propensities: [], rewards: [], terminated: [] };
  for (let session = 0; session < sessions; session++) {
    let documents = Array.from(env.reset({ seed: firstSession + session }));
    for (let ended = false; !ended; ) {
      const { action, propensity } = recommend(documents, random);
      const { observation, reward, terminated } = env.step(action);
      log.observations.push(...documents);
      log.actions.push(action);
      log.propensities.push(propensity);
      log.rewards.push(reward);
      log.terminated.push(Number(terminated));
      documents = Array.from(observation);
      ended = terminated;
    }
  }
  return { observationSize: env.observationSize, actionCount: env.actionCount, ...log };
}

// one half to learn from, the other to be judged on
const policy = await trainOffline(logged(1_000_000), { seed, gamma: 0.7, nStep: 1, conservatism: 1, updates: 3000 });
const { method, mean, ci95, logged: before } = await estimateReturn(policy, logged(2_000_000), { seed });
const whole = (value) => value.toFixed(0);
console.log(`the service earned ${whole(before)} a session`);
console.log(`estimated (${method}): ${whole(mean)}, 95 % interval ${ci95.map(whole).join(" to ")}`);
console.log(`tried on 1,000 simulated sessions: ${whole(evaluate(policy, { env: id, seed, episodes: 1000 }).mean)}`);
