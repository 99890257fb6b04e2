/**
 * `deno task soak:market-data`: a bot in Python behind `deno task watch --bin`, on a road that loses
 * messages, for an hour. Not among the tests: it takes the time that it takes.
 *
 * Exit codes: 0 the bot's book was exact, 1 it was not, 2 the command line is not understood or there
 * is no Python.
 *
 * @module
 */
import { newSeed, seededRandom } from "../core/market_data/random_orders.ts";
import { readCommandLine, UsageError, wholeNumber } from "../../workers/operator/command_line.ts";
import { SYMBOL_PATTERN } from "../../core/protocol/subjects.ts";
import { NoPythonError, soakMarketData } from "./market_data_soak.ts";

const PROGRAM = "deno task soak:market-data";
const MINUTES_MAX = 10_080;
const LOSS_SECONDS_MAX = 3_600;
const SEED_MAX = 2 ** 32 - 1;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

const HELP =
  `Starts a market with traders, and keeps its book in Python out of watch --bin while messages
get lost on their way; compares both at the end.

Usage: ${PROGRAM} [--minutes N] [--loss-seconds N] [--symbol S] [--seed N] [--help]

  --minutes N       how long, 1 to ${MINUTES_MAX} (default 60)
  --loss-seconds N  one message gets lost in so many seconds, 1 to ${LOSS_SECONDS_MAX} (default 60)
  --symbol S        instrument of the demo market (default BTC-USD)
  --seed N          chooses the messages that get lost (default: a new one)
  --help            print this text`;

async function main(args: string[]): Promise<number> {
  const { values } = readCommandLine(PROGRAM, args, {
    minutes: { type: "string", default: "60" },
    "loss-seconds": { type: "string", default: "60" },
    symbol: { type: "string", default: "BTC-USD" },
    seed: { type: "string", default: String(newSeed()) },
    help: { type: "boolean", short: "h", default: false },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const { symbol } = values;
  if (!SYMBOL_PATTERN.test(symbol)) {
    throw new UsageError(`--symbol ${symbol} is no symbol; symbols are like BTC-USD`);
  }
  const minutes = wholeNumber("--minutes", values.minutes, 1, MINUTES_MAX);
  const lossSeconds = wholeNumber("--loss-seconds", values["loss-seconds"], 1, LOSS_SECONDS_MAX);
  const seed = wholeNumber("--seed", values.seed, 0, SEED_MAX);
  const leaving = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => leaving.abort());
  }
  console.log(`${minutes} min of ${symbol}, a loss each ${lossSeconds} s, seed ${seed}`);
  const found = await soakMarketData({
    symbol,
    seconds: minutes * 60,
    lossSeconds,
    random: seededRandom(seed),
    say: (line) => console.log(line),
    signal: leaving.signal,
  });
  console.log(found);
  return 0;
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  const isUsage = error instanceof UsageError || error instanceof NoPythonError;
  Deno.exit(isUsage ? EXIT_USAGE : EXIT_FAILED);
}
