/**
 * The public book of one instrument (L2), as the events of the log make it:
 *
 * | event | changes |
 * | --- | --- |
 * | accepted, with `EventFlag.resting` | adds its quantity at its price |
 * | rested | adds its leaves at its price |
 * | trade, with `EventFlag.maker` | takes its quantity off its price |
 * | canceled, with `EventFlag.resting` | takes the lots it names off its price |
 * | amended, with `EventFlag.resting` | takes the lots it names off the price before |
 *
 * No other event changes it.
 *
 * @module
 */
import { EventFlag, EventKind } from "../protocol/event_record.ts";
import { Side } from "../protocol/order_record.ts";
import { DepthSide } from "./depth_side.ts";
import type { EventReader } from "./event_reader.ts";
import { TouchedLevels } from "./touched_levels.ts";

/** Quantity by price of each side, and which prices changed since depth was told last. */
export class DepthBook {
  readonly bids = new DepthSide(Side.buy);
  readonly asks = new DepthSide(Side.sell);
  /** Prices that changed since depth was told last. */
  readonly touched = new TouchedLevels();

  /**
   * Applies the event that the reader stands on.
   *
   * @returns whether it changed the book
   * @throws {DepthError} when the event contradicts the book
   */
  apply(event: EventReader): boolean {
    const lots = restingLots(event);
    if (lots === 0) return false;
    const price = event.kind === EventKind.amended ? event.priceBeforeTicks : event.priceTicks;
    const { side } = event;
    (side === Side.buy ? this.bids : this.asks).change(price, lots);
    this.touched.add(side, price);
    return true;
  }
}

/** Lots that the event adds to the book, negative where it takes them off; 0 for all others. */
function restingLots(event: EventReader): number {
  switch (event.kind) {
    case EventKind.accepted:
      return (event.flags & EventFlag.resting) !== 0 ? event.quantityLots : 0;
    case EventKind.rested:
      return event.leavesLots;
    case EventKind.trade:
      return (event.flags & EventFlag.maker) !== 0 ? -event.quantityLots : 0;
    case EventKind.canceled:
    case EventKind.amended:
      return (event.flags & EventFlag.resting) !== 0 ? -event.leavesLots : 0;
    default:
      return 0;
  }
}
