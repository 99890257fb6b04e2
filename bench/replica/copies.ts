/**
 * The sides of the bench: each keeps a copy of the book from the same messages, in its own way.
 *
 * @module
 */
import { BookReplica } from "../../core/market_data/book_replica.ts";
import { FeedKind } from "../../core/market_data/feed_frame.ts";
import type { DepthMessage } from "../../core/market_data/feed_messages.ts";
import { type LotLevel, readFeedFrame } from "../../core/market_data/feed_reader.ts";
import { CHECK_EVERY_MAX, LotBook } from "../../core/market_data/lot_book.ts";
import type { LotLevels } from "../../core/market_data/lot_side.ts";
import { lotSnapshot } from "../../core/market_data/lot_snapshot.ts";
import type { SnapshotAnswer } from "../../core/protocol/queries.ts";
import type { DepthRecording } from "./depth_recording.ts";

/** The levels of a book in ticks and lots, best first. */
export interface Levels {
  readonly bids: readonly LotLevel[];
  readonly asks: readonly LotLevel[];
}

/** A copy that stands before the first message. */
export interface Copy {
  /** Applies all messages. */
  apply(): void;
  /** What it came to. */
  levels(): Levels;
}

/** A way to keep a copy. */
export interface CopyWay {
  readonly name: string;
  /** Whether the best prices are read after every message. */
  readonly isRead: boolean;
  readonly open: (recording: DepthRecording) => Copy;
}

/** The copy of core, with every checksum compared. Its best prices are read after every message. */
export const CHECKED: CopyWay = {
  name: "replica",
  isRead: true,
  open: (recording) => lotCopy(recording, 1),
};

/** The same with one checksum of a thousand. */
export const UNCHECKED: CopyWay = {
  name: `one of ${CHECK_EVERY_MAX} checksums compared`,
  isRead: true,
  open: (recording) => lotCopy(recording, CHECK_EVERY_MAX),
};

/** The JSON feed and its copy; nobody reads a price. */
export const JSON_COPY: CopyWay = {
  name: "JSON.parse and BookReplica, no checksum, never read",
  isRead: false,
  open: (recording) => jsonCopy(recording, false),
};

/** The JSON feed and its copy as they are used: checked, and the best prices read each time. */
export const JSON_COPY_READ: CopyWay = {
  name: "JSON.parse and BookReplica, every checksum compared",
  isRead: true,
  open: (recording) => jsonCopy(recording, true),
};

/** Objects of every message, and a Map a side; nobody reads a price. */
export const MAP_COPY: CopyWay = {
  name: "readFeedFrame and a Map a side, no checksum, never read",
  isRead: false,
  open: mapCopy,
};

function lotCopy(recording: DepthRecording, checkEvery: number): Copy {
  const { before, binary, levelsAsked, terms } = recording;
  const book = new LotBook(terms.instrument, { checkEvery });
  book.snapshot(lotSnapshot(before, terms, levelsAsked));
  const { bids, asks } = book;
  return {
    apply() {
      let crossed = 0;
      for (let index = 0; index < binary.length; index++) {
        book.depth(binary[index]);
        if (bids.priceOf(0) >= asks.priceOf(0)) crossed++;
      }
      const { gapCount, isLive, mismatchCount } = book;
      if (isLive && crossed + gapCount + mismatchCount === 0) return;
      throw new Error(`crossed ${crossed}, gaps ${gapCount}, mismatches ${mismatchCount}`);
    },
    levels: () => ({ bids: levelsOf(bids), asks: levelsOf(asks) }),
  };
}

function levelsOf(side: LotLevels): LotLevel[] {
  return Array.from({ length: side.count }, (_, rank) => [
    side.priceOf(rank),
    side.quantityOf(rank),
  ]);
}

function jsonCopy({ before, json, levelsAsked, terms }: DepthRecording, isChecked: boolean): Copy {
  const replica = new BookReplica(levelsAsked, 10, isChecked);
  replica.snapshot(before);
  const decoder = new TextDecoder();
  return {
    apply() {
      let read = 0;
      for (const message of json) {
        replica.depth(JSON.parse(decoder.decode(message)) as DepthMessage);
        if (!isChecked) continue;
        read += (replica.bestBid?.[0].length ?? 0) + (replica.bestAsk?.[0].length ?? 0);
      }
      if (!replica.isLive || (isChecked && read === 0)) throw new Error("the copy is not live");
    },
    levels: () => lotSnapshot({ ...before, bids: replica.bids, asks: replica.asks }, terms, 1),
  };
}

function mapCopy({ before, binary, levelsAsked, terms }: DepthRecording): Copy {
  const { bids, asks } = lotSnapshot(before, terms, levelsAsked);
  const sides = { bids: new Map(bids), asks: new Map(asks) };
  return {
    apply() {
      let sequence = before.sequence;
      for (const message of binary) {
        const frame = readFeedFrame(message);
        if (frame.kind !== FeedKind.depth || frame.prevSequence > sequence) throw new Error("gap");
        setAll(sides.bids, frame.bids);
        setAll(sides.asks, frame.asks);
        sequence = frame.sequence;
      }
    },
    levels: () => ({
      bids: [...sides.bids].sort((a, b) => b[0] - a[0]),
      asks: [...sides.asks].sort((a, b) => a[0] - b[0]),
    }),
  };
}

function setAll(side: Map<number, number>, levels: readonly LotLevel[]): void {
  for (const [price, lots] of levels) {
    if (lots === 0) side.delete(price);
    else side.set(price, lots);
  }
}

/** The levels of an answer in ticks and lots. */
export function levelsOfAnswer(answer: SnapshotAnswer, recording: DepthRecording): Levels {
  const { bids, asks } = lotSnapshot(answer, recording.terms, recording.levelsAsked);
  return { bids, asks };
}
