// A store that is a map, for tests.
import type { Store } from "../src/training/store.js";

export class MemoryStore implements Store {
  readonly files = new Map<string, Uint8Array>();

  async read(name: string): Promise<Uint8Array | undefined> {
    return this.files.get(name);
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    this.files.set(name, bytes.slice());
  }

  async remove(name: string): Promise<void> {
    this.files.delete(name);
  }

  placeOf(name: string): string {
    return `memory/${name}`;
  }

  /** The names of the files that end so, in order. */
  names(ending = ""): string[] {
    return [...this.files.keys()].filter((name) => name.endsWith(ending)).sort();
  }
}
