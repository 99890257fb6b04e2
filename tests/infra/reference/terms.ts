/**
 * The terms of an instrument, as the leader publishes them.
 *
 * @module
 */

import type { InstrumentReference } from "../../../core/protocol/queries.ts";

/** BTC-USD with tick 0.01 and lot 0.0001, unless the changes say otherwise. */
export function termsWith(changes: Partial<InstrumentReference> = {}): InstrumentReference {
  return {
    instrument: 1,
    symbol: "BTC-USD",
    baseAsset: 1,
    quoteAsset: 2,
    priceScale: 2,
    quantityScale: 4,
    tickSize: 1,
    lotSize: 1,
    priceTicksMax: 100_000_000,
    quantityLotsMax: 90_000_000,
    makerFeePpm: 100,
    takerFeePpm: 500,
    collarPpm: 50_000,
    baseName: "BTC",
    baseScale: 8,
    quoteName: "USD",
    quoteScale: 6,
    status: "trading",
    ...changes,
  };
}
