// A new copy of the HDF5 library in Node, where a module is loaded again under another address.

/** @param count how many copies there were before */
export function loadedAgain(count: number): Promise<typeof import("h5wasm")> {
  return import(`${import.meta.resolve("h5wasm")}?${count}`);
}
