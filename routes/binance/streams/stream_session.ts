/**
 * One connection to Binance's streams: what it listens to, and what it asks.
 *
 * What waits for a client is bounded, and conflated where only the last event counts, by the rules
 * of `GET /v1/ws`.
 *
 * @module
 */
import { Outbox } from "../../../core/streams/outbox.ts";
import type { Reference } from "../../../infra/reference/reference.ts";
import { HubFullError } from "../../../infra/streams/feed_hub.ts";
import type { Log } from "../../gateway.ts";
import type { SocketSource } from "../../streams/socket_stream.ts";
import type { StreamEnd } from "../../streams/stream_end.ts";
import type { TimeWriter } from "../times.ts";
import type { StreamEventText } from "./stream_event_text.ts";
import { type AllMarketsStream, parseStreamName, type Stream } from "./stream_name.ts";
import { readStreamRequest, STREAM_REQUEST_LENGTH_MAX } from "./stream_request.ts";
import type { StreamFault, StreamRequest, StreamRequestId } from "./stream_request.ts";
import type { StreamSeat } from "./stream_seat.ts";
import type { TranslatedFeeds } from "./translated_feeds.ts";

/** Most streams of one connection. */
export const STREAMS_MAX = 1_024;
/** Most requests of one connection within a second. */
export const REQUESTS_PER_SECOND_MAX = 5;

const MICROS_PER_SECOND = 1_000_000;

/** What a session works with. */
export interface StreamSessionOptions {
  readonly feeds: TranslatedFeeds;
  readonly reference: Pick<Reference, "all">;
  readonly time: TimeWriter;
  /** A clock in microseconds that never goes back. */
  readonly steadyMicros: () => number;
  /** Whether each event says which stream it is of. */
  readonly isCombined: boolean;
  readonly log: Log;
  /** Sends an answer. */
  readonly say: (text: string) => void;
  /** Called whenever something waits to be read. */
  readonly wake: () => void;
  /** Called once. */
  readonly end: (reason: StreamEnd) => void;
}

/** An event on its way. */
export interface StreamItem {
  readonly name: string;
  readonly event: StreamEventText;
}

/** One connection. */
export class StreamSession implements SocketSource<StreamItem> {
  readonly #options: StreamSessionOptions;
  readonly #outbox = new Outbox<StreamItem>();
  /** The place at each stream, by its name. */
  readonly #seats = new Map<string, StreamSeat>();
  #isCombined: boolean;
  #isEnded = false;
  #conflated = 0;
  #secondMicros = -Infinity;
  #requests = 0;

  constructor(options: StreamSessionOptions) {
    this.#options = options;
    this.#isCombined = options.isCombined;
  }

  /** Names of the streams that it listens to. */
  get streams(): string[] {
    return [...this.#seats.keys()];
  }

  get conflated(): number {
    return this.#conflated;
  }

  /** Listens to the streams of the URL, which were looked at before. */
  begin(names: readonly string[]): void {
    if (this.#isEnded) return;
    try {
      if (this.#subscribe(names) !== null) this.end("unavailable");
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Takes what the client has sent, and answers it. Never throws. */
  take(data: unknown): void {
    if (this.#isEnded) return;
    const length = typeof data === "string" ? data.length : (data as ArrayBuffer).byteLength;
    if (length > STREAM_REQUEST_LENGTH_MAX) return this.end("message_too_large");
    if (!this.#mayAsk()) return this.end("too_many_messages");
    const request = readStreamRequest(data);
    if ("code" in request) return this.#refuse(request);
    const { id } = request;
    try {
      const result = this.#carryOut(request);
      if (typeof result === "string") {
        this.#refuse({ id, code: 2, msg: `Invalid request: ${result}` });
      } else void this.#answer(result, id);
    } catch (error) {
      this.#fail(error);
    }
  }

  next(): StreamItem | undefined {
    return this.#outbox.take();
  }

  /** An item as it goes out. */
  textOf({ name, event }: StreamItem): string {
    return this.#isCombined ? event.of(name) : event.text;
  }

  end(reason: StreamEnd | null): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    for (const { leave } of this.#seats.values()) leave();
    this.#seats.clear();
    this.#outbox.clear();
    if (reason !== null) this.#options.end(reason);
  }

  /** The result, and what it waits for; or what is wrong. */
  #carryOut(request: StreamRequest): { value: unknown; ready?: Promise<unknown> } | string {
    switch (request.method) {
      case "SUBSCRIBE": {
        const fault = this.#subscribe(request.names);
        if (fault !== null) return fault;
        const seats = request.names.map((name) => this.#seats.get(name)?.ready);
        return { value: null, ready: Promise.all(seats) };
      }
      case "UNSUBSCRIBE":
        for (const name of request.names) {
          this.#seats.get(name)?.leave();
          this.#seats.delete(name);
        }
        return { value: null };
      case "LIST_SUBSCRIPTIONS":
        return { value: this.streams };
      case "SET_PROPERTY":
        this.#isCombined = request.value;
        return { value: null };
      case "GET_PROPERTY":
        return { value: this.#isCombined };
    }
  }

  /** Listens to streams, all of them or none; what is wrong, or `null`. */
  #subscribe(names: readonly string[]): string | null {
    const found = findStreams(names, this.#options.reference);
    if (typeof found === "string") return found;
    for (const name of this.#seats.keys()) found.delete(name);
    const count = this.#seats.size + found.size;
    if (count > STREAMS_MAX) return `${count} streams; the most is ${STREAMS_MAX}`;
    const seats = new Map<string, StreamSeat>();
    try {
      for (const [name, stream] of found) seats.set(name, this.#listen(name, stream));
    } catch (error) {
      for (const { leave } of seats.values()) leave();
      if (error instanceof HubFullError) return "the gateway has no room for more streams";
      throw error;
    }
    // Where the last of a state came at once, there may have been too much of it.
    for (const [name, seat] of seats) this.#isEnded ? seat.leave() : this.#seats.set(name, seat);
    return null;
  }

  #listen(name: string, stream: Stream | AllMarketsStream): StreamSeat {
    const { feeds, time } = this.#options;
    const place = stream.kind === "state" ? name : null;
    return feeds.listen(stream, time, {
      take: (event) => this.#put({ name, event }, place),
      ended: (reason) => this.end(reason),
    });
  }

  #put(item: StreamItem, place: string | null): void {
    if (this.#isEnded) return;
    const put = this.#outbox.put(item, item.event.text.length, place);
    if (put === "over") return this.end("slow_reader");
    if (put === "replaced") this.#conflated++;
    this.#options.wake();
  }

  async #answer(
    { value, ready }: { readonly value: unknown; readonly ready?: Promise<unknown> },
    id: StreamRequestId,
  ): Promise<void> {
    try {
      // Whoever has the answer misses nothing any more.
      if (ready !== undefined) await ready;
      this.#say({ result: value, id });
    } catch {
      this.end("backend_lost");
    }
  }

  #refuse({ id, code, msg }: StreamFault): void {
    this.#say({ error: { code, msg }, id });
  }

  #say(answer: object): void {
    if (!this.#isEnded) this.#options.say(JSON.stringify(answer));
  }

  #fail(error: unknown): void {
    this.#options.log("error", `a Binance stream: ${error instanceof Error ? error.stack : error}`);
    this.end("unavailable");
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

/** The streams of names, each once; what is wrong with one where it is none. */
export function findStreams(
  names: readonly string[],
  reference: Pick<Reference, "all">,
): Map<string, Stream | AllMarketsStream> | string {
  const found = new Map<string, Stream | AllMarketsStream>();
  for (const name of names) {
    const stream = parseStreamName(name, reference);
    if (stream === null) return `unknown stream ${JSON.stringify(name.slice(0, 64))}`;
    found.set(name, stream);
  }
  return found;
}
