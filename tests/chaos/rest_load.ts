/**
 * Traders who know nothing but HTTP: each order has a client order id and is sent again until an
 * answer says what became of it, whatever went wrong on the way.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { RestClient } from "../support/client_rest.ts";
import { pause } from "../support/venue.ts";

/** Attempts with one order before the test fails. */
const ATTEMPTS_MAX = 300;
const RETRY_MILLIS = 100;
/** Orders of one account that are on their way at once. */
const LANES = 6;

/** An order as its trader knows it. */
export interface PlacedOrder {
  readonly clientOrderId: string;
  readonly orderId: string;
  readonly quantity: string;
  readonly attempts: number;
}

/** One account that sells, or one that buys. */
export class RestTrader {
  readonly placed: PlacedOrder[] = [];
  /** What went wrong on the way, by kind. */
  readonly troubles = new Map<string, number>();
  #count = 0;
  #stop = new AbortController();
  #lanes: Promise<void>[] = [];

  constructor(
    readonly client: RestClient,
    readonly side: "buy" | "sell",
    readonly random: () => number,
  ) {}

  /** Begins to trade on all lanes. */
  start(): void {
    this.#stop = new AbortController();
    this.#lanes = Array.from({ length: LANES }, () => this.#trade(this.#stop.signal));
    for (const lane of this.#lanes) lane.catch(() => {});
  }

  /** Stops, once the outcome of every order is known. */
  async rest(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#lanes);
  }

  async #trade(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await this.place();
  }

  /** Places one order around 50,000.00. */
  async place(): Promise<void> {
    const clientOrderId = `${this.side}-${++this.#count}`;
    const quantity = (1 + Math.floor(this.random() * 20)).toString().padStart(5, "0");
    const order = {
      symbol: "BTC-USD",
      side: this.side,
      type: "limit",
      price: `${49_990 + Math.floor(this.random() * 20)}.00`,
      quantity: `${quantity.slice(0, 1)}.${quantity.slice(1)}`,
      timeInForce: this.random() < 0.5 ? "IOC" : "GTC",
      clientOrderId,
    };
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const orderId = await this.#attempt(order);
      if (orderId === null) {
        await pause(RETRY_MILLIS);
        continue;
      }
      this.placed.push({ clientOrderId, orderId, quantity: order.quantity, attempts: attempt });
      return;
    }
    assert.fail(`no outcome of ${clientOrderId} in ${ATTEMPTS_MAX} attempts`);
  }

  /** The order id that the answer says; `null` where the outcome is not known. */
  async #attempt(order: Record<string, unknown>): Promise<string | null> {
    try {
      const { status, json } = await this.client.request("POST", "/v1/orders", order);
      if (status === 201 || status === 200) return json.orderId;
      // Whoever has no keys yet cannot say whose request this is.
      assert.ok([202, 503].includes(status), `${status} ${JSON.stringify(json)}`);
      this.#note(`${status} ${json.code ?? json.status}`);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      this.#note(error instanceof Error ? error.name : "error");
    }
    return null;
  }

  #note(trouble: string): void {
    this.troubles.set(trouble, (this.troubles.get(trouble) ?? 0) + 1);
  }
}
