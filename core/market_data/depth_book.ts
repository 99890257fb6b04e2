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

/** Quantity by price of each side, and which prices were touched since they were last taken. */
export class DepthBook {
  readonly bids = new DepthSide(Side.buy);
  readonly asks = new DepthSide(Side.sell);
  readonly #touchedBids = new Set<number>();
  readonly #touchedAsks = new Set<number>();

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
    const isBid = event.side === Side.buy;
    (isBid ? this.bids : this.asks).change(price, lots);
    (isBid ? this.#touchedBids : this.#touchedAsks).add(price);
    return true;
  }

  /** Prices touched on a side since {@link forgetTouched}, best first. O(touched log touched). */
  touched(side: number): Float64Array {
    const prices = side === Side.buy ? this.#touchedBids : this.#touchedAsks;
    const sorted = Float64Array.from(prices).sort();
    return side === Side.buy ? sorted.reverse() : sorted;
  }

  /** Prices touched on both sides since {@link forgetTouched}. */
  get touchedCount(): number {
    return this.#touchedBids.size + this.#touchedAsks.size;
  }

  /** Begins anew to note which prices are touched. */
  forgetTouched(): void {
    this.#touchedBids.clear();
    this.#touchedAsks.clear();
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
