/**
 * The header fields that answers carry whatever they say.
 *
 * Beyond the third, each field of an answer costs more than a microsecond, and the way from the
 * second to the fourth four: so there are few.
 *
 * @module
 */
import type { Exchange } from "../exchange.ts";
import { REQUEST_ID_HEADER } from "./request_id.ts";

/** A year, as the field wants it. */
const STRICT_TRANSPORT = "max-age=31536000";
/** Fields that scripts of other origins may read. */
const EXPOSED = "RateLimit, RateLimit-Policy, Retry-After, X-Request-Id";

/**
 * Names the request, and keeps browsers from guessing, storing and downgrading what they may have
 * asked for by themselves. An answer to another method is neither navigated to nor stored.
 */
export function addCommonHeaders(headers: Headers, exchange: Exchange): void {
  headers.append(REQUEST_ID_HEADER, exchange.requestId);
  const { method, url } = exchange.context.req;
  if (method !== "GET" && method !== "HEAD") return;
  headers.append("x-content-type-options", "nosniff");
  headers.append("cache-control", "no-store");
  if (url.startsWith("https:")) headers.append("strict-transport-security", STRICT_TRANSPORT);
}

/** Lets scripts of every origin read a public answer. They send no credentials with it. */
export function addPublicHeaders(headers: Headers): void {
  headers.append("access-control-allow-origin", "*");
  headers.append("access-control-expose-headers", EXPOSED);
}
