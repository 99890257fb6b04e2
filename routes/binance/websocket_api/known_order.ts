/**
 * What an order's reports do not tell and an execution report has: its type, since when it is there,
 * and what its fills are worth together. History says it once, and the reports that follow carry it
 * on.
 *
 * @module
 */
import { parseDecimal } from "../../../core/protocol/decimal.ts";
import type { PrivateReport } from "../../../core/protocol/private_report.ts";
import { type FillRow, type OrderRow, PAGE_ROWS_MAX } from "../../../core/protocol/queries.ts";
import { type Queries, QueryFailedError } from "../../../infra/queries/queries.ts";
import type { Instrument } from "../../../infra/reference/instrument_terms.ts";

/** Orders of an account that are remembered; of more, the oldest are asked for again. */
export const KNOWN_ORDERS_MAX = 10_000;
/** Pages of fills that are read where an order has more than one page of them. */
export const FILL_PAGES_MAX = 20;

/** An order as it was at some event. */
export interface KnownOrder {
  readonly row: OrderRow;
  /** Sum of price times quantity over the fills up to the event, in ticks times lots. */
  readonly executedTickLots: number;
  /** The event among those of the shard. */
  readonly sequence: number;
}

/** A report of an order. */
export type OrderReport = PrivateReport & { readonly orderId: string };

/** What the last fill of a trade's report is worth, in ticks times lots; 0 of any other. */
export function lastTickLots(
  { lastPrice, lastQuantity }: Pick<PrivateReport, "lastPrice" | "lastQuantity">,
  instrument: Instrument,
): number {
  if (lastPrice === undefined || lastQuantity === undefined) return 0;
  const { priceScale, tickSize, quantityScale, lotSize } = instrument;
  return (parseDecimal(lastPrice, priceScale) / tickSize) *
    (parseDecimal(lastQuantity, quantityScale) / lotSize);
}

/** The orders of one account. */
export class KnownOrders {
  readonly #orders = new Map<string, KnownOrder>();

  constructor(readonly queries: Pick<Queries, "history">, readonly account: number) {}

  /** Orders that are remembered. */
  get size(): number {
    return this.#orders.size;
  }

  /**
   * Makes the orders of reports known, the first ones of each by what history says.
   *
   * @param reports in their order, fewer than orders are remembered
   * @throws {QueryFailedError} where history does not answer
   */
  async learn(reports: readonly OrderReport[]): Promise<void> {
    const unknown = new Map<string, OrderReport>();
    for (const report of reports) {
      const { orderId } = report;
      const known = this.#orders.get(orderId);
      // What was used last is let go last.
      if (known !== undefined) this.#keep(orderId, known);
      else if (!unknown.has(orderId)) unknown.set(orderId, report);
    }
    const asked = [...unknown.values()].map((report) => this.#ask(report));
    const orders = await Promise.all(asked);
    for (const order of orders) this.#keep(String(order.row.orderId), order);
  }

  /** The order of a report as that leaves it. It must be known. */
  after({ orderId, status, ...report }: OrderReport, instrument: Instrument): KnownOrder {
    const known = this.#orders.get(orderId);
    if (known === undefined) throw new TypeError(`order ${orderId} is not known`);
    if (report.eventSequence <= known.sequence) return this.#passed(orderId, status, known);
    const fill = lastTickLots(report, instrument);
    return this.#passed(orderId, status, {
      row: known.row,
      executedTickLots: known.executedTickLots + fill,
      sequence: report.eventSequence,
    });
  }

  #passed(orderId: string, status: PrivateReport["status"], order: KnownOrder): KnownOrder {
    // Nothing follows the end of an order.
    if (status === "new" || status === "partially_filled") this.#orders.set(orderId, order);
    else this.#orders.delete(orderId);
    return order;
  }

  #keep(orderId: string, order: KnownOrder): void {
    this.#orders.delete(orderId);
    if (this.#orders.size >= KNOWN_ORDERS_MAX) {
      this.#orders.delete(this.#orders.keys().next().value!);
    }
    this.#orders.set(orderId, order);
  }

  async #ask({ orderId, eventSequence: sequence }: OrderReport): Promise<KnownOrder> {
    const { account, queries } = this;
    const answer = await queries.history({
      kind: "order",
      account,
      orderId: Number(orderId),
      minSequence: sequence,
    });
    const { order: row, fills } = answer;
    if (row === null) throw new QueryFailedError("history", "malformed", `no order ${orderId}`);
    const all = fills.length < PAGE_ROWS_MAX ? fills : await this.#allFills(row, sequence);
    const executedTickLots = all
      .filter((fill) => fill.sequence <= sequence)
      .reduce((sum, { priceTicks, quantityLots }) => sum + priceTicks * quantityLots, 0);
    return { row, executedTickLots, sequence };
  }

  async #allFills({ orderId, instrument }: OrderRow, minSequence: number): Promise<FillRow[]> {
    const { account, queries } = this;
    const all: FillRow[] = [];
    for (let page = 0; page < FILL_PAGES_MAX; page++) {
      const { fills } = await queries.history({
        kind: "fills",
        account,
        instrument,
        orderId,
        beforeTradeId: all.at(-1)?.tradeId ?? 0,
        limit: PAGE_ROWS_MAX,
        minSequence,
      });
      all.push(...fills);
      if (fills.length < PAGE_ROWS_MAX) return all;
    }
    const most = FILL_PAGES_MAX * PAGE_ROWS_MAX;
    throw new QueryFailedError("history", "malformed", `order ${orderId}: over ${most} fills`);
  }
}
