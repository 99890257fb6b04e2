/**
 * The header fields that every answer carries.
 *
 * Each field costs as much as a good part of a request, so there are few: what a browser needs to
 * leave the answer alone, and nothing that says again what its absence says.
 *
 * @module
 */
import type { Exchange } from "../exchange.ts";
import { REQUEST_ID_HEADER } from "./request_id.ts";

/** A year, as the field wants it. */
const STRICT_TRANSPORT = "max-age=31536000";
/** Fields that scripts of other origins may read. */
const EXPOSED = "RateLimit, RateLimit-Policy, Retry-After, X-Request-Id";

/** Adds the fields that keep browsers from guessing, caching and downgrading. */
export function addSecurityHeaders(headers: Headers, exchange: Exchange): void {
  headers.append(REQUEST_ID_HEADER, exchange.requestId);
  headers.append("x-content-type-options", "nosniff");
  const { method, url } = exchange.context.req;
  // Answers to other methods are not stored unless they say so.
  if (method === "GET" || method === "HEAD") headers.append("cache-control", "no-store");
  if (url.startsWith("https:")) headers.append("strict-transport-security", STRICT_TRANSPORT);
}

/** Lets scripts of every origin read a public answer. They send no credentials with it. */
export function addPublicHeaders(headers: Headers): void {
  headers.append("access-control-allow-origin", "*");
  headers.append("access-control-expose-headers", EXPOSED);
}
