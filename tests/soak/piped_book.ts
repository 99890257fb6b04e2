/**
 * What a watcher writes to its pipe, as it passes: counted, and judged by the rules of FEEDS.md.
 *
 * @module
 */
import { FeedKind } from "../../core/market_data/feed_frame.ts";
import { readFeedHead } from "../../core/market_data/feed_reader.ts";

/** Longest message. */
const MESSAGE_BYTES_MAX = 2 ** 20;

/** The bytes of one pipe. */
export class PipedBook {
  messages = 0;
  snapshots = 0;
  gaps = 0;
  /** What the book of whoever reads this stands for; below 0: it has none. */
  sequence = -1;
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array();

  /** Sees the next bytes. @throws {RangeError} when a length is none */
  take(bytes: Uint8Array): void {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const view = new DataView(all.buffer);
    let at = 0;
    while (all.length - at >= 4) {
      const length = view.getUint32(at, true);
      if (length > MESSAGE_BYTES_MAX) {
        throw new RangeError(`a message of ${length} bytes; the most is ${MESSAGE_BYTES_MAX}`);
      }
      if (all.length - at < 4 + length) break;
      this.#judge(all.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
    this.#rest = all.slice(at);
  }

  #judge(message: Uint8Array): void {
    this.messages++;
    const { kind, prevSequence, sequence } = readFeedHead(message);
    if (kind === FeedKind.snapshot) {
      this.snapshots++;
      this.sequence = sequence;
    } else if (kind === FeedKind.depth && this.sequence >= 0 && sequence > this.sequence) {
      if (prevSequence > this.sequence) this.gaps++;
      this.sequence = prevSequence > this.sequence ? -1 : sequence;
    }
  }
}
