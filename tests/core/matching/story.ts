/**
 * Events as sentences, so that a test reads like what happened.
 *
 * @module
 */

import { EventFlag, EventKind, OrderStatus } from "../../../core/protocol/event_record.ts";
import { CommandKind } from "../../../core/protocol/order_record.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import type { EventView } from "./event_view.ts";

/** Name of a value in a table of constants. */
function nameIn(table: Readonly<Record<string, number>>, value: number): string {
  return Object.keys(table).find((name) => table[name] === value) ?? `unknown ${value}`;
}

/** Name of a result code. */
export const codeName = (code: number): string => nameIn(ResultCode, code);
/** Name of an order status. */
export const statusName = (status: number): string => nameIn(OrderStatus, status);

/** The event as a sentence that begins with the account. */
export function tell(event: EventView): string {
  const { account, at32: price, at40: quantity, at48: leaves } = event;
  const side = event.side === 0 ? "buy" : "sell";
  const resting = (event.flags & EventFlag.resting) !== 0;
  const code = codeName(event.code);
  switch (event.kind) {
    case EventKind.accepted:
      return `${account} accepted ${side} ${quantity}@${price}${resting ? ", rests" : ""}`;
    case EventKind.trade: {
      const role = (event.flags & EventFlag.maker) !== 0 ? "maker" : "taker";
      const fee = event.at24 === 0n ? "" : `, fee ${event.at24}`;
      const left = event.status === OrderStatus.filled ? "filled" : `${leaves} left`;
      const verb = side === "buy" ? "bought" : "sold";
      return `${account} ${role} ${verb} ${quantity}@${price}, ${left}${fee}`;
    }
    case EventKind.canceled:
      return `${account} canceled ${side} ${leaves}@${price} (${code})`;
    case EventKind.expired:
      return `${account} expired ${side} ${leaves}@${price} (${code})`;
    case EventKind.amended: {
      const [now, before] = [price & 0xffffffffn, price >> 32n];
      const from = resting ? `, ${leaves}@${before} off` : "";
      const why = event.code === 0 ? "" : ` (${code})`;
      return `${account} amended ${side} to ${quantity}@${now}${from}${why}`;
    }
    case EventKind.rested:
      return `${account} rested ${side} ${leaves}@${price}`;
    case EventKind.rejected:
      return `${account} rejected (${code}: limit ${price}, value ${quantity})`;
    case EventKind.summary: {
      const again = (event.flags & EventFlag.duplicate) !== 0 ? " again" : "";
      const outcome = `${statusName(event.status)} (${code})`;
      return `${account} outcome${again}: ${outcome} executed ${quantity}, left ${leaves}`;
    }
    case EventKind.ledger: {
      const isTransfer = (event.flags & EventFlag.transfer) !== 0;
      const [debit, credit] = isTransfer ? ["sent", "received"] : ["withdrew", "deposited"];
      const verb = (event.flags & EventFlag.debit) !== 0 ? debit : credit;
      return `${account} ${verb} ${quantity} of asset ${price}, has ${leaves}`;
    }
    case EventKind.reference: {
      if (Number(event.orderId) !== CommandKind.instrumentTerms) return "defined";
      const fees = `maker ${leaves & 0xffffffffn}, taker ${leaves >> 32n}`;
      return `terms: ${fees}, collar ${event.at56}, up to ${quantity}@${price}`;
    }
    case EventKind.claim:
      return `claimed epoch ${price}`;
    default:
      return `unknown event ${event.kind}`;
  }
}
