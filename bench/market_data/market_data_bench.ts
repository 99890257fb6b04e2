/**
 * `bench:market-data`: writing the messages of the public feeds, in binary beside JSON; how long one
 * takes from the matcher to a subscriber, beside a bare publication; and what all of it costs the
 * matcher.
 *
 * @module
 */
import {
  FEED_HEAD_BYTES,
  FeedKind,
  FIXED_BYTES,
  LEVEL_BYTES,
  ORDER_ENTRY_BYTES,
  TRADE_BYTES,
} from "../../core/market_data/feed_frame.ts";
import type { BenchResult } from "../result.ts";
import { measureAggregation } from "./aggregation.ts";
import { type Encoding, measureEncoding } from "./encoding.ts";
import { measureLatency } from "./latency.ts";
import { measureThroughput } from "./throughput.ts";

/** Bytes of a message of one trade, of best prices and of one level in Binance's SBE streams. */
const BINANCE_BYTES = { trade: 65, bbo: 66, depth: 50, level: 16 };

/** Runs the bench. */
export async function marketDataBench(say: (line: string) => void): Promise<BenchResult> {
  const { appliedPerSecond, binary, both, json, updates } = measureEncoding();
  say(`${updates.toLocaleString("en-US")} updates of a random market`);
  const line = ({ bytesPerUpdate, updatesPerSecond }: Encoding) =>
    `${(updatesPerSecond / 1e6).toFixed(2)} M updates/s, ${bytesPerUpdate.toFixed(1)} bytes each`;
  const aggregated = measureAggregation();
  const latency = await measureLatency();
  say(`event to callback ${micros(latency.events)}, bare ${micros(latency.bare)}`);
  const throughput = await measureThroughput(say);
  return {
    name: "market-data",
    value: Math.round(binary.updatesPerSecond),
    unit: "encoded updates/s",
    peers: [{ name: "JSON.stringify", value: Math.round(json.updatesPerSecond) }],
    ratio: binary.updatesPerSecond / json.updatesPerSecond,
    details: {
      "binary": line(binary),
      "JSON": line(json),
      "both, as they are published": line(both),
      "events applied a second, nothing written": Math.round(appliedPerSecond),
      "changes of books a second, through the ring": Math.round(aggregated),
      "bytes of a trade": `${FEED_HEAD_BYTES + TRADE_BYTES} (${BINANCE_BYTES.trade})`,
      "bytes of best prices": `${FIXED_BYTES[FeedKind.bbo]} (${BINANCE_BYTES.bbo})`,
      "bytes of depth": `${FIXED_BYTES[FeedKind.depth]} + ${LEVEL_BYTES} a level ` +
        `(${BINANCE_BYTES.depth} + ${BINANCE_BYTES.level})`,
      "bytes of orders": `${FIXED_BYTES[FeedKind.orders]} + ${ORDER_ENTRY_BYTES} an entry`,
      "event of the matcher to callback of a subscriber": micros(latency.events),
      "the same bytes published and received, nothing else": micros(latency.bare),
      "p50 beside it": (quantile(latency.events, 0.5) / quantile(latency.bare, 0.5)).toFixed(2),
      "durable orders/s with all feeds": throughput.withFeeds.ordersPerSecond,
      "without feeds": throughput.withoutFeeds.ordersPerSecond,
      "orders/s beside it": throughput.ratio.toFixed(2),
    },
  };
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function micros(sorted: Float64Array): string {
  return `p50 ${quantile(sorted, 0.5).toFixed(0)} us, p99 ${quantile(sorted, 0.99).toFixed(0)} us`;
}
