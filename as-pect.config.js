// How as-pect builds and runs the core's tests.
export default {
  entries: ["assembly/__tests__/**/*.spec.ts"],
  include: ["assembly/__tests__/**/*.include.ts"],
  disclude: [/node_modules/],
  // the compiled tests bring a memory of their own
  async instantiate(_memory, createImports, instantiate, binary) {
    return instantiate(binary, createImports({}));
  },
  outputBinary: false,
};
