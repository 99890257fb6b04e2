/**
 * `GET /v1/ticker`: an instrument in a few figures, or all of them.
 *
 * @module
 */
import * as v from "valibot";
import { INSTRUMENTS_MAX } from "../../core/matching/instruments.ts";
import { CURSOR_LENGTH_MAX, encodeCursor, PageKind, readCursor } from "../cursor.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { Problem } from "../problems/problem.ts";
import { SNAPSHOT_PROBLEMS } from "../problems/problem_groups.ts";
import {
  invalidParameter,
  minSequence,
  optionalInstrument,
  readParameters,
} from "../query_parameters.ts";
import { jsonReply } from "../reply.ts";
import { MIN_SEQUENCE_PARAMETER, SYMBOL_PARAMETER } from "../schema/parameters.ts";
import { type Ticker, TickerAnswerSchema, type Tickers } from "../schema/ticker.ts";
import { tickerOf, TickerPages, TICKERS_PAGE_MAX } from "./ticker_pages.ts";

const EXAMPLE = {
  symbol: "BTC-USD",
  sequence: "1290",
  status: "trading",
  lastPrice: "50000.00",
  open24h: "49990.00",
  high24h: "50120.50",
  low24h: "49880.00",
  volume24h: "812.4500",
  trades24h: 1_204,
  bidPrice: "49999.50",
  bidQuantity: "0.2000",
  askPrice: "50000.50",
  askQuantity: "0.1500",
} satisfies Ticker;

/** The endpoint. */
export function tickerEndpoint(): EndpointSpec {
  const pages = new TickerPages();
  return {
    method: "GET",
    path: "/v1/ticker",
    scope: null,
    weight: 1,
    isPublic: true,
    handle: (exchange) => readTicker(exchange, pages),
    operation: {
      id: "getTicker",
      group: "Market data",
      summary: "An instrument in a few figures, or all of them at once",
      description: "With `symbol` the ticker of that instrument, as of now. Without it a page of " +
        `all instruments, at most ${TICKERS_PAGE_MAX} and up to a second old; ` +
        "`cursor` takes the `nextCursor` of the page before.",
      parameters: [
        SYMBOL_PARAMETER,
        {
          name: "cursor",
          in: "query",
          description: "Only without `symbol`: where the page begins.",
          schema: v.pipe(v.string(), v.maxLength(CURSOR_LENGTH_MAX)),
          example: encodeCursor(PageKind.tickers, 1),
        },
        MIN_SEQUENCE_PARAMETER,
      ],
      answers: [{
        status: 200,
        description: "The ticker, or a page of tickers.",
        body: { schema: TickerAnswerSchema, example: EXAMPLE },
      }],
      problems: SNAPSHOT_PROBLEMS,
    },
  };
}

async function readTicker(exchange: Exchange, pages: TickerPages): Promise<Outcome> {
  const parameters = readParameters(exchange, ["symbol", "cursor", "minSequence"]);
  if (parameters instanceof Problem) return parameters;
  const { market, reference } = exchange.backend;
  const instrument = optionalInstrument(parameters, reference);
  if (instrument instanceof Problem) return instrument;
  if (instrument === null) return await readPage(exchange, pages, parameters);
  const cursor = parameters.get("cursor");
  if (cursor !== undefined) return invalidParameter("cursor", "nothing beside a symbol", cursor);
  const asked = minSequence(parameters);
  if (asked instanceof Problem) return asked;
  return jsonReply(200, tickerOf(await market.snapshot(instrument.symbol, 1, 0, asked)));
}

async function readPage(
  exchange: Exchange,
  pages: TickerPages,
  parameters: ReadonlyMap<string, string>,
): Promise<Outcome> {
  const sequence = parameters.get("minSequence");
  if (sequence !== undefined) {
    return invalidParameter("minSequence", "nothing without a symbol", sequence);
  }
  const after = readCursor(parameters, PageKind.tickers);
  if (after instanceof Problem) return after;
  if (after >= INSTRUMENTS_MAX) {
    return invalidParameter("cursor", "a nextCursor of this list", parameters.get("cursor") ?? "");
  }
  const { market, reference } = exchange.backend;
  const tickers = await pages.page(market, reference, after, exchange.startedMicros);
  const last = reference.bySymbol(tickers.at(-1)?.symbol ?? "")?.instrument ?? 0;
  const isLast = reference.all().every(({ instrument }) => instrument <= Math.max(last, after));
  const nextCursor = isLast ? null : encodeCursor(PageKind.tickers, last);
  return jsonReply(200, { tickers, nextCursor } satisfies Tickers);
}
