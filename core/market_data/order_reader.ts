/**
 * Reads messages of `orders` and snapshots of orders in binary (feed_frame.ts), whose frame has been
 * checked.
 *
 * @module
 */
import {
  FEED_HEAD_BYTES,
  FeedKind,
  FeedStatus,
  FIXED_BYTES,
  MoreOrders,
  ORDER_ENTRY_BYTES,
  QUEUED_ORDER_BYTES,
} from "./feed_frame.ts";
import type { FrameHead } from "./feed_frame.ts";
import type { LotOrderEntry } from "./order_json.ts";
import { OrderAction } from "./order_entries.ts";
import type { OrderPage, QueuedOrder } from "./order_page.ts";

const TWO_TO_32 = 4294967296;
const AT = FEED_HEAD_BYTES;

/** What happened to orders. */
export interface OrdersFrame extends FrameHead {
  readonly kind: typeof FeedKind.orders;
  readonly orders: readonly LotOrderEntry[];
  readonly checksum: number;
}

/** The answer to a request for orders. Its `prevSequence` is that of the last message of `orders`. */
export interface OrderSnapshotFrame extends FrameHead, OrderPage {
  readonly kind: typeof FeedKind.orderSnapshot;
  readonly checksum: number;
  /** Sequence of the shard's events that it reflects. */
  readonly eventSequence: number;
  readonly isTrading: boolean;
}

/** What stands behind the head of a message of `orders`. O(entries). */
export function readOrders(view: DataView, count: number): Omit<OrdersFrame, keyof FrameHead> {
  const firstTradeId = u64(view, AT + 8);
  const orders = Array.from({ length: count }, (_, index) => {
    const at = FIXED_BYTES[FeedKind.orders] + index * ORDER_ENTRY_BYTES;
    const action = view.getUint8(at + 20);
    return {
      action,
      id: u64(view, at),
      side: view.getUint8(at + 21),
      priceTicks: view.getUint32(at + 16, true),
      lots: u64(view, at + 8),
      tradeId: action === OrderAction.trade ? firstTradeId + view.getUint16(at + 22, true) : 0,
    };
  });
  return { kind: FeedKind.orders, orders, checksum: view.getUint32(AT, true) };
}

/** What stands behind the head of a snapshot of orders. O(orders). */
export function readOrderSnapshot(view: DataView): Omit<OrderSnapshotFrame, keyof FrameHead> {
  const bidCount = view.getUint16(AT, true);
  const askCount = view.getUint16(AT + 2, true);
  const more = view.getUint32(AT + 20, true);
  const ordersAt = FIXED_BYTES[FeedKind.orderSnapshot];
  return {
    kind: FeedKind.orderSnapshot,
    checksum: view.getUint32(AT + 4, true),
    eventSequence: u64(view, AT + 8),
    isTrading: view.getUint32(AT + 16, true) === FeedStatus.trading,
    hasMoreBids: (more & MoreOrders.bids) !== 0,
    hasMoreAsks: (more & MoreOrders.asks) !== 0,
    afterBid: { id: u64(view, AT + 24), priceTicks: view.getUint32(AT + 40, true) },
    afterAsk: { id: u64(view, AT + 32), priceTicks: view.getUint32(AT + 44, true) },
    bids: readQueued(view, ordersAt, bidCount),
    asks: readQueued(view, ordersAt + bidCount * QUEUED_ORDER_BYTES, askCount),
  };
}

function readQueued(view: DataView, from: number, count: number): QueuedOrder[] {
  return Array.from({ length: count }, (_, index) => {
    const at = from + index * QUEUED_ORDER_BYTES;
    return {
      id: u64(view, at),
      lots: u64(view, at + 8),
      priceTicks: view.getUint32(at + 16, true),
    };
  });
}

function u64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * TWO_TO_32 + view.getUint32(at, true);
}
