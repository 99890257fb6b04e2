/**
 * A subscriber from outside: it follows the trades of one instrument over NATS, passes over what
 * comes again, and repairs what it missed by asking for a snapshot.
 *
 * @module
 */
import { type NatsConnection, StringCodec } from "nats.ws";
import { connectNats } from "../../infra/nats/connect.ts";

const SNAPSHOT_MILLIS_MAX = 2_000;
/** Trades that a snapshot may have. */
const SNAPSHOT_TRADES = 1_000;

/** A trade as the feeds say it. */
export interface SeenTrade {
  readonly tradeId: string;
  readonly price: string;
  readonly quantity: string;
}

/** Follows `md.<symbol>.trades.json`. */
export class TradeSubscriber implements AsyncDisposable {
  /** Everything seen, by trade id. */
  readonly trades = new Map<string, SeenTrade>();
  /** Messages that were not the next. */
  gaps = 0;
  messages = 0;
  /** What the feed must never do, and did. An exception would be lost in the client library. */
  readonly failures: string[] = [];
  readonly #connection: NatsConnection;
  readonly #symbol: string;
  readonly #codec = StringCodec();
  #sequence = 0;
  #lastTradeId = 0;

  private constructor(connection: NatsConnection, symbol: string) {
    this.#connection = connection;
    this.#symbol = symbol;
    connection.subscribe(`md.${symbol}.trades.json`, {
      callback: (_, message) => this.#receive(JSON.parse(this.#codec.decode(message.data))),
    });
  }

  /** Connects with the credentials that a market shows to everyone. */
  static async open(servers: string, credentials: string, symbol: string) {
    const connection = await connectNats({ servers, credentials, name: "subscriber" });
    const subscriber = new TradeSubscriber(connection, symbol);
    await connection.flush();
    return subscriber;
  }

  /** Asks for what was missed. */
  async repair(): Promise<void> {
    const request = JSON.stringify({ levels: 1, trades: SNAPSHOT_TRADES });
    const { data } = await this.#connection.request(`md.snapshot.${this.#symbol}`, request, {
      timeout: SNAPSHOT_MILLIS_MAX,
    });
    const { trades } = JSON.parse(this.#codec.decode(data)) as { trades: SeenTrade[] };
    for (const trade of trades.toReversed()) this.#keep(trade);
  }

  /** Closes the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
  }

  #receive(
    message: { symbol: string; sequence: number; prevSequence: number; trades: SeenTrade[] },
  ): void {
    this.messages++;
    this.#must(message.symbol === this.#symbol, `symbol ${message.symbol}`);
    this.#must(
      message.prevSequence < message.sequence,
      `sequence ${message.sequence} does not grow`,
    );
    if (message.sequence <= this.#sequence) return;
    if (message.prevSequence > this.#sequence && this.#sequence > 0) this.gaps++;
    this.#sequence = message.sequence;
    for (const trade of message.trades) {
      this.#must(Number(trade.tradeId) > this.#lastTradeId, `trade ${trade.tradeId} comes late`);
      this.#lastTradeId = Number(trade.tradeId);
      this.#keep(trade);
    }
  }

  #keep({ tradeId, price, quantity }: SeenTrade): void {
    const seen = this.trades.get(tradeId);
    const isSame = seen === undefined || (seen.price === price && seen.quantity === quantity);
    this.#must(isSame, `trade ${tradeId} comes again and is another`);
    this.trades.set(tradeId, { tradeId, price, quantity });
  }

  #must(holds: boolean, failure: string): void {
    if (!holds) this.failures.push(failure);
  }
}
