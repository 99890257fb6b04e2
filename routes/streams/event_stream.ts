/**
 * A stream as server-sent events: what waits goes out when the client reads, several events at once
 * where there are several.
 *
 * Nothing is queued behind the session's outbox but one chunk, so what waits for a client that does
 * not read is bounded there.
 *
 * @module
 */
import { formatCursor } from "../../core/streams/cursor.ts";
import type { EdgeItem, StreamDriver } from "./stream_driver.ts";
import { STREAM_ENDS, type StreamEnd } from "./stream_end.ts";
import type { LiveStream, StreamPlace } from "./stream_table.ts";

/** Quiet time after which a comment is sent. */
export const HEARTBEAT_MICROS = 15_000_000;
/** Bytes that are put together into one chunk; one event may be more. */
export const CHUNK_BYTES = 32 * 1024;
/** A client comes again after this time, and up to as much more, so that not all come at once. */
export const RETRY_MILLIS = 1_000;

const encoder = new TextEncoder();
const HEARTBEAT = encoder.encode(":\n\n");

/** One client's events. */
export class EventStream implements LiveStream {
  /** The body of the answer. */
  readonly body: ReadableStream<Uint8Array>;
  readonly #place: StreamPlace;
  readonly #steadyMicros: () => number;
  #driver: StreamDriver | null = null;
  readonly #cursor = new Map<string, number>();
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #isWanted = false;
  #isOver = false;
  #sentMicros: number;

  constructor(place: StreamPlace, steadyMicros: () => number) {
    this.#place = place;
    this.#steadyMicros = steadyMicros;
    this.#sentMicros = steadyMicros();
    this.body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => {
        this.#isWanted = true;
        this.flush();
      },
      cancel: () => this.#leave(),
    }, { highWaterMark: 0 });
  }

  /** Begins: says which channels there are, and where they begin. */
  begin(driver: StreamDriver, names: readonly string[], after: ReadonlyMap<string, number>): void {
    this.#driver = driver;
    for (const name of names) {
      const number = after.get(name);
      if (number !== undefined) this.#cursor.set(name, number);
    }
    const retry = RETRY_MILLIS + Math.floor(Math.random() * RETRY_MILLIS);
    const id = this.#cursor.size === 0 ? "" : `id: ${formatCursor(this.#cursor)}\n`;
    const data = JSON.stringify({ channels: names });
    this.#send(encoder.encode(`retry: ${retry}\n${id}event: ready\ndata: ${data}\n\n`));
  }

  /** Sends what waits, if the client reads. */
  flush(): void {
    if (!this.#isWanted || this.#isOver || this.#driver === null) return;
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    while (bytes < CHUNK_BYTES) {
      const item = this.#driver.next();
      if (item === undefined) break;
      this.#place.counts.items++;
      for (const chunk of this.#chunksOf(item)) {
        chunks.push(chunk);
        bytes += chunk.length;
      }
    }
    if (bytes > 0) this.#send(chunks.length === 1 ? chunks[0] : joined(chunks, bytes));
  }

  sweep(steadyMicros: number): void {
    const isQuiet = steadyMicros - this.#sentMicros >= HEARTBEAT_MICROS;
    if (isQuiet && this.#isWanted && !this.#isOver) this.#send(HEARTBEAT);
  }

  end(reason: StreamEnd): void {
    this.#driver?.end(reason);
  }

  /** Tells the client why, and ends. */
  close(reason: StreamEnd): void {
    if (this.#isOver) return;
    this.#place.ended(reason);
    const data = JSON.stringify({ reason, detail: STREAM_ENDS[reason].detail });
    this.#send(encoder.encode(`event: dropped\ndata: ${data}\n\n`));
    this.#leave();
    this.#controller.close();
  }

  #send(bytes: Uint8Array): void {
    this.#isWanted = false;
    this.#sentMicros = this.#steadyMicros();
    this.#place.counts.bytes += bytes.length;
    this.#controller.enqueue(bytes);
  }

  #leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#place.counts.conflated += this.#driver?.conflated ?? 0;
    this.#driver?.end(null);
    this.#place.leave();
  }

  #chunksOf({ item, place }: EdgeItem): Uint8Array[] {
    const { name } = item.channel;
    const id: Uint8Array[] = [];
    if (place !== null && this.#cursor.get(name) !== place) {
      this.#cursor.set(name, place);
      id.push(encoder.encode(`id: ${formatCursor(this.#cursor)}\n`));
    }
    if (item.kind === "message") return [...id, item.message.sse(name)];
    if (item.kind === "snapshot") return [...id, item.message.sse("snapshot")];
    const data = item.kind === "gap"
      ? { channel: name, after: item.after === null ? null : String(item.after) }
      : { channel: name };
    return [...id, encoder.encode(`event: ${item.kind}\ndata: ${JSON.stringify(data)}\n\n`)];
  }
}

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
