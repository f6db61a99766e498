// The subpath qstill/env/highway: importing it registers highway-fast-v0.
import { register } from "../registry.js";
import { Highway } from "./highway.js";

register("highway-fast-v0", () => new Highway());

export { Highway };
