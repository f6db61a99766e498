// Registers every environment of the library that is not in its entry point, a line each; the command line imports this.
import "./highway/index.js";
