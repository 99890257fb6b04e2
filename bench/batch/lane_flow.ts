/**
 * The orders of one account in the load of the batch bench: 52 % adds near the mid, 38 % cancels of
 * orders that it placed before, by their numbers, and 10 % aggressive orders. From a seeded generator;
 * the same flow as JSON and as records.
 *
 * @module
 */
import { OutgoingFrame } from "../../core/batcher/outgoing_frame.ts";
import { FrameKind } from "../../core/protocol/frame.ts";
import {
  CommandKind,
  OrderFlag,
  OrderType,
  SelfTrade,
  Side,
  TimeInForce,
  writeCommandHead,
  writeNewOrder,
  writeTargetByKey,
} from "../../core/protocol/order_record.ts";
import { formatDecimal } from "../../core/protocol/decimal.ts";
import { sealCrc } from "../../infra/journal/crc.ts";

const MID_TICKS = 5_000_000;
const SPREAD_TICKS = 200;
const AGGRESSIVE_SHARE = 0.1;
/** Orders that an account keeps in the book, and the share of cancels above and below that. */
const RESTING_ORDERS = 1_000;
const CANCEL_SHARE_ABOVE = 0.52;
const CANCEL_SHARE_BELOW = 0.26;

/** A command of the flow. */
interface FlowCommand {
  readonly isCancel: boolean;
  /** Of the order that it places, or cancels. */
  readonly key: number;
  readonly side: number;
  readonly isAggressive: boolean;
  readonly priceTicks: number;
  readonly quantityLots: number;
}

/** A seeded, endless flow of one account. */
export class LaneFlow {
  #state: number;
  #lastKey: number;
  /** Numbers of resting orders that were not canceled yet. */
  readonly #resting: number[] = [];

  /** @param firstKey number of its first order: none of an account comes twice */
  constructor(seed: number, firstKey: number) {
    this.#state = seed | 1;
    this.#lastKey = firstKey;
  }

  /** A batch in JSON of the next commands. */
  batch(count: number): string {
    const items = Array.from({ length: count }, () => {
      const command = this.#next();
      const clientOrderId = String(command.key);
      if (command.isCancel) return { cancel: { clientOrderId } };
      return {
        place: {
          symbol: "BTC-USD",
          side: command.side === Side.buy ? "buy" : "sell",
          type: "limit",
          price: formatDecimal(command.priceTicks, 2),
          quantity: formatDecimal(command.quantityLots, 4),
          timeInForce: command.isAggressive ? "IOC" : "GTC",
          clientOrderId,
        },
      };
    });
    return JSON.stringify({ items });
  }

  /** A frame of the next commands. */
  frame(count: number): Uint8Array<ArrayBuffer> {
    const frame = new OutgoingFrame(count);
    frame.open(0, 0);
    const { wire } = frame;
    for (let index = 0; index < count; index++) {
      const command = this.#next();
      const at = frame.addRecord();
      if (command.isCancel) {
        writeCommandHead(wire, at, CommandKind.cancel, 0, 0, 0, 0);
        writeTargetByKey(wire, at, command.key, 0);
        wire.bytes[at + 4] = OrderFlag.targetByKey;
        continue;
      }
      writeCommandHead(wire, at, CommandKind.newOrder, 0, command.key, 0, 0);
      const { side, priceTicks, quantityLots } = command;
      const force = command.isAggressive ? TimeInForce.ioc : TimeInForce.gtc;
      const { limit } = OrderType;
      const { expireTaker } = SelfTrade;
      writeNewOrder(wire, at, 1, side, limit, force, 0, expireTaker, priceTicks, quantityLots);
    }
    frame.seal(FrameKind.orders, 0);
    sealCrc(wire, frame.byteLength);
    return wire.bytes.slice(0, frame.byteLength);
  }

  #next(): FlowCommand {
    const draw = this.#random();
    const isAbove = this.#resting.length > RESTING_ORDERS;
    const cancelShare = isAbove ? CANCEL_SHARE_ABOVE : CANCEL_SHARE_BELOW;
    if (draw < cancelShare && this.#resting.length > 0) {
      const chosen = Math.floor(this.#random() * this.#resting.length);
      const key = this.#resting[chosen];
      this.#resting[chosen] = this.#resting[this.#resting.length - 1];
      this.#resting.pop();
      return { isCancel: true, key, side: 0, isAggressive: false, priceTicks: 0, quantityLots: 0 };
    }
    const isAggressive = draw >= 1 - AGGRESSIVE_SHARE;
    const isSell = this.#random() < 0.5;
    const distance = isAggressive ? -20 : 1 + Math.floor(this.#random() * SPREAD_TICKS);
    const key = ++this.#lastKey;
    if (!isAggressive) this.#resting.push(key);
    return {
      isCancel: false,
      key,
      side: isSell ? Side.sell : Side.buy,
      isAggressive,
      priceTicks: MID_TICKS + (isSell ? distance : -distance),
      quantityLots: 1 + Math.floor(this.#random() * 100),
    };
  }

  /** From 0 to 1, exclusive: xorshift. */
  #random(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) / 4_294_967_296;
  }
}
