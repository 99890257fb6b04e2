/**
 * How nodejs-order-book and its relatives are driven: they take the same options and give the same
 * results, one in plain numbers, one in big ones.
 *
 * @module
 */
import type { Contender, Loaded, Run } from "./contender.ts";
import { type Flow, OperationKind } from "./flow.ts";
import type { TradeSum } from "./trade_sum.ts";

/** An order in a result. Numbers may be of any kind that `Number` reads. */
interface ResultOrder {
  readonly id?: string;
  readonly size: unknown;
  readonly price?: unknown;
}

/** What an order did. The taker itself comes last in `done` where it was filled. */
interface Result {
  readonly done: readonly unknown[];
  /** The maker that was filled in part, or what is left of the taker. */
  readonly partial: unknown;
  readonly partialQuantityProcessed: unknown;
  readonly err: unknown;
}

/** A book of the family. */
export interface FamilyBook<Options> {
  limit(options: Options): Result;
  cancel(id: string): unknown;
}

/** A package of the family. */
export interface Family<Options extends { readonly id: string }> {
  readonly name: string;
  createBook(): FamilyBook<Options>;
  /** The order that an operation places. */
  optionsOf(flow: Flow, operation: number, id: string): Options;
}

/** Makes a contender of a package of the family. */
export function familyContender<Options extends { readonly id: string }>(
  family: Family<Options>,
): Contender {
  return {
    name: family.name,
    load: (flow, operations) => new FamilyFlow(family, flow, operations),
  };
}

class FamilyFlow<Options extends { readonly id: string }> implements Loaded {
  readonly #family: Family<Options>;
  readonly #flow: Flow;
  /** An order's options, or the id of the order to cancel. */
  readonly #operations: readonly (Options | string)[];

  constructor(family: Family<Options>, flow: Flow, operations: number) {
    this.#family = family;
    this.#flow = flow;
    this.#operations = Array.from({ length: flow.openingCount + operations }, (_, operation) => {
      const id = orderName(flow.orders[operation]);
      const isCancel = flow.kinds[operation] === OperationKind.cancel;
      return isCancel ? id : family.optionsOf(flow, operation, id);
    });
  }

  open(sum: TradeSum | null): Run {
    const { instruments } = this.#flow.shape;
    const books = Array.from({ length: instruments + 1 }, () => this.#family.createBook());
    this.#apply(books, 0, this.#flow.openingCount, null);
    const { length } = this.#operations;
    return { apply: () => this.#apply(books, this.#flow.openingCount, length, sum) };
  }

  #apply(
    books: readonly FamilyBook<Options>[],
    from: number,
    to: number,
    sum: TradeSum | null,
  ): void {
    const { instruments } = this.#flow;
    for (let at = from; at < to; at++) {
      const operation = this.#operations[at];
      const book = books[instruments[at]];
      if (typeof operation === "string") book.cancel(operation);
      else {
        const result = book.limit(operation);
        if (sum !== null) tellTrades(result, operation.id, sum);
      }
    }
  }
}

function tellTrades(result: Result, takerId: string, sum: TradeSum): void {
  if (result.err !== null) throw new Error(`order ${takerId} was refused: ${result.err}`);
  const taker = orderNumber(takerId);
  for (const one of result.done as readonly ResultOrder[]) {
    if (one.id === undefined || one.id === takerId) continue;
    sum.add(orderNumber(one.id), taker, Number(one.price), Number(one.size));
  }
  const partial = result.partial as ResultOrder | null;
  if (partial?.id === undefined || partial.id === takerId) return;
  const lots = Number(result.partialQuantityProcessed);
  sum.add(orderNumber(partial.id), taker, Number(partial.price), lots);
}

/** These books are faster with ids that are no numbers. */
function orderName(order: number): string {
  return `o${order}`;
}

function orderNumber(name: string): number {
  return Number(name.slice(1));
}
