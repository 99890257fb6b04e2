import assert from "node:assert/strict";
import { type CopyContext, copyEntry, entriesOfMessage } from "../../../core/history/copy_entry.ts";
import { BrokenHistoryError } from "../../../core/history/history_order.ts";
import type { HistoryReport } from "../../../core/history/report_run.ts";
import { reportTerms } from "../../../core/history/report_terms.ts";
import {
  DROP_COPY_BYTES_MAX,
  DROP_COPY_ENTRIES_MAX,
  DROP_COPY_ENTRY_BYTES_MAX,
} from "../../../core/protocol/drop_copy.ts";
import { EventFlag, EventKind, EventWord } from "../../../core/protocol/event_record.ts";
import { WireBuffer, writeU64 } from "../../../core/protocol/wire_buffer.ts";

const MOST = Number.MAX_SAFE_INTEGER;

/** Terms that make every number and name as long as it gets. */
const LONGEST = reportTerms({
  instrument: 1,
  symbol: "ABCDEFGHIJ-KLMNOPQRST",
  baseAsset: 1,
  quoteAsset: 2,
  priceScale: 12,
  quantityScale: 0,
  tickSize: 1,
  lotSize: 1,
  priceTicksMax: 2 ** 30,
  quantityLotsMax: 1,
  makerFeePpm: 0,
  takerFeePpm: 0,
  collarPpm: 1,
  baseName: "ABCDEFGHIJ",
  baseScale: 0,
  quoteName: "KLMNOPQRST",
  quoteScale: 12,
  status: "trading",
});

function contextWith(clientOrderId: string | null | undefined): CopyContext {
  return {
    clientOrderId: () => clientOrderId,
    instrument: (instrument) => instrument === 1 ? LONGEST : null,
    asset: () => ({ name: "KLMNOPQRST", scale: 12 }),
  };
}

function report(kind: number, flags: number, number: number, instrument = 1): HistoryReport {
  const event = WireBuffer.allocate(64);
  event.bytes[0] = kind;
  event.bytes[1] = 1;
  event.bytes[3] = flags;
  event.words[EventWord.instrument] = instrument;
  for (const word of [EventWord.orderId, EventWord.first, EventWord.price]) {
    writeU64(event.words, word, number);
  }
  for (const word of [EventWord.quantity, EventWord.leaves, EventWord.last]) {
    writeU64(event.words, word, number);
  }
  return {
    account: number === MOST ? 0xffffffff : 7,
    sequence: 1,
    eventSequence: number,
    timeMicros: number,
    executedLots: 0,
    priceTicks: 0,
    quantity: 0,
    event: event.bytes,
  };
}

Deno.test("no entry is longer than its limit, and so no message than its own", () => {
  const context = contextWith("x".repeat(36));
  const both = EventFlag.debit | EventFlag.transfer;
  for (const kind of [EventKind.trade, EventKind.ledger]) {
    const length = JSON.stringify(copyEntry(report(kind, both, MOST), context)).length;
    assert.ok(length > 200 && length <= DROP_COPY_ENTRY_BYTES_MAX, `${length} bytes`);
  }
  const longest = (DROP_COPY_ENTRIES_MAX + 1) * (DROP_COPY_ENTRY_BYTES_MAX + 1) + 100;
  assert.ok(longest <= DROP_COPY_BYTES_MAX, `${longest} bytes`);
});

Deno.test("a side of a trade has its account, its order and the numbers as decimals", () => {
  const entry = copyEntry(
    report(EventKind.trade, EventFlag.maker, 1_000_000_000_005),
    contextWith(null),
  );
  assert.deepEqual(entry, {
    kind: "execution",
    sequence: 1_000_000_000_005,
    timeMicros: 1_000_000_000_005,
    tradeId: "1000000000005",
    symbol: "ABCDEFGHIJ-KLMNOPQRST",
    account: "7",
    orderId: "1000000000005",
    clientOrderId: null,
    side: "sell",
    liquidity: "maker",
    price: "1.000000000005",
    quantity: "1000000000005",
    fee: "1.000000000005",
    feeAsset: "KLMNOPQRST",
  });
});

Deno.test("a movement says which way the money went, and whether to another account", () => {
  const { debit, transfer } = EventFlag;
  for (
    const [flags, direction] of [
      [0, "deposit"],
      [debit, "withdrawal"],
      [transfer, "transfer_in"],
      [transfer | debit, "transfer_out"],
    ] as const
  ) {
    assert.deepEqual(copyEntry(report(EventKind.ledger, flags, 12), contextWith(null)), {
      kind: "movement",
      sequence: 12,
      timeMicros: 12,
      account: "7",
      assetId: "12",
      asset: "KLMNOPQRST",
      direction,
      amount: "0.000000000012",
      total: "0.000000000012",
    });
  }
});

Deno.test("an entry waits for its instrument's terms, and a trade without its order is no history", () => {
  const trade = report(EventKind.trade, 0, 5, 2);
  assert.equal(copyEntry(trade, contextWith(null)), null);
  assert.throws(
    () => copyEntry(report(EventKind.trade, 0, 5), contextWith(undefined)),
    (error) => error instanceof BrokenHistoryError && /event 5 .* no order 5/.test(error.message),
  );
});

Deno.test("a message takes one more where it would part the two sides of a trade", () => {
  const maker = report(EventKind.trade, EventFlag.maker, 1);
  const taker = report(EventKind.trade, 0, 2);
  const deposit = report(EventKind.ledger, 0, 3);
  const reports = [deposit, maker, taker, maker, taker];
  const sizes = (limit: number) => {
    const found: number[] = [];
    for (let from = 0; from < reports.length; from += found.at(-1) as number) {
      found.push(entriesOfMessage(reports, from, limit));
    }
    return found;
  };
  assert.deepEqual(sizes(1), [1, 2, 2]);
  assert.deepEqual(sizes(2), [3, 2]);
  assert.deepEqual(sizes(3), [3, 2]);
  assert.deepEqual(sizes(4), [5]);
  assert.deepEqual(sizes(9), [5]);
});
