/**
 * One client's stream, as a state machine: it takes the messages of feeds and the answers to what it
 * asks for, and has what the client is to read next.
 *
 * It knows neither time nor network. Whoever drives it asks what it wants asked ({@link Asking}), and
 * takes what waits when the client can read.
 *
 * After any loss, repetition, reordering or slowness, what the client has applied is what was
 * published, or it has been told of a gap, or the stream has ended.
 *
 * @module
 */
import type { Channel } from "./channel.ts";
import type { Cursor } from "./cursor.ts";
import { JoinedFeed, type Numbered } from "./joined_feed.ts";
import { Outbox } from "./outbox.ts";

/** A message of a feed. */
export interface StreamMessage extends Numbered {
  readonly byteLength: number;
  /** Id of the last trade in it, of `trades`; 0: it has none. */
  readonly lastTradeId: number;
  /** The same without the trades up to an id; `null`: nothing is left. Only of `trades`. */
  behind(tradeId: number): StreamMessage | null;
}

/** What a session wants asked about a channel; it is answered by {@link StreamSession.answer}. */
export interface Asking {
  /** Reports above this number, or trades above this id; `null`: the client has no place yet. */
  readonly after: number | null;
}

/** What was asked for. */
export interface Answer {
  /** Number of the channel's feed that it stands for; what is above that follows. */
  readonly sequence: number;
  /** What the client is given of it, in order. */
  readonly messages: readonly StreamMessage[];
  /** Place of the client after it: number of its last report, id of the last trade. */
  readonly place: number;
  /** Whether it has all behind the client's place. */
  readonly isComplete: boolean;
  /** Whether there is more to be asked for behind it. */
  readonly hasMore: boolean;
}

/** What a client reads. */
export type StreamItem<Message> =
  | { readonly kind: "message"; readonly channel: Channel; readonly message: Message }
  /** Goes in front of what follows: the state as of now, or what was missed. */
  | { readonly kind: "snapshot"; readonly channel: Channel; readonly message: Message }
  /** Something could not be given: what the client has of the channel is not whole. */
  | { readonly kind: "gap"; readonly channel: Channel; readonly after: number | null }
  /** The channel is joined. */
  | { readonly kind: "joined"; readonly channel: Channel };

/** An item with the client's place in its channel once it has read it; `null`: it stays. */
export interface Placed<Message> {
  readonly item: StreamItem<Message>;
  readonly place: number | null;
}

/** Why a session has ended. */
export type SessionEnd = "slow_reader";

/** A channel of the session. */
interface Joining<Message extends StreamMessage> {
  readonly channel: Channel;
  readonly feed: JoinedFeed<Message>;
  /** Last report or trade that was put into the outbox; `null`: none is known. */
  place: number | null;
  /** Whether what was published before the first message is nobody's loss. */
  isFresh: boolean;
  /** Whether an answer is to come: there is never more than one. */
  isAsking: boolean;
}

/** Bytes that a session's own remarks count for. */
const REMARK_BYTES = 128;

/** The stream of one client. */
export class StreamSession<Message extends StreamMessage> {
  readonly #channels = new Map<string, Joining<Message>>();
  readonly #outbox: Outbox<Placed<Message>>;
  readonly #ask: (channel: Channel, asking: Asking) => void;
  #ended: SessionEnd | null = null;
  /** Messages in whose place a newer one was put. */
  conflated = 0;

  /** @param ask is called for each answer that is needed, also from within calls of this session */
  constructor(ask: (channel: Channel, asking: Asking) => void, waitingBytesMax?: number) {
    this.#ask = ask;
    this.#outbox = new Outbox(waitingBytesMax);
  }

  /** Why it has ended; `null`: it has not. */
  get ended(): SessionEnd | null {
    return this.#ended;
  }

  /** Bytes that wait for the client. */
  get waitingBytes(): number {
    return this.#outbox.bytes;
  }

  /** Number of the channels. */
  get channels(): number {
    return this.#channels.size;
  }

  /**
   * Adds a channel, whose messages come from now on.
   *
   * @param after how far the client had got in it
   * @param last what the feed said last, of channels whose messages are the whole state
   */
  open(channel: Channel, after: Cursor, last: Message | null): void {
    const place = after.get(channel.name) ?? null;
    const feed = new JoinedFeed<Message>();
    const joining = { channel, feed, place, isFresh: true, isAsking: false };
    this.#channels.set(channel.name, joining);
    if (isAsked(channel)) return this.#wantAnswer(joining);
    this.#put({ kind: "joined", channel }, REMARK_BYTES, null, null);
    if (last !== null) this.take(channel, last);
  }

  /** Takes a channel away. What waits of it is still read. */
  close(channel: Channel): void {
    this.#channels.delete(channel.name);
  }

  /** Takes a message of a channel. */
  take(channel: Channel, message: Message): void {
    const joining = this.#channels.get(channel.name);
    if (joining === undefined || this.#ended !== null) return;
    if (channel.kind === "state") {
      return this.#put({ kind: "message", channel, message }, message.byteLength, null, channel);
    }
    if (channel.kind === "series") return this.#takeSeries(joining, message);
    const offered = joining.feed.offer(message);
    if (offered === "next") this.#deliver(joining, message);
    else if (offered === "hole") this.#wantAnswer(joining);
  }

  /** Takes the answer to what was asked about a channel. */
  answer(channel: Channel, answer: Answer & { readonly messages: readonly Message[] }): void {
    const joining = this.#channels.get(channel.name);
    if (joining === undefined || this.#ended !== null) return;
    joining.isAsking = false;
    if (joining.feed.isJoined) return this.#takeChecked(joining, answer);
    const { messages, place, sequence, isComplete, hasMore } = answer;
    if (!isComplete) this.#gap(channel, joining.place);
    const kind = channel.kind === "reports" ? "message" : "snapshot";
    const following = hasMore ? null : joining.feed.join(sequence);
    // Half of a book is none: it waits for one that joins.
    if (following === null && channel.kind === "depth") return this.#wantAnswer(joining);
    for (const message of messages) {
      // What came by itself while a check was under way is in its answer once more.
      if (channel.kind === "reports" && message.sequence <= (joining.place ?? 0)) continue;
      if (channel.kind === "reports") joining.place = message.sequence;
      else if (channel.kind === "trades") joining.place = place;
      this.#put({ kind, channel, message }, message.byteLength, joining.place, null);
    }
    if (channel.kind !== "depth") {
      joining.place = isComplete ? Math.max(place, joining.place ?? 0) : place;
    }
    if (following === null) return this.#wantAnswer(joining);
    this.#put({ kind: "joined", channel }, REMARK_BYTES, joining.place, null);
    for (const message of following) this.#deliver(joining, message);
  }

  /** Wants to know whether anything was missed at the end of the reports, where nothing tells. */
  check(channel: Channel): void {
    const joining = this.#channels.get(channel.name);
    if (joining?.feed.isJoined) this.#wantAnswer(joining);
  }

  /** What the client reads next; `undefined`: nothing waits. */
  next(): Placed<Message> | undefined {
    return this.#outbox.take();
  }

  #wantAnswer(joining: Joining<Message>): void {
    if (joining.isAsking) return;
    joining.isAsking = true;
    this.#ask(joining.channel, { after: joining.place });
  }

  #takeSeries(joining: Joining<Message>, message: Message): void {
    const { channel, feed } = joining;
    if (joining.isFresh) {
      joining.isFresh = false;
      feed.join(message.prevSequence);
      // What was said before and is said again is new to whoever has just come.
      if (message.sequence === message.prevSequence) return this.#send(channel, message, null);
    }
    const offered = feed.offer(message);
    if (offered === "covered") return;
    if (offered === "hole") {
      feed.join(message.prevSequence);
      this.#gap(channel, null);
    }
    this.#send(channel, message, null);
  }

  /** An answer to {@link check}: what of it did not come by itself. */
  #takeChecked(joining: Joining<Message>, { messages, hasMore }: Answer): void {
    // Of another channel it is the answer to somebody who has left, and come back.
    if (joining.channel.kind !== "reports") return;
    for (const message of messages as readonly Message[]) this.take(joining.channel, message);
    if (hasMore && joining.feed.isJoined) this.check(joining.channel);
  }

  #deliver(joining: Joining<Message>, message: Message): void {
    const { channel } = joining;
    if (channel.kind === "reports") {
      joining.place = message.sequence;
      return this.#send(channel, message, message.sequence);
    }
    if (channel.kind !== "trades") return this.#send(channel, message, null);
    // The message may have been put together after the answer, of trades that the answer has.
    const rest = message.behind(joining.place ?? 0) as Message | null;
    if (rest === null) return;
    joining.place = rest.lastTradeId;
    this.#send(channel, rest, rest.lastTradeId);
  }

  #gap(channel: Channel, after: number | null): void {
    this.#put({ kind: "gap", channel, after }, REMARK_BYTES, null, null);
  }

  #send(channel: Channel, message: Message, place: number | null): void {
    this.#put({ kind: "message", channel, message }, message.byteLength, place, null);
  }

  #put(
    item: StreamItem<Message>,
    bytes: number,
    place: number | null,
    conflated: Channel | null,
  ): void {
    if (this.#ended !== null) return;
    const became = this.#outbox.put({ item, place }, bytes, conflated?.name ?? null);
    if (became === "replaced") this.conflated++;
    if (became !== "over") return;
    this.#ended = "slow_reader";
    this.#outbox.clear();
  }
}

/** Whether a channel begins with an answer. */
const isAsked = ({ kind }: Channel): boolean =>
  kind === "reports" || kind === "trades" || kind === "depth";
