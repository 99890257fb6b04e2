/**
 * What a market publishes of one book while the mixed flow runs through the engine: the messages of
 * the feed `depth`, in binary and as JSON, and a snapshot from before the first.
 *
 * @module
 */
import { EventReader } from "../../core/market_data/event_reader.ts";
import { FeedEncoder } from "../../core/market_data/feed_encoder.ts";
import { readFeedFrame } from "../../core/market_data/feed_reader.ts";
import { FeedKind } from "../../core/market_data/feed_frame.ts";
import { type FeedSink, InstrumentFeed } from "../../core/market_data/instrument_feed.ts";
import { jsonMessage } from "../../core/market_data/json_message.ts";
import { OrderQueues } from "../../core/market_data/order_queues.ts";
import { snapshot, SNAPSHOT_LEVELS_DEFAULT } from "../../core/market_data/snapshot.ts";
import { listInstruments } from "../../core/matching/inspect.ts";
import { INSTRUMENTS_MAX } from "../../core/matching/instruments.ts";
import type { ShardState } from "../../core/matching/shard_state.ts";
import type { InstrumentReference, SnapshotAnswer } from "../../core/protocol/queries.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { eventsMessage } from "../../core/sequencer/events_frames.ts";
import { sealCrc } from "../../infra/journal/crc.ts";
import { applyTape, learnOrderIds, TapeWriter } from "../matching/engine_frames.ts";
import { EPOCH, OPENED_MICROS, openMarket } from "../matching/engine_market.ts";
import { FLOWS } from "../matching/flow.ts";
import { makeFlow } from "../matching/flow_maker.ts";

const OPERATIONS = 400_000;
const OPENING_RECORDS = 500;
const MICROS_PER_APPEND = 100;
/** Bytes that a client reads at once, and between two messages those of a line of the protocol. */
const CHUNK_BYTES = 2 ** 16;
const LINE_BYTES = 41;

/** What subscribers are given. */
export interface DepthRecording {
  readonly terms: InstrumentReference;
  readonly levelsAsked: number;
  /** The book before the first message, and after the last. */
  readonly before: SnapshotAnswer;
  readonly after: SnapshotAnswer;
  /** As a client hands them over: parts of what it has read, at any alignment. */
  readonly binary: readonly Uint8Array[];
  readonly json: readonly Uint8Array[];
  /** Levels in all messages: the deltas. */
  readonly levels: number;
  /** Bytes of all messages. */
  readonly binaryBytes: number;
  readonly jsonBytes: number;
}

/**
 * Runs the market and records it.
 *
 * @param commands of an append: each append is one message about the levels that it touches
 */
export function recordDepth(commands: number): DepthRecording {
  const flow = makeFlow({ ...FLOWS[0], operations: OPERATIONS });
  const writer = new TapeWriter(flow, learnOrderIds(flow));
  const opening = writer.write(flow.openingCount, OPENING_RECORDS);
  const measured = writer.write(OPERATIONS, commands);
  const state = openMarket(flow.shape);
  const [terms] = listInstruments(state);
  const feed = new InstrumentFeed(terms, new OrderQueues(INSTRUMENTS_MAX));
  const reader = new EventReader();
  const texts = new TextEncoder();
  const binary: Uint8Array[] = [];
  const json: Uint8Array[] = [];
  const encoder = new FeedEncoder();
  const sink: FeedSink = (instrument, name, head) => {
    if (name !== "depth") return;
    binary.push(encoder.encode(instrument, name, head));
    json.push(texts.encode(JSON.stringify(jsonMessage(instrument, name, head))));
  };
  const query = { levels: SNAPSHOT_LEVELS_DEFAULT, trades: 0, minSequence: 0 };
  applyTape(state, opening, MICROS_PER_APPEND, () => follow(state, feed, reader, null));
  const before = snapshot(feed, query, 0, OPENED_MICROS);
  applyTape(state, measured, MICROS_PER_APPEND, () => follow(state, feed, reader, sink));
  return {
    terms,
    levelsAsked: SNAPSHOT_LEVELS_DEFAULT,
    before,
    after: snapshot(feed, query, 0, OPENED_MICROS),
    binary: asRead(binary),
    json: asRead(json),
    levels: binary.reduce((sum, message) => sum + levelsIn(message), 0),
    binaryBytes: bytesOf(binary),
    jsonBytes: bytesOf(json),
  };
}

/** Applies the events of the present append to the public book. */
function follow(
  state: ShardState,
  feed: InstrumentFeed,
  reader: EventReader,
  sink: FeedSink | null,
): void {
  const { events, stampMicros } = state;
  const message = eventsMessage(events, 0, events.count, stampMicros, 1, EPOCH);
  sealCrc(message, message.bytes.length);
  const code = reader.load(message.bytes);
  if (code !== ResultCode.ok) throw new Error(`the events of an append are refused: ${code}`);
  for (let index = 0; index < reader.count; index++) {
    reader.seek(index);
    feed.apply(reader, sink);
  }
  feed.close(stampMicros, sink, false);
}

function levelsIn(message: Uint8Array): number {
  const frame = readFeedFrame(message);
  return frame.kind === FeedKind.depth ? frame.bids.length + frame.asks.length : 0;
}

function bytesOf(messages: readonly Uint8Array[]): number {
  return messages.reduce((sum, { length }) => sum + length, 0);
}

/** The messages one behind the other with the protocol's lines between them, in chunks. */
function asRead(messages: readonly Uint8Array[]): Uint8Array[] {
  let chunk = new Uint8Array(CHUNK_BYTES);
  let used = 0;
  return messages.map((message) => {
    if (used + LINE_BYTES + message.length > CHUNK_BYTES) {
      chunk = new Uint8Array(Math.max(CHUNK_BYTES, LINE_BYTES + message.length));
      used = 0;
    }
    const from = used + LINE_BYTES;
    used = from + message.length;
    chunk.set(message, from);
    return chunk.subarray(from, used);
  });
}
