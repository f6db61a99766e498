// Trains in a worker, on two threads where there may be two.
import { trainTeacher } from "qstill";

async function trained() {
  const notices = [];
  const { updates } = await trainTeacher("CartPole-v1", {
    seed: 0,
    hidden: [64],
    envSteps: 500,
    learningStarts: 100,
    evaluationEpisodes: 2,
    threads: 2,
    onEvent: (event) => event.kind === "notice" && notices.push(event.message),
  });
  return { updates, notices };
}

trained().catch(String).then(postMessage);
