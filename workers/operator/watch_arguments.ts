/**
 * The command line of `deno task watch`.
 *
 * @module
 */
import { SYMBOL_PATTERN } from "../../core/protocol/subjects.ts";
import { readCommandLine, UsageError } from "./command_line.ts";

/** How the program is called. */
export const PROGRAM = "deno task watch";

/** What is watched, where, and how it is shown. */
export interface WatchArguments {
  readonly symbol: string;
  /** One JSON object a line instead of a screen or of lines for people. */
  readonly json: boolean;
  /** The binary messages for a program behind a pipe. */
  readonly bin: boolean;
  readonly color: boolean;
  /** Broker's WebSocket URL; left out: that of the market of {@link data}. */
  readonly url?: string;
  /** Path of a credentials file; left out: the public subscriber's of {@link data}. */
  readonly creds?: string;
  /** Data directory of the market; left out: the default one. */
  readonly data?: string;
}

/** What `--help` prints. */
export const WATCH_HELP =
  `Shows one market live: the book and the tape, as any subscriber sees them.

Usage: ${PROGRAM} SYMBOL [OPTIONS]

  SYMBOL          instrument, such as BTC-USD
  --json          one JSON object a line: {"feed":"trades", ...}, as the feeds have them
  --bin           the binary messages and snapshots of the book, each behind its length (u32, little
                  endian), for a program behind a pipe; infra/nats/FEEDS.md says what they mean
  --url URL       WebSocket URL of another market's broker, ws:// or wss://
  --creds FILE    NATS credentials (default: the subscriber's that the market wrote)
  --data DIR      data directory of the market (default: data in the project's folder)
  --no-color      no colours
  --help          this text

On a terminal it draws a screen; q or Ctrl-C leaves. Elsewhere it prints a line for each trade, each
new best price and each change of status.`;

/**
 * Reads the command line.
 *
 * @returns the arguments, or `"help"`
 * @throws {UsageError} when it is not understood
 */
export function readWatchArguments(args: readonly string[]): WatchArguments | "help" {
  const { values, positionals } = readCommandLine(PROGRAM, [...args], {
    json: { type: "boolean", default: false },
    bin: { type: "boolean", default: false },
    url: { type: "string" },
    creds: { type: "string" },
    data: { type: "string" },
    "no-color": { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  }, true);
  if (values.help) return "help";
  const [given, ...more] = positionals;
  if (given === undefined) throw new UsageError(`which symbol? For example: ${PROGRAM} BTC-USD`);
  if (more.length > 0) throw new UsageError(`one symbol at a time, not ${positionals.join(" ")}`);
  const symbol = given.toUpperCase();
  if (!SYMBOL_PATTERN.test(symbol)) {
    throw new UsageError(`${JSON.stringify(given)} is no symbol; symbols are like BTC-USD`);
  }
  const { url, creds, data } = values;
  if (values.bin && values.json) throw new UsageError("--bin and --json do not go together");
  if (url !== undefined && !/^wss?:\/\/./.test(url)) {
    throw new UsageError(`--url ${url} is not allowed; it takes a ws:// or wss:// URL`);
  }
  return {
    symbol,
    json: values.json,
    bin: values.bin,
    color: !values["no-color"],
    ...(url === undefined ? {} : { url }),
    ...(creds === undefined ? {} : { creds }),
    ...(data === undefined ? {} : { data }),
  };
}
