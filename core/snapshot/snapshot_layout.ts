/**
 * The bytes of a snapshot: the state of a shard behind one append of its journal.
 *
 * A snapshot is a sequence of blocks. A block is a frame (core/protocol/frame.ts) of kind snapshot
 * with a CRC of its own and at most {@link BLOCK_BYTES_MAX} long: its sender is the section, its
 * frame number counts the blocks from 1, its position block says the journal sequence that the
 * snapshot stands for, the stamp and epoch of that append, and the shard's last event. Blocks of two
 * snapshots can never be taken for one.
 *
 * Sections come in this order, each in as many blocks as it needs; one without records has none:
 *
 * | section | record | bytes | in the order of |
 * | --- | --- | --- | --- |
 * | shard | counters, and how many records every other section has | 128 | - |
 * | assets | an asset | 40 | definition |
 * | instruments | an instrument | 128 | definition |
 * | accounts | an account | 16 | number |
 * | balances | a balance | 24 | opening |
 * | orders | a resting order | 88 | instrument, side, level, queue |
 * | texts | the client order id of an order that has a text | 40 | orders |
 * | outcomes | an outcome | 88 | record |
 * | senders | the last frame of a sender | 16 | silence, the longest first |
 * | movements | a movement of money, as `MovementWord` says | 56 | record |
 *
 * Offsets are in 32-bit words; numbers of 64 bits are doubles, as they are in memory, and begin at an
 * even word.
 *
 * The order is a function of the journal alone: two replicas that agree write the same bytes. What
 * follows from the rest (reserves, holds, lists of an account, hash tables, price index, counts) is
 * not written, but made again, and then compared: what balances hold with what orders need, the
 * supply of each asset with the sum of its balances.
 *
 * @module
 */

import { OrderField } from "../book/order_pool.ts";
import { MOVEMENT_BYTES } from "../matching/movements.ts";

/**
 * Layout of the records below. A reader takes the versions that it knows, and no other: 1 is the same
 * without movements, of a journal that no leader has kept them in yet; 2 the same of one whose last
 * leader did not cancel the orders of instruments or change their terms.
 */
export const SNAPSHOT_VERSION = 3;
/** The oldest version that is read. */
export const SNAPSHOT_VERSION_LEAST = 1;
/** Longest block. */
export const BLOCK_BYTES_MAX = 256 * 1024;

/** What a block has records of. */
export const SnapshotSection = {
  shard: 1,
  assets: 2,
  instruments: 3,
  accounts: 4,
  balances: 5,
  orders: 6,
  texts: 7,
  outcomes: 8,
  senders: 9,
  movements: 10,
} as const;

/** Bytes of a record of each section, by its number. */
export const SECTION_RECORD_BYTES: readonly number[] = [
  ...[0, 128, 40, 128, 16, 24, 88, 40, 88, 16],
  MOVEMENT_BYTES,
];
/** The last section. */
export const SECTION_LAST = SnapshotSection.movements;

/** Word offsets of the shard's record. */
export const ShardWord = {
  version: 0,
  shard: 1,
  /** 64 bits each. */
  commandCount: 2,
  lastOrderId: 4,
  lastTradeId: 6,
  /** The halves of the state hash. */
  hashLow: 8,
  hashHigh: 9,
  /** 64 bits: messages that the events stream has by now. */
  eventMessages: 10,
  /** By section, how many records it has. */
  counts: 12,
  /** Rules that claims have brought ({@link ShardRule}). */
  rules: 31,
} as const;

/**
 * Bits of the shard's rules. Movements are kept for ever since a claim said so; the leader of the last
 * claim carries cancels of instruments out, and changes of their terms.
 */
export const ShardRule = { keepsMovements: 1, cancelsInstruments: 2, changesTerms: 4 } as const;

/** Word offsets of an asset; the supply is of 64 bits. */
export const AssetWord = { asset: 0, scale: 1, nameBytes: 2, supply: 4, name: 6 } as const;
/** Longest name of an asset, in bytes. */
export const ASSET_NAME_BYTES = 16;

/** The words of an instrument's terms, in order; its status and the length of its symbol follow. */
export const TERMS_WORDS = [
  "instrument",
  "baseAsset",
  "quoteAsset",
  "priceScale",
  "quantityScale",
  "makerFeePpm",
  "takerFeePpm",
  "collarPpm",
] as const;
/** The numbers of 64 bits of an instrument's terms, in order. */
export const TERMS_NUMBERS = ["tickSize", "lotSize", "priceTicksMax", "quantityLotsMax"] as const;
/** Word offsets of an instrument. */
export const TermsWord = { status: 8, symbolBytes: 9, numbers: 10, symbol: 18 } as const;
/** Longest symbol, in bytes. */
export const SYMBOL_BYTES = 56;

/** Word offsets of an account. */
export const AccountWord = { account: 0, status: 1, tradeGroup: 2 } as const;

/** Word offsets of a balance; the amounts are of 64 bits. */
export const BalanceWord = { account: 0, asset: 1, available: 2, held: 4 } as const;

/** The numbers of 64 bits of a resting order, in order: their place in the pool. */
export const RESTING_NUMBERS: readonly number[] = [
  OrderField.orderId,
  OrderField.price,
  OrderField.leaves,
  OrderField.executed,
  OrderField.quantity,
  OrderField.notional,
  OrderField.created,
];
/** The words of a resting order behind its numbers, in order: their place in the pool. */
export const RESTING_WORDS: readonly number[] = [
  OrderField.instrument,
  OrderField.account,
  OrderField.side,
  OrderField.attributes,
  OrderField.feeCredit,
  OrderField.keyLow,
  OrderField.keyHigh,
  OrderField.textBytes,
];

/** Word offsets of an outcome: its `OutcomeWord`s, then its `OutcomeDouble`s. */
export const OutcomeRecordWord = { words: 0, numbers: 8 } as const;
/** How many of each it has. */
export const OUTCOME_WORDS = 8;
/** As {@link OUTCOME_WORDS}, of the numbers. */
export const OUTCOME_NUMBERS = 7;

/** Word offsets of a sender; the number of its last frame is of 64 bits. */
export const SenderWord = { sender: 0, number: 2 } as const;
