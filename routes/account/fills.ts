/**
 * `GET /v1/fills`: the account's fills, newest first.
 *
 * @module
 */
import { PAGE_ROWS_MAX } from "../../core/protocol/queries.ts";
import { SAFE_MAX } from "../../core/protocol/wire_buffer.ts";
import { nextCursor, PageKind, readCursor } from "../cursor.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { leastSequence, termsOf } from "../orders/order_reads.ts";
import { fillView, sideText } from "../orders/order_view.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { READ_PROBLEMS } from "../problems/problem_groups.ts";
import {
  minSequence,
  optionalInstrument,
  readParameters,
  wholeNumber,
} from "../query_parameters.ts";
import { jsonReply } from "../reply.ts";
import { type AccountFill, type FillPage, FillPageSchema } from "../schema/balances.ts";
import {
  CURSOR_PARAMETER,
  LIMIT_PARAMETER,
  MIN_SEQUENCE_PARAMETER,
  ORDER_ID_PARAMETER,
  PAGE_ROWS_DEFAULT,
  SYMBOL_PARAMETER,
} from "../schema/parameters.ts";

/** The endpoint. */
export const fillsEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/fills",
  scope: "read",
  weight: 5,
  handle: listFills,
  operation: {
    id: "listFills",
    group: "Account",
    summary: "Your fills, newest first",
    parameters: [
      SYMBOL_PARAMETER,
      {
        ...ORDER_ID_PARAMETER,
        in: "query",
        description: "Only the fills of this order.",
      },
      CURSOR_PARAMETER,
      LIMIT_PARAMETER,
      MIN_SEQUENCE_PARAMETER,
    ],
    answers: [{
      status: 200,
      description: "A page of fills.",
      body: {
        schema: FillPageSchema,
        example: {
          items: [{
            orderId: "2",
            symbol: "BTC-USD",
            side: "buy",
            tradeId: "1",
            price: "50000.00",
            quantity: "0.2000",
            fee: "5.000000",
            feeAsset: "USD",
            liquidity: "taker",
            timeMicros: 1_700_000_000_000_000,
            sequence: "12",
          }],
          nextCursor: null,
          sequence: "13",
        } satisfies FillPage,
      },
    }],
    problems: [...READ_PROBLEMS, EdgeCode.unknownSymbol],
  },
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
  const items: AccountFill[] = [];
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
  const page: FillPage = { items, nextCursor: cursor, sequence: String(sequence) };
  return jsonReply(200, page);
}
