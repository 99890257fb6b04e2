import assert from "node:assert/strict";
import { REFERENCE_BUCKET } from "../../../core/protocol/subjects.ts";
import { Bucket } from "../../../infra/nats/kv.ts";
import { ensureStreams } from "../../../infra/nats/streams.ts";
import {
  REFERENCE_INDEX,
  ReferencePublisher,
} from "../../../workers/matching/reference_publisher.ts";
import { plainMarket, Venue } from "../../core/matching/venue.ts";
import { withNats } from "../../infra/nats/temporary_nats.ts";
import { until } from "../market_data/market_stream.ts";

Deno.test("what the broker does not store is published until it does", () =>
  withNats(async ({ connectAs }) => {
    const { state } = new Venue(plainMarket());
    const connection = await connectAs("matcher");
    // As in a cluster whose bucket has no leader: nobody answers for it.
    new ReferencePublisher(connection, state).publish();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await ensureStreams(await connectAs("admin"), { shards: [0], replicas: 1 });
    const bucket = new Bucket(await connectAs("history"), REFERENCE_BUCKET);
    let symbols: string[] = [];
    await until(async () => {
      const entry = await bucket.get(REFERENCE_INDEX);
      if (entry !== undefined) symbols = JSON.parse(new TextDecoder().decode(entry.value));
      return symbols.length > 0;
    }, "the index is stored");
    assert.deepEqual(symbols, ["BTC-USD"]);
    await until(async () => await bucket.get("BTC-USD") !== undefined, "the instrument is stored");
  }, { streams: false }));
