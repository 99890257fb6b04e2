/**
 * Many clients of a venue at once.
 *
 * @module
 */
import type { OrderGateway } from "../../infra/orders/commands.ts";
import { Client, type Submit } from "./client.ts";
import { pause } from "./venue.ts";

/** Clients that trade until they are told to rest. */
export class Crowd {
  readonly clients: readonly Client[];
  #stop = new AbortController();
  #trading: Promise<void>[] = [];

  /** One client for each account `1 .. count`; every second one only takes. */
  constructor(count: number, random: () => number, submitOf: (account: number) => Submit) {
    this.clients = Array.from({ length: count }, (_, index) => {
      const account = index + 1;
      return new Client(account, submitOf(account), random, account % 2 === 0);
    });
  }

  /** One client for each account, which go through these gateways in turn. */
  static through(
    gateways: readonly Pick<OrderGateway, "submit">[],
    count: number,
    random: () => number,
  ): Crowd {
    return new Crowd(
      count,
      random,
      (account) => (command, waitMillis) =>
        gateways[account % gateways.length].submit(command, waitMillis),
    );
  }

  /** Orders whose outcome is known. */
  get settledCount(): number {
    return this.clients.reduce((sum, client) => sum + client.outcomes.length, 0);
  }

  /** Everybody begins to trade. */
  start(): void {
    this.#stop = new AbortController();
    this.#trading = this.clients.map((client) => client.trade(this.#stop.signal));
    // A client that fails before anybody waits for it is no unhandled rejection.
    for (const one of this.#trading) one.catch(() => {});
  }

  /** Everybody stops, and knows the outcome of every order. */
  async rest(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#trading);
  }

  /** Everybody stops, and does not learn what became of the last orders. */
  async giveUp(): Promise<void> {
    for (const client of this.clients) client.isGivingUp = true;
    await Promise.allSettled(this.#trading);
  }

  /** Waits until so many more orders have an outcome; fails when a client does. */
  async settle(more: number): Promise<void> {
    const wanted = this.settledCount + more;
    let failure: unknown = null;
    for (const one of this.#trading) one.catch((error) => failure = error);
    while (this.settledCount < wanted) {
      if (failure !== null) throw failure;
      await pause(5);
    }
  }
}
