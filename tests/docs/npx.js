// What "npx" is in the commands of a page: this package's command line, and nothing else.
import { commandLine } from "./command-line.js";

const [command, ...args] = process.argv.slice(2);
if (command !== "qstill") throw new Error(`npx ${command} is no command of this package`);
commandLine(args);
