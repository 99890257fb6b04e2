/**
 * Binance's dialect: forms in place of JSON, a signature among the parameters, errors with numbers.
 *
 * @module
 */
import { BODY_BYTES_MAX, type BodyRule, checkBody } from "../middleware/body.ts";
import type { Dialect } from "../dialect.ts";
import type { Exchange } from "../exchange.ts";
import { writeError } from "./error_table.ts";
import { authenticateSigned, checkKeyHeader } from "./signed_request.ts";
import { addUsage } from "./usage.ts";

const FORM: BodyRule = {
  type: "application/x-www-form-urlencoded",
  bytesMax: BODY_BYTES_MAX,
};

/** The dialect of every endpoint under `/api`. */
export const binanceDialect: Dialect = {
  checkHead: (exchange) =>
    checkKeyHeader(exchange) ?? (isCounted(exchange) ? checkBody(exchange, FORM) : null),
  hasBody: (exchange) => isCounted(exchange) || isChunked(exchange),
  // Some clients send chunks in which nothing is, of any type, where they have no body.
  authenticate: (exchange, scope) =>
    (exchange.body === "" ? null : checkBody(exchange, FORM)) ??
      authenticateSigned(exchange, scope),
  write: writeError,
  addLimits: addUsage,
};

/** Whether a request says how long its body is. Parameters of a GET stand in the query. */
function isCounted(exchange: Exchange): boolean {
  const length = exchange.header("content-length");
  return isChange(exchange) && length !== null && length !== "0";
}

/** Whether a body comes in chunks; HTTP/2 has no field that says so. */
function isChunked(exchange: Exchange): boolean {
  const { raw } = exchange.context.req;
  return isChange(exchange) && exchange.header("content-length") === null && raw.body !== null;
}

function isChange({ context }: Exchange): boolean {
  const { method } = context.req;
  return method !== "GET" && method !== "HEAD";
}
