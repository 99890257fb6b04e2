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
import type { ApiKey } from "./request_signer.ts";
import { signedHeaders } from "./request_signer.ts";
import { pauseMillis } from "./retry_schedule.ts";

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

/** What a channel brings. */
export interface ChannelEvent {
  /** `joined`: from here on the channel is complete; `gap`: something could not be given. */
  readonly type: "message" | "snapshot" | "joined" | "gap";
  readonly channel: string;
  // deno-lint-ignore no-explicit-any -- a message of a feed: each channel has another
  readonly data: any;
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
  readonly openSocket?: ((url: string) => SocketLike) | undefined;
  readonly random?: (() => number) | undefined;
  /** Told when the connection opens and breaks. */
  readonly changed?: (state: ConnectionState) => void;
  /** Told what the exchange refuses: code and a sentence. */
  readonly refused?: (code: string, detail: string) => void;
}

type Handler = (event: ChannelEvent) => void;

/** A channel that somebody listens to. */
interface Listened {
  readonly handlers: Set<Handler>;
  /** Where it is; empty where it has no place yet. */
  cursor: string;
  /** Settles when it is complete for the first time. */
  readonly joined: Promise<void>;
  readonly settle: () => void;
}

function newListened(): Listened {
  let settle = (): void => {};
  const joined = new Promise<void>((resolve) => settle = resolve);
  return { handlers: new Set(), cursor: "", joined, settle };
}

/** The connection of one client. */
export class StreamConnection {
  readonly #options: StreamOptions;
  readonly #channels = new Map<string, Listened>();
  #socket: SocketLike | null = null;
  #isReady = false;
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
  subscribe(channel: string, handler: Handler): () => void {
    let listened = this.#channels.get(channel);
    if (listened === undefined) {
      listened = newListened();
      this.#channels.set(channel, listened);
      if (this.#isReady) this.#ask([channel]);
    }
    listened.handlers.add(handler);
    if (this.#socket === null && this.#timer === undefined) this.#open();
    return () => this.#leave(channel, handler);
  }

  /** Settles when a channel that is listened to has become complete. */
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

  #leave(channel: string, handler: Handler): void {
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
    socket.onopen = () => void this.#begin(socket);
    socket.onmessage = ({ data }: { readonly data: unknown }) => {
      if (this.#socket === socket) this.#take(String(data));
    };
    socket.onclose = ({ code, reason }: { readonly code: number; readonly reason: string }) => {
      if (this.#socket === socket) this.#lost(reason === "" ? `closed (${code})` : reason);
    };
  }

  /** Logs in where a channel is private, and asks for all of them. */
  async #begin(socket: SocketLike): Promise<void> {
    const channels = [...this.#channels.keys()];
    if (channels.includes("reports")) {
      const login = await this.#login().catch(() => null);
      if (this.#socket !== socket) return;
      if (login === null) return this.#lost("no token");
      this.#send(login);
    }
    this.#isReady = true;
    this.#ask([...this.#channels.keys()]);
    this.#options.changed?.({ isOpen: true, reason: "" });
  }

  async #login(): Promise<object> {
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
      this.#send({ op: "subscribe", channels, ...(after === "" ? {} : { after }) });
    }
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #take(text: string): void {
    this.#heardMillis = this.#options.exchangeMillis();
    this.#isAsked = false;
    const { channel, code, cursor, data, detail, type } = JSON.parse(text);
    // Only what comes back from the exchange shows that the connection is of use.
    if (type === "subscribed") this.#attempts = 0;
    if (type === "error") return this.#options.refused?.(code, detail);
    const listened = this.#channels.get(channel);
    if (listened === undefined) return;
    if (cursor !== undefined) listened.cursor = cursor;
    if (type === "joined") listened.settle();
    for (const handler of listened.handlers) handler({ type, channel, data });
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
  }
}
