/**
 * The command line of `deno task watch`.
 *
 * @module
 */
import { SYMBOL_PATTERN } from "../../core/protocol/subjects.ts";
import { readCommandLine, UsageError, wholeNumber } from "./command_line.ts";
import { SPEED_LEAST, SPEED_MAX, SPEED_MOST } from "./watch_pace.ts";
import { parseWhen, showWhen, type When } from "./watch_when.ts";

/** How the program is called. */
export const PROGRAM = "deno task watch";

/** Highest number of a shard. */
const SHARD_MAX = 999;

/** Which part of the past is shown instead of what happens now. */
export interface ReplayArguments {
  readonly from: When;
  /** What has this stamp or a later one is left out; left out itself: up to the end of the log. */
  readonly to?: When;
  /** How many times as fast as it was; left out: 1 on a screen, `SPEED_MAX` elsewhere. */
  readonly speed?: number;
  readonly shard: number;
}

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
  /** Path of a credentials file; left out: the public subscriber's, or for a replay its user's. */
  readonly creds?: string;
  /** Data directory of the market; left out: the default one. */
  readonly data?: string;
  readonly replay?: ReplayArguments;
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
  --no-color      no colours, as where NO_COLOR is set
  --help          this text

Instead of what happens now, a part of the past out of the log, with the numbers that it had:

  --from WHEN     where it begins: a time in UTC such as 2026-01-31T09:30:00Z, a duration back from
                  now such as 30s, 15m, 2h or 1d, or start
  --to WHEN       what is from then on is left out (default: the end of the log as it is now)
  --speed N       ${SPEED_LEAST} to ${SPEED_MOST} times as fast as it was, or max (default: 1 on a screen, else max)
  --shard N       shard of the instrument (default 0)

The market's own credentials of the user replay read the log; --creds are such ones here.

On a terminal it draws a screen; q or Ctrl-C leaves. Elsewhere it prints a line for each trade, each
new best price and each change of status.`;

/**
 * Reads the command line.
 *
 * @returns the arguments, or `"help"`
 * @throws {UsageError} when it is not understood
 */
export function readWatchArguments(
  args: readonly string[],
  nowMicros: number = Date.now() * 1_000,
): WatchArguments | "help" {
  const { values, positionals } = readCommandLine(PROGRAM, [...args], {
    json: { type: "boolean", default: false },
    bin: { type: "boolean", default: false },
    url: { type: "string" },
    creds: { type: "string" },
    data: { type: "string" },
    from: { type: "string" },
    to: { type: "string" },
    speed: { type: "string" },
    shard: { type: "string" },
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
  const replay = readReplay(values, nowMicros);
  return {
    symbol,
    json: values.json,
    bin: values.bin,
    color: !values["no-color"] && !Deno.noColor,
    ...(url === undefined ? {} : { url }),
    ...(creds === undefined ? {} : { creds }),
    ...(data === undefined ? {} : { data }),
    ...(replay === null ? {} : { replay }),
  };
}

function readReplay(
  given: Readonly<Partial<Record<"from" | "to" | "speed" | "shard", string>>>,
  nowMicros: number,
): ReplayArguments | null {
  if (given.from === undefined) {
    const idle = (["to", "speed", "shard"] as const).find((name) => given[name] !== undefined);
    if (idle === undefined) return null;
    throw new UsageError(`--${idle} ${given[idle]} is for a replay: say --from WHEN as well`);
  }
  const from = parseWhen("--from", given.from, nowMicros);
  const to = given.to === undefined ? undefined : parseWhen("--to", given.to, nowMicros);
  if (to !== undefined && from.micros >= to.micros) {
    throw new UsageError(`--from ${showWhen(from)} has to be before --to ${showWhen(to)}`);
  }
  return {
    from,
    ...(to === undefined ? {} : { to }),
    ...(given.speed === undefined ? {} : { speed: readSpeed(given.speed) }),
    shard: wholeNumber("--shard", given.shard ?? "0", 0, SHARD_MAX),
  };
}

function readSpeed(text: string): number {
  if (text === "max") return SPEED_MAX;
  const speed = /^\d{1,5}(\.\d{1,3})?$/.test(text) ? Number(text) : -1;
  if (speed >= SPEED_LEAST && speed <= SPEED_MOST) return speed;
  throw new UsageError(
    `--speed ${JSON.stringify(text)} is not allowed; it takes a number from ${SPEED_LEAST} to ` +
      `${SPEED_MOST}, or max`,
  );
}
