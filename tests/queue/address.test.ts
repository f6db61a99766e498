// Addresses of queues: what is allowed, and that no password is ever shown.
import fc from "fast-check";
import { expect, it } from "vitest";
import { addressOf } from "../../src/queue/address.js";

it.each([
  ["redis://localhost", "redis://localhost"],
  ["redis://localhost:6380/3", "redis://localhost:6380/3"],
  ["rediss://user:secret@example.org:6380/", "rediss://example.org:6380/"],
  ["redis://:secret@[::1]:6379/0", "redis://[::1]:6379/0"],
])("%s is one", (url, shown) => {
  expect(addressOf(url)).toEqual({ url, shown });
});

it.each([
  ["http://localhost", 'queue is "http://localhost": redis://host:port/db is allowed, or rediss:// for TLS'],
  ["localhost:6379", /^queue is "localhost:6379"/],
  ["redis://", /^queue is "redis:\/\/"/],
  ["redis://localhost/my-queue", /^queue is "redis:\/\/localhost\/my-queue"/],
  ["redis://user:secret@host:port", 'queue is "…@host:port": redis://host:port/db is allowed, or rediss:// for TLS'],
  ["redis://:pa%ss@host", /^queue is "…@host"/],
  ["", /^queue is ""/],
  [undefined, /^queue is undefined/],
  [6379, /^queue is 6379/],
])("%s is none", (url, message) => {
  expect(() => addressOf(url)).toThrow(message);
});

it("a password is never shown, whatever is wrong beside it", () => {
  const part = fc.string({ unit: fc.constantFrom(..."abc:/?#@%[]. 1") });
  const property = fc.property(
    fc.constantFrom("redis://", "rediss://", "http://", ""),
    part,
    part,
    (scheme, before, after) => {
      const url = `${scheme}${before}:s3cr3t@${after}`;
      let said: string;
      try {
        said = addressOf(url).shown;
      } catch (error) {
        said = (error as Error).message;
      }
      expect(said).not.toContain("s3cr3t");
    },
  );
  fc.assert(property, { numRuns: 2000 });
});
