import assert from "node:assert/strict";
import type { InstrumentReference } from "../../../core/protocol/queries.ts";
import { REFERENCE_BUCKET } from "../../../core/protocol/subjects.ts";
import { Bucket } from "../../../infra/nats/kv.ts";
import {
  InstrumentTermsReader,
  TermsMissingError,
} from "../../../workers/market_data/instrument_terms.ts";
import { MarketStream, withBroker } from "./market_stream.ts";

Deno.test("instrument terms: reads each entry once, up to the instrument that is asked for", async () => {
  await withBroker(async (broker) => {
    const matcher = await broker.connectAs("matcher");
    const stream = new MarketStream(matcher);
    stream.market.open();
    await stream.publishReferences();
    const bucket = new Bucket(matcher, REFERENCE_BUCKET);
    await bucket.put("_index", '["BTC-USD","ETH-USD"]');
    const reader = new InstrumentTermsReader(await broker.connectAs("marketData"));
    const learnt: InstrumentReference[] = [];
    const find = (instrument: number) =>
      reader.find(instrument, (terms) => learnt.push(terms), new AbortController().signal);
    await find(1);
    assert.deepEqual(learnt.map(({ symbol }) => symbol), ["BTC-USD"]);
    await find(2);
    assert.deepEqual(learnt, [...stream.market.references]);
    const later = find(3);
    await bucket.put("LTC-USD", JSON.stringify({ ...learnt[0], instrument: 3, symbol: "LTC-USD" }));
    await later;
    assert.equal(learnt.at(-1)?.symbol, "LTC-USD");
  });
});

Deno.test("instrument terms: stops waiting when it is told to", async () => {
  await withBroker(async (broker) => {
    const reader = new InstrumentTermsReader(await broker.connectAs("marketData"));
    const abort = new AbortController();
    const waiting = reader.find(1, () => assert.fail("there is nothing to learn"), abort.signal);
    abort.abort();
    await waiting;
  });
});

Deno.test("instrument terms: the error names bucket, instrument and limit", () => {
  const { message } = new TermsMissingError(7, "it is not there");
  assert.equal(
    message,
    "REFERENCE has no terms of instrument 7 after 30000 ms: it is not there",
  );
});
