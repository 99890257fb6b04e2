/**
 * Binance's dialect: forms in place of JSON, a signature among the parameters, errors with numbers.
 *
 * @module
 */
import { type BodyType, checkBody } from "../middleware/body.ts";
import type { Dialect } from "../dialect.ts";
import type { Exchange } from "../exchange.ts";
import { writeError } from "./error_table.ts";
import { authenticateSigned, checkKeyHeader } from "./signed_request.ts";
import { addUsage } from "./usage.ts";

const FORM: BodyType = {
  name: "application/x-www-form-urlencoded",
  pattern: /^application\/x-www-form-urlencoded[ \t]*(;|$)/i,
};

/** The dialect of every endpoint under `/api`. */
export const binanceDialect: Dialect = {
  checkHead: (exchange) =>
    checkKeyHeader(exchange) ?? (hasForm(exchange) ? checkBody(exchange, FORM) : null),
  hasBody: hasForm,
  authenticate: authenticateSigned,
  write: writeError,
  addLimits: addUsage,
};

/** Whether parameters may stand in a body: those of a GET stand in the query. */
function hasForm(exchange: Exchange): boolean {
  const { method, raw } = exchange.context.req;
  if (method === "GET" || method === "HEAD") return false;
  const length = exchange.header("content-length");
  // Without a length there is one that comes in chunks; HTTP/2 has no field that says so.
  return length === null ? raw.body !== null : length !== "0";
}
