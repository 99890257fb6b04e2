/**
 * One client's socket and what it asks for: channels, a login, pings.
 *
 * @module
 */
import { Context } from "hono";
import { AuthHeader } from "../../core/auth/header_problem.ts";
import { CHANNELS_MAX } from "../../core/streams/cursor.ts";
import { HubFullError } from "../../infra/streams/feed_hub.ts";
import { Exchange } from "../exchange.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { TRADES_REACH } from "./join_answers.ts";
import { OwnerWatch } from "./owner_watch.ts";
import {
  errorText,
  invalidField,
  MESSAGE_LENGTH_MAX,
  type MessageId,
  readSocketMessage,
  type SocketMessage,
} from "./socket_message.ts";
import { OWN_WORDS, type SocketPort, SocketStream } from "./socket_stream.ts";
import { readChannels, readCursor } from "./stream_channels.ts";
import { type EdgeItem, StreamDriver } from "./stream_driver.ts";
import { verifyOwner } from "./stream_owner.ts";
import type { StreamPlace, StreamTable } from "./stream_table.ts";

/** Messages that a client may send at once. */
export const MESSAGES_BURST = 40;
/** Messages a second that it may send on and on. */
export const MESSAGES_PER_SECOND = 4;
/** Messages beyond that, after which the socket is closed. */
export const EXCESS_MAX = 100;
/** Messages that may wait behind a login which is being verified. */
export const WAITING_MAX = 32;
/** Path that a login signs. */
export const SOCKET_PATH = "/v1/ws";

const LOGIN_HEADERS: Readonly<Record<string, AuthHeader>> = {
  key: AuthHeader.key,
  timestamp: AuthHeader.timestamp,
  recvWindow: AuthHeader.recvWindow,
  signature: AuthHeader.signature,
};

/** From where a socket was opened, as a login shows it. */
export interface SocketClient {
  readonly forwarded: string | null;
  readonly environment: object;
}

/** Reads it off the request, which the platform gives up when it becomes a socket. */
export function socketClient(exchange: Exchange): SocketClient {
  const { remoteAddr } = (exchange.context.env ?? {}) as { remoteAddr?: { hostname?: string } };
  return {
    forwarded: exchange.header("x-forwarded-for"),
    environment: { remoteAddr: { hostname: remoteAddr?.hostname } },
  };
}

/** The session of one socket. */
export class SocketSession {
  readonly #exchange: Exchange;
  readonly #table: StreamTable;
  readonly #stream: SocketStream<EdgeItem>;
  readonly #driver: StreamDriver;
  readonly #client: SocketClient;
  readonly #backend;
  #allowance = MESSAGES_BURST;
  #allowedMicros: number;
  #excess = 0;
  #isLoggingIn = false;
  /** What came behind a login: a client need not wait for the answer before it goes on. */
  readonly #waiting: SocketMessage[] = [];

  constructor(
    exchange: Exchange,
    client: SocketClient,
    table: StreamTable,
    place: StreamPlace,
    socket: SocketPort,
  ) {
    const { backend, deps } = exchange;
    this.#exchange = exchange;
    this.#table = table;
    this.#backend = backend;
    this.#client = client;
    this.#allowedMicros = deps.steadyMicros();
    const stream = new SocketStream(socket, place, OWN_WORDS);
    this.#driver = new StreamDriver({
      backend,
      snapshots: table.snapshots(backend),
      log: deps.log,
      wake: () => stream.flush(),
      end: (reason) => stream.close(reason),
    });
    this.#stream = stream;
    stream.begin(this.#driver);
    const watch = new OwnerWatch(deps, backend, table.notes, this.#driver);
    place.settle({
      sweep: (steadyMicros) => watch.sweep(steadyMicros),
      end: (reason) => stream.end(reason),
    });
  }

  /** The socket is gone. */
  leave(): void {
    this.#stream.leave();
  }

  /** Takes what the client has sent. Never throws. */
  take(data: unknown): void {
    if (this.#stream.isOver) return;
    const length = typeof data === "string" ? data.length : (data as ArrayBuffer).byteLength;
    if (length > MESSAGE_LENGTH_MAX) return this.#driver.end("message_too_large");
    const message = readSocketMessage(data);
    const { id } = message;
    if (!this.#isAllowed()) {
      const limit = `${MESSAGES_PER_SECOND} messages a second, ${MESSAGES_BURST} at once`;
      return this.#refuse(new Problem(EdgeCode.tooManyMessages, { limit }), id);
    }
    if ("problem" in message) return this.#refuse(message.problem, id);
    if (!this.#isLoggingIn) return this.#perform(message);
    if (this.#waiting.length < WAITING_MAX) this.#waiting.push(message);
    else {
      const limit = `${WAITING_MAX} messages behind a login`;
      this.#refuse(new Problem(EdgeCode.tooManyMessages, { limit }), id);
    }
  }

  #perform(message: SocketMessage): void {
    const { id } = message;
    try {
      const refusal = this.#carryOut(message);
      if (refusal !== null) this.#refuse(refusal, id);
    } catch (error) {
      if (error instanceof HubFullError) this.#refuse(new Problem(EdgeCode.streamsFull), id);
      else this.#fail(error, id);
    }
  }

  #carryOut(message: SocketMessage): Problem | null {
    switch (message.op) {
      case "ping":
        this.#answer("pong", message.id);
        return null;
      case "login":
        return this.#login(message);
      case "subscribe":
        return this.#subscribe(message);
      case "unsubscribe":
        return this.#unsubscribe(message);
    }
  }

  #subscribe({ fields: { channels: names, after: text, trades = 0 }, id }: SocketMessage) {
    if (!Array.isArray(names)) return invalidField("channels", "a list of channels", names);
    const room = CHANNELS_MAX - this.#driver.channels;
    const channels = readChannels(names, this.#backend.reference, room);
    if (channels instanceof Problem) return channels;
    if (text !== undefined && typeof text !== "string") {
      return invalidField("after", "a cursor as a stream has given it", text);
    }
    const after = readCursor("after", text ?? null);
    if (after instanceof Problem) return after;
    if (!Number.isInteger(trades) || trades as number < 0 || trades as number > TRADES_REACH) {
      return invalidField("trades", `a whole number from 0 to ${TRADES_REACH}`, trades);
    }
    const needsOwner = channels.some(({ kind }) => kind === "reports");
    if (needsOwner && this.#driver.owner === null) {
      return new Problem(EdgeCode.notLoggedIn, { field: "channels", value: "reports" });
    }
    this.#answer("subscribed", id, { channels: channels.map(({ name }) => name) });
    for (const channel of channels) {
      if (this.#driver.has(channel.name)) continue;
      this.#driver.open(channel, after, trades as number);
    }
    return null;
  }

  #unsubscribe({ fields: { channels: names }, id }: SocketMessage): Problem | null {
    if (!Array.isArray(names)) return invalidField("channels", "a list of channels", names);
    const channels = readChannels(names, this.#backend.reference);
    if (channels instanceof Problem) return channels;
    for (const { name } of channels) this.#driver.close(name);
    this.#answer("unsubscribed", id, { channels: channels.map(({ name }) => name) });
    return null;
  }

  #login({ fields, id }: SocketMessage): Problem | null {
    if (this.#driver.owner !== null) {
      return new Problem(EdgeCode.invalidCombination, {
        detail: "A socket has one login.",
        field: "op",
      });
    }
    const { forwarded } = this.#client;
    const headers = new Headers(forwarded === null ? {} : { "x-forwarded-for": forwarded });
    for (const [field, value] of Object.entries(fields)) {
      const text = typeof value === "number" ? String(value) : value;
      // What no header field may have is in no signature and no token either.
      if (typeof text !== "string" || !/^[\x21-\x7e]*$/.test(text)) {
        return new Problem(EdgeCode.invalidField, { field, limit: "visible ASCII characters" });
      }
      if (field === "token") headers.set(AuthHeader.authorization, `Bearer ${text}`);
      else headers.set(LOGIN_HEADERS[field], text);
    }
    this.#isLoggingIn = true;
    void this.#verify(headers, id).finally(() => this.#goOn());
    return null;
  }

  /** Carries out what came behind a login, up to the next one. */
  #goOn(): void {
    this.#isLoggingIn = false;
    while (!this.#isLoggingIn && !this.#stream.isOver) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#perform(next);
    }
  }

  /** Verifies a login like any request: as if it were the one that has opened the socket. */
  async #verify(headers: Headers, id: MessageId): Promise<void> {
    const { deps, requestId, address } = this.#exchange;
    try {
      const request = new Request(`http://edge${SOCKET_PATH}`, { headers });
      const login = new Exchange(
        deps,
        new Context(request, { env: this.#client.environment }),
        requestId,
      );
      login.address = address;
      const owner = await verifyOwner(login, this.#table);
      if (owner instanceof Problem) return this.#refuse(owner, id);
      this.#driver.own(owner);
      this.#answer("loggedIn", id, { account: String(owner.account) });
    } catch (error) {
      this.#fail(error, id);
    }
  }

  #isAllowed(): boolean {
    const now = this.#exchange.deps.steadyMicros();
    const seconds = (now - this.#allowedMicros) / 1_000_000;
    this.#allowedMicros = now;
    this.#allowance = Math.min(MESSAGES_BURST, this.#allowance + seconds * MESSAGES_PER_SECOND);
    if (this.#allowance >= 1) {
      this.#allowance--;
      return true;
    }
    if (++this.#excess > EXCESS_MAX) this.#driver.end("too_many_messages");
    return false;
  }

  #answer(type: string, id: MessageId, rest: object = {}): void {
    this.#stream.say(JSON.stringify({ type, ...(id === null ? {} : { id }), ...rest }));
  }

  #refuse(problem: Problem, id: MessageId): void {
    this.#stream.say(errorText(problem, id));
  }

  #fail(error: unknown, id: MessageId): void {
    const { deps, requestId } = this.#exchange;
    deps.log("error", `socket ${requestId}: ${error instanceof Error ? error.stack : error}`);
    this.#refuse(new Problem(EdgeCode.internal), id);
  }
}
