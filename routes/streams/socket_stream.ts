/**
 * A stream over a WebSocket: what waits goes out as long as the socket takes it.
 *
 * A socket has no sign for "there is room again", so while something waits it is looked at every few
 * milliseconds.
 *
 * @module
 */
import { formatCursor } from "../../core/streams/cursor.ts";
import type { EdgeItem } from "./stream_driver.ts";
import { STREAM_ENDS, type StreamEnd } from "./stream_end.ts";
import type { LiveStream, StreamPlace } from "./stream_table.ts";

/** Bytes in the socket from which on what comes waits in the outbox, where it is conflated. */
export const SOCKET_BYTES_MAX = 16 * 1024;
/** Time between two looks at a socket that takes no more. */
export const SOCKET_LOOK_MILLIS = 10;

/** What a socket is to a stream; `WebSocket` is one. */
export interface SocketPort {
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(text: string): void;
  close(code: number, reason: string): void;
}

/** What waits for one client; a `StreamDriver` is one. */
export interface SocketSource<Item> {
  /** Messages in whose place a newer one was sent. */
  readonly conflated: number;
  /** What the client reads next. */
  next(): Item | undefined;
  /** Ends it; with a reason, it has its socket closed. A second call changes nothing. */
  end(reason: StreamEnd | null): void;
}

/** How items are written. */
export interface SocketWords<Item> {
  textOf(item: Item): string;
  /** What a client is told before the gateway closes its socket; `null`: the code says it all. */
  farewell(reason: StreamEnd): string | null;
}

/** As `GET /v1/ws` writes them. */
export const OWN_WORDS: SocketWords<EdgeItem> = {
  textOf,
  farewell: (reason) =>
    JSON.stringify({ type: "dropped", reason, detail: STREAM_ENDS[reason].detail }),
};

/** One client's socket. */
export class SocketStream<Item> implements LiveStream {
  readonly #socket: SocketPort;
  readonly #place: StreamPlace;
  readonly #words: SocketWords<Item>;
  #source: SocketSource<Item> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(socket: SocketPort, place: StreamPlace, words: SocketWords<Item>) {
    this.#socket = socket;
    this.#place = place;
    this.#words = words;
  }

  /** Begins to send what the source has. */
  begin(source: SocketSource<Item>): void {
    this.#source = source;
  }

  /** Whether it has ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Sends what waits, if the socket takes it. */
  flush(): void {
    while (!this.#isOver && this.#source !== null && this.#timer === undefined) {
      if (this.#socket.bufferedAmount > SOCKET_BYTES_MAX) {
        this.#timer = setTimeout(() => {
          this.#timer = undefined;
          this.flush();
        }, SOCKET_LOOK_MILLIS);
        return;
      }
      const item = this.#source.next();
      if (item === undefined) return;
      this.#place.counts.items++;
      this.say(this.#words.textOf(item));
    }
  }

  /** Sends an answer to the client's own message, which does not wait for its turn. */
  say(text: string): void {
    if (this.#isOver || this.#socket.readyState !== WebSocket.OPEN) return;
    this.#place.counts.bytes += text.length;
    this.#socket.send(text);
  }

  /** The platform sends pings, and closes a socket that does not answer. */
  sweep(_steadyMicros: number): void {}

  end(reason: StreamEnd): void {
    if (this.#source === null) this.close(reason);
    else this.#source.end(reason);
  }

  /** Tells the client why, and ends. */
  close(reason: StreamEnd): void {
    if (this.#isOver) return;
    this.#place.ended(reason);
    const farewell = this.#words.farewell(reason);
    if (farewell !== null) this.say(farewell);
    this.leave();
    this.#socket.close(STREAM_ENDS[reason].closeCode, reason);
  }

  /** The socket is gone. */
  leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#place.counts.conflated += this.#source?.conflated ?? 0;
    this.#source?.end(null);
    this.#place.leave();
  }
}

function textOf({ item, place }: EdgeItem): string {
  const { name } = item.channel;
  const cursor = place === null ? null : formatCursor(new Map([[name, place]]));
  if (item.kind === "message" || item.kind === "snapshot") {
    return item.message.ws(item.kind, name, cursor);
  }
  const rest = item.kind === "gap"
    ? { after: item.after === null ? null : String(item.after) }
    : cursor === null
    ? {}
    : { cursor };
  return JSON.stringify({ type: item.kind, channel: name, ...rest });
}
