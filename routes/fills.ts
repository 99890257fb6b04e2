/**
 * `GET /v1/fills`: the account's fills, newest first.
 *
 * @module
 */
import { PAGE_ROWS_MAX } from "../core/protocol/queries.ts";
import { SAFE_MAX } from "../core/protocol/wire_buffer.ts";
import { nextCursor, PageKind, readCursor } from "./cursor.ts";
import type { EndpointSpec, Outcome } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import { leastSequence, PAGE_ROWS_DEFAULT, termsOf } from "./order_reads.ts";
import { fillView, sideText } from "./order_view.ts";
import { Problem } from "./problem.ts";
import {
  minSequence,
  optionalInstrument,
  readParameters,
  wholeNumber,
} from "./query_parameters.ts";
import { jsonReply } from "./reply.ts";

/** The endpoint. */
export const fillsEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/fills",
  scope: "read",
  weight: 5,
  handle: listFills,
};

async function listFills(exchange: Exchange): Promise<Outcome> {
  const known = ["symbol", "orderId", "cursor", "limit", "minSequence"];
  const parameters = readParameters(exchange, known);
  if (parameters instanceof Problem) return parameters;
  const { queries, reference } = exchange.backend;
  const instrument = optionalInstrument(parameters, reference);
  if (instrument instanceof Problem) return instrument;
  const orderId = wholeNumber(parameters, "orderId", 0, 1, SAFE_MAX);
  if (orderId instanceof Problem) return orderId;
  const beforeTradeId = readCursor(parameters, PageKind.fills);
  if (beforeTradeId instanceof Problem) return beforeTradeId;
  const limit = wholeNumber(parameters, "limit", PAGE_ROWS_DEFAULT, 1, PAGE_ROWS_MAX);
  if (limit instanceof Problem) return limit;
  const asked = minSequence(parameters);
  if (asked instanceof Problem) return asked;
  const { account } = exchange.identity;
  const leader = await queries.leader({ kind: "order", account, orderId });
  const least = leastSequence(leader.sequence, asked);
  if (least instanceof Problem) return least;
  const { fills, sequence } = await queries.history({
    kind: "fills",
    account,
    instrument: instrument?.instrument ?? 0,
    orderId,
    beforeTradeId,
    limit,
    minSequence: least,
  });
  const items = [];
  for (const fill of fills) {
    const terms = termsOf(exchange, fill.instrument);
    if (terms instanceof Problem) return terms;
    items.push({
      orderId: String(fill.orderId),
      symbol: terms.symbol,
      side: sideText(fill.side),
      ...fillView(fill, terms),
      timeMicros: fill.timeMicros,
      sequence: String(fill.sequence),
    });
  }
  const tradeIds = fills.map(({ tradeId }) => tradeId);
  const cursor = nextCursor(PageKind.fills, tradeIds, limit);
  return jsonReply(200, { items, nextCursor: cursor, sequence: String(sequence) });
}
