/**
 * Requests on `md.snapshot.<symbol>`, and their answers.
 *
 * @module
 */
import * as v from "valibot";
import {
  SNAPSHOT_CANDLES_MAX,
  SNAPSHOT_LEVELS_MAX,
  SNAPSHOT_ORDERS_MAX,
  SNAPSHOT_TRADES_MAX,
} from "../../core/market_data/snapshot.ts";
import { CandleSchema } from "./candles.ts";
import { CountSchema, DayFiguresSchema, DefinitionSchema } from "./feeds.ts";
import {
  DecimalSchema,
  IdSchema,
  InstrumentStatusSchema,
  LevelSchema,
  SymbolSchema,
} from "./fields.ts";
import { TradeSchema } from "./market.ts";

const place = v.pipe(
  v.strictTuple([CountSchema, CountSchema]),
  v.description("A place in a side of the book: price in ticks, and public id of an order."),
);
const queuedOrder = v.pipe(
  v.strictTuple([IdSchema, DecimalSchema, DecimalSchema]),
  v.description("Public id, price and quantity."),
);
const atMost = (most: number, what: string) =>
  v.exactOptional(v.pipe(CountSchema, v.maxValue(most), v.description(what)));

/** The request; every field may be left out, and the whole of it. */
export const SnapshotRequestSchema = v.pipe(
  v.strictObject({
    levels: atMost(SNAPSHOT_LEVELS_MAX, "Levels of a side; 1,000 if left out."),
    orders: atMost(
      SNAPSHOT_ORDERS_MAX,
      "Orders of a side; none if left out, in JSON 2,000 at most.",
    ),
    afterBid: v.exactOptional(place),
    afterAsk: v.exactOptional(place),
    trades: atMost(SNAPSHOT_TRADES_MAX, "Last trades; 100 if left out. JSON only."),
    interval: v.exactOptional(
      v.picklist(["500ms", "1s", "5s", "1m", "5m", "15m", "1h", "4h", "1d"]),
    ),
    candles: atMost(SNAPSHOT_CANDLES_MAX, "Candles of the interval; 100 if left out. JSON only."),
    format: v.exactOptional(v.picklist(["json", "bin"])),
    minSequence: v.exactOptional(v.pipe(
      CountSchema,
      v.description("Waits up to a second until the answer reflects this event of the shard."),
    )),
  }),
  v.title("SnapshotRequest"),
);

/** A page of the orders of a book, in the order in which they would trade. */
export const OrdersPageSchema = v.pipe(
  v.strictObject({
    sequence: v.pipe(CountSchema, v.description("Of the last message of `orders` in it.")),
    bids: v.array(queuedOrder),
    asks: v.array(queuedOrder),
    afterBid: place,
    afterAsk: place,
    hasMoreBids: v.boolean(),
    hasMoreAsks: v.boolean(),
  }),
  v.title("OrdersPage"),
);

/** The answer, in JSON. */
export const SnapshotSchema = v.pipe(
  v.strictObject({
    symbol: SymbolSchema,
    sequence: v.pipe(
      CountSchema,
      v.description("Sequence of the instrument that the snapshot stands for, as in its feeds."),
    ),
    eventSequence: v.pipe(
      CountSchema,
      v.description("Sequence of the shard's events that it reflects."),
    ),
    status: InstrumentStatusSchema,
    bids: v.array(LevelSchema),
    asks: v.array(LevelSchema),
    trades: v.pipe(v.array(TradeSchema), v.description("Newest first.")),
    ticker: DayFiguresSchema,
    candles: v.exactOptional(v.pipe(v.array(CandleSchema), v.description("Newest first."))),
    orders: v.exactOptional(OrdersPageSchema),
    definition: DefinitionSchema,
  }),
  v.title("Snapshot"),
);

/** The answer where there is none. */
export const SnapshotErrorSchema = v.pipe(
  v.strictObject({
    error: v.picklist(["behind", "malformed", "starting"]),
    detail: v.string(),
    sequence: CountSchema,
  }),
  v.title("SnapshotError"),
);
