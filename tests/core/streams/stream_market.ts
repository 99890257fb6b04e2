/**
 * A publisher of every kind of channel, a road that loses, repeats and reorders what it sends, and a
 * client that applies what its stream gives it by the rules of STREAMS.md.
 *
 * @module
 */
import { type Channel, parseChannel } from "../../../core/streams/channel.ts";
import { type Cursor, formatCursor, parseCursor } from "../../../core/streams/cursor.ts";
import {
  type Answer,
  type Asking,
  type StreamMessage,
  StreamSession,
} from "../../../core/streams/stream_session.ts";

/** A message with what it says: levels by price, ids of trades, or a state. */
export interface Said extends StreamMessage {
  readonly levels: readonly (readonly [price: number, quantity: number])[];
  readonly trades: readonly number[];
  readonly state: number;
  readonly isSnapshot: boolean;
}

/** Names of the channels. */
export const NAMES = [
  "reports",
  "trades:BTC-USD",
  "depth:BTC-USD",
  "candles.1m:BTC-USD",
  "bbo:BTC-USD",
] as const;
/** The channels. */
export const CHANNELS = NAMES.map((name) => parseChannel(name)!) as readonly Channel[];
/** Trades that an answer reaches back. */
const TRADES_REACH = 6;
const REPORTS_PAGE = 3;

/** Makes a message. */
export function said(sequence: number, prevSequence: number, what: Partial<Said> = {}): Said {
  const trades = what.trades ?? [];
  return {
    sequence,
    prevSequence,
    byteLength: 40,
    levels: [],
    trades,
    state: sequence,
    isSnapshot: false,
    lastTradeId: trades.at(-1) ?? 0,
    ...what,
    behind(id) {
      const rest = trades.filter((one) => one > id);
      return rest.length === 0 ? null : said(sequence, prevSequence, { ...what, trades: rest });
    },
  };
}

/** What is true. */
export class Publisher {
  readonly levels = new Map<number, number>();
  readonly trades: number[] = [];
  reports = 0;
  #sequence = 0;
  #tradeId = 0;
  readonly #unpublished: number[] = [];
  readonly #last = new Map<string, Said>();
  readonly #at = new Map<string, number>();

  /** Something happens; gives the message of it, unless it is published later. */
  publish(channel: Channel, random: number): Said | null {
    const prev = this.#at.get(channel.name) ?? 0;
    const sequence = channel.kind === "reports" ? prev + 1 : ++this.#sequence;
    const happened = this.#happen(channel, random);
    if (channel.kind !== "trades") return this.#said(channel, sequence, happened);
    this.#unpublished.push(...happened.trades ?? []);
    return random % 4 === 0 ? null : this.publishLate();
  }

  /** The message of the trades that were not published yet. */
  publishLate(): Said | null {
    const trades = this.#unpublished.splice(0);
    return trades.length === 0 ? null : this.#said(CHANNELS[1], this.#sequence, { trades });
  }

  /** What a quiet feed says. */
  repeat(channel: Channel): Said | null {
    const last = this.#last.get(channel.name);
    if (last === undefined || channel.kind === "reports") return null;
    const whole = channel.kind === "state" || channel.kind === "series"
      ? { state: last.state }
      : {};
    return said(last.sequence, last.sequence, whole);
  }

  /** The answer to what a session asks, as of now. */
  answer(channel: Channel, { after }: Asking): Answer & { messages: Said[] } {
    const sequence = channel.kind === "reports" ? this.reports : this.#sequence;
    if (channel.kind === "reports") {
      const from = after ?? this.reports;
      const to = Math.min(from + REPORTS_PAGE, this.reports);
      const messages = [];
      for (let number = from + 1; number <= to; number++) messages.push(said(number, number - 1));
      return { sequence: to, messages, place: to, isComplete: true, hasMore: to < this.reports };
    }
    const rest = { sequence, isComplete: true, hasMore: false, place: 0 };
    if (channel.kind === "depth") {
      const levels = [...this.levels];
      return { ...rest, messages: [said(sequence, sequence, { levels, isSnapshot: true })] };
    }
    const last = this.trades.slice(-TRADES_REACH);
    const missed = after === null ? [] : last.filter((id) => id > after);
    return {
      ...rest,
      place: this.#tradeId,
      isComplete: after === null || last.length === this.trades.length || last[0] <= after,
      messages: missed.length === 0 ? [] : [said(sequence, sequence, { trades: missed })],
    };
  }

  /** Number of the last message of a channel. */
  at(channel: Channel): number {
    return this.#at.get(channel.name) ?? 0;
  }

  #said(channel: Channel, sequence: number, what: Partial<Said>): Said {
    const message = said(sequence, this.at(channel), what);
    this.#at.set(channel.name, sequence);
    this.#last.set(channel.name, message);
    return message;
  }

  #happen({ kind }: Channel, random: number): Partial<Said> {
    if (kind === "reports") this.reports++;
    if (kind === "depth") {
      const [price, quantity] = [random % 7, random % 5];
      if (quantity === 0) this.levels.delete(price);
      else this.levels.set(price, quantity);
      return { levels: [[price, quantity]] };
    }
    if (kind !== "trades") return {};
    const trades = Array.from({ length: 1 + random % 3 }, () => ++this.#tradeId);
    this.trades.push(...trades);
    return { trades };
  }
}

type Answerer = Publisher["answer"];

/** What a client has applied over all its streams, one after the other. */
export class Client {
  readonly asked: { channel: Channel; asking: Asking; early: ReturnType<Answerer> }[] = [];
  readonly levels = new Map<number, number>();
  readonly trades: number[] = [];
  readonly reports: number[] = [];
  readonly candles: number[] = [];
  readonly gaps = new Set<string>();
  state = 0;
  session!: StreamSession<Said>;
  cursor: Cursor = new Map();
  readonly #bytesMax: number;
  readonly #answer: Answerer;

  constructor(bytesMax: number, answer: Answerer) {
    this.#bytesMax = bytesMax;
    this.#answer = answer;
    this.connect();
  }

  /** Opens a stream where the last one ended. Only the text of its cursor is known any more. */
  connect(): void {
    this.asked.length = 0;
    const after = parseCursor(formatCursor(this.cursor))!;
    this.session = new StreamSession((channel, asking) => {
      this.asked.push({ channel, asking, early: this.#answer(channel, asking) });
    }, this.#bytesMax);
    for (const channel of CHANNELS) this.session.open(channel, after, null);
    // What a client has seen of candles says nothing about those that ended meanwhile.
    this.gaps.add("candles.1m:BTC-USD");
  }

  /** Reads so many items. */
  read(count: number): void {
    for (let left = count; left > 0; left--) {
      const placed = this.session.next();
      if (placed === undefined) return;
      const { item, place } = placed;
      if (place !== null) this.cursor = new Map([...this.cursor, [item.channel.name, place]]);
      if (item.kind === "gap") this.gaps.add(item.channel.name);
      else if (item.kind !== "joined") this.#apply(item.channel, item.message);
    }
  }

  #apply({ kind }: Channel, message: Said): void {
    if (message.isSnapshot) this.levels.clear();
    for (const [price, quantity] of message.levels) {
      if (quantity === 0) this.levels.delete(price);
      else this.levels.set(price, quantity);
    }
    if (kind === "trades") this.trades.push(...message.trades);
    if (kind === "reports") this.reports.push(message.sequence);
    if (kind === "series") this.candles.push(message.state);
    if (kind === "state") this.state = message.state;
  }
}
