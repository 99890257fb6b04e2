import assert from "node:assert/strict";
import { UsageError } from "../../../workers/operator/command_line.ts";
import { readWatchArguments } from "../../../workers/operator/watch_arguments.ts";

Deno.test("watch arguments: a symbol is enough, in any case of letters", () => {
  assert.deepEqual(readWatchArguments(["btc-usd"]), {
    symbol: "BTC-USD",
    json: false,
    bin: false,
    color: true,
  });
});

Deno.test("watch arguments: every option", () => {
  const given = ["--json", "--no-color", "--url", "wss://x", "--creds", "f", "--data", "d", "A-B"];
  assert.deepEqual(readWatchArguments(given), {
    symbol: "A-B",
    json: true,
    bin: false,
    color: false,
    url: "wss://x",
    creds: "f",
    data: "d",
  });
});

Deno.test("watch arguments: help goes before everything", () => {
  assert.equal(readWatchArguments(["--help"]), "help");
  assert.equal(readWatchArguments(["-h", "BTC-USD"]), "help");
});

Deno.test("watch arguments: what is not understood is named", () => {
  for (
    const [args, reason] of [
      [[], /which symbol\?/],
      [["BTC"], /"BTC" is no symbol; symbols are like BTC-USD/],
      [["BTC-USD", "ETH-USD"], /one symbol at a time, not BTC-USD ETH-USD/],
      [["BTC-USD", "--url", "http://x"], /--url http:\/\/x is not allowed/],
      [["BTC-USD", "--loud"], /Unknown option '--loud'; deno task watch --help/],
      [["BTC-USD", "--creds"], /--creds/],
    ] as const
  ) {
    assert.throws(
      () => readWatchArguments(args),
      (error) => error instanceof UsageError && reason.test(error.message),
      args.join(" "),
    );
  }
});
