/**
 * A stream over a WebSocket: what waits goes out as long as the socket takes it.
 *
 * A socket has no sign for "there is room again", so while something waits it is looked at every few
 * milliseconds.
 *
 * @module
 */
import { formatCursor } from "../../core/streams/cursor.ts";
import type { EdgeItem, StreamDriver } from "./stream_driver.ts";
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

/** One client's socket. */
export class SocketStream implements LiveStream {
  readonly #socket: SocketPort;
  readonly #place: StreamPlace;
  #driver: StreamDriver | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(socket: SocketPort, place: StreamPlace) {
    this.#socket = socket;
    this.#place = place;
  }

  /** Begins to send what the driver has. */
  begin(driver: StreamDriver): void {
    this.#driver = driver;
  }

  /** Whether it has ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Sends what waits, if the socket takes it. */
  flush(): void {
    while (!this.#isOver && this.#driver !== null && this.#timer === undefined) {
      if (this.#socket.bufferedAmount > SOCKET_BYTES_MAX) {
        this.#timer = setTimeout(() => {
          this.#timer = undefined;
          this.flush();
        }, SOCKET_LOOK_MILLIS);
        return;
      }
      const item = this.#driver.next();
      if (item === undefined) return;
      this.#place.counts.items++;
      this.say(textOf(item));
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
    if (this.#driver === null) this.close(reason);
    else this.#driver.end(reason);
  }

  /** Tells the client why, and ends. */
  close(reason: StreamEnd): void {
    if (this.#isOver) return;
    this.#place.ended(reason);
    const { closeCode, detail } = STREAM_ENDS[reason];
    this.say(JSON.stringify({ type: "dropped", reason, detail }));
    this.leave();
    this.#socket.close(closeCode, reason);
  }

  /** The socket is gone. */
  leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#place.counts.conflated += this.#driver?.conflated ?? 0;
    this.#driver?.end(null);
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
