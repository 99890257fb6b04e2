/**
 * What the naive exchange puts into its events.
 *
 * @module
 */

import { CommandKind } from "../../core/protocol/order_record.ts";
import { requestKeyOfClientOrderId } from "../../core/protocol/request_key.ts";
import type { EventView } from "../core/matching/event_view.ts";
import type { NumberedCommand } from "../support/frames.ts";

/** Key of a request id as one number. */
export function keyOf(requestId: string): bigint {
  const { low, high } = requestKeyOfClientOrderId(requestId);
  return (BigInt(high) << 32n) | BigInt(low);
}

/** What an event has beside its kind; the rest is zero. */
export type EventFields = Partial<Omit<EventView, "kind">>;

/** The second byte of a command's record and its number at offset 8, which rejections show. */
export function tagOf(command: NumberedCommand): { side: number; instrument: number } {
  switch (command.kind) {
    case CommandKind.newOrder:
      return { side: command.side, instrument: command.instrument };
    case CommandKind.cancelAll:
    case CommandKind.cancelAccount:
      return { side: command.side ?? 0, instrument: command.instrument };
    case CommandKind.cancelInstrument:
    case CommandKind.instrumentTerms:
      return { side: 0, instrument: command.instrument };
    case CommandKind.deposit:
    case CommandKind.withdraw:
    case CommandKind.transfer:
      return { side: 0, instrument: command.asset };
    case CommandKind.asset:
      return { side: command.scale, instrument: command.asset };
    case CommandKind.instrument:
      return { side: command.terms.priceScale, instrument: command.terms.instrument };
    case CommandKind.account:
      return { side: command.on ? 1 : 0, instrument: command.tradeGroup };
    case CommandKind.tradingStatus:
      return { side: command.on ? 1 : 0, instrument: command.instrument };
    case CommandKind.audit:
      return { side: command.act, instrument: 0 };
    default:
      return { side: 0, instrument: 0 };
  }
}
