/**
 * One WebSocket to the exchange that carries every stream of a client: opened when the first channel is
 * asked for, opened again whenever it breaks, each time from where the client is (STREAMS.md).
 *
 * ```text
 *            first channel           open                          closed, silent
 *   idle ─────────────────▶ opening ──────▶ log in, subscribe ────────────────▶ waiting
 *    ▲                          ▲                                                  │
 *    │ last channel left        └──────────────── pause over ◀──────────────────────┘
 *    └── close()
 * ```
 *
 * Nothing is missed over a break where the channel can give it again (`reports`, `trades`); depth comes
 * with a new snapshot, and what cannot be given is told as a `gap`.
 *
 * @module
 */
import { AuthHeader } from "../../core/auth/header_problem.ts";
import { type ProblemBody, RefusedError } from "./client_error.ts";
import { type ChannelHandler, ListenedChannel } from "./listened_channel.ts";
import type { ApiKey } from "./request_signer.ts";
import { signedHeaders } from "./request_signer.ts";
import { CLOCK_CODES, pauseMillis } from "./retry_schedule.ts";

/** A quiet socket is asked for a sign of life after this. */
export const QUIET_MILLIS = 15_000;
/** And given up after this. */
export const SILENT_MILLIS_MAX = 30_000;
/** Channels that one message asks for: as many as a stream may have. */
export const CHANNELS_MAX = 32;
/** How often the socket is looked at. */
const LOOK_MILLIS = 1_000;
/** After so many attempts the pauses grow no more. */
const PAUSES_MAX = 6;
const RECV_WINDOW_MILLIS = 5_000;
const SOCKET_PATH = "/v1/ws";
const REPORTS = "reports";
const LOGIN_ID = "login";
/** Refusals that another attempt may not meet; a token is fetched anew for each. */
const PASSING_CODES: readonly string[] = [
  "act_unanswered",
  "internal",
  "keys_unavailable",
  "overloaded",
  "rate_limited",
  "starting",
  "streams_full",
  "streams_unavailable",
  "token_expired",
  "too_many_messages",
];

/** What a client uses of a WebSocket: browsers, React Native, Node and Deno have it. */
export interface SocketLike {
  // deno-lint-ignore no-explicit-any -- platforms have types of their own for events
  onopen: ((event: any) => void) | null;
  // deno-lint-ignore no-explicit-any -- as above; it has `data`
  onmessage: ((event: any) => void) | null;
  // deno-lint-ignore no-explicit-any -- as above; it has `code` and `reason`
  onclose: ((event: any) => void) | null;
  send(text: string): void;
  close(): void;
}

/** How a socket says that it is closed. */
interface SocketClosing {
  readonly code: number;
  /** Empty where there is none; old React Natives have `null` for it on iOS. */
  readonly reason: string | null;
}

/** How the connection is, for whoever shows it. */
export interface ConnectionState {
  readonly isOpen: boolean;
  /** Why it is not, as the exchange or the socket said it. */
  readonly reason: string;
}

/** What a connection needs. */
export interface StreamOptions {
  /** Of the gateway, `http:` or `https:`. */
  readonly url: string;
  readonly key: ApiKey | undefined;
  readonly token: (() => string | Promise<string>) | undefined;
  /** The exchange's clock in milliseconds. */
  readonly exchangeMillis: () => number;
  /** Sets that clock by the exchange's. */
  readonly setClock?: () => Promise<void>;
  readonly openSocket?: ((url: string) => SocketLike) | undefined;
  readonly random?: (() => number) | undefined;
  /** Told when the connection opens and breaks. */
  readonly changed?: (state: ConnectionState) => void;
  /** Told what the exchange refuses: code and a sentence. */
  readonly refused?: (code: string, detail: string) => void;
}

/** The connection of one client. */
export class StreamConnection {
  readonly #options: StreamOptions;
  readonly #channels = new Map<string, ListenedChannel>();
  /** What was asked for and is not answered, by the id of the message. */
  readonly #asked = new Map<number, readonly string[]>();
  #lastId = 0;
  #socket: SocketLike | null = null;
  #isReady = false;
  #login: "none" | "asked" | "in" = "none";
  #isClockSet = false;
  #attempts = 0;
  #heardMillis = 0;
  #isAsked = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  /**
   * Listens to a channel.
   *
   * @returns ends it
   */
  subscribe(channel: string, handler: ChannelHandler): () => void {
    this.#check(channel);
    let listened = this.#channels.get(channel);
    if (listened === undefined) {
      listened = new ListenedChannel();
      this.#channels.set(channel, listened);
      if (this.#isReady) this.#askFor([channel]);
    }
    listened.handlers.add(handler);
    if (this.#socket === null && this.#timer === undefined) this.#open();
    return () => this.#leave(channel, handler);
  }

  /** Settles when a channel that is listened to has become complete; rejects where it is refused. */
  joined(channel: string): Promise<void> {
    const listened = this.#channels.get(channel);
    if (listened === undefined) throw new TypeError(`nobody listens to ${channel}`);
    return listened.joined;
  }

  /** Asks for a channel anew, from where it is. */
  renew(channel: string): void {
    if (!this.#isReady || !this.#channels.has(channel)) return;
    this.#send({ op: "unsubscribe", channels: [channel] });
    this.#ask([channel]);
  }

  /** Ends everything. */
  close(): void {
    this.#channels.clear();
    this.#end("closed by the client");
  }

  /** What no exchange could help with is told at once. */
  #check(channel: string): void {
    const { key, openSocket, token } = this.#options;
    if (channel === REPORTS && key === undefined && token === undefined) {
      throw new TypeError("reports need a key or a token; the client was given neither");
    }
    if (openSocket === undefined && typeof globalThis.WebSocket !== "function") {
      throw new TypeError("this platform has no WebSocket: give the client the option openSocket");
    }
  }

  #leave(channel: string, handler: ChannelHandler): void {
    const listened = this.#channels.get(channel);
    if (listened === undefined || !listened.handlers.delete(handler)) return;
    if (listened.handlers.size > 0) return;
    this.#channels.delete(channel);
    if (this.#channels.size === 0) this.#end("nobody listens");
    else if (this.#isReady) this.#send({ op: "unsubscribe", channels: [channel] });
  }

  #open(): void {
    this.#timer = undefined;
    const { openSocket = (url: string): SocketLike => new WebSocket(url), url } = this.#options;
    const socket = openSocket(url.replace(/^http/, "ws") + SOCKET_PATH);
    this.#socket = socket;
    this.#heardMillis = this.#options.exchangeMillis();
    this.#watch = setInterval(() => this.#look(), LOOK_MILLIS);
    socket.onopen = () => this.#begin();
    socket.onmessage = ({ data }: { readonly data: unknown }) => {
      if (this.#socket === socket) this.#take(String(data));
    };
    socket.onclose = ({ code, reason }: SocketClosing) => {
      if (this.#socket === socket) this.#lost(reason || `closed (${code})`);
    };
  }

  #begin(): void {
    this.#isReady = true;
    this.#askFor([...this.#channels.keys()]);
    this.#options.changed?.({ isOpen: true, reason: "" });
  }

  /** Asks for channels, and for the private one apart: a refusal of it is of no concern to others. */
  #askFor(names: readonly string[]): void {
    this.#ask(names.filter((name) => name !== REPORTS));
    if (names.includes(REPORTS)) void this.#askForReports();
  }

  /** Logs in where that was not done, and asks for the reports, without waiting for an answer. */
  async #askForReports(): Promise<void> {
    const socket = this.#socket;
    if (this.#login === "none") {
      this.#login = "asked";
      try {
        const message = await this.#loginMessage();
        if (this.#socket !== socket) return;
        this.#send({ ...message, id: LOGIN_ID });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return this.#socket === socket ? this.#lost(`no token: ${reason}`) : undefined;
      }
    }
    if (this.#channels.has(REPORTS)) this.#ask([REPORTS]);
  }

  async #loginMessage(): Promise<object> {
    const { exchangeMillis, key, token } = this.#options;
    if (token !== undefined) return { op: "login", token: await token() };
    if (key === undefined) throw new TypeError("reports need a key or a token");
    const parts = { method: "GET", pathWithQuery: SOCKET_PATH, body: "", idempotencyKey: null };
    const timestamp = Math.floor(exchangeMillis());
    const signed = signedHeaders(key, parts, timestamp, RECV_WINDOW_MILLIS);
    const signature = signed[AuthHeader.signature];
    return { op: "login", key: key.id, timestamp, recvWindow: RECV_WINDOW_MILLIS, signature };
  }

  #ask(names: readonly string[]): void {
    for (let from = 0; from < names.length; from += CHANNELS_MAX) {
      const channels = names.slice(from, from + CHANNELS_MAX);
      const after = channels.map((name) => this.#channels.get(name)?.cursor ?? "")
        .filter((cursor) => cursor !== "").join("~");
      for (const name of channels) this.#channels.get(name)?.ask();
      this.#asked.set(++this.#lastId, channels);
      const id = this.#lastId;
      this.#send({ op: "subscribe", id, channels, ...(after === "" ? {} : { after }) });
    }
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #take(text: string): void {
    this.#heardMillis = this.#options.exchangeMillis();
    this.#isAsked = false;
    const message = JSON.parse(text);
    const { channel, cursor, data, id, type } = message;
    if (type === "error") return this.#takeRefusal(message);
    if (type === "loggedIn") this.#login = "in";
    if (type === "subscribed") {
      this.#asked.delete(id);
      // Only what comes back from the exchange shows that the connection is of use.
      if (this.#asked.size === 0 && this.#login !== "asked") this.#attempts = 0;
    }
    const listened = this.#channels.get(channel);
    if (listened === undefined) return;
    if (cursor !== undefined) listened.cursor = cursor;
    if (type === "joined") listened.settle();
    for (const handler of listened.handlers) handler({ type, channel, data });
  }

  /** A login or a subscription is refused: for now, because of the clock, or for good. */
  #takeRefusal(refusal: SocketRefusal): void {
    const { code, detail, id } = refusal;
    const channels = id === LOGIN_ID ? [REPORTS] : this.#asked.get(Number(id)) ?? [];
    this.#asked.delete(Number(id));
    if (id === LOGIN_ID) this.#login = "none";
    // The refusal of the login has told it, or is cured.
    else if (code === "not_logged_in") return;
    const { setClock } = this.#options;
    if (id === LOGIN_ID && CLOCK_CODES.includes(code) && setClock && !this.#isClockSet) {
      return void this.#comeBackInTime(setClock);
    }
    if (PASSING_CODES.includes(code)) return this.#lost(code);
    const error = new RefusedError(problemOf(refusal));
    for (const name of channels) this.#channels.get(name)?.refuse(error);
    this.#options.refused?.(code, detail);
  }

  async #comeBackInTime(setClock: () => Promise<void>): Promise<void> {
    const socket = this.#socket;
    this.#isClockSet = true;
    await setClock().catch(() => {});
    if (this.#socket === socket && this.#channels.has(REPORTS)) await this.#askForReports();
  }

  /** Asks a quiet socket for a sign of life, and gives a silent one up. */
  #look(): void {
    const quietMillis = this.#options.exchangeMillis() - this.#heardMillis;
    if (quietMillis > SILENT_MILLIS_MAX) return this.#lost("silent");
    if (quietMillis <= QUIET_MILLIS || this.#isAsked || !this.#isReady) return;
    this.#isAsked = true;
    this.#send({ op: "ping" });
  }

  #lost(reason: string): void {
    this.#end(reason);
    const { random = Math.random } = this.#options;
    this.#attempts = Math.min(this.#attempts + 1, PAUSES_MAX);
    this.#timer = setTimeout(() => this.#open(), pauseMillis(this.#attempts, 0, random()));
  }

  #end(reason: string): void {
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
    this.#timer = undefined;
    const socket = this.#socket;
    this.#socket = null;
    this.#isAsked = false;
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    if (this.#isReady) this.#options.changed?.({ isOpen: false, reason });
    this.#isReady = false;
    this.#login = "none";
    this.#isClockSet = false;
    this.#asked.clear();
  }
}

/** What the exchange says where it refuses a message. */
interface SocketRefusal {
  readonly id?: number | string;
  readonly code: string;
  readonly detail: string;
  readonly field?: string;
  readonly limit?: string;
  readonly value?: string;
}

/** A refusal on a socket, which has neither a status nor a request, as a problem. */
function problemOf({ code, detail, field, limit, value }: SocketRefusal): ProblemBody {
  const about = { ...(field && { field }), ...(limit && { limit }), ...(value && { value }) };
  return { code, detail, title: detail, status: 0, requestId: "", ...about };
}
