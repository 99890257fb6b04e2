/**
 * One connection to Binance's streams: what it listens to, and what it asks.
 *
 * It stands between two small interfaces, a sink that takes text and something that subscribes to
 * subjects, and knows neither WebSocket nor NATS.
 *
 * @module
 */
import type { FeedMessage } from "../../../core/market_data/feed_messages.ts";
import type { Reference } from "../../../infra/reference/reference.ts";
import type { TimeWriter } from "../times.ts";
import { parseStreamName, type Stream } from "./stream_name.ts";
import { readStreamRequest, type StreamRequest } from "./stream_request.ts";

/** Most streams of one connection. */
export const STREAMS_MAX = 1_024;
/** Most requests of one connection within a second. */
export const REQUESTS_PER_SECOND_MAX = 5;
/** Bytes that may wait for a reader; whoever is slower is sent away. */
export const BUFFERED_BYTES_MAX = 4 * 1024 * 1024;

/** The policy of the connection was not kept (RFC 6455). */
const CLOSE_POLICY = 1_008;
const MICROS_PER_SECOND = 1_000_000;

/** Listens to a subject until what it returns is called. */
export type Subscribe = (subject: string, onMessage: (data: Uint8Array) => void) => () => void;

/** Takes what is sent; a WebSocket is one. */
export interface StreamSink {
  readonly bufferedAmount: number;
  send(text: string): void;
  close(code: number, reason: string): void;
}

/** What a session works with. */
export interface StreamSessionOptions {
  readonly sink: StreamSink;
  readonly subscribe: Subscribe;
  readonly reference: Pick<Reference, "all">;
  readonly time: TimeWriter;
  /** A clock in microseconds that never goes back. */
  readonly steadyMicros: () => number;
  /** Whether each event says which stream it is of. */
  readonly isCombined: boolean;
}

const decoder = new TextDecoder();

/** One connection. Whoever makes it calls {@link close} when it ends. */
export class StreamSession {
  readonly #options: StreamSessionOptions;
  /** What ends each stream, by its name. */
  readonly #streams = new Map<string, () => void>();
  #isCombined: boolean;
  #isClosed = false;
  #secondMicros = -Infinity;
  #requests = 0;

  constructor(options: StreamSessionOptions) {
    this.#options = options;
    this.#isCombined = options.isCombined;
  }

  /** Names of the streams that it listens to. */
  get streams(): string[] {
    return [...this.#streams.keys()];
  }

  /**
   * Listens to streams, all of them or none.
   *
   * @returns what is wrong, or `null`
   */
  subscribe(names: readonly string[]): string | null {
    const found = new Map<string, Stream>();
    for (const name of names) {
      const stream = parseStreamName(name, this.#options.reference);
      if (stream === null) return `unknown stream ${JSON.stringify(name.slice(0, 64))}`;
      if (!this.#streams.has(name)) found.set(name, stream);
    }
    const count = this.#streams.size + found.size;
    if (count > STREAMS_MAX) return `${count} streams; the most is ${STREAMS_MAX}`;
    for (const [name, stream] of found) this.#streams.set(name, this.#listen(name, stream));
    return null;
  }

  /** Takes a request of the client, and answers it. */
  receive(text: string): void {
    if (!this.#mayAsk()) return this.#sendAway("too many requests");
    const request = readStreamRequest(text);
    const { id } = request;
    if ("code" in request) {
      const { code, msg } = request;
      return this.#send(JSON.stringify({ error: { code, msg }, id }));
    }
    const result = this.#answer(request);
    const answer = typeof result === "string"
      ? { error: { code: 2, msg: `Invalid request: ${result}` }, id }
      : { ...result, id };
    this.#send(JSON.stringify(answer));
  }

  /** Ends all streams. Nothing is sent any more. */
  close(): void {
    this.#isClosed = true;
    for (const end of this.#streams.values()) end();
    this.#streams.clear();
  }

  /** The result, or what is wrong. */
  #answer(request: StreamRequest): { readonly result: unknown } | string {
    switch (request.method) {
      case "SUBSCRIBE": {
        const fault = this.subscribe(request.names);
        return fault ?? { result: null };
      }
      case "UNSUBSCRIBE":
        for (const name of request.names) {
          this.#streams.get(name)?.();
          this.#streams.delete(name);
        }
        return { result: null };
      case "LIST_SUBSCRIPTIONS":
        return { result: this.streams };
      case "SET_PROPERTY":
        this.#isCombined = request.value;
        return { result: null };
      case "GET_PROPERTY":
        return { result: this.#isCombined };
    }
  }

  #listen(name: string, { subjects, symbol, translator }: Stream): () => void {
    const translate = translator({ symbol, time: this.#options.time });
    const onMessage = (data: Uint8Array): void => {
      const message: FeedMessage = JSON.parse(decoder.decode(data));
      for (const event of translate(message)) {
        this.#send(JSON.stringify(this.#isCombined ? { stream: name, data: event } : event));
      }
    };
    const ends = subjects.map((subject) => this.#options.subscribe(subject, onMessage));
    return () => ends.forEach((end) => end());
  }

  #send(text: string): void {
    if (this.#isClosed) return;
    const { sink } = this.#options;
    if (sink.bufferedAmount > BUFFERED_BYTES_MAX) return this.#sendAway("too slow");
    sink.send(text);
  }

  #sendAway(reason: string): void {
    if (this.#isClosed) return;
    this.close();
    this.#options.sink.close(CLOSE_POLICY, reason);
  }

  #mayAsk(): boolean {
    const nowMicros = this.#options.steadyMicros();
    if (nowMicros - this.#secondMicros >= MICROS_PER_SECOND) {
      this.#secondMicros = nowMicros;
      this.#requests = 0;
    }
    return ++this.#requests <= REQUESTS_PER_SECOND_MAX;
  }
}
