import assert from "node:assert/strict";
import { CHANNEL_FEEDS, CHANNEL_LENGTH_MAX, parseChannel } from "../../../core/streams/channel.ts";

Deno.test("channels are joined by the kind of their feed", () => {
  const kinds = {
    reports: "reports",
    "trades:BTC-USD": "trades",
    "depth:BTC-USD": "depth",
    "depth.100ms:BTC-USD": "depth",
    "bbo:BTC-USD": "state",
    "bbo.100ms:BTC-USD": "state",
    "ticker:BTC-USD": "state",
    "book.10.100ms:BTC-USD": "state",
    "status:BTC-USD": "series",
    "definition:BTC-USD": "series",
    "candles.1m:BTC-USD": "series",
  };
  for (const [name, kind] of Object.entries(kinds)) {
    const channel = parseChannel(name);
    assert.deepEqual([channel?.name, channel?.kind], [name, kind]);
  }
  const { symbol, feed } = parseChannel("book.10.100ms:ETH-USD")!;
  assert.deepEqual([symbol, feed], ["ETH-USD", "book.10.100ms"]);
});

Deno.test("what is no channel is none", () => {
  const wrong = [
    "",
    "trades",
    ":",
    "trades:",
    ":BTC-USD",
    "trades:btc-usd",
    "trades:*",
    "trades:>",
  ];
  const others = ["orders:BTC-USD", "reports:BTC-USD", "snapshot:BTC-USD", "candles.2m:BTC-USD"];
  const shaped = ["trades:BTC-USD.json", "book.7.100ms:BTC-USD", "Trades:BTC-USD", " reports"];
  for (const name of [...wrong, ...others, ...shaped]) assert.equal(parseChannel(name), null, name);
});

Deno.test("no channel's name is longer than its bound", () => {
  const symbol = "ABCDEFGHIJ-KLMNOPQRST";
  for (const feed of CHANNEL_FEEDS) {
    const name = `${feed}:${symbol}`;
    assert.ok(name.length <= CHANNEL_LENGTH_MAX, name);
    assert.equal(parseChannel(name)?.symbol, symbol);
  }
});
