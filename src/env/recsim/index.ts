// RecSim's recommender environments: importing this registers them.
import { register } from "../registry.js";
import { InterestEvolution } from "./interest-evolution.js";
import { LongTermSatisfaction } from "./long-term-satisfaction.js";

register("RecSim-InterestEvolution-v0", () => new InterestEvolution());
register("RecSim-LongTermSatisfaction-v0", () => new LongTermSatisfaction());

export { InterestEvolution, type InterestEvolutionSizes } from "./interest-evolution.js";
export { LongTermSatisfaction } from "./long-term-satisfaction.js";
