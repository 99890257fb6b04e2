/**
 * The feeds that this gateway hears, each once, however many listen to it here.
 *
 * A subject has one subscription: made for its first listener, and given up a while after its last,
 * so that one who comes back at once, or a page that changes its chart, costs the broker nothing.
 * Messages are handed on as they came, and looked into at most once.
 *
 * A hub lives as long as one connection to NATS. What the broker sends while that is interrupted is
 * lost: listeners find out by the numbers of the messages.
 *
 * @module
 */
import { HubMessage } from "./hub_message.ts";

/** Subjects that a hub listens to at once, those included that wait to be given up. */
export const HUB_SUBJECTS_MAX = 20_000;
/** How long a subject without listeners is listened to. */
export const HUB_LINGER_MILLIS = 5_000;

/** What a hub needs of a connection; `NatsConnection` has it. */
export interface HubConnection {
  subscribe(
    subject: string,
    options: {
      callback: (error: Error | null, message: { subject: string; data: Uint8Array }) => void;
    },
  ): { unsubscribe(): void };
  /** Settles when the broker has seen all that was sent before. */
  flush(): Promise<void>;
}

/** Why no more messages come. */
export type HubEnd = "stopped" | "refused";

/** Somebody who listens. Neither method may throw or take long: all others wait. */
export interface FeedListener {
  take(message: HubMessage): void;
  /** No message comes after it; the place need not be left. */
  ended(reason: HubEnd): void;
}

/** A place at a subject. */
export interface ListenerPlace {
  /** Settles when no message of the subject is missed any more. Rejects where the broker is lost. */
  readonly ready: Promise<void>;
  /** The last message that came since the subject is listened to; `null`: none yet. */
  readonly last: HubMessage | null;
  /** Listens no longer. A second call changes nothing. */
  leave(): void;
}

/** There are as many subjects as a hub listens to. */
export class HubFullError extends Error {
  override readonly name = "HubFullError";
  constructor(readonly subjects: number) {
    super(`${subjects} subjects are listened to; at most ${HUB_SUBJECTS_MAX}`);
  }
}

/** One subject. */
interface Feed {
  readonly listeners: Set<FeedListener>;
  readonly ready: Promise<void>;
  readonly end: () => void;
  last: HubMessage | null;
  linger: ReturnType<typeof setTimeout> | undefined;
}

/** The hub of one connection. */
export class FeedHub {
  readonly #connection: HubConnection;
  readonly #lingerMillis: number;
  readonly #feeds = new Map<string, Feed>();
  #isStopped = false;
  /** What came from the broker since the start, and how often it was handed to a listener. */
  readonly counts = { messages: 0, bytes: 0, handedOut: 0 };

  constructor(connection: HubConnection, lingerMillis: number = HUB_LINGER_MILLIS) {
    this.#connection = connection;
    this.#lingerMillis = lingerMillis;
  }

  /** Subjects that are listened to at present. */
  get subjects(): number {
    return this.#feeds.size;
  }

  /**
   * Listens to a subject. O(1).
   *
   * @throws {HubFullError} when it would be one subject too many
   */
  listen(subject: string, listener: FeedListener): ListenerPlace {
    const feed = this.#feeds.get(subject) ?? this.#open(subject);
    clearTimeout(feed.linger);
    // A place of its own, so that the same listener may have two.
    const seat: FeedListener = {
      take: (message) => listener.take(message),
      ended: (reason) => listener.ended(reason),
    };
    feed.listeners.add(seat);
    return {
      ready: feed.ready,
      get last() {
        return feed.last;
      },
      leave: () => {
        if (feed.listeners.delete(seat) && feed.listeners.size === 0) this.#linger(subject, feed);
      },
    };
  }

  /** Gives all subjects up and tells the listeners. */
  stop(): void {
    this.#isStopped = true;
    for (const [subject, feed] of this.#feeds) this.#end(subject, feed, "stopped");
  }

  #open(subject: string): Feed {
    if (this.#isStopped) throw new Error("the hub has been stopped");
    if (this.#feeds.size >= HUB_SUBJECTS_MAX) throw new HubFullError(this.#feeds.size);
    const subscription = this.#connection.subscribe(subject, {
      callback: (error, message) => {
        // The broker's refusal comes here; the subscription is over by itself.
        if (error !== null) return this.#end(subject, feed, "refused");
        this.#handOut(feed, new HubMessage(message.subject, message.data));
      },
    });
    const feed: Feed = {
      listeners: new Set(),
      ready: this.#connection.flush(),
      end: () => subscription.unsubscribe(),
      last: null,
      linger: undefined,
    };
    // Whoever waits for it is told; nobody has to.
    feed.ready.catch(() => {});
    this.#feeds.set(subject, feed);
    return feed;
  }

  #handOut(feed: Feed, message: HubMessage): void {
    const { counts } = this;
    counts.messages++;
    counts.bytes += message.bytes.length;
    counts.handedOut += feed.listeners.size;
    feed.last = message;
    for (const listener of feed.listeners) listener.take(message);
  }

  #linger(subject: string, feed: Feed): void {
    if (this.#feeds.get(subject) !== feed) return;
    feed.linger = setTimeout(() => this.#end(subject, feed, "stopped"), this.#lingerMillis);
  }

  #end(subject: string, feed: Feed, reason: HubEnd): void {
    if (this.#feeds.get(subject) !== feed) return;
    this.#feeds.delete(subject);
    clearTimeout(feed.linger);
    feed.end();
    const listeners = [...feed.listeners];
    feed.listeners.clear();
    for (const listener of listeners) listener.ended(reason);
  }
}
