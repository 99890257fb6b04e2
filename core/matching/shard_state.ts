/**
 * The state of a shard: everything that is a function of its journal.
 *
 * The functions of this folder (place, match, cancel, administer) take the state and change it. Who
 * owns it is the thread that applies the journal; nobody else reads or writes it.
 *
 * Capacities given here are where the tables begin; they double at safe points (between commands),
 * so that no capacity of a machine changes what a journal means. The limits that do change it
 * (orders of an account, outcomes, fills of a command) are constants of the code.
 *
 * @module
 */
import { OrderBooks } from "../book/order_book.ts";
import { OrderIndex } from "../book/order_index.ts";
import { OrderPool } from "../book/order_pool.ts";
import { Balances } from "../ledger/balances.ts";
import { Accounts, AccountStatus, FEE_ACCOUNT, OPEN_ORDERS_PER_ACCOUNT_MAX } from "./accounts.ts";
import { EventWriter } from "./event_writer.ts";
import { Instruments, INSTRUMENTS_MAX } from "./instruments.ts";
import { MovementTable } from "./movements.ts";
import { OutcomeTable } from "./outcomes.ts";

/** Resting orders that one command may meet, trading or not; what is left of it then expires. */
export const FILLS_PER_COMMAND_MAX = 1000;
/** Resting orders that one cancel of an instrument takes; it says whether more are left. */
export const CANCELS_PER_COMMAND_MAX = 5000;
/**
 * Events of one resting order that an aggressor meets, at most: each order's, and where prevention of
 * a self-trade moves money, four of the ledger.
 */
const EVENTS_PER_STEP_MAX = 6;
/** Events that one command may make: those of every step, or of cancels; and its own. */
export const EVENTS_PER_COMMAND_MAX = Math.max(
  EVENTS_PER_STEP_MAX * FILLS_PER_COMMAND_MAX,
  OPEN_ORDERS_PER_ACCOUNT_MAX,
  CANCELS_PER_COMMAND_MAX,
) + 4;
/** Orders that may be live in a shard. */
export const ORDERS_MAX = 2 ** 23;
/** Balances that one command may open: one of each maker, some of its own; twice that is plenty. */
const BALANCES_PER_COMMAND_MAX = 2 * FILLS_PER_COMMAND_MAX + 4;

/** Where the tables begin. Powers of two. */
export interface Capacities {
  readonly orders: number;
  readonly levels: number;
  readonly balances: number;
  readonly accounts: number;
  readonly outcomes: number;
  readonly events: number;
}

/** For a venue of one machine: about 50 MB. */
export const DEFAULT_CAPACITIES: Capacities = {
  orders: 2 ** 16,
  levels: 2 ** 14,
  balances: 2 ** 14,
  accounts: 2 ** 12,
  outcomes: 2 ** 17,
  events: 2 ** 17,
};

/** Everything that a journal determines. */
export class ShardState {
  readonly orders: OrderPool;
  readonly orderIndex: OrderIndex;
  readonly books: OrderBooks;
  readonly balances: Balances;
  readonly accounts: Accounts;
  readonly instruments = new Instruments();
  readonly outcomes: OutcomeTable;
  readonly movements = new MovementTable();
  readonly events: EventWriter;

  /** Stamp of the present append in microseconds. */
  stampMicros = 0;
  /** Epoch of the leader that wrote the present append. */
  epoch = 0;
  /** Commands that were applied. */
  commandCount = 0;
  /** Id of the last order that was accepted. */
  lastOrderId = 0;
  /** Id of the last trade. */
  lastTradeId = 0;
  /**
   * Whether movements of money are kept for ever: from the first claim on that says so, and never
   * before, so that a journal of older leaders means what it meant to them (see `ClaimFlag`).
   */
  keepsMovements = false;
  /**
   * Whether the leader of the last claim carries cancels of instruments out. An older one refused them
   * as a kind that it did not know, and so does whoever reads its journal.
   */
  cancelsInstruments = false;
  /** The same of changes of terms. */
  changesTerms = false;

  /** Where in its buffer the frame begins that the present command came in. */
  frameAt = 0;
  /** Slot of the outcome that the present command records, or -1. */
  outcome = -1;

  constructor(capacities: Capacities = DEFAULT_CAPACITIES) {
    this.orders = new OrderPool(capacities.orders);
    this.orderIndex = new OrderIndex(this.orders);
    this.books = new OrderBooks(this.orders, INSTRUMENTS_MAX, capacities.levels);
    this.balances = new Balances(capacities.balances);
    this.accounts = new Accounts(this.orders, capacities.accounts);
    this.outcomes = new OutcomeTable(capacities.outcomes);
    this.events = new EventWriter(Math.max(capacities.events, EVENTS_PER_COMMAND_MAX));
    this.accounts.setStatus(FEE_ACCOUNT, AccountStatus.disabled);
  }

  /** Whether the events or the balances of the worst command have no room: see {@link reserve}. */
  get isTight(): boolean {
    return this.events.freeCount < EVENTS_PER_COMMAND_MAX ||
      this.balances.freeCount < BALANCES_PER_COMMAND_MAX;
  }

  /**
   * Makes room for the worst command. Between commands: the one place where tables grow, but for
   * that of movements, which grows in front of one.
   *
   * @returns how many commands, at least one, have room, unless {@link isTight} says no before: of all
   * else a command takes one at most
   */
  reserve(): number {
    const { balances, books, events, orders, outcomes } = this;
    if (events.freeCount < EVENTS_PER_COMMAND_MAX) events.grow();
    // A small table has to double more than once before the worst command fits.
    while (balances.freeCount < BALANCES_PER_COMMAND_MAX) balances.grow();
    if (!books.hasRoom) books.grow();
    if (!outcomes.hasRoom && outcomes.canGrow) outcomes.grow();
    if (events.freeTextCount === 0) events.growTexts();
    if (orders.liveCount === orders.capacity && orders.capacity < ORDERS_MAX) {
      orders.grow();
      this.orderIndex.grow();
    }
    const room = Math.min(
      books.commandsRoom,
      outcomes.freeCount,
      events.freeTextCount,
      orders.capacity - orders.liveCount,
    );
    // Where a table may grow no more, a command finds it full and is rejected.
    return Math.max(room, 1);
  }
}
