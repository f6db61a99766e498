// qstill/env/highway: highway-fast-v0, registered, and what works for it.
export * from "../../env/highway/index.js";
