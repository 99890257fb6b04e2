import assert from "node:assert/strict";
import { FeedKind } from "../../../core/market_data/feed_frame.ts";
import { readFeedHead } from "../../../core/market_data/feed_reader.ts";
import { buy, by } from "../../support/commands.ts";
import { until } from "../market_data/market_stream.ts";
import { COMMAND, inTerminal, Watcher, withMarket } from "./watch_program.ts";

const HOUR_MICROS = 3_600_000_000;

Deno.test("watch --from: writes the past as JSON and ends with a word on what it was", async () => {
  await withMarket(async (stream, { dataDirectory }) => {
    await stream.append([buy(2, 50, by(2))]);
    const options = ["--from", "start", "--json", "--data", dataDirectory];
    await using watcher = new Watcher([...COMMAND, "btc-usd", ...options]);
    assert.equal(await watcher.end(), 0, watcher.errors);
    const messages = watcher.output.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(messages.map(({ feed }) => feed), [
      ...["snapshot", "definition", "status", "orders", "depth", "bbo"],
      ...["trades", "orders", "depth", "bbo"],
    ]);
    assert.match(
      watcher.errors,
      /^replayed 9 messages of BTC-USD, 2023-\S+Z to 2023-\S+Z, in \d+\.\d\d s; 0 of \d+ events were read silently, in 0.00 s\n$/,
    );
  });
});

Deno.test("watch --from: writes the past in binary behind a snapshot", async () => {
  await withMarket(async (stream, { dataDirectory }) => {
    await stream.append([buy(2, 50, by(2))]);
    const from = new Date(Math.floor(stream.market.stampMicros / 1_000)).toISOString();
    const args = [...COMMAND.slice(1), "BTC-USD", "--bin", "--from", from, "--data", dataDirectory];
    const { code, stdout, stderr } = await new Deno.Command(COMMAND[0] ?? "", { args }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const view = new DataView(stdout.buffer, stdout.byteOffset, stdout.byteLength);
    const kinds: number[] = [];
    for (let at = 0; at < stdout.length; at += 4 + view.getUint32(at, true)) {
      kinds.push(readFeedHead(stdout.subarray(at + 4, at + 4 + view.getUint32(at, true))).kind);
    }
    assert.deepEqual(kinds, [
      FeedKind.snapshot,
      FeedKind.trades,
      FeedKind.orders,
      FeedKind.depth,
      FeedKind.bbo,
    ]);
  });
});

Deno.test("watch --from: says in one line what it cannot do, with its exit code", async () => {
  await withMarket(async (_, { dataDirectory, server }) => {
    const here = ["--data", dataDirectory];
    const creds = `${dataDirectory}/run/subscriber.creds`;
    for (
      const [args, code, reason] of [
        [
          ["LTC-USD", "--from", "start", ...here],
          2,
          /no instrument LTC-USD .* it has BTC-USD, ETH/,
        ],
        [["BTC-USD", "--from", "1h", ...here], 2, /--from 1h \(.*\): nothing happened since/],
        [["BTC-USD", "--from", "soon", ...here], 2, /--from "soon": it takes a time in UTC/],
        [["BTC-USD", "--from", "2999-01-01T00:00Z", ...here], 2, /2999-01-01T00:00Z is in the fut/],
        [["BTC-USD", "--from", "1m", "--to", "2m", ...here], 2, /has to be before --to 2m/],
        [["BTC-USD", "--from", "1m", "--speed", "0", ...here], 2, /--speed "0" is not allowed/],
        [["BTC-USD", "--from", "1m", "--url", server.webSocketUrl], 2, /--url needs --creds FILE/],
        [
          ["BTC-USD", "--from", "start", "--creds", creds, ...here],
          1,
          /may not read REFERENCE; it takes those of user replay/,
        ],
        [
          ["BTC-USD", "--from", "1m", "--creds", "nowhere", ...here],
          1,
          /--creds nowhere: .* no such/,
        ],
        [["BTC-USD", "--from", "start", "--shard", "5", ...here], 1, /may not read EVENTS_5;/],
      ] as const
    ) {
      await using watcher = new Watcher([...COMMAND, ...args]);
      assert.equal(await watcher.end(), code, `${args.join(" ")}: ${watcher.errors}`);
      assert.match(watcher.errors, reason);
      assert.equal(watcher.errors.trimEnd().split("\n").length, 1, watcher.errors);
      assert.equal(watcher.output, "");
    }
  });
});

Deno.test("watch --from: on a screen by the stamps, and q leaves in the middle of a pause", async () => {
  await withMarket(async (stream, { dataDirectory }) => {
    stream.market.stampMicros += HOUR_MICROS;
    await stream.append([buy(2, 50, by(2))]);
    const inside = [...COMMAND, "BTC-USD", "--from", "start", "--data", dataDirectory];
    await using watcher = new Watcher(inTerminal(inside));
    await until(() => watcher.output.includes("replay × 1"), "the first picture");
    await until(() => watcher.output.includes("0.0009"), "the book");
    assert.match(watcher.output, / 2023-11-15 00:00:\d\d UTC · sequence/);
    await watcher.type("q");
    assert.equal(await watcher.end(), 0, watcher.output.slice(-300));
    const [, behind = ""] = watcher.output.split("\x1b[?1049l");
    assert.match(behind, /^replayed 5 messages of BTC-USD/);
  });
});

Deno.test("watch --from: at a speed a pause is so many times shorter, and the end comes by itself", async () => {
  await withMarket(async (stream, { dataDirectory }) => {
    stream.market.stampMicros += HOUR_MICROS;
    await stream.append([buy(2, 50, by(2))]);
    const options = ["--from", "start", "--speed", "7200", "--data", dataDirectory];
    await using watcher = new Watcher([...COMMAND, "BTC-USD", ...options]);
    assert.equal(await watcher.end(), 0, watcher.errors);
    assert.match(watcher.output, /trade {2}buy/);
    const seconds = Number(/, in (\d+\.\d\d) s;/.exec(watcher.errors)?.[1]);
    assert.ok(seconds >= 0.5 && seconds < 5, watcher.errors);
  });
});
