import assert from "node:assert/strict";
import { FeedKind } from "../../../core/market_data/feed_frame.ts";
import { readFeedFrame } from "../../../core/market_data/feed_reader.ts";
import { buy, by, sell } from "../../support/commands.ts";
import { until } from "../market_data/market_stream.ts";
import { COMMAND, inTerminal, Watcher, withMarket } from "./watch_program.ts";

Deno.test("watch: prints lines where there is no terminal, and leaves at Ctrl-C", async () => {
  await withMarket(async (stream, { dataDirectory }) => {
    await using watcher = new Watcher([...COMMAND, "btc-usd", "--data", dataDirectory]);
    await until(() => watcher.output.includes("book   as of 3"), "the book");
    await stream.append([buy(2, 50, by(2))]);
    await until(() => watcher.output.includes("best"), "the new best price");
    watcher.interrupt();
    assert.equal(await watcher.end(), 0, watcher.errors);
    const lines = watcher.output.trimEnd().split("\n");
    assert.equal(
      lines[0],
      "BTC-USD book   as of 3: bids nobody | asks 0.50 x 0.0005, 0.51 x 0.0009",
    );
    assert.match(lines[1] ?? "", /^[\d:.]{12} BTC-USD trade {2}buy {2}0.0002 at 0.50 {2}id 1$/);
    assert.match(lines[2] ?? "", /^[\d:.]{12} BTC-USD best {3}nobody \| 0.50 x 0.0003$/);
    assert.equal(lines.length, 3);
    assert.equal(watcher.errors, "");
  });
});

Deno.test("watch: as JSON every message is a line", async () => {
  await withMarket(async (stream, { server, dataDirectory }) => {
    const creds = `${dataDirectory}/run/subscriber.creds`;
    const options = ["--json", "--url", server.webSocketUrl, "--creds", creds];
    await using watcher = new Watcher([...COMMAND, "BTC-USD", ...options]);
    await until(() => watcher.output.includes('"snapshot"'), "the book");
    await stream.append([buy(2, 50, by(2))]);
    await until(() => watcher.output.includes('"bbo"'), "the new best price");
    watcher.interrupt();
    assert.equal(await watcher.end(), 0, watcher.errors);
    // A ticker comes when its second is over.
    const messages = watcher.output.trimEnd().split("\n").map((line) => JSON.parse(line))
      .filter(({ feed }) => feed !== "ticker");
    assert.deepEqual(messages.map(({ feed }) => feed), [
      "snapshot",
      "trades",
      "orders",
      "depth",
      "bbo",
    ]);
    assert.deepEqual(messages[3].asks, [["0.50", "0.0003"]]);
  });
});

Deno.test("watch: with --bin a snapshot and messages, each behind its length", async () => {
  await withMarket(async (stream, { dataDirectory }) => {
    const [program = "", ...args] = [...COMMAND, "BTC-USD", "--bin", "--data", dataDirectory];
    const child = new Deno.Command(program, { args, stdout: "piped", stderr: "inherit" }).spawn();
    const kinds: number[] = [];
    let rest = new Uint8Array();
    for await (const chunk of child.stdout) {
      rest = Uint8Array.from([...rest, ...chunk]);
      for (;;) {
        const length = rest.length < 4 ? Infinity : new DataView(rest.buffer).getUint32(0, true);
        if (rest.length < 4 + length) break;
        kinds.push(readFeedFrame(rest.subarray(4, 4 + length)).kind);
        rest = rest.slice(4 + length);
        if (kinds.length === 1) await stream.append([buy(2, 50, by(2))]);
        if (kinds.at(-1) === FeedKind.bbo) child.kill("SIGINT");
      }
    }
    assert.equal((await child.status).code, 0);
    assert.deepEqual(kinds.filter((kind) => kind !== FeedKind.ticker), [
      FeedKind.snapshot,
      FeedKind.trades,
      FeedKind.orders,
      FeedKind.depth,
      FeedKind.bbo,
    ]);
  });
});

Deno.test("watch: says in one line what it cannot do, with its exit code", async () => {
  await withMarket(async (_, { dataDirectory }) => {
    const nowhere = `${dataDirectory}/nowhere`;
    for (
      const [args, code, reason] of [
        [[], 2, /^error: which symbol\?/],
        [["BTC"], 2, /^error: "BTC" is no symbol/],
        [["LTC-USD", "--data", dataDirectory], 1, /no instrument LTC-USD .* it has BTC-USD, ETH/],
        [["BTC-USD", "--data", nowhere], 1, /holds no market .* start one with: deno task start/],
        [["BTC-USD", "--url", "ws://127.0.0.1:1", "--data", dataDirectory], 1, /ws:..127.0.0.1:1/],
        [["BTC-USD", "--creds", nowhere, "--data", dataDirectory], 1, /--creds .* no such file/],
      ] as const
    ) {
      await using watcher = new Watcher([...COMMAND, ...args]);
      assert.equal(await watcher.end(), code, args.join(" "));
      assert.match(watcher.errors, reason);
      assert.equal(watcher.errors.trimEnd().split("\n").length, 1, watcher.errors);
      assert.equal(watcher.output, "");
    }
  });
});

Deno.test("watch: a market that has stopped is said to have", async () => {
  let dataDirectory = "";
  await withMarket(async (_, broker) => {
    dataDirectory = await Deno.makeTempDir({ prefix: "edgebook-watch-" });
    const files = `${broker.dataDirectory}/run`;
    await Deno.mkdir(`${dataDirectory}/run`);
    for (const file of ["market.json", "subscriber.creds"]) {
      await Deno.copyFile(`${files}/${file}`, `${dataDirectory}/run/${file}`);
    }
  });
  await using watcher = new Watcher([...COMMAND, "BTC-USD", "--data", dataDirectory]);
  assert.equal(await watcher.end(), 1);
  assert.match(
    watcher.errors,
    /^error: the market of \S+ does not answer at ws:\S+ .*deno task start/,
  );
  await Deno.remove(dataDirectory, { recursive: true });
});

Deno.test("watch: --help lists every option", async () => {
  await using watcher = new Watcher([...COMMAND, "--help"]);
  assert.equal(await watcher.end(), 0);
  for (const option of ["--json", "--url", "--creds", "--data", "--no-color", "--help"]) {
    assert.ok(watcher.output.includes(`\n  ${option}`), option);
  }
});

Deno.test("watch: takes a terminal's screen and gives it back at q and at Ctrl-C", async () => {
  await withMarket(async (stream, { dataDirectory }) => {
    for (const [price, key] of [[52, "q"], [53, "\x03"]] as const) {
      const terminal = inTerminal([...COMMAND, "BTC-USD", "--data", dataDirectory]);
      await using watcher = new Watcher(terminal);
      await until(() => watcher.output.includes("sequence"), "the first picture");
      await stream.append([sell(7_777, price)]);
      await until(() => watcher.output.includes("0.7777"), "the new level");
      await watcher.type(key);
      assert.equal(await watcher.end(), 0, watcher.output.slice(-200));
      assert.ok(watcher.output.includes("\x1b[?1049h\x1b[?25l"), "takes the second screen");
      assert.ok(watcher.output.trimEnd().endsWith("\x1b[0m\x1b[?25h\x1b[?1049l"), "gives it back");
    }
  });
});
