/**
 * `bench:market-data`: writing the messages of the public feeds, in binary beside JSON.
 *
 * @module
 */
import {
  FEED_HEAD_BYTES,
  FeedKind,
  FIXED_BYTES,
  LEVEL_BYTES,
  TRADE_BYTES,
} from "../../core/market_data/feed_frame.ts";
import type { BenchResult } from "../result.ts";
import { type Encoding, measureEncoding } from "./encoding.ts";

/** Bytes of a message of one trade, of best prices and of one level in Binance's SBE streams. */
const BINANCE_BYTES = { trade: 65, bbo: 66, depth: 50, level: 16 };

/** Runs the bench. */
export function marketDataBench(say: (line: string) => void): Promise<BenchResult> {
  const { appliedPerSecond, binary, both, json, updates } = measureEncoding();
  say(`${updates.toLocaleString("en-US")} updates of a random market`);
  const line = ({ bytesPerUpdate, updatesPerSecond }: Encoding) =>
    `${(updatesPerSecond / 1e6).toFixed(2)} M updates/s, ${bytesPerUpdate.toFixed(1)} bytes each`;
  return Promise.resolve({
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
      "bytes of a trade": `${FEED_HEAD_BYTES + TRADE_BYTES} (${BINANCE_BYTES.trade})`,
      "bytes of best prices": `${FIXED_BYTES[FeedKind.bbo]} (${BINANCE_BYTES.bbo})`,
      "bytes of depth": `${FIXED_BYTES[FeedKind.depth]} + ${LEVEL_BYTES} a level ` +
        `(${BINANCE_BYTES.depth} + ${BINANCE_BYTES.level})`,
    },
  });
}
