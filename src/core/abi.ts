// The exports of assembly/index.ts as TypeScript sees them. Addresses and handles are byte offsets into `memory`.

export interface CoreExports extends Record<string, unknown> {
  readonly memory: WebAssembly.Memory;

  sin(x: number): number;
  cos(x: number): number;
  exp64(x: number): number;
  log64(x: number): number;
}
