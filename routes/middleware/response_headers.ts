/**
 * The header fields that answers carry whatever they say.
 *
 * | Answer | Cache-Control | Fields beside |
 * | --- | --- | --- |
 * | to POST, PATCH and DELETE | none: nobody stores it | none |
 * | to GET, signed | `no-store` | `nosniff` |
 * | `GET /v1/instruments` | `public, max-age=5`, and an ETag | as public |
 * | `GET /v1/status` | `public, max-age=1` | as public |
 * | all other public GETs: market data, time | `no-store` | as public |
 * | a problem | `no-store` | as the path has it |
 *
 * Public answers say as well that scripts of every origin may read them, and that a browser must not
 * show them as a page or in a frame. Signed ones say the first only to who names an origin, which
 * browsers alone do. Over HTTPS all answers to GET say that it stays at that. HEAD is as GET. The
 * answer to OPTIONS is in unmatched.ts, compression and ETags are in representation.ts.
 *
 * Market data is not stored even for a second: whoever has placed an order and asks for the book is
 * to see it there.
 *
 * Beyond the third, each field of an answer costs more than a microsecond, and the way from the
 * second to the fourth four: so there are few, and to an order none.
 *
 * @module
 */
import type { Exchange } from "../exchange.ts";
import type { HeaderFields } from "../reply.ts";
import { REQUEST_ID_HEADER } from "./request_id.ts";

/** How long an answer to a GET may be kept by whoever gets it. */
export interface CachePolicy {
  /** `Cache-Control` of an answer that is no problem. */
  readonly control: string;
  /** Whether it has an ETag, and is not sent to who has it already. */
  readonly hasEtag: boolean;
}

/** Nobody keeps it. */
export const NO_STORE: CachePolicy = { control: "no-store", hasEtag: false };
/** What is a second old anyway. */
export const KEPT_A_SECOND: CachePolicy = { control: "public, max-age=1", hasEtag: false };
/** What changes a few times a day. */
export const KEPT_SHORTLY: CachePolicy = { control: "public, max-age=5", hasEtag: true };

/** From this status on an answer is none that was asked for. */
const PROBLEM_LEAST = 400;
/** A year, as the field wants it. */
const STRICT_TRANSPORT = "max-age=31536000";
/** An answer is data: nothing in it runs, and it stands in no frame. */
const NO_CONTENT = "default-src 'none'; frame-ancestors 'none'";
const CONTENT_POLICY = "content-security-policy";
/** Fields that scripts of other origins may read. */
const EXPOSED = "ETag, Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id";

/**
 * Names the request, and keeps browsers from guessing, storing and downgrading what they may have
 * asked for by themselves. An answer to another method is neither navigated to nor stored.
 */
export function addCommonHeaders(
  headers: Headers,
  exchange: Exchange,
  cache: CachePolicy,
  status: number,
): void {
  headers.append(REQUEST_ID_HEADER, exchange.requestId);
  const { method, url } = exchange.context.req;
  if (method !== "GET" && method !== "HEAD") return;
  headers.append("x-content-type-options", "nosniff");
  headers.append("cache-control", status < PROBLEM_LEAST ? cache.control : NO_STORE.control);
  if (url.startsWith("https:")) headers.append("strict-transport-security", STRICT_TRANSPORT);
}

/**
 * Lets scripts of every origin read a public answer. They send no credentials with it.
 *
 * @param own fields of the answer itself: where it says what may run in it, that holds
 */
export function addPublicHeaders(headers: Headers, own: HeaderFields): void {
  addOriginHeaders(headers);
  if (own.every(([name]) => name !== CONTENT_POLICY)) headers.append(CONTENT_POLICY, NO_CONTENT);
}

/** Lets a script read the answer to what it has signed: it shows no cookie, so any origin may. */
export function addSignedHeaders(headers: Headers, exchange: Exchange): void {
  if (exchange.header("origin") !== null) addOriginHeaders(headers);
}

/**
 * The fields of a refusal that is written before anything is known of its request: as
 * {@link addCommonHeaders} and {@link addSignedHeaders} give them, but for the name of the request.
 */
export function addEarlyHeaders(headers: Headers, { headers: asked, method }: Request): void {
  if (method === "GET" || method === "HEAD") {
    headers.append("x-content-type-options", "nosniff");
    headers.append("cache-control", NO_STORE.control);
  }
  if (asked.get("origin") !== null) addOriginHeaders(headers);
}

function addOriginHeaders(headers: Headers): void {
  headers.append("access-control-allow-origin", "*");
  headers.append("access-control-expose-headers", EXPOSED);
}
