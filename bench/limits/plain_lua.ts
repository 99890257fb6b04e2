/**
 * Scripts for Upstash on a plain Redis.
 *
 * `@upstash/ratelimit` begins its scripts with a line of flags that only Upstash's server knows
 * (`#!lua flags=allow-key-locking`); Redis refuses them. The line is taken off on the client's side,
 * so that neither a hop nor a round trip is added: a script goes by its SHA-1 as before, that of
 * the text without the line.
 *
 * @module
 */
import type { Redis } from "@upstash/redis";

const FLAGS_LINE = /^#!lua[^\n]*\n/;

/** The same client, whose scripts begin without a line of flags. */
export function withPlainLua(redis: Redis): Redis {
  /** By the SHA-1 of the text with the line, that of the text without. */
  const plainHashes = new Map<string, string>();
  const evaluate: Redis["eval"] = async (script, keys, values) => {
    const plain = script.replace(FLAGS_LINE, "");
    plainHashes.set(await sha1(script), await sha1(plain));
    return await redis.eval(plain, keys, values);
  };
  const evaluateByHash: Redis["evalsha"] = (hash, keys, values) =>
    redis.evalsha(plainHashes.get(hash) ?? hash, keys, values);
  return new Proxy(redis, {
    get(target, name) {
      if (name === "eval") return evaluate;
      if (name === "evalsha") return evaluateByHash;
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

async function sha1(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return new Uint8Array(hash).toHex();
}
