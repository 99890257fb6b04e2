/**
 * Accounts: whether they may trade, which belong together, and the list of each one's open orders.
 *
 * An account is its number, from 1 on; account 0 is the venue's own and takes the fees. Of each, 32
 * bytes, so that what a command needs of its account is in one cache line:
 *
 * ```text
 * offset | bytes | type | field
 *      0 |     4 | i32  | status (AccountStatus)
 *      4 |     4 | u32  | trade group, 0: none
 *      8 |     4 | i32  | first open order, 0: none
 *     12 |     4 | i32  | open orders
 *     16 |     4 | i32  | outcomes in the outcome table
 *     20 |    12 | -    | spare
 * ```
 *
 * The table grows by doubling at a safe point when an account beyond its end is opened.
 * Owner and only writer: the matching thread.
 *
 * @module
 */
import { alignedDoubles, integersOf } from "../memory/aligned_doubles.ts";
import type { OrderPool } from "../book/order_pool.ts";
import * as orderPool from "../book/order_pool.ts";

const { ORDER_INTEGERS_SHIFT, OrderField } = orderPool;

/** Accounts of a shard: numbers up to this, exclusive. */
export const ACCOUNTS_MAX = 2 ** 20;
/** Orders that one account may have open. A cancel-all takes them all in one command. */
export const OPEN_ORDERS_PER_ACCOUNT_MAX = 10_000;
/** The venue's own account. */
export const FEE_ACCOUNT = 0;

/** The group of an account that is in none. */
export const NO_TRADE_GROUP = 0;

/** Whether an account is there and may trade. */
export const AccountStatus = { unknown: 0, enabled: 1, disabled: 2 } as const;

/** Under a name of this module's own: an exported name is looked up at every use. */
const UNKNOWN = AccountStatus.unknown;
const NO_GROUP = NO_TRADE_GROUP;

/** 32-bit integers an account, as a shift, and which they are. */
const SHIFT = 3;
const STATUS = 0;
const TRADE_GROUP = 1;
const OPEN_HEAD = 2;
const OPEN_COUNT = 3;
const OUTCOME_COUNT = 4;

/** Every account of a shard. */
export class Accounts {
  #integers: Int32Array<ArrayBuffer>;
  readonly #orders: OrderPool;
  /** Highest account number that was opened. */
  last = 0;

  constructor(orders: OrderPool, capacity: number) {
    this.#orders = orders;
    this.#integers = tableFor(capacity);
  }

  /** Status of an account (AccountStatus). */
  status(account: number): number {
    const integers = this.#integers;
    return account >>> 0 < integers.length >>> SHIFT
      ? integers[(account << SHIFT) | STATUS]
      : UNKNOWN;
  }

  /** Opens, enables or disables an account below {@link ACCOUNTS_MAX}. May allocate. */
  setStatus(account: number, status: number): void {
    while (account >= this.#integers.length >>> SHIFT) this.#grow();
    this.#integers[(account << SHIFT) | STATUS] = status;
    this.last = Math.max(this.last, account);
  }

  /** Trade group of an account that was opened; {@link NO_TRADE_GROUP}: none. */
  tradeGroup(account: number): number {
    return this.#integers[(account << SHIFT) | TRADE_GROUP] >>> 0;
  }

  /** Puts an account that was opened into a trade group, or into none. */
  setTradeGroup(account: number, tradeGroup: number): void {
    this.#integers[(account << SHIFT) | TRADE_GROUP] = tradeGroup;
  }

  /**
   * Whether two accounts have one owner: they are the same, or both of the trade group
   * `tradeGroup`, which is that of `account`, read once for the many that it is compared with. O(1).
   */
  isOneOwner(account: number, tradeGroup: number, other: number): boolean {
    return account === other ||
      (tradeGroup !== NO_GROUP && this.tradeGroup(other) === tradeGroup);
  }

  /** First open order of an account, or 0. */
  firstOpen(account: number): number {
    return this.#integers[(account << SHIFT) | OPEN_HEAD];
  }

  /** Open orders of an account. */
  openCount(account: number): number {
    return this.#integers[(account << SHIFT) | OPEN_COUNT];
  }

  /** Outcomes of an account in the outcome table. */
  outcomeCount(account: number): number {
    return this.#integers[(account << SHIFT) | OUTCOME_COUNT];
  }

  /** Counts outcomes of an account in or out. */
  addOutcomes(account: number, change: number): void {
    this.#integers[(account << SHIFT) | OUTCOME_COUNT] += change;
  }

  /** Puts the order in `slot` at the head of its account's list. */
  addOpen(slot: number): void {
    const integers = this.#orders.integers;
    const at = slot << ORDER_INTEGERS_SHIFT;
    const account = integers[at | OrderField.account];
    const own = account << SHIFT;
    const head = this.#integers[own | OPEN_HEAD];
    integers[at | OrderField.accountNext] = head;
    integers[at | OrderField.accountPrevious] = 0;
    if (head !== 0) integers[(head << ORDER_INTEGERS_SHIFT) | OrderField.accountPrevious] = slot;
    this.#integers[own | OPEN_HEAD] = slot;
    this.#integers[own | OPEN_COUNT]++;
  }

  /** Takes the order in `slot` off its account's list. */
  removeOpen(slot: number): void {
    const integers = this.#orders.integers;
    const at = slot << ORDER_INTEGERS_SHIFT;
    const account = integers[at | OrderField.account];
    const next = integers[at | OrderField.accountNext];
    const previous = integers[at | OrderField.accountPrevious];
    const own = account << SHIFT;
    if (previous === 0) this.#integers[own | OPEN_HEAD] = next;
    else integers[(previous << ORDER_INTEGERS_SHIFT) | OrderField.accountNext] = next;
    if (next !== 0) {
      integers[(next << ORDER_INTEGERS_SHIFT) | OrderField.accountPrevious] = previous;
    }
    this.#integers[own | OPEN_COUNT]--;
  }

  #grow(): void {
    const longer = tableFor((this.#integers.length >>> SHIFT) * 2);
    longer.set(this.#integers);
    this.#integers = longer;
  }
}

function tableFor(capacity: number): Int32Array<ArrayBuffer> {
  return integersOf(alignedDoubles(capacity << (SHIFT - 1)));
}
