// qstill/env/minatar: MinAtar's games, registered, and what works for them.
export * from "../../env/minatar/index.js";
