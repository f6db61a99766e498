// The package's version, written by the build.
export { version } from "./wasm.generated.js";
