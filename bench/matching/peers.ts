/**
 * The order books on npm that are usable, and how much of a flow each is given: the slow ones a
 * stated part of it, from its beginning. The book is at its full size from the first measured
 * operation on, so a part is like the whole.
 *
 * Not usable: @sargonpiraev/matchx 1.1.1 does not load as a module and cannot cancel;
 * @moeinrahimi/hft-limit-order-book 4.1.0 is an older hft-limit-order-book under another name.
 *
 * @module
 */
import type { Entry } from "./compare.ts";
import type { Contender } from "./contender.ts";
import type { FlowShape } from "./flow.ts";
import { limitOrderBook } from "./peer_limit_order_book.ts";
import { orderbookMatchEngine } from "./peer_match_engine.ts";
import { bigNumberOrderBook, hftLimitOrderBook, nodejsOrderBook } from "./peer_node_books.ts";

/** A peer, and the share of a flow that it is given. */
const PEERS: readonly { readonly contender: Contender; readonly share: number }[] = [
  { contender: nodejsOrderBook, share: 0.1 },
  { contender: hftLimitOrderBook, share: 0.1 },
  { contender: orderbookMatchEngine, share: 0.1 },
  { contender: bigNumberOrderBook, share: 0.05 },
  { contender: limitOrderBook, share: 0.01 },
];

/** Runs of each peer that count. */
const ROUNDS = 3;

/** Every peer on a flow, nodejs-order-book first; none on one with amends: theirs lose priority. */
export function allPeers(shape: FlowShape): Entry[] {
  if (shape.amendShare > 0) return [];
  return PEERS.map(({ contender, share }) => ({
    contender,
    operations: shape.operations * share,
    rounds: ROUNDS,
  }));
}

/** nodejs-order-book on a flow, run once where filling its book takes it seconds. */
export function firstPeer(shape: FlowShape): Entry[] {
  if (shape.amendShare > 0) return [];
  const { contender, share } = PEERS[0];
  const isLarge = shape.liveOrders > 100_000;
  return [{ contender, operations: shape.operations * share, rounds: isLarge ? 0 : ROUNDS }];
}
