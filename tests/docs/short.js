// Loaded before a page's programs and commands: every training takes a moment, and what cannot be short is only read.
import { Command } from "commander";
import "#dist/env/all.js";
import { jointOptions } from "#dist/distill/joint-config.js";
import { presets, studentOptions, teacherOptions } from "#dist/index.js";

const evaluationEpisodes = 2;
const teacher = {
  envSteps: 600,
  learningStarts: 200,
  bufferSize: 600,
  evaluationInterval: 300,
  evaluationEpisodes,
  confirmationEpisodes: 2,
  evaluationShare: 1,
};
const student = { envSteps: 200, updates: 200, rounds: 2, evaluationEpisodes, evaluationShare: 1, attempts: 1 };
const joint = { episodes: 20, evaluationEpisodes };

/** Makes these values the defaults, in place of a preset's, too. */
function shorten(options, values, presets) {
  for (const [name, value] of Object.entries(values)) {
    options[name].default = value;
    for (const preset of presets) delete preset[name];
  }
}
const every = Object.values(presets);
shorten(
  teacherOptions,
  teacher,
  every.map((preset) => preset.teacher),
);
shorten(
  studentOptions,
  student,
  every.map((preset) => preset.student),
);
shorten(jointOptions, joint, []);

// commands that take minutes: their arguments and options are read and checked, and nothing is done
const long = ["bench", "experiment", "shrink", "tune"];
const { action } = Command.prototype;
Command.prototype.action = function (run) {
  return action.call(this, long.includes(this.name()) ? () => {} : run);
};
