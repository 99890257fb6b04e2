import assert from "node:assert/strict";
import type { Exchange } from "../../../routes/exchange.ts";
import { Problem } from "../../../routes/problems/problem.ts";
import {
  type StreamPlace,
  STREAMS_MAX,
  STREAMS_PER_ADDRESS_MAX,
  StreamTable,
  TRANSPORTS,
} from "../../../routes/streams/stream_table.ts";

const deps = { isDraining: () => false, steadyMicros: () => 0 };
const from = (address: number) => ({ address: `${address}`, deps }) as unknown as Exchange;

Deno.test("a gateway has so many streams, of all transports together", async () => {
  const table = new StreamTable();
  const places: StreamPlace[] = [];
  for (let count = 0; count < STREAMS_MAX; count++) {
    const address = Math.floor(count / STREAMS_PER_ADDRESS_MAX);
    const place = table.enter(from(address), TRANSPORTS[count % TRANSPORTS.length] ?? "ws");
    assert.ok(!(place instanceof Problem));
    places.push(place);
  }
  for (const transport of TRANSPORTS) {
    const refusal = table.enter(from(-1), transport);
    assert.ok(refusal instanceof Problem);
    assert.deepEqual([refusal.status, refusal.details.value], [503, `${STREAMS_MAX}`]);
    assert.equal(table.counts[transport].refused, 1);
  }
  places.pop()?.leave();
  const place = table.enter(from(-1), "binance");
  assert.ok(!(place instanceof Problem));
  // The others are still looked at when one has left.
  const swept = new Promise<void>((resolve) => {
    place.settle({ sweep: () => resolve(), end: () => {} });
  });
  places.pop()?.leave();
  await swept;
  for (const one of [place, ...places]) one.leave();
  assert.deepEqual(TRANSPORTS.map((transport) => table.open(transport)), [0, 0, 0]);
});
