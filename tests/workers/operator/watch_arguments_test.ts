import assert from "node:assert/strict";
import { UsageError } from "../../../workers/operator/command_line.ts";
import { readWatchArguments, WATCH_HELP } from "../../../workers/operator/watch_arguments.ts";

const NOW_MICROS = Date.UTC(2026, 0, 31, 12, 0, 0) * 1_000;

Deno.test("watch arguments: a symbol is enough, in any case of letters", () => {
  assert.deepEqual(readWatchArguments(["btc-usd"]), {
    symbol: "BTC-USD",
    json: false,
    bin: false,
    color: !Deno.noColor,
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
      [["BTC-USD", "--to", "1m"], /^--to 1m is for a replay: say --from WHEN as well$/],
      [["BTC-USD", "--speed", "2"], /^--speed 2 is for a replay/],
      [["BTC-USD", "--shard", "1"], /^--shard 1 is for a replay/],
      [["BTC-USD", "--from", "noon"], /^--from "noon": it takes a time in UTC such as/],
      [["BTC-USD", "--from", "2026-02-01T00:00Z"], /^--from 2026-02-01T00:00Z is in the future/],
      [["BTC-USD", "--from", "1h", "--to", "2027-01-01T00:00Z"], /^--to 2027\S+ is in the future/],
      [
        ["BTC-USD", "--from", "1m", "--to", "2m"],
        /^--from 1m \(2026-01-31T11:59:00Z\) has to be before --to 2m \(2026-01-31T11:58:00Z\)$/,
      ],
      [["BTC-USD", "--from", "60s", "--to", "1m"], /has to be before/],
      [["BTC-USD", "--from", "1h", "--to", "start"], /has to be before --to start$/],
      ...["0", "0.09", "10001", "-1", "fast", "1e3", "", "Infinity"].map((speed) =>
        [
          ["BTC-USD", "--from", "1h", `--speed=${speed}`],
          /^--speed "\S*" is not allowed; it takes a number from 0.1 to 10000, or max$/,
        ] as const
      ),
      [
        ["BTC-USD", "--from", "1h", "--shard", "1000"],
        /^--shard "1000" is not allowed; .* 0 to 999$/,
      ],
    ] as const
  ) {
    assert.throws(
      () => readWatchArguments(args, NOW_MICROS),
      (error) => error instanceof UsageError && reason.test(error.message),
      args.join(" "),
    );
  }
});

Deno.test("watch arguments: a part of the past, and how fast", () => {
  const replayOf = (...more: string[]) => {
    const found = readWatchArguments(["BTC-USD", ...more], NOW_MICROS);
    assert.ok(found !== "help");
    return found.replay;
  };
  const from = { text: "1h", micros: NOW_MICROS - 3_600e6 };
  assert.deepEqual(replayOf("--from", "1h"), { from, shard: 0 });
  assert.deepEqual(replayOf("--from", "1h", "--to", "60s", "--speed", "2.5", "--shard", "3"), {
    from,
    to: { text: "60s", micros: NOW_MICROS - 60e6 },
    speed: 2.5,
    shard: 3,
  });
  assert.equal(replayOf("--from", "start", "--speed", "max")?.speed, Infinity);
  assert.equal(replayOf("--from", "start", "--speed", "0.1")?.speed, 0.1);
  assert.equal(replayOf("--from", "start", "--speed", "10000")?.speed, 10_000);
  assert.equal(replayOf(), undefined);
});

Deno.test("watch arguments: the help names every option and fits a terminal", () => {
  for (const option of ["json", "bin", "url", "creds", "data", "no-color", "from", "to", "speed"]) {
    assert.match(WATCH_HELP, new RegExp(`^  --${option} `, "m"));
  }
  for (const line of WATCH_HELP.split("\n")) assert.ok(line.length <= 100, line);
});
