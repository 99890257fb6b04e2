/**
 * A taker: hits the quotes at random moments, mostly a little, now and then several levels deep.
 *
 * @module
 */
import type { InstrumentTerms } from "../../core/protocol/administration.ts";
import { formatDecimal, parseDecimal } from "../../core/protocol/decimal.ts";
import type { ExchangeClient } from "./exchange_client.ts";
import { expectAnswer } from "./market_maker.ts";
import type { MarketStyle } from "./market_style.ts";
import type { PriceWalk } from "./price_walk.ts";

/** Levels beyond the middle that a small order, and a sweep, may pay for. */
const REACH_LEVELS = 2;
const SWEEP_LEVELS = 6;
/** How far the taker's holdings tilt its choice of a side, at most. */
const TILT_MOST = 0.35;
/** Longest pause, in means. */
const PAUSE_MEANS_MAX = 4;

/** What a taker works with. */
export interface TakerParts {
  readonly client: ExchangeClient;
  readonly terms: InstrumentTerms;
  readonly style: MarketStyle;
  readonly walk: PriceWalk;
  readonly random: () => number;
}

/** Takes from the book of one instrument for one account. */
export class Taker {
  readonly #parts: TakerParts;
  /** Lots bought less lots sold since the start. */
  #holdingLots = 0;

  constructor(parts: TakerParts) {
    this.#parts = parts;
  }

  /** Places one order that trades at once or not at all. */
  async step(): Promise<void> {
    const { client, random, style, terms, walk } = this.#parts;
    const isSweep = random() * style.sweepEvery < 1;
    const lots = isSweep ? style.sweepLots : 1 + Math.floor(random() * style.takeLotsMost);
    const isBuy = random() < 0.5 - this.#tilt();
    const levels = isSweep ? SWEEP_LEVELS : REACH_LEVELS;
    const away = style.ladder.halfSpreadTicks + levels * style.ladder.spacingTicks;
    const priceTicks = Math.max(1, isBuy ? walk.ticks + away : walk.ticks - away);
    const answer = await client.request("POST", "/v1/orders", {
      symbol: terms.symbol,
      side: isBuy ? "buy" : "sell",
      type: "limit",
      price: formatDecimal(priceTicks * terms.tickSize, terms.priceScale),
      quantity: formatDecimal(lots * terms.lotSize, terms.quantityScale),
      timeInForce: "IOC",
    });
    expectAnswer(answer, [201, 202, 422]);
    const executed = parseDecimal(String(answer.body?.executedQuantity ?? ""), terms.quantityScale);
    if (executed > 0) this.#holdingLots += (isBuy ? 1 : -1) * executed / terms.lotSize;
  }

  /** Time to the next order: exponential, as of customers that know nothing of each other. */
  pauseMillis(): number {
    const { random, style } = this.#parts;
    return style.takeMillis * Math.min(PAUSE_MEANS_MAX, -Math.log(1 - random()));
  }

  /** Who has bought much sells more often, so that no account runs dry. */
  #tilt(): number {
    const share = this.#holdingLots / (20 * this.#parts.style.sweepLots);
    return TILT_MOST * Math.max(-1, Math.min(1, share));
  }
}
