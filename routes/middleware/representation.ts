/**
 * How an answer to a GET goes out: as it is, compressed, or not at all because the client has it.
 *
 * `Deno.serve` compresses nothing by itself (2.9.6, tried with answers up to 200 kB), and leaves an
 * answer alone that says how it is encoded. So what is large is compressed here, where the client
 * takes gzip, at the fastest level, for the event loop that orders pass stands still meanwhile.
 *
 * An answer with an ETag is compared with what the client has (RFC 9110). The tag is a weak one, for it
 * is of the content and not of its encoding.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { constants, gzipSync } from "node:zlib";
import type { Exchange } from "../exchange.ts";
import type { HeaderFields, Reply } from "../reply.ts";
import type { CachePolicy } from "./response_headers.ts";

/** Characters from which on an answer is compressed: less than this goes out in a few packets. */
export const COMPRESSED_LENGTH_LEAST = 8_192;
/** Characters of an ETag. */
const ETAG_LENGTH = 22;
const STATUS_OK = 200;
const STATUS_NOT_MODIFIED = 304;

/** An answer as it goes out. */
export interface Representation {
  readonly status: number;
  readonly body: string | Uint8Array<ArrayBuffer> | null;
  readonly headers: HeaderFields;
}

/** What goes out of the answer to a GET or HEAD. Compressing costs O(body). */
export function represent(
  exchange: Exchange,
  { hasEtag }: CachePolicy,
  { body, headers, status }: Reply,
): Representation {
  // Bytes are frames of orders: dense already.
  if (typeof body !== "string" || status !== STATUS_OK) return { status, body, headers };
  if (!hasEtag) return compressed(exchange, { status, body, headers });
  const etag = etagOf(body);
  const tagged: HeaderFields = [...headers, ["etag", etag]];
  return hasAlready(exchange.header("if-none-match"), etag)
    ? { status: STATUS_NOT_MODIFIED, body: null, headers: tagged }
    : compressed(exchange, { status, body, headers: tagged });
}

function compressed(
  exchange: Exchange,
  { body, headers, status }: Omit<Representation, "body"> & { readonly body: string },
): Representation {
  if (body.length < COMPRESSED_LENGTH_LEAST) return { status, body, headers };
  const varying: HeaderFields = [...headers, ["vary", "Accept-Encoding"]];
  if (!takesGzip(exchange.header("accept-encoding"))) return { status, body, headers: varying };
  const bytes = new Uint8Array(gzipSync(body, { level: constants.Z_BEST_SPEED }));
  return { status, body: bytes, headers: [...varying, ["content-encoding", "gzip"]] };
}

/** Whether `Accept-Encoding` allows gzip: it, or everything, and not with the weight 0. */
export function takesGzip(accepted: string | null): boolean {
  if (accepted === null) return false;
  let takesAny = false;
  for (const part of accepted.toLowerCase().split(",")) {
    const [coding, ...parameters] = part.split(";").map((text) => text.trim());
    const isRefused = parameters.some((one) => /^q=0(\.0{0,3})?$/.test(one));
    if (coding === "gzip") return !isRefused;
    if (coding === "*") takesAny = !isRefused;
  }
  return takesAny;
}

/** The weak tag of a content. */
export function etagOf(body: string): string {
  return `W/"${createHash("sha256").update(body).digest("base64url").slice(0, ETAG_LENGTH)}"`;
}

/** Whether `If-None-Match` names the tag; the comparison is the weak one. */
export function hasAlready(named: string | null, etag: string): boolean {
  if (named === null) return false;
  const strong = (tag: string) => tag.trim().replace(/^W\//, "");
  return named.trim() === "*" || named.split(",").some((tag) => strong(tag) === strong(etag));
}
