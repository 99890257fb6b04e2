import assert from "node:assert/strict";
import * as subjects from "../../../core/protocol/subjects.ts";

Deno.test("golden: the subjects and streams that outside programs subscribe to", () => {
  assert.deepEqual(
    [
      subjects.ordersSubject(0),
      subjects.adminSubject(0),
      subjects.querySubject(1),
      subjects.historySubject(2),
      subjects.journalSubject(3),
      subjects.eventsSubject(4),
      subjects.journalStream(5),
      subjects.eventsStream(6),
      subjects.marketDataSubject("BTC-USD", "trades"),
      subjects.snapshotSubject("BTC-USD"),
      subjects.reportsSubject(42),
    ],
    [
      "orders.0",
      "admin.0",
      "query.1",
      "history.2",
      "journal.3",
      "events.4",
      "JOURNAL_5",
      "EVENTS_6",
      "md.BTC-USD.trades.json",
      "md.snapshot.BTC-USD",
      "user.42.reports",
    ],
  );
});

Deno.test("a symbol is two names of capitals and digits, and never part of a subject's grammar", () => {
  for (const symbol of ["BTC-USD", "A-B", "1INCH-USDT", "ABCDEFGHIJ-0123456789"]) {
    assert.match(symbol, subjects.SYMBOL_PATTERN);
  }
  const refused = ["", "BTC", "btc-USD", "BTC-", "-USD", "BTC-USD-X", "BTC.USD", "*-USD", ">-USD"];
  for (const symbol of [...refused, "ABCDEFGHIJK-USD", "BTC-USD\n", "BTC USD", "ÄTC-USD"]) {
    assert.doesNotMatch(symbol, subjects.SYMBOL_PATTERN);
  }
});
