/**
 * What the events of the log do to the queues of orders, and what the feed `orders` says of it:
 *
 * | event | entry |
 * | --- | --- |
 * | accepted, with `EventFlag.resting` | add |
 * | rested | add |
 * | trade, with `EventFlag.maker` | trade |
 * | canceled, with `EventFlag.resting` | remove |
 * | amended, with `EventFlag.resting`: some of its lots are taken off | reduce |
 * | the same: all of its lots are taken off | remove; where it rests again, `rested` follows |
 *
 * No other event changes a book.
 *
 * The public id of an order is the sequence of the event that put it at the back of its queue:
 * `accepted` or `rested`. It says nothing of whose order it is, is never given again, and is another
 * one after each loss of priority. Whoever placed the order knows it: it is the `sequence` of the
 * answer to the command after which the order rested there, and the `eventSequence` of the private
 * report.
 *
 * @module
 */
import { EventFlag, EventKind } from "../protocol/event_record.ts";
import type { EventReader } from "./event_reader.ts";
import { OrderAction, type OrderEntries } from "./order_entries.ts";
import { OrderQueueError, type OrderQueues } from "./order_queues.ts";
import type { TouchedLevels } from "./touched_levels.ts";

/**
 * Applies the event that the reader stands on. O(1) expected, and O(height of the price index) where a
 * level comes or goes.
 *
 * @param entries where its entry goes
 * @param touched where the level is noted that it changes
 * @returns whether it changed the book
 * @throws {OrderQueueError} when it contradicts the queues
 */
export function applyOrderEvent(
  event: EventReader,
  queues: OrderQueues,
  entries: OrderEntries,
  touched: TouchedLevels,
): boolean {
  const { flags, kind } = event;
  switch (kind) {
    case EventKind.accepted:
      if ((flags & EventFlag.resting) === 0) return false;
      return add(event, event.quantityLots, queues, entries, touched);
    case EventKind.rested:
      return add(event, event.leavesLots, queues, entries, touched);
    case EventKind.trade:
      if ((flags & EventFlag.maker) === 0) return false;
      return take(event, event.quantityLots, queues, entries, touched);
    case EventKind.canceled:
    case EventKind.amended:
      if ((flags & EventFlag.resting) === 0) return false;
      return take(event, event.leavesLots, queues, entries, touched);
    default:
      return false;
  }
}

function add(
  event: EventReader,
  lots: number,
  queues: OrderQueues,
  entries: OrderEntries,
  touched: TouchedLevels,
): boolean {
  if (lots === 0) return false;
  const { instrument, orderId, priceTicks, sequence, side } = event;
  if (queues.find(orderId) !== 0) {
    throw new OrderQueueError("order id", "one that is not queued yet", orderId);
  }
  queues.add(orderId, sequence, instrument, side, priceTicks, lots);
  touched.add(side, priceTicks);
  entries.push(OrderAction.add, sequence, side, priceTicks, lots, 0);
  return true;
}

/** Takes lots off an order: by a trade, or without one. */
function take(
  event: EventReader,
  lots: number,
  queues: OrderQueues,
  entries: OrderEntries,
  touched: TouchedLevels,
): boolean {
  if (lots === 0) return false;
  const { kind, orderId } = event;
  const slot = queues.find(orderId);
  if (slot === 0) throw new OrderQueueError("order id", "one that is queued", orderId);
  const price = queues.priceOf(slot);
  const named = kind === EventKind.amended ? event.priceBeforeTicks : event.priceTicks;
  if (named !== price) throw new OrderQueueError(`price of order ${orderId}`, `${price}`, named);
  const left = queues.lotsOf(slot) - lots;
  if (left < 0) {
    throw new OrderQueueError(`lots off order ${orderId}`, `${left + lots} at most`, lots);
  }
  const id = queues.idOf(slot);
  const side = queues.sideOf(slot);
  if (left === 0) queues.remove(slot);
  else queues.reduce(slot, left);
  touched.add(side, price);
  if (kind === EventKind.trade) {
    entries.push(OrderAction.trade, id, side, price, lots, event.tradeId);
  } else if (left === 0) entries.push(OrderAction.remove, id, side, price, lots, 0);
  else entries.push(OrderAction.reduce, id, side, price, left, 0);
  return true;
}
