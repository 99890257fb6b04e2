/**
 * What waits to be read by one client, in order and of bounded size.
 *
 * Of a channel whose every message is the whole state only the last one waits, in the place of the
 * one before it: a slow reader gets fewer, and newer ones. For everything else there is the bound.
 *
 * @module
 */

/** Bytes that may wait for one client, with {@link ITEM_BYTES} for each item. */
export const WAITING_BYTES_MAX = 1024 * 1024;
/** What an item counts for beside its content. */
export const ITEM_BYTES = 128;

interface Place<Item> {
  item: Item;
  bytes: number;
  readonly channel: string | null;
}

/** The queue of one client. */
export class Outbox<Item> {
  readonly #bytesMax: number;
  #places: Place<Item>[] = [];
  #head = 0;
  readonly #waiting = new Map<string, Place<Item>>();
  #bytes = 0;

  constructor(bytesMax: number = WAITING_BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  /** Items that wait. */
  get length(): number {
    return this.#places.length - this.#head;
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Adds an item. O(1) amortized.
   *
   * @param channel in whose place it stands if one of that channel waits; `null`: every one is kept
   * @returns what became of it; `over`: there is no room, and nothing has changed
   */
  put(item: Item, bytes: number, channel: string | null): "added" | "replaced" | "over" {
    const counted = bytes + ITEM_BYTES;
    const waiting = channel === null ? undefined : this.#waiting.get(channel);
    const more = counted - (waiting?.bytes ?? 0);
    if (this.#bytes + more > this.#bytesMax) return "over";
    this.#bytes += more;
    if (waiting !== undefined) {
      waiting.item = item;
      waiting.bytes = counted;
      return "replaced";
    }
    const place = { item, bytes: counted, channel };
    this.#places.push(place);
    if (channel !== null) this.#waiting.set(channel, place);
    return "added";
  }

  /** The next item, which waits no longer; `undefined`: none does. O(1) amortized. */
  take(): Item | undefined {
    if (this.#head === this.#places.length) return undefined;
    const place = this.#places[this.#head++];
    this.#bytes -= place.bytes;
    if (place.channel !== null) this.#waiting.delete(place.channel);
    if (this.#head === this.#places.length || this.#head > 1_024) {
      this.#places = this.#places.slice(this.#head);
      this.#head = 0;
    }
    return place.item;
  }

  /** Lets everything go. */
  clear(): void {
    this.#places = [];
    this.#head = 0;
    this.#waiting.clear();
    this.#bytes = 0;
  }
}
