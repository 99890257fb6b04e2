/**
 * Drives one client's session: listens to the feeds of its channels, asks what it wants asked, one
 * question after the other, and ends it where it has to be.
 *
 * @module
 */
import { marketDataSubject, reportsSubject } from "../../core/protocol/subjects.ts";
import type { Channel } from "../../core/streams/channel.ts";
import type { Cursor } from "../../core/streams/cursor.ts";
import { WAITING_BYTES_MAX } from "../../core/streams/outbox.ts";
import { type Asking, type Placed, StreamSession } from "../../core/streams/stream_session.ts";
import type { HubEnd, ListenerPlace } from "../../infra/streams/feed_hub.ts";
import type { HubMessage } from "../../infra/streams/hub_message.ts";
import type { Backend, Log } from "../gateway.ts";
import { EdgeMessage } from "./edge_message.ts";
import { type EdgeAnswer, joinDepth, joinReports, joinTrades } from "./join_answers.ts";
import type { JointSnapshots } from "./joint_snapshots.ts";
import type { StreamEnd } from "./stream_end.ts";

/** What may wait for a client when the next question is asked: an answer has to fit behind it. */
export const ASK_BYTES_MAX = WAITING_BYTES_MAX / 4;
/** How long a question waits for a client that does not read. */
export const ROOM_MILLIS_MAX = 15_000;
/** Failed questions in a row after which a stream ends. */
export const FAILURES_MAX = 6;
/** Pause before a question that was asked before; doubled with each failure. */
export const PAUSE_MILLIS = 100;

/** An item as it goes to the client. */
export type EdgeItem = Placed<EdgeMessage>;

/** Who a stream belongs to. */
export interface StreamOwner {
  readonly account: number;
  /** The key, or the issuer of the token. */
  readonly keyId: string;
  /** When the login is over, by the exchange's clock. */
  readonly untilMicros: number;
}

/** What a driver works with. */
export interface DriverParts {
  readonly backend: Backend;
  readonly snapshots: JointSnapshots;
  readonly log: Log;
  /** Called whenever something waits to be read. */
  readonly wake: () => void;
  /** Called once. */
  readonly end: (reason: StreamEnd) => void;
}

const HUB_ENDS: Readonly<Record<HubEnd, StreamEnd>> = {
  stopped: "backend_lost",
  refused: "not_allowed",
};

/** A channel of the stream. */
interface Seat {
  readonly channel: Channel;
  readonly place: ListenerPlace;
  readonly trades: number;
}

/** The driver of one stream. */
export class StreamDriver {
  readonly #parts: DriverParts;
  readonly #session: StreamSession<EdgeMessage>;
  readonly #places = new Map<string, Seat>();
  readonly #questions: { channel: Channel; asking: Asking }[] = [];
  #owner: StreamOwner | null = null;
  #isAsking = false;
  #isEnded = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopPause = (): void => {};
  #roomMade = (): void => {};

  constructor(parts: DriverParts) {
    this.#parts = parts;
    this.#session = new StreamSession((channel, asking) => {
      this.#questions.push({ channel, asking });
      void this.#askAll();
    });
  }

  /** Channels of the stream. */
  get channels(): number {
    return this.#places.size;
  }

  /** Messages in whose place a newer one was sent. */
  get conflated(): number {
    return this.#session.conflated;
  }

  /** Whose reports the stream may carry; `null`: nobody's. */
  get owner(): StreamOwner | null {
    return this.#owner;
  }

  /** Says whose stream it is. It stays so. */
  own(owner: StreamOwner): void {
    this.#owner = owner;
  }

  /** Whether the stream has the channel. */
  has(name: string): boolean {
    return this.#places.has(name);
  }

  /**
   * Adds a channel. Reports need an owner.
   *
   * @param trades how many last ones a client without a place is given
   */
  open(channel: Channel, after: Cursor, trades: number): void {
    const { feeds } = this.#parts.backend;
    const place = feeds.listen(this.#subjectOf(channel), {
      take: (message: HubMessage) => {
        this.#session.take(channel, EdgeMessage.ofFeed(message));
        this.#moved();
      },
      ended: (reason) => this.end(HUB_ENDS[reason]),
    });
    this.#places.set(channel.name, { channel, place, trades });
    this.#session.open(channel, after, place.last === null ? null : EdgeMessage.ofFeed(place.last));
    this.#moved();
  }

  /** Takes a channel away. */
  close(name: string): void {
    const found = this.#places.get(name);
    if (found === undefined) return;
    this.#places.delete(name);
    found.place.leave();
    this.#session.close(found.channel);
  }

  /** What the client reads next. */
  next(): EdgeItem | undefined {
    const item = this.#session.next();
    if (this.#session.waitingBytes <= ASK_BYTES_MAX) this.#roomMade();
    return item;
  }

  /** Asks for reports that may have been lost where no later one tells of them. */
  checkReports(): void {
    for (const { channel } of this.#places.values()) {
      if (channel.kind === "reports") this.#session.check(channel);
    }
  }

  /** Ends the stream; with a reason, its client is told. */
  end(reason: StreamEnd | null): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#timer);
    this.#stopPause();
    for (const { place } of this.#places.values()) place.leave();
    this.#places.clear();
    this.#questions.length = 0;
    if (reason !== null) this.#parts.end(reason);
  }

  #subjectOf({ symbol, feed }: Channel): string {
    if (symbol !== null && feed !== null) return marketDataSubject(symbol, feed);
    if (this.#owner === null) throw new TypeError("reports belong to an account");
    return reportsSubject(this.#owner.account);
  }

  #moved(): void {
    const { ended } = this.#session;
    if (ended !== null) this.end(ended);
    else if (!this.#isEnded) this.#parts.wake();
  }

  async #askAll(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    let failures = 0;
    const answered = new Set<string>();
    while (!this.#isEnded) {
      const question = this.#questions.shift();
      if (question === undefined) break;
      const { channel, asking } = question;
      const seat = this.#places.get(channel.name);
      if (seat === undefined) continue;
      // Who joins again at once, for what was asked did not join, waits a moment.
      if (answered.has(channel.name)) await this.#pause(PAUSE_MILLIS << failures);
      if (!await this.#hasRoom()) break;
      try {
        await seat.place.ready;
        const answer = await this.#answer(seat, asking);
        if (this.#isEnded || this.#places.get(channel.name) !== seat) continue;
        if (!answer.hasMore) answered.add(channel.name);
        failures = 0;
        this.#session.answer(channel, answer);
        this.#moved();
      } catch (error) {
        answered.add(channel.name);
        this.#questions.push(question);
        if (++failures >= FAILURES_MAX) {
          this.#parts.log("warn", `a stream ends, ${channel.name} is not answered: ${error}`);
          this.end("unavailable");
        }
      }
    }
    this.#isAsking = false;
  }

  #answer({ channel, trades }: Seat, { after }: Asking): Promise<EdgeAnswer> {
    const { snapshots, backend } = this.#parts;
    if (channel.kind === "depth") return joinDepth(snapshots, channel);
    if (channel.kind === "trades") return joinTrades(snapshots, channel, after, trades);
    return joinReports(backend.queries, this.#owner?.account ?? 0, after);
  }

  /** Waits until an answer fits behind what waits; ends the stream where that takes too long. */
  async #hasRoom(): Promise<boolean> {
    if (this.#session.waitingBytes > ASK_BYTES_MAX) {
      await this.#pause(ROOM_MILLIS_MAX, true);
      if (this.#session.waitingBytes > ASK_BYTES_MAX) this.end("slow_reader");
    }
    return !this.#isEnded;
  }

  /** Waits; until the end of the stream at most and, if it is for room, until there is some. */
  async #pause(millis: number, isForRoom = false): Promise<void> {
    if (this.#isEnded) return;
    await new Promise<void>((resolve) => {
      this.#timer = setTimeout(resolve, millis);
      this.#stopPause = resolve;
      if (isForRoom) this.#roomMade = resolve;
    });
    clearTimeout(this.#timer);
    this.#roomMade = () => {};
  }
}
