// What a training tells its listeners: each event in full, and which listener is called when.
import { expect, it } from "vitest";
import type { AgentTraining } from "../../src/dqn/agent-training.js";
import { Teller } from "../../src/dqn/teller.js";
import type { TrainingEvent } from "../../src/training/events.js";

const now = Float32Array.of(1, 2, 3);

function telling(listeners: Partial<AgentTraining> = {}) {
  const told: unknown[] = [];
  const training = {
    network: "student",
    agent: { envSteps: 250, updates: 40, loss: 0.5, parameters: () => now },
    config: { envSteps: 1000 },
    onEvent: (event: TrainingEvent) => told.push(event),
    onNetwork: (...network: unknown[]) => told.push(network),
    onCurrent: (parameters: () => Float32Array) => told.push(parameters()),
    ...listeners,
  } as unknown as AgentTraining;
  return { teller: new Teller(training), told };
}

const reached = { network: "student", envSteps: 250, updates: 40 };
const progress = { kind: "progress", ...reached, share: 0.25, loss: 0.5, mean: 7 };
const notice = { code: "some", message: "something", remedy: "another thing", values: { n: 1 } };

it("progress comes with the network as it is now", () => {
  const { teller, told } = telling();
  teller.progress(7);
  expect(told).toEqual([progress, now]);
});

it("progress within an evaluation says how far that is, and comes without the network", () => {
  const { teller, told } = telling();
  teller.progress(7, 0);
  expect(told).toEqual([{ ...progress, evaluated: 0 }]);
});

it("an evaluated network comes before its event", () => {
  const { teller, told } = telling();
  const judged = { episodes: 4, mean: 8, std: 1, min: 6, best: false };
  const baseline = { random: 3, constant: null };
  const parameters = Float32Array.of(4);
  teller.evaluation(parameters, judged, 120, baseline);
  const event = { kind: "evaluation", ...reached, ...judged, loss: 0.5, evaluationSteps: 120, baseline };
  expect(told).toEqual([[parameters, 250, 8], event]);
});

it("a notice says whose it is and when", () => {
  const { teller, told } = telling();
  teller.notify(notice);
  expect(told).toEqual([{ kind: "notice", ...reached, ...notice }]);
});

it("nobody need listen", () => {
  const { teller } = telling({ onEvent: undefined, onNetwork: undefined, onCurrent: undefined });
  teller.current();
  teller.progress(null);
  teller.notify(notice);
  teller.evaluation(now, { episodes: 1, mean: 0, std: 0, min: 0, best: true }, 1, { random: null, constant: null });
  expect(teller.reached).toEqual({ envSteps: 250, updates: 40 });
});
