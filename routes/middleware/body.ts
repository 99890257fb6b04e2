/**
 * Reads the body of a request, once and bounded.
 *
 * A body whose length is announced is refused or read as a whole; one that comes in chunks is
 * counted on the way, and read no further than the limit.
 *
 * @module
 */
import type { Exchange } from "../exchange.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { BODY_MILLIS_MAX, type BodyRead } from "./body_reads.ts";

/** Longest body of JSON, in bytes. */
export const BODY_BYTES_MAX = 64 * 1024;
/** Media type of frames of wire records. */
export const FRAME_TYPE = "application/vnd.edgebook.frame";

/** What bodies an endpoint takes. */
export interface BodyRule {
  /** Media type, in lower case. */
  readonly type: string;
  readonly bytesMax: number;
}

/** A body of JSON, as most endpoints take one. */
export const JSON_BODY: BodyRule = { type: "application/json", bytesMax: BODY_BYTES_MAX };

/** Refuses a body before any of it is read: by its type, or by its length. */
export function checkBody(exchange: Exchange, { type, bytesMax }: BodyRule): Problem | null {
  const given = exchange.header("content-type");
  if (given === null || !isOfType(given, type)) {
    return new Problem(EdgeCode.unsupportedMediaType, {
      field: "Content-Type",
      limit: type,
      ...(given === null ? {} : { value: given }),
    });
  }
  const length = Number(exchange.header("content-length") ?? 0);
  return length > bytesMax ? tooLarge(bytesMax, `${length} bytes`) : null;
}

/** Whether a value of `Content-Type` names the type, whatever its parameters. */
function isOfType(given: string, type: string): boolean {
  if (given === type) return true;
  if (given.slice(0, type.length).toLowerCase() !== type) return false;
  return /^[ \t]*(;|$)/.test(given.slice(type.length));
}

/** Refuses a body where the request takes none. */
export function checkNoBody(exchange: Exchange): Problem | null {
  const { method } = exchange.context.req;
  if (method === "GET" || method === "HEAD") return null;
  const length = exchange.header("content-length");
  const isEmpty = length === null || length === "0";
  if (isEmpty && exchange.header("transfer-encoding") === null) return null;
  return new Problem(EdgeCode.bodyUnexpected, {
    field: "Content-Length",
    limit: "0",
    ...(length === null ? {} : { value: length }),
  });
}

/** Reads the text of a body that {@link checkBody} let pass, as long as it comes in time. */
export function readBody(exchange: Exchange, { bytesMax }: BodyRule): Promise<string | Problem> {
  const request = exchange.context.req.raw;
  const length = exchange.header("content-length");
  return exchange.deps.bodies.within(
    (read) =>
      length === null ? readCountedText(request, read, bytesMax) : request.text().catch(unreadable),
    () => tooSlow(length),
  );
}

/** {@link readBody} for bytes. */
export function readBodyBytes(
  exchange: Exchange,
  { bytesMax }: BodyRule,
): Promise<Uint8Array<ArrayBuffer> | Problem> {
  const request = exchange.context.req.raw;
  const length = exchange.header("content-length");
  return exchange.deps.bodies.within(
    (read) =>
      length === null
        ? readCountedBytes(request, read, bytesMax)
        : request.arrayBuffer().then((buffer) => new Uint8Array(buffer), unreadable),
    () => tooSlow(length),
  );
}

async function readCountedText(
  request: Request,
  read: BodyRead,
  bytesMax: number,
): Promise<string | Problem> {
  const decoder = new TextDecoder();
  let text = "";
  const problem = await readCounted(request, read, bytesMax, (chunk) => {
    text += decoder.decode(chunk, { stream: true });
  });
  return problem ?? text + decoder.decode();
}

async function readCountedBytes(
  request: Request,
  read: BodyRead,
  bytesMax: number,
): Promise<Uint8Array<ArrayBuffer> | Problem> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const problem = await readCounted(request, read, bytesMax, (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
  });
  if (problem !== null) return problem;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

async function readCounted(
  request: Request,
  read: BodyRead,
  bytesMax: number,
  take: (chunk: Uint8Array) => void,
): Promise<Problem | null> {
  if (request.body === null) return null;
  const reader = request.body.getReader();
  read.onLate = () => void reader.cancel().catch(() => {});
  let length = 0;
  try {
    for (;;) {
      const { done, value: chunk } = await reader.read();
      if (done) break;
      length += chunk.length;
      if (length > bytesMax) {
        void reader.cancel().catch(() => {});
        return tooLarge(bytesMax, `more than ${bytesMax} bytes`);
      }
      take(chunk);
    }
  } catch {
    return unreadable();
  }
  return null;
}

function tooLarge(bytesMax: number, value: string): Problem {
  return new Problem(EdgeCode.bodyTooLarge, { limit: `${bytesMax} bytes`, value });
}

/** Whoever sends it may be waited for no longer, nor its connection be used again. */
function tooSlow(length: string | null): Problem {
  return new Problem(EdgeCode.bodyTooSlow, {
    field: "body",
    limit: `${BODY_MILLIS_MAX} ms`,
    value: length === null ? "no end of it" : `not all of ${length} bytes`,
    headers: [["connection", "close"]],
  });
}

/** The client went away, or sent less than it announced. */
function unreadable(): Problem {
  return new Problem(EdgeCode.bodyUnreadable);
}
