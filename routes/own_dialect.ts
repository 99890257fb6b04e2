/**
 * How clients of `/v1` say who sends a request, and how they are told what is wrong with it.
 *
 * @module
 */
import type { Dialect } from "./dialect.ts";
import { authenticate, checkCredentials } from "./middleware/authenticate.ts";
import { checkBody, checkNoBody } from "./middleware/body.ts";

/** Signed headers or a bearer token, JSON bodies, problems of RFC 9457. */
export const ownDialect: Dialect = {
  checkHead: (exchange, rule) =>
    checkCredentials(exchange) ??
      (rule === null ? checkNoBody(exchange) : checkBody(exchange, rule)),
  hasBody: (_exchange, takesBody) => takesBody,
  authenticate,
  write: (problem, requestId) => problem.reply(requestId),
};
