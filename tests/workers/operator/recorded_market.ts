/**
 * What a subscriber to one market got live, byte by byte, and what replays of it write.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { readFeedHead } from "../../../core/market_data/feed_reader.ts";
import type { FeedMessage } from "../../../core/market_data/feed_messages.ts";
import type { Feed } from "../../../core/protocol/subjects.ts";
import type { WatchModel } from "../../../workers/operator/watch_model.ts";
import { jsonLine } from "../../../workers/operator/watch_lines.ts";
import { ReplayPace, SPEED_MAX } from "../../../workers/operator/watch_pace.ts";
import {
  MarketReplay,
  type Replayed,
  type ReplayTaker,
} from "../../../workers/operator/watch_replay.ts";
import type { WatchListener } from "../../../workers/operator/watch_session.ts";
import type { When } from "../../../workers/operator/watch_when.ts";

/** One message, as its feed had it. */
export interface RecordedMessage {
  readonly timeMicros: number;
  /** As `--json` prints it. */
  readonly line: string;
}

/** Everything that was published of one market, but for what follows a clock. */
export class Recording {
  readonly lines: RecordedMessage[] = [];
  readonly frames: { readonly timeMicros: number; readonly bytes: Uint8Array }[] = [];

  /** Records from now on. */
  static async begin(connection: NatsConnection, symbol: string): Promise<Recording> {
    const recording = new Recording();
    const prefix = `md.${symbol}.`;
    connection.subscribe(`${prefix}*.json`, {
      callback: (_, message) => {
        const feed = message.subject.slice(prefix.length, -".json".length) as Feed;
        const body = message.json<FeedMessage>();
        if (isOfClock(feed, body)) return;
        recording.lines.push({ timeMicros: body.timeMicros, line: jsonLine(feed, body) });
      },
    });
    connection.subscribe(`${prefix}*.bin`, {
      callback: (_, { data, subject }) => {
        const head = readFeedHead(data);
        if (isOfClock(subject.slice(prefix.length, -".bin".length), head)) return;
        recording.frames.push({ timeMicros: head.timeMicros, bytes: data.slice() });
      },
    });
    await connection.flush();
    return recording;
  }
}

/** Tickers come by the clock of whoever publishes, and so do last numbers that are said again. */
const isOfClock = (feed: string, head: { sequence: number; prevSequence: number }): boolean =>
  feed === "ticker" || head.sequence === head.prevSequence;

/** A moment by its stamp. */
export const at = (micros: number): When => ({ text: `${micros}`, micros });

/** Replays a window as fast as possible. */
export async function replayOf(
  connection: NatsConnection,
  symbol: string,
  window: { readonly from: When; readonly to?: When },
  taker: ReplayTaker,
  told: { readonly reading?: (events: number, share: number) => void } = {},
): Promise<Replayed> {
  const replay = new MarketReplay({
    connection,
    symbol,
    window: { ...window, shard: 0 },
    pace: new ReplayPace(SPEED_MAX),
    taker,
    signal: new AbortController().signal,
    say: () => {},
    reading: told.reading ?? (() => {}),
  });
  return await replay.run();
}

/** A listener that keeps the lines of `--json`. */
export function linesTo(lines: string[]): WatchListener {
  return {
    hasSpark: false,
    message: (feed, message) => lines.push(jsonLine(feed, message)),
    snapshot: (answer) => lines.push(jsonLine("snapshot", answer)),
    changed: () => {},
  };
}

/** Both sides of a watcher's book. */
export const bookOf = ({ replica: { asks, bids } }: WatchModel) => ({ bids, asks });
