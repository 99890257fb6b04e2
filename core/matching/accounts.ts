/**
 * Accounts: whether they may trade, which belong together, and the list of each one's open orders.
 *
 * An account is its number, from 1 on; account 0 is the venue's own and takes the fees. The tables
 * grow by doubling at a safe point when an account beyond their end is opened.
 * Owner and only writer: the matching thread.
 *
 * @module
 */
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

/** Every account of a shard. */
export class Accounts {
  #statuses: Uint8Array;
  #tradeGroups: Uint32Array;
  #openHeads: Int32Array;
  #openCounts: Int32Array;
  #outcomeCounts: Int32Array;
  readonly #orders: OrderPool;
  /** Highest account number that was opened. */
  last = 0;

  constructor(orders: OrderPool, capacity: number) {
    this.#orders = orders;
    this.#statuses = new Uint8Array(capacity);
    this.#tradeGroups = new Uint32Array(capacity);
    this.#openHeads = new Int32Array(capacity);
    this.#openCounts = new Int32Array(capacity);
    this.#outcomeCounts = new Int32Array(capacity);
  }

  /** Status of an account (AccountStatus). */
  status(account: number): number {
    return account >>> 0 < this.#statuses.length ? this.#statuses[account >>> 0] : UNKNOWN;
  }

  /** Opens, enables or disables an account below {@link ACCOUNTS_MAX}. May allocate. */
  setStatus(account: number, status: number): void {
    while (account >= this.#statuses.length) this.#grow();
    this.#statuses[account] = status;
    this.last = Math.max(this.last, account);
  }

  /** Trade group of an account that was opened; {@link NO_TRADE_GROUP}: none. */
  tradeGroup(account: number): number {
    return this.#tradeGroups[account];
  }

  /** Puts an account that was opened into a trade group, or into none. */
  setTradeGroup(account: number, tradeGroup: number): void {
    this.#tradeGroups[account] = tradeGroup;
  }

  /**
   * Whether two accounts have one owner: they are the same, or both of the trade group
   * `tradeGroup`, which is that of `account`, read once for the many that it is compared with. O(1).
   */
  isOneOwner(account: number, tradeGroup: number, other: number): boolean {
    return account === other ||
      (tradeGroup !== NO_GROUP && this.#tradeGroups[other] === tradeGroup);
  }

  /** First open order of an account, or 0. */
  firstOpen(account: number): number {
    return this.#openHeads[account];
  }

  /** Open orders of an account. */
  openCount(account: number): number {
    return this.#openCounts[account];
  }

  /** Outcomes of an account in the outcome table. */
  outcomeCount(account: number): number {
    return this.#outcomeCounts[account];
  }

  /** Counts outcomes of an account in or out. */
  addOutcomes(account: number, change: number): void {
    this.#outcomeCounts[account] += change;
  }

  /** Puts the order in `slot` at the head of its account's list. */
  addOpen(slot: number): void {
    const integers = this.#orders.integers;
    const at = slot << ORDER_INTEGERS_SHIFT;
    const account = integers[at | OrderField.account];
    const head = this.#openHeads[account];
    integers[at | OrderField.accountNext] = head;
    integers[at | OrderField.accountPrevious] = 0;
    if (head !== 0) integers[(head << ORDER_INTEGERS_SHIFT) | OrderField.accountPrevious] = slot;
    this.#openHeads[account] = slot;
    this.#openCounts[account]++;
  }

  /** Takes the order in `slot` off its account's list. */
  removeOpen(slot: number): void {
    const integers = this.#orders.integers;
    const at = slot << ORDER_INTEGERS_SHIFT;
    const account = integers[at | OrderField.account];
    const next = integers[at | OrderField.accountNext];
    const previous = integers[at | OrderField.accountPrevious];
    if (previous === 0) this.#openHeads[account] = next;
    else integers[(previous << ORDER_INTEGERS_SHIFT) | OrderField.accountNext] = next;
    if (next !== 0) {
      integers[(next << ORDER_INTEGERS_SHIFT) | OrderField.accountPrevious] = previous;
    }
    this.#openCounts[account]--;
  }

  #grow(): void {
    const length = this.#statuses.length * 2;
    const statuses = new Uint8Array(length);
    statuses.set(this.#statuses);
    this.#statuses = statuses;
    const tradeGroups = new Uint32Array(length);
    tradeGroups.set(this.#tradeGroups);
    this.#tradeGroups = tradeGroups;
    this.#openHeads = lengthened(this.#openHeads, length);
    this.#openCounts = lengthened(this.#openCounts, length);
    this.#outcomeCounts = lengthened(this.#outcomeCounts, length);
  }
}

function lengthened(values: Int32Array, length: number): Int32Array {
  const longer = new Int32Array(length);
  longer.set(values);
  return longer;
}
