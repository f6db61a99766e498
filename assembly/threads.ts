// The ABI of the second module, for one learner on two threads: the core's ABI, and a team's.
export * from "./index";
export { team_assist, team_create, team_step } from "./team";
