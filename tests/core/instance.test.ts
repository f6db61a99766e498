// Loading the core: an engine that cannot run it is told so.
import { afterEach, describe, expect, it, vi } from "vitest";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe("an engine without what the core needs", () => {
  it("has no SIMD", async () => {
    vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
    const { makeEnv, trainTeacher } = await import("../../src/index.js");
    const message = /qstill needs WebAssembly with 128-bit SIMD, and this engine has none/;
    const env = makeEnv("CartPole-v1"); // needs no arithmetic yet
    env.reset();
    expect(() => env.step(0)).toThrow(message);
    await expect(trainTeacher("CartPole-v1")).rejects.toThrow(message);
  });

  it("has no WebAssembly", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    const { core } = await import("../../src/core/instance.js");
    expect(() => core()).toThrow("qstill needs WebAssembly, and this engine has none");
  });
});

it("knows SIMD where it is: the probe is a valid module", async () => {
  const { core } = await import("../../src/core/instance.js");
  expect(core().memory).toBeInstanceOf(WebAssembly.Memory);
});
