/**
 * A client of a venue under test: it submits orders with client order ids, repeats every one whose
 * outcome it does not know, and keeps what it was told.
 *
 * @module
 */
import type { CommandReport } from "../../core/protocol/command_report.ts";
import { OrderType, SelfTrade, Side, TimeInForce } from "../../core/protocol/order_record.ts";
import {
  isNumericClientOrderId,
  requestKeyOfClientOrderId,
} from "../../core/protocol/request_key.ts";
import {
  type Command,
  OrderPathDownError,
  OverloadedError,
  type Submitted,
} from "../../infra/orders/commands.ts";
import { BTC_USD, pause } from "./venue.ts";

/** Repeats of one order before the client gives up, which fails the test. */
const ATTEMPTS_MAX = 400;
/** How long each attempt waits for the report. */
const WAIT_MILLIS = 400;
/** How long a command may be on its way. */
const DEADLINE_MILLIS = 120_000;

/** Submits one command: a gateway, or something that stands for one. */
export type Submit = (command: Command, waitMillis: number) => Promise<Submitted>;

/** An order as a client says it: lots at ticks. */
export interface ClientOrder {
  readonly clientOrderId: string;
  readonly side: number;
  readonly priceTicks: number;
  readonly quantityLots: number;
  readonly timeInForce: number;
}

/** What became of an order. */
export interface Outcome {
  readonly order: ClientOrder;
  readonly report: CommandReport;
  readonly attempts: number;
}

/** The command that places the order. */
export function commandOf(account: number, order: ClientOrder): Command {
  return {
    kind: "newOrder",
    account,
    key: requestKeyOfClientOrderId(order.clientOrderId),
    clientOrderText: isNumericClientOrderId(order.clientOrderId) ? null : order.clientOrderId,
    deadlineMicros: (Date.now() + DEADLINE_MILLIS) * 1000,
    instrument: BTC_USD,
    side: order.side,
    orderType: OrderType.limit,
    timeInForce: order.timeInForce,
    flags: 0,
    selfTrade: SelfTrade.none,
    priceTicks: order.priceTicks,
    quantityLots: order.quantityLots,
  };
}

/** One account that trades. */
export class Client {
  readonly outcomes: Outcome[] = [];
  /** Repeats nothing any more: whatever it has on the way stays without an outcome. */
  isGivingUp = false;
  readonly #submit: Submit;
  readonly #random: () => number;
  #count = 0;

  /**
   * @param onlyTakes its orders never rest, so that what it was told is all that happened to it
   */
  constructor(
    readonly account: number,
    submit: Submit,
    random: () => number,
    readonly onlyTakes: boolean,
  ) {
    this.#submit = submit;
    this.#random = random;
  }

  /** Trades until told to stop. */
  async trade(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await this.place(this.draw());
  }

  /** The next order of its own choice, around 50,000.00. */
  draw(): ClientOrder {
    const rests = !this.onlyTakes && this.#random() < 0.8;
    const number = ++this.#count;
    return {
      // Numbers and texts take different ways through the records.
      clientOrderId: number % 2 === 0 ? String(number) : `c-${this.account}-${number}`,
      side: this.#random() < 0.5 ? Side.buy : Side.sell,
      priceTicks: 4_999_990 + Math.floor(this.#random() * 20),
      quantityLots: 1 + Math.floor(this.#random() * 50),
      timeInForce: rests ? TimeInForce.gtc : TimeInForce.ioc,
    };
  }

  /** Places an order and repeats it until its outcome is known. */
  async place(order: ClientOrder): Promise<Outcome> {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      if (this.isGivingUp) throw new Error(`gave ${order.clientOrderId} up`);
      const report = await this.#attempt(order);
      if (report === "pending") continue;
      const outcome = { order, report, attempts: attempt };
      this.outcomes.push(outcome);
      return outcome;
    }
    throw new Error(`no outcome of ${order.clientOrderId} after ${ATTEMPTS_MAX} attempts`);
  }

  async #attempt(order: ClientOrder): Promise<Submitted> {
    try {
      return await this.#submit(commandOf(this.account, order), WAIT_MILLIS);
    } catch (error) {
      // No room, or the gateway is dead: nothing is known of the order.
      const isDown = error instanceof OrderPathDownError;
      if (!(isDown || error instanceof OverloadedError || error instanceof GatewayDeadError)) {
        throw error;
      }
      await pause(isDown ? WAIT_MILLIS : WAIT_MILLIS / 10);
      return "pending";
    }
  }
}

/** The gateway of a client died with its request. */
export class GatewayDeadError extends Error {
  override readonly name = "GatewayDeadError";
}
