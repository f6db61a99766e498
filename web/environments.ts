// The environments to choose from: what must be loaded for each, and how fast it is in real life.
import { environmentIds } from "qstill";

export interface Environment {
  readonly id: string;
  /** The heading under which it is listed. */
  readonly field: "control" | "robots" | "navigation" | "games" | "driving" | "recommendation";
  /** Steps in a second of its world. If the world has no clock, as many as people can follow. */
  readonly stepsPerSecond: number;
  /** How long a run with the preset takes, in seconds, roughly, on one core. */
  readonly seconds: number;
  /** Registers it, with its preset. */
  readonly load?: () => Promise<unknown>;
}

const minAtar = () => import("qstill/env/minatar");
const miniGrid = () => import("qstill/env/minigrid");
const recSim = () => import("qstill/env/recsim");

export const environments: readonly Environment[] = [
  { id: "CartPole-v1", field: "control", stepsPerSecond: 50, seconds: 3 },
  { id: "MountainCar-v0", field: "control", stepsPerSecond: 30, seconds: 12 },
  { id: "Acrobot-v1", field: "control", stepsPerSecond: 15, seconds: 21 },
  { id: "Pendulum-v1", field: "control", stepsPerSecond: 20, seconds: 10, load: () => import("qstill/env/pendulum") },
  {
    id: "LunarLander-v3",
    field: "robots",
    stepsPerSecond: 50,
    seconds: 240,
    load: () => import("qstill/env/lunar-lander"),
  },
  { id: "MiniGrid-Empty-8x8-v0", field: "navigation", stepsPerSecond: 6, seconds: 4, load: miniGrid },
  { id: "MiniGrid-DoorKey-5x5-v0", field: "navigation", stepsPerSecond: 6, seconds: 5, load: miniGrid },
  { id: "MiniGrid-SimpleCrossingS9N1-v0", field: "navigation", stepsPerSecond: 6, seconds: 70, load: miniGrid },
  { id: "MiniGrid-LavaCrossingS9N1-v0", field: "navigation", stepsPerSecond: 6, seconds: 90, load: miniGrid },
  { id: "MiniGrid-FourRooms-v0", field: "navigation", stepsPerSecond: 8, seconds: 60, load: miniGrid },
  ...["Breakout", "Asterix", "Freeway", "Seaquest", "SpaceInvaders"].map(
    (name): Environment => ({
      id: `MinAtar/${name}-v1`,
      field: "games",
      stepsPerSecond: 12,
      seconds: 540,
      load: minAtar,
    }),
  ),
  {
    id: "highway-fast-v0",
    field: "driving",
    stepsPerSecond: 3,
    seconds: 180,
    load: () => import("qstill/env/highway"),
  },
  { id: "RecSim-InterestEvolution-v0", field: "recommendation", stepsPerSecond: 4, seconds: 30, load: recSim },
  { id: "RecSim-LongTermSatisfaction-v0", field: "recommendation", stepsPerSecond: 4, seconds: 6, load: recSim },
];

/** Registers an environment if this has not been done. @throws Error for an id that is not in {@link environments} */
export async function loadEnvironment(id: string): Promise<void> {
  if (environmentIds().includes(id)) return;
  const environment = environments.find((each) => each.id === id);
  if (environment?.load === undefined) throw new Error(`unknown environment ${JSON.stringify(id)}`);
  await environment.load();
}
