// What the module for two threads exports beside index.ts.
export { team_assist, team_create, team_step } from "./team";
