// highway-fast-v0, which importing this registers.
import { register } from "../registry.js";
import { Highway } from "./highway.js";

register("highway-fast-v0", () => new Highway());

export type { Vehicle } from "./vehicle.js";
export { Highway };
