// Every environment of the library that is not in its entry point, with its preset: a line each.
import "./minatar.js";
import "./minigrid.js";
import "./highway.js";
import "./recsim.js";
import "./lunar-lander.js";
import "./pendulum.js";
