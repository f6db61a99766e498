/**
 * Environments of Gymnasium, which Python plays; for Node.
 * @module qstill/gymnasium
 */
export { type GymnasiumOptions, type GymnasiumSource, gymnasium } from "./gymnasium.node.js";
