/**
 * A client of the exchange for apps: browsers, React Native, Node and Deno.
 *
 * ```ts
 * import { TradingClient } from "./trading_client.ts";
 *
 * const key = { id: "the key's id", secret: "and its secret" };
 * const client = new TradingClient({ url: "http://127.0.0.1:8000", key });
 * const order = await client.placeOrder({
 *   symbol: "BTC-USD", side: "buy", type: "limit", price: "50000.00", quantity: "0.5000",
 * });
 * ```
 *
 * Whatever a method changes is done once, however often it had to be sent, and however often the app
 * calls it with the same id. A method that fails says which of three things happened:
 *
 * | error | the exchange |
 * | --- | --- |
 * | `RefusedError` | has done nothing, and says why |
 * | `OutcomeUnknownError` | may have done it, once: the same call with the same id tells |
 * | `NoAnswerError` | was not reached; nothing was to be changed |
 *
 * @module
 */
import type { Balances } from "../schema/balances.ts";
import type { CanceledOrder, OrderSummary, OrderView } from "../schema/order.ts";
import type { StreamTicketAnswer } from "../schema/stream_ticket.ts";
import { NoAnswerError, OutcomeUnknownError, RefusedError } from "./client_error.ts";
import { newClientId } from "./client_id.ts";
import { type ClientRequest, HttpTransport, type TransportOptions } from "./http_transport.ts";
import { LiveBook } from "./live_book.ts";
import { PAUSE_MILLIS_MAX, pauseMillis } from "./retry_schedule.ts";
import type { ChannelEvent } from "./listened_channel.ts";
import { type ConnectionState, type SocketLike, StreamConnection } from "./stream_connection.ts";

/** A new order. Prices and quantities are decimal strings. */
export interface NewOrder {
  readonly symbol: string;
  readonly side: "buy" | "sell";
  readonly type: "limit" | "market";
  readonly price?: string;
  readonly quantity?: string;
  /** Of a market buy, in the place of a quantity: what it may spend. */
  readonly quoteQuantity?: string;
  readonly timeInForce?: "GTC" | "IOC" | "FOK";
  readonly postOnly?: boolean;
  readonly selfTradePrevention?: string;
  /** Drawn where it is left out. Keep it, to ask again after an `OutcomeUnknownError`. */
  readonly clientOrderId?: string;
}

/** An order by the exchange's id or by the client's. */
export type OrderName = { readonly orderId: string } | { readonly clientOrderId: string };

/** What an order is to be instead. */
export interface OrderChange {
  readonly price?: string;
  /** The new total, what was executed included. */
  readonly quantity?: string;
}

/** Open orders that are canceled together: those with all that is named here. */
export interface OrderSelection {
  readonly symbol?: string;
  readonly side?: "buy" | "sell";
}

/** A page of a list, newest first. */
interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** How long the outcome of an order is asked for that was not known at once. */
const OUTCOME_MILLIS_MAX = 15_000;

/** Options of a client. */
export interface ClientOptions extends TransportOptions {
  /** Draws the ids of commands. */
  readonly newId?: () => string;
  /** Opens the socket of streams. */
  readonly openSocket?: (url: string) => SocketLike;
  /** Told when the streams open and break. */
  readonly connectionChanged?: (state: ConnectionState) => void;
  /** Told what of the streams is refused. */
  readonly streamRefused?: (code: string, detail: string) => void;
}

/** A client of one account. */
export class TradingClient {
  readonly transport: HttpTransport;
  readonly #newId: () => string;
  readonly #options: ClientOptions;
  readonly #streams: StreamConnection;
  readonly #books = new Set<LiveBook>();

  constructor(options: ClientOptions) {
    this.transport = new HttpTransport(options);
    this.#streams = new StreamConnection({
      url: this.transport.url,
      key: options.key,
      token: options.token,
      exchangeMillis: () => this.transport.exchangeMillis,
      setClock: () => this.transport.setClock(),
      openSocket: options.openSocket,
      random: options.random,
      changed: (state) => {
        if (!state.isOpen) { for (const book of this.#books) book.invalidate(); }
        options.connectionChanged?.(state);
      },
      refused: (code, detail) => options.streamRefused?.(code, detail),
    });
    this.#newId = options.newId ?? newClientId;
    this.#options = options;
  }

  /**
   * Places an order.
   *
   * @returns the order as it was at its entry, with the fills that it made there
   * @throws {RefusedError | OutcomeUnknownError}
   */
  async placeOrder(order: NewOrder): Promise<OrderView> {
    const clientOrderId = order.clientOrderId ?? this.#newId();
    const content = { ...order, clientOrderId };
    const { body, status } = await this.#command(
      { method: "POST", path: "/v1/orders", group: "orders", content },
      clientOrderId,
    );
    return status === 202 ? await this.#outcomeOf({ clientOrderId }) : body as OrderView;
  }

  /**
   * Changes the price, the quantity or both of an open order, in one step.
   *
   * @param id names the change: the same one again is the same change
   * @throws {RefusedError | OutcomeUnknownError}
   */
  async amendOrder(
    name: OrderName,
    change: OrderChange,
    id: string = this.#newId(),
  ): Promise<OrderView> {
    const request = {
      method: "PATCH",
      path: pathOf(name),
      group: "orders",
      content: change,
    } as const;
    const { body, status } = await this.#command({ ...request, idempotencyKey: id }, id);
    if (status === 202) throw new OutcomeUnknownError(id, null);
    return body as OrderView;
  }

  /**
   * Cancels an order.
   *
   * @throws {RefusedError | OutcomeUnknownError} `unknown_order` where it is no longer open
   */
  async cancelOrder(name: OrderName, id: string = this.#newId()): Promise<CanceledOrder> {
    const request = { method: "DELETE", path: pathOf(name), group: "cancels" } as const;
    const { body, status } = await this.#command({ ...request, idempotencyKey: id }, id);
    if (status === 202) throw new OutcomeUnknownError(id, null);
    return body as CanceledOrder;
  }

  /**
   * Cancels every open order, or those of a symbol, of a side, of a side of a symbol, at one moment.
   *
   * @param of a symbol, or what the orders have in common
   * @returns how many were canceled
   * @throws {RefusedError | OutcomeUnknownError}
   */
  async cancelAll(of: string | OrderSelection = {}, id: string = this.#newId()): Promise<number> {
    const { side, symbol } = typeof of === "string" ? { symbol: of } as OrderSelection : of;
    const path = `/v1/orders${queryOf({ symbol, side })}`;
    const { body, status } = await this.#command(
      { method: "DELETE", path, group: "cancels", idempotencyKey: id },
      id,
    );
    if (status === 202) throw new OutcomeUnknownError(id, null);
    return (body as { readonly canceled: number }).canceled;
  }

  /** An order, open or closed; `null` where the account has no such order. */
  async order(name: OrderName): Promise<OrderView | null> {
    try {
      return await this.#read(pathOf(name)) as OrderView;
    } catch (error) {
      if (error instanceof RefusedError && error.code === "unknown_order") return null;
      throw error;
    }
  }

  /** Orders, newest first, a page at a time as they are taken. */
  orders(
    filter: { readonly status?: "open" | "closed" | "all"; readonly symbol?: string } = {},
  ): AsyncGenerator<OrderSummary> {
    return this.#pages<OrderSummary>("/v1/orders", filter);
  }

  /** What the account has of each asset. */
  async balances(): Promise<Balances["balances"]> {
    const { balances } = await this.#read("/v1/balances") as Balances;
    return balances;
  }

  /** Any path of the API that has no method here. @throws {RefusedError | NoAnswerError} */
  async read(
    path: string,
    query: Readonly<Record<string, string | undefined>> = {},
    isPublic = false,
  ): Promise<unknown> {
    return await this.#read(`${path}${queryOf(query)}`, isPublic);
  }

  /**
   * A ticket for one `GET /v1/stream` within 30 seconds: for `EventSource`, which cannot sign.
   *
   * @throws {RefusedError | NoAnswerError}
   */
  async streamTicket(): Promise<string> {
    const request = { method: "POST", path: "/v1/stream-tickets", group: "reads" } as const;
    const { body } = await this.transport.send(request);
    return (body as StreamTicketAnswer).ticket;
  }

  /**
   * Listens to a channel (STREAMS.md): `trades:BTC-USD`, `book.10.100ms:BTC-USD`, `ticker:BTC-USD`,
   * `reports` for the account's own, and so on.
   *
   * @returns ends it
   */
  subscribe(channel: string, handler: (event: ChannelEvent) => void): () => void {
    return this.#streams.subscribe(channel, handler);
  }

  /**
   * Settles when a channel that is listened to is complete: nothing behind it is missed.
   *
   * @throws {RefusedError} where the exchange does not give it
   */
  joined(channel: string): Promise<void> {
    return this.#streams.joined(channel);
  }

  /**
   * Keeps the whole book of an instrument.
   *
   * @param changed called whenever the book has changed and is live
   * @returns the book, and what ends it
   */
  book(symbol: string, changed: (book: LiveBook) => void): { book: LiveBook; end: () => void } {
    const book = new LiveBook(symbol);
    const channel = `depth:${symbol}`;
    this.#books.add(book);
    const leave = this.#streams.subscribe(channel, (event) => {
      if (!book.take(event)) this.#streams.renew(channel);
      else if (book.isLive) changed(book);
    });
    const end = () => {
      this.#books.delete(book);
      leave();
    };
    return { book, end };
  }

  /** Ends all streams. */
  close(): void {
    this.#streams.close();
  }

  async #read(path: string, isPublic = false): Promise<unknown> {
    const { body } = await this.transport.send({ method: "GET", path, group: "reads", isPublic });
    return body;
  }

  async *#pages<T>(
    path: string,
    filter: Readonly<Record<string, string | undefined>>,
  ): AsyncGenerator<T> {
    let cursor: string | undefined;
    do {
      const page = await this.#read(`${path}${queryOf({ ...filter, cursor })}`) as Page<T>;
      yield* page.items;
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  }

  /** Sends a command; where nothing came back, its outcome is not known. */
  async #command(request: ClientRequest, id: string) {
    try {
      return await this.transport.send(request);
    } catch (error) {
      const isUnknown = error instanceof NoAnswerError ||
        error instanceof RefusedError && !error.isOutcomeKnown;
      throw isUnknown ? new OutcomeUnknownError(id, error) : error;
    }
  }

  /** Asks for an order until the exchange knows it. */
  async #outcomeOf(name: { readonly clientOrderId: string }): Promise<OrderView> {
    const { nowMillis = Date.now, random = Math.random } = this.#options;
    const sleep = this.#options.sleep ??
      ((millis: number) => new Promise<void>((done) => setTimeout(done, millis)));
    const untilMillis = nowMillis() + OUTCOME_MILLIS_MAX;
    for (let attempts = 1; nowMillis() < untilMillis; attempts++) {
      const order = await this.order(name);
      if (order !== null) return order;
      await sleep(Math.min(pauseMillis(attempts, 0, random()), PAUSE_MILLIS_MAX));
    }
    throw new OutcomeUnknownError(name.clientOrderId, null);
  }
}

function pathOf(name: OrderName): string {
  return "orderId" in name
    ? `/v1/orders/${encodeURIComponent(name.orderId)}`
    : `/v1/orders/by-client-id/${encodeURIComponent(name.clientOrderId)}`;
}

function queryOf(query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = given.map(([name, value]) => `${name}=${encodeURIComponent(value ?? "")}`).join("&");
  return text === "" ? "" : `?${text}`;
}
