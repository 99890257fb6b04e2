/**
 * A message of a feed as streams send it on: each form of it is made once, for all streams.
 *
 * @module
 */
import type { StreamMessage } from "../../core/streams/stream_session.ts";
import type { HubMessage } from "../../infra/streams/hub_message.ts";

/** A trade in a message, as far as it is looked at. */
interface Trade {
  readonly tradeId: string;
}
type Fields = Readonly<Record<string, unknown>>;

const encoder = new TextEncoder();

/** One message. */
export class EdgeMessage implements StreamMessage {
  readonly byteLength: number;
  readonly #source: HubMessage | null;
  #text: string | null;
  #fields: Fields | null;
  #sse: Uint8Array | null = null;
  #ws: string | null = null;

  private constructor(source: HubMessage | null, fields: Fields | null, text: string | null) {
    this.#source = source;
    this.#fields = fields;
    this.#text = text;
    this.byteLength = source?.bytes.length ?? text?.length ?? 0;
  }

  /** The message of a feed; the same object for all that ask. */
  static ofFeed(message: HubMessage): EdgeMessage {
    return message.form("edge", () => new EdgeMessage(message, null, null));
  }

  /** A message that the gateway makes itself. */
  static ofFields(fields: Fields): EdgeMessage {
    return new EdgeMessage(null, fields, JSON.stringify(fields));
  }

  get sequence(): number {
    return Number(this.#all.sequence ?? 0);
  }

  get prevSequence(): number {
    return Number(this.#all.prevSequence ?? 0);
  }

  get lastTradeId(): number {
    return Number(this.#trades.at(-1)?.tradeId ?? 0);
  }

  behind(tradeId: number): EdgeMessage | null {
    const trades = this.#trades;
    const first = trades.findIndex((one) => Number(one.tradeId) > tradeId);
    if (first < 0) return null;
    return first === 0 ? this : EdgeMessage.ofFields({ ...this.#all, trades: trades.slice(first) });
  }

  /** The JSON, on one line. */
  get text(): string {
    if (this.#text === null) {
      const text = this.#source!.text;
      // What stands on several lines would end an event before its end.
      this.#text = /[\r\n]/.test(text) ? JSON.stringify(this.#all) : text;
    }
    return this.#text;
  }

  /** The event without its id. `event` is the same at every call. */
  sse(event: string): Uint8Array {
    return this.#sse ??= encoder.encode(`event: ${event}\ndata: ${this.text}\n\n`);
  }

  /** The message of a socket. `type`, `channel` and `cursor` are the same at every call. */
  ws(type: string, channel: string, cursor: string | null): string {
    if (this.#ws === null) {
      const place = cursor === null ? "" : `,"cursor":"${cursor}"`;
      this.#ws = `{"type":"${type}","channel":"${channel}"${place},"data":${this.text}}`;
    }
    return this.#ws;
  }

  get #all(): Fields {
    return this.#fields ??= this.#source!.fields;
  }

  get #trades(): readonly Trade[] {
    const { trades } = this.#all;
    return Array.isArray(trades) ? trades : [];
  }
}
