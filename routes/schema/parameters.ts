/**
 * Parameters that many endpoints take, as the reference shows them.
 *
 * @module
 */
import * as v from "valibot";
import { PAGE_ROWS_MAX } from "../../core/protocol/queries.ts";
import type { ParameterDoc } from "../operation.ts";
import { ClientOrderIdSchema, IdSchema, SymbolSchema } from "./fields.ts";

/** Rows of a page where the request names no number. */
export const PAGE_ROWS_DEFAULT = 100;

/** `symbol` in the query. */
export const SYMBOL_PARAMETER: ParameterDoc = {
  name: "symbol",
  in: "query",
  description: "The instrument.",
  schema: SymbolSchema,
  example: "BTC-USD",
};

/** `minSequence` in the query. */
export const MIN_SEQUENCE_PARAMETER: ParameterDoc = {
  name: "minSequence",
  in: "query",
  description:
    "The event sequence that the answer must reflect: that of your last order, to read your own " +
    "writes. 503 `behind` where it does not in time.",
  schema: IdSchema,
  example: "1",
};

/** `orderId` in the path. */
export const ORDER_ID_PARAMETER: ParameterDoc = {
  name: "orderId",
  in: "path",
  description: "The order's id, as the answer to its placing has it.",
  schema: IdSchema,
  example: "1",
};

/** `clientOrderId` in the path. */
export const CLIENT_ORDER_ID_PARAMETER: ParameterDoc = {
  name: "clientOrderId",
  in: "path",
  description: "The client order id that the order was placed with, percent-encoded.",
  schema: ClientOrderIdSchema,
  example: "first-buy",
};

/** `cursor` in the query. */
export const CURSOR_PARAMETER: ParameterDoc = {
  name: "cursor",
  in: "query",
  description: "Where the page begins: `nextCursor` of the page before. The first one without.",
  schema: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,32}$/)),
  example: "bzE",
};

/** `limit` in the query of a list in pages. */
export const LIMIT_PARAMETER: ParameterDoc = {
  name: "limit",
  in: "query",
  description: `Rows at most, from 1 to ${PAGE_ROWS_MAX}; ${PAGE_ROWS_DEFAULT} if left out.`,
  schema: v.pipe(v.string(), v.regex(/^\d{1,3}$/)),
  example: "100",
};

/** `Prefer`, with which a client does not wait for the outcome of its command. */
export const PREFER_PARAMETER: ParameterDoc = {
  name: "Prefer",
  in: "header",
  description:
    "With `respond-async` the answer is 202 as soon as the command is on its way (RFC 7240).",
  schema: v.pipe(v.string(), v.maxLength(128)),
  example: "respond-async",
};

/** `Prefer` of requests with several commands that are waited for whatever the client would like. */
export const PREFER_MINIMAL_PARAMETER: ParameterDoc = {
  ...PREFER_PARAMETER,
  description:
    "With `return=minimal` the answer leaves out what its client has sent (RFC 7240): each command " +
    "that was carried out has a `MinimalOrder`.",
  example: "return=minimal",
};

/** `Prefer` of requests with several commands. */
export const BATCH_PREFER_PARAMETER: ParameterDoc = {
  ...PREFER_PARAMETER,
  description: `${PREFER_MINIMAL_PARAMETER.description} With \`respond-async\` outcomes are not ` +
    "waited for, and each command has 202. Both may stand there, with a comma between them.",
};

/** `Idempotency-Key`, by which a repeat of a command is recognised. */
export const IDEMPOTENCY_KEY_PARAMETER: ParameterDoc = {
  name: "Idempotency-Key",
  in: "header",
  description:
    "Your name for this command, 1 to 64 visible ASCII characters: the same again is answered with " +
    "the first outcome. A signed request signs it as a line of its own.",
  schema: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,64}$/)),
  example: "cancel-1",
};
