/**
 * Limits on what comes before the body.
 *
 * Every URL is measured. Header fields are measured where nobody has vouched for the request, for
 * looking at all of them costs more than all of the rest of a request's head; those of a verified
 * key are bounded by the platform.
 *
 * @module
 */
import type { Exchange } from "../exchange.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";

/** Longest path and query, in characters. */
export const URL_LENGTH_MAX = 2_048;
/** Longest header fields together, names and values, in characters. */
export const HEADERS_LENGTH_MAX = 16_384;
/** Most header fields. */
export const HEADERS_COUNT_MAX = 64;

/** Refuses a URL that is too long. */
export function checkUrl({ pathWithQuery }: Exchange): Problem | null {
  const { length } = pathWithQuery;
  if (length <= URL_LENGTH_MAX) return null;
  return new Problem(EdgeCode.urlTooLong, {
    limit: `${URL_LENGTH_MAX} characters`,
    value: `${length} characters`,
  });
}

/** Refuses header fields that are too many or too long. O(fields). */
export function checkHeaders({ context }: Exchange): Problem | null {
  let count = 0;
  let length = 0;
  for (const [name, value] of context.req.raw.headers) {
    count++;
    length += name.length + value.length;
  }
  if (count > HEADERS_COUNT_MAX) {
    return new Problem(EdgeCode.headersTooLarge, {
      limit: `${HEADERS_COUNT_MAX} fields`,
      value: `${count} fields`,
    });
  }
  if (length <= HEADERS_LENGTH_MAX) return null;
  return new Problem(EdgeCode.headersTooLarge, {
    limit: `${HEADERS_LENGTH_MAX} characters`,
    value: `${length} characters`,
  });
}
