// Where a store in S3 is, and who asks for its files: its address, and the usual variables of the environment.
import { ConfigError } from "../core/config-error.js";
import { withoutSecrets } from "./address.js";

/** Who asks, and where the bucket is. */
interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly region: string;
}

/** A folder in a bucket, with what it takes to use it. */
export interface S3Address extends Keys {
  /** As it may be shown. */
  readonly shown: string;
  /** Where its files are: a URL that ends with a slash. */
  readonly url: string;
}

/** Whether a store is meant to be in S3, and not a folder. */
export function isS3(store: string): boolean {
  return /^s3:/i.test(store);
}

/**
 * @param store s3://bucket/prefix
 * @throws ConfigError for an address that is none, and for what the environment lacks. It shows no value of a variable
 */
export function s3AddressOf(store: string, env: NodeJS.ProcessEnv = process.env): S3Address {
  const [, bucket, prefix = ""] = /^s3:\/\/([a-z\d][\w.-]{2,62})(?:\/(.*?))?\/?$/is.exec(store) ?? [];
  const folders = prefix === "" ? [] : prefix.split("/");
  if (bucket === undefined || !folders.every(isFolder)) {
    throw new ConfigError(`store is ${withoutSecrets(store)}: s3://bucket/prefix is allowed, or a folder's path`);
  }
  const shown = ["s3:/", bucket, ...folders].join("/");
  const unusable = (why: string) => new ConfigError(`the store ${shown} cannot be used: ${why}`);
  const endpoint = endpointIn(env, unusable);
  const keys = keysIn(env, endpoint, unusable);
  const path = folders.map((folder) => `${encoded(folder)}/`).join("");
  if (endpoint === undefined) return { ...keys, shown, url: `${amazon(bucket, keys.region)}/${path}` };
  return { ...keys, shown: `${shown} at ${endpoint}`, url: `${endpoint}/${bucket}/${path}` };
}

/** Whether it can be a part of a prefix: addresses lose empty ones, and those of dots. */
function isFolder(name: string): boolean {
  return !/^\.{0,2}$/.test(name) && !/\p{C}/u.test(name);
}

type Unusable = (why: string) => ConfigError;

/** The server's address without a slash at its end; undefined for Amazon's. */
function endpointIn(env: NodeJS.ProcessEnv, unusable: Unusable): string | undefined {
  const variable = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"].find((name) => env[name]?.trim());
  if (variable === undefined) return undefined;
  const given = env[variable]?.trim() ?? "";
  const { protocol, origin, pathname, username, password } = new URL(URL.canParse(given) ? given : "none:");
  if (!/^https?:$/.test(protocol) || username !== "" || password !== "") {
    throw unusable(`${variable} is no address: https://host:port is allowed, or http://host:port`);
  }
  return origin + pathname.replace(/\/*$/, "");
}

/** The region that servers which have none go by. */
const usualRegion = "us-east-1";

function keysIn(env: NodeJS.ProcessEnv, endpoint: string | undefined, unusable: Unusable): Keys {
  const values = {
    AWS_ACCESS_KEY_ID: env.AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY: env.AWS_SECRET_ACCESS_KEY,
    AWS_REGION: env.AWS_REGION || env.AWS_DEFAULT_REGION || (endpoint && usualRegion),
  };
  const missing = Object.entries(values).flatMap(([name, value]) => (value?.trim() ? [] : [name]));
  if (missing.length > 0) throw unusable(`${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not set`);
  // all but the secret go into a header, and the region into the host's name
  const [id, secret, region, token] = Object.entries({ ...values, AWS_SESSION_TOKEN: env.AWS_SESSION_TOKEN }).map(
    ([name, value = ""]) => {
      const text = value.trim();
      const allowed = name === "AWS_REGION" ? /^[\w-]*$/ : /^[!-~]*$/;
      if (!allowed.test(text)) throw unusable(`${name} has characters that it cannot have`);
      return text;
    },
  );
  return { accessKeyId: id, secretAccessKey: secret, sessionToken: token || undefined, region };
}

/** The bucket at Amazon. No certificate holds for a host's name with the dots of a bucket in it. */
function amazon(bucket: string, region: string): string {
  const host = `s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
  return bucket.includes(".") ? `https://${host}/${bucket}` : `https://${bucket}.${host}`;
}

/** A name as a part of a URL, in the way in which signatures need it. */
export function encoded(name: string): string {
  return encodeURIComponent(name).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
