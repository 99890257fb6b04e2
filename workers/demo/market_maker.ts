/**
 * A market maker: keeps a ladder of quotes around a price that wanders.
 *
 * @module
 */
import type { InstrumentTerms } from "../../core/protocol/administration.ts";
import { formatDecimal, parseDecimal } from "../../core/protocol/decimal.ts";
import type { ExchangeClient } from "./exchange_client.ts";
import type { MarketStyle } from "./market_style.ts";
import type { PriceWalk } from "./price_walk.ts";
import { changesTo, ladderAround, type OpenQuote, type Quote } from "./quotes.ts";
import { StayAwayError } from "./trading_loop.ts";

/** Open orders that are looked at: more than a ladder has. */
const OPEN_ORDERS_READ = 100;
const NOT_FOUND = 404;
const REJECTED = 422;

/** What a maker works with. */
export interface MakerParts {
  readonly client: ExchangeClient;
  readonly terms: InstrumentTerms;
  readonly style: MarketStyle;
  readonly walk: PriceWalk;
  readonly random: () => number;
}

/** Quotes one instrument for one account. */
export class MarketMaker {
  readonly #parts: MakerParts;

  constructor(parts: MakerParts) {
    this.#parts = parts;
  }

  /** Takes a step of the walk and brings the quotes to it, as far as one look may. */
  async step(): Promise<void> {
    const { style, walk, random } = this.#parts;
    const wanted = ladderAround(walk.step(), style.ladder, random);
    const open = await this.#openQuotes();
    const { cancel, place } = changesTo(wanted, open, style.ladder.spacingTicks, style.changesMax);
    // What is in the way goes before the new quotes come.
    await Promise.all(cancel.map((quote) => this.#cancel(quote)));
    await Promise.all(place.map((quote) => this.#place(quote)));
  }

  /** Takes every order of the account off the book. */
  async withdraw(): Promise<void> {
    const { client, terms } = this.#parts;
    expectAnswer(await client.request("DELETE", `/v1/orders?symbol=${terms.symbol}`), [200]);
  }

  async #openQuotes(): Promise<OpenQuote[]> {
    const { client, terms } = this.#parts;
    const query = `status=open&symbol=${terms.symbol}&limit=${OPEN_ORDERS_READ}`;
    const answer = await client.request("GET", `/v1/orders?${query}`);
    expectAnswer(answer, [200]);
    const items = answer.body?.items as readonly Record<string, string>[] ?? [];
    return items.map((order) => ({
      orderId: order.orderId,
      side: order.side === "buy" ? "buy" : "sell",
      priceTicks: parseDecimal(order.price, terms.priceScale) / terms.tickSize,
      quantityLots: parseDecimal(order.leavesQuantity, terms.quantityScale) / terms.lotSize,
    }));
  }

  async #cancel({ orderId }: OpenQuote): Promise<void> {
    const answer = await this.#parts.client.request("DELETE", `/v1/orders/${orderId}`);
    // Filled meanwhile: gone as well.
    expectAnswer(answer, [200, NOT_FOUND, REJECTED]);
  }

  async #place(quote: Quote): Promise<void> {
    const { client, terms } = this.#parts;
    const { side, priceTicks, quantityLots } = quote;
    const answer = await client.request("POST", "/v1/orders", {
      symbol: terms.symbol,
      side,
      type: "limit",
      price: formatDecimal(priceTicks * terms.tickSize, terms.priceScale),
      quantity: formatDecimal(quantityLots * terms.lotSize, terms.quantityScale),
      timeInForce: "GTC",
      postOnly: true,
    });
    // Post-only that would cross, or a market that is halted: the next look decides anew.
    expectAnswer(answer, [201, 202, REJECTED]);
  }
}

/**
 * Refuses an answer that a trader cannot go on with.
 *
 * @throws {StayAwayError}
 */
export function expectAnswer(
  answer: { readonly status: number; readonly retryAfterSeconds: number; readonly body: unknown },
  statuses: readonly number[],
): void {
  if (statuses.includes(answer.status)) return;
  const { code } = (answer.body ?? {}) as { code?: string };
  const detail = `status ${answer.status}${code === undefined ? "" : ` ${code}`}`;
  throw new StayAwayError(answer.retryAfterSeconds, detail);
}
