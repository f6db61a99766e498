// Registers every environment of the library that is not in its entry point, a line each; the command line imports this.
import "./recsim/index.js";
import "./lunar-lander.js";
import "./pendulum.js";
import "./minatar/index.js";
import "./minigrid/index.js";
import "./highway/index.js";
