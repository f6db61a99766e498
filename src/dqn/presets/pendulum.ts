// qstill/env/pendulum: Pendulum-v1, registered, and what works for it.
export * from "../../env/pendulum.js";
