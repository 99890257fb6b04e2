/**
 * Reads the body of a request, once and bounded.
 *
 * A body whose length is announced is refused or read as a whole; one that comes in chunks is
 * counted on the way, and read no further than the limit.
 *
 * @module
 */
import { EdgeCode } from "../edge_code.ts";
import type { Exchange } from "../exchange.ts";
import { Problem } from "../problem.ts";
import { BODY_MILLIS_MAX, type BodyRead } from "./body_reads.ts";

/** Longest body, in bytes. */
export const BODY_BYTES_MAX = 64 * 1024;

/** A type of bodies. */
export interface BodyType {
  readonly name: string;
  readonly pattern: RegExp;
}

const JSON_BODY: BodyType = {
  name: "application/json",
  pattern: /^application\/json[ \t]*(;|$)/i,
};

/** Refuses a JSON body before any of it is read: by its type, or by its length. */
export const checkJsonBody = (exchange: Exchange): Problem | null => checkBody(exchange, JSON_BODY);

/** Refuses a body before any of it is read: by its type, or by its length. */
export function checkBody(exchange: Exchange, { name, pattern }: BodyType): Problem | null {
  const type = exchange.header("content-type");
  if (type === null || !pattern.test(type)) {
    return new Problem(EdgeCode.unsupportedMediaType, {
      field: "Content-Type",
      limit: name,
      ...(type === null ? {} : { value: type }),
    });
  }
  const length = Number(exchange.header("content-length") ?? 0);
  return length > BODY_BYTES_MAX ? tooLarge(`${length} bytes`) : null;
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
export function readBody(exchange: Exchange): Promise<string | Problem> {
  const request = exchange.context.req.raw;
  const length = exchange.header("content-length");
  return exchange.deps.bodies.within(
    (read) => length === null ? readCounted(request, read) : request.text().catch(unreadable),
    () => tooSlow(length),
  );
}

async function readCounted(request: Request, read: BodyRead): Promise<string | Problem> {
  if (request.body === null) return "";
  const decoder = new TextDecoder();
  const reader = request.body.getReader();
  read.onLate = () => void reader.cancel().catch(() => {});
  let text = "";
  let length = 0;
  try {
    for (;;) {
      const { done, value: chunk } = await reader.read();
      if (done) break;
      length += chunk.length;
      if (length > BODY_BYTES_MAX) {
        void reader.cancel().catch(() => {});
        return tooLarge(`more than ${BODY_BYTES_MAX} bytes`);
      }
      text += decoder.decode(chunk, { stream: true });
    }
  } catch {
    return unreadable();
  }
  return text + decoder.decode();
}

function tooLarge(value: string): Problem {
  return new Problem(EdgeCode.bodyTooLarge, { limit: `${BODY_BYTES_MAX} bytes`, value });
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
