// qstill distill --data: distils a saved teacher into a student from a file of states. Nothing is played.
import { type StatesConfig, statesConfig, statesOptions } from "../distill/config.js";
import { checkStates, type States, statesDigests } from "../distill/given-states.js";
import { distill, type Student } from "../distill/student.js";
import { hiddenOf } from "../dqn/configure.js";
import { keepsEnough } from "../evaluate/compare.js";
import type { HeldOut, Model } from "../model/model.js";
import { type CommonOptions, type ConfigFile, readStart } from "./context.js";
import { nameOf, readStatesAt } from "./data.js";
import { MissedError, oneLine, UsageError } from "./errors.js";
import { studentLeft } from "./models.js";
import { applying, flagOf } from "./options.js";
import { figure, percent, print, prose, table } from "./terminal.js";
import { Workplace } from "./workplace.js";

/** Options of a distillation from a file of states. */
export interface StatesFlags extends CommonOptions {
  data: string;
  env?: string;
}

/**
 * @param file the configuration file; what it says of play is not used
 * @param given what the command line says of the student
 * @throws UsageError for options of play and for states that do not fit the teacher; MissedError if the student acts
 * otherwise than its teacher too often
 */
export async function distillFromStates(
  teacher: Model,
  options: StatesFlags,
  file: ConfigFile,
  given: Partial<StatesConfig>,
): Promise<void> {
  const [needless] = (["env", "envOptions", "python"] as const).filter((name) => options[name] !== undefined);
  if (needless !== undefined) {
    throw new UsageError(`--${flagOf(needless)} is not allowed with --data: nothing is played where states are given`);
  }
  const student = { ...applying(statesOptions, file.student), ...given };
  const from = readStart(options);
  const config = statesConfig(teacher.environment, { ...student, ...hiddenOf(from, student) }, teacher.outputs);
  const seed = options.seed ?? file.seed ?? teacher.training?.seed ?? 0;
  const states = await readFitting(options, teacher);
  const place = new Workplace(nameOf(options.data, "states"), seed, options);
  const { environment } = teacher;
  const left = options.resume
    ? studentLeft(place, teacher, environment, seed, config, from, statesDigests(states))
    : {};
  const { observations, masks } = states;
  const made: Student<StatesConfig> = await place.made("student", left, (work) =>
    distill(teacher, { ...config, ...work, observations, masks, from, seed }),
  );
  place.writeModule(made);

  const heldOut = made.heldOut as HeldOut;
  const { hidden, widths, parameters, updates, wallSeconds, attempts } = made;
  const satisfied = keepsEnough(heldOut.actionAgreement, config.threshold);
  if (options.json) {
    const result = { hidden, parameters: parameters.length, updates, wallSeconds, attempts, heldOut };
    print(JSON.stringify({ env: environment, seed, states: states.count, student: result, satisfied }));
  } else if (!options.quiet) {
    const head = ["", "network", "parameters", "held-out states", "same action", "Q-value MSE", "Q-value R²"];
    const { states: count, actionAgreement, qMse, qR2 } = heldOut;
    const figures = [figure(count), percent(actionAgreement), figure(qMse, 4), figure(qR2, 4)];
    const rows = [
      ["teacher", teacher.widths.join("-"), figure(teacher.parameters.length), "", "", "", ""],
      ["student", widths.join("-"), figure(parameters.length), ...figures],
    ];
    print(table(head, rows));
    print(
      prose(
        `In ${percent(actionAgreement)} of ${figure(count)} states that were held out the student acts as its teacher does. ${place.folder} holds it.`,
      ),
    );
  }
  if (!satisfied) {
    throw new MissedError(
      `the student acts as its teacher does in ${percent(heldOut.actionAgreement)} of the held-out states after ${attempts} ${attempts === 1 ? "attempt" : "attempts"}: ${percent(config.threshold)} was wanted`,
    );
  }
}

/** The states in the file. @throws UsageError if they do not fit the teacher */
async function readFitting({ data, json, quiet }: StatesFlags, teacher: Model): Promise<States> {
  const read = await readStatesAt(data, { json, quiet });
  try {
    return checkStates(read, teacher.widths);
  } catch (error) {
    throw new UsageError(`${data === "-" ? "the standard input" : data}: ${oneLine(error)}`);
  }
}
