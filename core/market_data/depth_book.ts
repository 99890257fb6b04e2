/**
 * The public book of one instrument level by level (L2), and which of its levels changed.
 *
 * @module
 */
import { Side } from "../protocol/order_record.ts";
import { DepthSide } from "./depth_side.ts";
import type { OrderQueues } from "./order_queues.ts";
import { TouchedLevels } from "./touched_levels.ts";

/** Quantity by price of each side, out of the queues of the orders (order_queues.ts). */
export class DepthBook {
  readonly bids: DepthSide;
  readonly asks: DepthSide;
  /** Prices that changed since depth was told last. Written by who changes the queues. */
  readonly touched = new TouchedLevels();

  /** @param queues the shard's resting orders */
  constructor(queues: OrderQueues, instrument: number) {
    this.bids = new DepthSide(queues, instrument, Side.buy);
    this.asks = new DepthSide(queues, instrument, Side.sell);
  }
}
