/**
 * The flow of orders of the pipeline bench: 52 % adds near the mid, 38 % cancels of random live
 * orders by the ids that were reported, 10 % aggressive orders; about 23,000 orders live. From a
 * seeded generator.
 *
 * @module
 */
import type { OutgoingFrame } from "../../core/batcher/outgoing_frame.ts";
import {
  CommandKind,
  OrderType,
  SelfTrade,
  Side,
  TimeInForce,
  writeCommandHead,
  writeNewOrder,
  writeTargetById,
} from "../../core/protocol/order_record.ts";

/** Accounts that the flow trades for: 1 to this. */
export const FLOW_ACCOUNTS = 64;
/** Orders that the flow keeps in the book. */
export const FLOW_LIVE_ORDERS = 23_000;

const MID_TICKS = 5_000_000;
const SPREAD_TICKS = 200;

/** A seeded, endless flow. */
export class OrderFlow {
  #state: number;
  /** Last request key of each account. */
  readonly #keys: Float64Array;
  readonly #liveAccounts = new Int32Array(FLOW_LIVE_ORDERS * 2);
  readonly #liveIds = new Float64Array(FLOW_LIVE_ORDERS * 2);
  #liveCount = 0;

  constructor(seed: number) {
    this.#state = seed | 1;
    this.#keys = new Float64Array(FLOW_ACCOUNTS + 1).fill(1_000);
  }

  /** Adds the next command to the frame. */
  add(frame: OutgoingFrame): void {
    const at = frame.addRecord();
    const draw = this.#next();
    const isFull = this.#liveCount > FLOW_LIVE_ORDERS * (0.9 + this.#next() * 0.2);
    const cancelShare = isFull ? 0.52 : 0.26;
    if (this.#liveCount > 1_000 && draw < cancelShare) return this.#cancel(frame, at);
    const account = 1 + Math.floor(this.#next() * FLOW_ACCOUNTS);
    const key = ++this.#keys[account];
    const isSell = this.#next() < 0.5;
    const isAggressive = draw > 0.9;
    const distance = 1 + Math.floor(this.#next() * SPREAD_TICKS);
    const away = isAggressive ? -20 : distance;
    const price = MID_TICKS + (isSell ? away : -away);
    const quantity = 1 + Math.floor(this.#next() * 100);
    const { wire } = frame;
    writeCommandHead(wire, at, CommandKind.newOrder, account, key, 0, 0);
    const side = isSell ? Side.sell : Side.buy;
    const force = isAggressive ? TimeInForce.ioc : TimeInForce.gtc;
    writeNewOrder(
      wire,
      at,
      1,
      side,
      OrderType.limit,
      force,
      0,
      SelfTrade.expireTaker,
      price,
      quantity,
    );
  }

  /** Notes an order that was reported as resting, to cancel it some time. */
  rests(account: number, orderId: number): void {
    if (this.#liveCount === this.#liveIds.length) return;
    this.#liveAccounts[this.#liveCount] = account;
    this.#liveIds[this.#liveCount++] = orderId;
  }

  #cancel(frame: OutgoingFrame, at: number): void {
    const chosen = Math.floor(this.#next() * this.#liveCount);
    const account = this.#liveAccounts[chosen];
    const orderId = this.#liveIds[chosen];
    this.#liveAccounts[chosen] = this.#liveAccounts[--this.#liveCount];
    this.#liveIds[chosen] = this.#liveIds[this.#liveCount];
    writeCommandHead(frame.wire, at, CommandKind.cancel, account, ++this.#keys[account], 0, 0);
    writeTargetById(frame.wire, at, orderId);
  }

  /** From 0 to 1, exclusive: xorshift. */
  #next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) / 4_294_967_296;
  }
}
