/**
 * Traders who know nothing but HTTP: each order has a client order id, each amend its signature, and
 * both are sent again until an answer says what became of them, whatever went wrong on the way.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { RestAnswer, RestClient } from "../support/client_rest.ts";
import { pause } from "../support/venue.ts";

/** Attempts with one order before the test fails. */
const ATTEMPTS_MAX = 300;
const RETRY_MILLIS = 100;
/** An amend is known by its signature, which has to stay good through all of its attempts. */
const AMEND_WINDOW_MILLIS = 60_000;
/** Of the orders that may rest, how many are amended. */
const AMENDED_SHARE = 0.4;
/** Orders of one account that are on their way at once. */
const LANES = 6;

/** An order as its trader knows it. */
export interface PlacedOrder {
  readonly clientOrderId: string;
  readonly orderId: string;
  readonly price: string;
  readonly quantity: string;
  readonly attempts: number;
}

/** Why an amend may be refused here: its order is over, or had more than the amend leaves it. */
const REFUSALS = ["unknown_order", "quantity_executed"];

/** One account that sells, or one that buys. */
export class RestTrader {
  readonly placed: PlacedOrder[] = [];
  /** Amends that were carried out. */
  amendedCount = 0;
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
    while (!signal.aborted) {
      const order = await this.place();
      this.placed.push(await this.#amendSome(order));
    }
  }

  /** Places one order around 50,000.00. */
  async place(): Promise<PlacedOrder> {
    const clientOrderId = `${this.side}-${++this.#count}`;
    const order = {
      symbol: "BTC-USD",
      side: this.side,
      type: "limit",
      ...this.#terms(),
      timeInForce: this.random() < 0.5 ? "IOC" : "GTC",
      clientOrderId,
    };
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const orderId = await this.#attempt(order);
      if (orderId === null) {
        await pause(RETRY_MILLIS);
        continue;
      }
      const { price, quantity } = order;
      return { clientOrderId, orderId, price, quantity, attempts: attempt };
    }
    assert.fail(`no outcome of ${clientOrderId} in ${ATTEMPTS_MAX} attempts`);
  }

  #terms() {
    const quantity = (1 + Math.floor(this.random() * 20)).toString().padStart(5, "0");
    return {
      price: `${49_990 + Math.floor(this.random() * 20)}.00`,
      quantity: `${quantity.slice(0, 1)}.${quantity.slice(1)}`,
    };
  }

  /** Gives some orders other terms, those among them that are over by now: the order as it is then. */
  async #amendSome(order: PlacedOrder): Promise<PlacedOrder> {
    if (this.random() >= AMENDED_SHARE) return order;
    const path = `/v1/orders/${order.orderId}`;
    const body = JSON.stringify(this.#terms());
    const changes = { recvWindowMillis: AMEND_WINDOW_MILLIS };
    const headers = this.client.headersOf("PATCH", path, body, changes);
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const answer = await this.#try(() => this.client.send("PATCH", path, headers, body));
      if (answer === null) {
        await pause(RETRY_MILLIS);
        continue;
      }
      const { status, json } = answer;
      const attempts = order.attempts + attempt - 1;
      if (status !== 200) {
        assert.ok(REFUSALS.includes(json.code), `${status} ${JSON.stringify(json)}`);
        return { ...order, attempts };
      }
      this.amendedCount++;
      return { ...order, ...JSON.parse(body), attempts };
    }
    assert.fail(`no outcome of an amend of ${order.clientOrderId} in ${ATTEMPTS_MAX} attempts`);
  }

  /** The order id that the answer says; `null` where the outcome is not known. */
  async #attempt(order: Record<string, unknown>): Promise<string | null> {
    const answer = await this.#try(() => this.client.request("POST", "/v1/orders", order));
    if (answer === null) return null;
    const { status, json } = answer;
    assert.ok(status === 201 || status === 200, `${status} ${JSON.stringify(json)}`);
    return json.orderId;
  }

  /** What was answered; `null` where the outcome is not known. */
  async #try(send: () => Promise<RestAnswer>): Promise<RestAnswer | null> {
    try {
      const answer = await send();
      // Whoever has no keys yet cannot say whose request this is.
      if (answer.status !== 202 && answer.status !== 503) return answer;
      this.#note(`${answer.status} ${answer.json.code ?? answer.json.status}`);
    } catch (error) {
      this.#note(error instanceof Error ? error.name : "error");
    }
    return null;
  }

  #note(trouble: string): void {
    this.troubles.set(trouble, (this.troubles.get(trouble) ?? 0) + 1);
  }
}
