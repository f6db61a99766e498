// What an address of a store in S3 and the environment's variables mean, and what is refused of them.
import { expect, it } from "vitest";
import { isS3, s3AddressOf } from "#dist/queue/s3-address.js";

const keys = { AWS_ACCESS_KEY_ID: "AKIA1", AWS_SECRET_ACCESS_KEY: "s3cr3t/+=" };
const amazon = { ...keys, AWS_REGION: "eu-west-1" };
const own = { ...keys, AWS_ENDPOINT_URL: "http://127.0.0.1:9000/" };

it("a store in S3 is told from a folder", () => {
  expect(["s3://bucket", "S3://bucket/x", "s3:/oops"].map(isS3)).toEqual([true, true, true]);
  expect(["s3", "./s3:x", "folder/s3://bucket", "/tmp/x"].map(isS3)).toEqual([false, false, false, false]);
});

it("the bucket is in the host's name at Amazon, and in the path at a server of one's own", () => {
  const urls = (env: Record<string, string>) => (store: string) => s3AddressOf(store, env).url;
  const stores = ["s3://bucket", "s3://bucket/", "s3://bucket/a/b/", "s3://bucket/a b/ü+(c)"];
  expect(stores.map(urls(amazon))).toEqual([
    "https://bucket.s3.eu-west-1.amazonaws.com/",
    "https://bucket.s3.eu-west-1.amazonaws.com/",
    "https://bucket.s3.eu-west-1.amazonaws.com/a/b/",
    "https://bucket.s3.eu-west-1.amazonaws.com/a%20b/%C3%BC%2B%28c%29/",
  ]);
  expect(urls(amazon)("s3://a.bucket/x")).toBe("https://s3.eu-west-1.amazonaws.com/a.bucket/x/");
  expect(urls({ ...keys, AWS_REGION: "cn-north-1" })("s3://bucket")).toBe(
    "https://bucket.s3.cn-north-1.amazonaws.com.cn/",
  );
  expect(urls(own)("s3://bucket/a")).toBe("http://127.0.0.1:9000/bucket/a/");
  expect(urls({ ...own, AWS_ENDPOINT_URL_S3: "https://files.example/s3" })("s3://bucket")).toBe(
    "https://files.example/s3/bucket/",
  );
});

it("what is shown says where it is, and no more", () => {
  expect(s3AddressOf("s3://bucket/a/", amazon).shown).toBe("s3://bucket/a");
  expect(s3AddressOf("s3://bucket/", own).shown).toBe("s3://bucket at http://127.0.0.1:9000");
});

it("keys and region come from the usual variables", () => {
  expect(s3AddressOf("s3://bucket", { ...amazon, AWS_SESSION_TOKEN: "t0k3n\n" })).toMatchObject({
    ...{ accessKeyId: "AKIA1", secretAccessKey: "s3cr3t/+=", sessionToken: "t0k3n", region: "eu-west-1" },
  });
  expect(s3AddressOf("s3://bucket", { ...keys, AWS_DEFAULT_REGION: "auto" }).region).toBe("auto");
  expect(s3AddressOf("s3://bucket", own)).toMatchObject({ region: "us-east-1", sessionToken: undefined });
});

it("what is no bucket or no prefix is refused", () => {
  const wrong = [
    "s3:",
    "s3://",
    "s3:/bucket",
    "s3://x",
    "s3://-bucket",
    "s3://bu cket",
    "s3://bucket//a",
    "s3://bucket/../a",
  ];
  for (const store of [...wrong, "s3://bucket/a/./b", "s3://bucket/\u0007", "s3://bucket/\ud800", "s3://bucket?x"]) {
    expect(() => s3AddressOf(store, own)).toThrow(
      /^store is "s3:.*": s3:\/\/bucket\/prefix is allowed, or a folder's path$/,
    );
  }
  expect(() => s3AddressOf("s3://AKIA1:s3cr3t@bucket/x", own)).toThrow(/^store is "…@bucket\/x": s3:/);
});

it("what is missing is named", () => {
  const refusal = (env: Record<string, string>) => {
    try {
      return s3AddressOf("s3://bucket/x", env);
    } catch (error) {
      return (error as Error).message.replace("the store s3://bucket/x cannot be used: ", "");
    }
  };
  expect(refusal({})).toBe("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY and AWS_REGION are not set");
  expect(refusal({ ...amazon, AWS_SECRET_ACCESS_KEY: " " })).toBe("AWS_SECRET_ACCESS_KEY is not set");
  expect(refusal(keys)).toBe("AWS_REGION is not set");
  for (const url of ["localhost:9000", "ftp://a", "http://user:s3cr3t@a", "http://"]) {
    expect(refusal({ ...keys, AWS_ENDPOINT_URL: url })).toBe(
      "AWS_ENDPOINT_URL is no address: https://host:port is allowed, or http://host:port",
    );
  }
  expect(refusal({ ...keys, AWS_ENDPOINT_URL_S3: "s3cr3t" })).toMatch(/^AWS_ENDPOINT_URL_S3 is no address: /);
  expect(refusal({ ...amazon, AWS_REGION: "a.b/c" })).toBe("AWS_REGION has characters that it cannot have");
  expect(refusal({ ...amazon, AWS_ACCESS_KEY_ID: "s3cr\n3t" })).toBe(
    "AWS_ACCESS_KEY_ID has characters that it cannot have",
  );
});
