import assert from "node:assert/strict";
import { largeShardDetails } from "../../bench/matching/large_shard.ts";

Deno.test("a large shard opens, takes its orders, and says what it holds and how fast it was", () => {
  const details = largeShardDetails({ accounts: 3_000, instruments: 100 }, () => {});
  const lines = Object.values(details);
  assert.equal(lines.length, 2);
  for (const line of lines) {
    assert.match(line, /^-?\d+ MiB for 3000 orders and 6001 balances; orders came at \S+ M\/s$/);
  }
});
