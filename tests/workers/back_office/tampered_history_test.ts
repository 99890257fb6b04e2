import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { EVENT_OFFSET_BYTES, PACKED_REPORT_BYTES } from "../../../core/history/report_run.ts";
import { EventFlag, EventKind, EventWord } from "../../../core/protocol/event_record.ts";
import { readU64, WireBuffer, writeU64 } from "../../../core/protocol/wire_buffer.ts";
import { Crowd } from "../../support/client_crowd.ts";
import type { Venue } from "../../support/venue.ts";
import { seededRandom } from "../../core/history/event_source.ts";
import { withFolder } from "../history/stored_history.ts";
import {
  historyPath,
  instantNow,
  openVenue,
  readReconciliation,
  type ReconciliationFile,
  runEndOfDayTask,
  withHistory,
} from "./back_office_venue.ts";

const CLIENTS = 4;
const ORDERS = 120;

/** A report in a stored run. */
interface StoredReport {
  readonly run: number;
  readonly wire: WireBuffer;
  /** Where its event record begins. */
  readonly at: number;
  readonly tradeId: string;
  readonly account: string;
}

/**
 * A report of a kind; of trades, one of a maker. How many runs there are depends on how events came
 * to be stored together.
 */
function reportOf(database: DatabaseSync, kind: number, place: number): StoredReport {
  const reports = firstReports(database, kind);
  return reports[place % reports.length];
}

/** The first report of a kind in each run that has one. */
function firstReports(database: DatabaseSync, kind: number): StoredReport[] {
  const rows = database.prepare("SELECT run, account, packed FROM reports ORDER BY run").all();
  return rows.flatMap(({ account, packed, run }) => {
    const wire = WireBuffer.copyOf(packed as Uint8Array);
    for (let at = EVENT_OFFSET_BYTES; at < wire.bytes.length; at += PACKED_REPORT_BYTES) {
      const isMaker = (wire.bytes[at + 3] & EventFlag.maker) !== 0;
      if (wire.bytes[at] !== kind || (kind === EventKind.trade && !isMaker)) continue;
      const tradeId = String(readU64(wire.words, (at >> 2) + EventWord.last));
      return [{ run: run as number, wire, at, tradeId, account: String(account) }];
    }
    return [];
  });
}

/** A change to a history, which returns how it is undone. */
type Change = (database: DatabaseSync) => (database: DatabaseSync) => void;

/** Changes a report in place. */
function rewrite(
  database: DatabaseSync,
  { at, run, wire }: StoredReport,
  change: (wire: WireBuffer, at: number) => void,
): (database: DatabaseSync) => void {
  const before = wire.bytes.slice();
  change(wire, at);
  const put = database.prepare("UPDATE reports SET packed = ? WHERE run = ?");
  put.run(wire.bytes, run);
  return (later) =>
    void later.prepare("UPDATE reports SET packed = ? WHERE run = ?").run(before, run);
}

/** How the last change is undone, which the next one begins with: every start takes its time. */
let undoLast: (database: DatabaseSync) => void = () => {};

/** Runs the end of day on a history that was changed behind the venue's back. */
async function endOfDayWith(
  venue: Venue,
  change: Change,
): Promise<{ found: ReconciliationFile; stdout: string }> {
  let result: { found: ReconciliationFile; stdout: string } | undefined;
  await venue.killMatcher();
  const database = new DatabaseSync(historyPath(venue));
  undoLast(database);
  undoLast = change(database);
  database.close();
  await withFolder(async (out) => {
    await venue.startMatcher(withHistory(venue));
    const window = ["--from", "2020-01-01T00:00:00Z", "--to", await instantNow(venue)];
    const { code, stderr, stdout } = await runEndOfDayTask(venue, out, window);
    assert.equal(code, 1, stderr + stdout);
    result = { found: readReconciliation(out), stdout };
    assert.equal(result.found.isReconciled, false);
  });
  if (result === undefined) throw new Error("no end of day");
  return result;
}

const fieldsOf = ({ differences }: ReconciliationFile) =>
  differences.filter(({ kind }) => kind === "field");

async function changedPrice(venue: Venue): Promise<void> {
  let changed: StoredReport | undefined;
  const { found, stdout } = await endOfDayWith(venue, (database) => {
    changed = reportOf(database, EventKind.trade, 3);
    return rewrite(database, changed, ({ words }, at) => {
      const word = (at >> 2) + EventWord.price;
      writeU64(words, word, readU64(words, word) + 1);
    });
  });
  const [difference, ...others] = fieldsOf(found);
  assert.deepEqual(others, []);
  const { account, dropCopy, field, journal, tradeId } = difference;
  assert.deepEqual([field, tradeId, account], ["price", changed?.tradeId, changed?.account]);
  const [one, other] = [journal, dropCopy].map((price) => Number(String(price).replace(".", "")));
  assert.equal(other, one + 1);
  const line = `trade ${tradeId}, account ${account}, event \\d+: price is "${journal}" in the ` +
    `journal, "${dropCopy}" in the drop copy`;
  assert.match(stdout, new RegExp(line));
  const sums = found.differences.filter(({ kind }) => kind === "sum");
  assert.ok(sums.some(({ of, field }) => of === "BTC-USD" && field === "notional"));
  assert.ok(sums.some(({ of }) => of === `account ${account}, USD`));
}

async function changedFee(venue: Venue): Promise<void> {
  const { found } = await endOfDayWith(
    venue,
    (database) =>
      rewrite(database, reportOf(database, EventKind.trade, 5), ({ words }, at) => {
        writeU64(words, (at >> 2) + EventWord.first, 0);
      }),
  );
  const [{ dropCopy, field }, ...others] = fieldsOf(found);
  assert.deepEqual([field, dropCopy, others], ["fee", "0.000000", []]);
  const fees = found.differences.filter(({ kind, field }) => kind === "sum" && field === "fees");
  assert.ok(fees.some(({ of }) => of === "BTC-USD"));
  assert.ok(fees.some(({ of }) => of === "account 0, USD"), "the venue did not get it");
}

async function changedAccount(venue: Venue): Promise<void> {
  const rename = (database: DatabaseSync, from: number, to: number) => {
    for (const table of ["orders", "reports"]) {
      database.prepare(`UPDATE ${table} SET account = ? WHERE account = ?`).run(to, from);
    }
  };
  const { found } = await endOfDayWith(venue, (database) => {
    rename(database, 1, 9);
    return (later) => rename(later, 9, 1);
  });
  const fields = fieldsOf(found);
  assert.ok(fields.length > 0);
  for (const { field, journal, dropCopy } of fields) {
    assert.deepEqual([field, journal, dropCopy], ["account", "1", "9"]);
  }
  const lost = "accounts and assets that are not there";
  assert.ok(found.differences.some(({ of }) => of === lost), "what it adds up to is nobody's");
}

async function missingRun(venue: Venue): Promise<void> {
  let gone: StoredReport | undefined;
  const { found, stdout } = await endOfDayWith(venue, (database) => {
    gone = reportOf(database, EventKind.trade, 2);
    const { run } = gone;
    const row = database.prepare("SELECT * FROM reports WHERE run = ?").get(run);
    database.prepare("DELETE FROM reports WHERE run = ?").run(run);
    return (later) =>
      void later.prepare("INSERT INTO reports VALUES (?, ?, ?, ?, ?)")
        .run(...Object.values(row ?? {}));
  });
  assert.deepEqual(new Set(found.differences.map(({ kind }) => kind)).size, 2);
  const missing = found.differences.filter(({ kind }) => kind === "only_in_journal");
  assert.ok(missing.some(({ tradeId }) => tradeId === gone?.tradeId));
  for (const { account } of missing) assert.equal(account, gone?.account);
  assert.match(stdout, new RegExp(`trade ${gone?.tradeId}, .*: only in the journal`));
}

async function inventedMovement(venue: Venue): Promise<void> {
  let invented: StoredReport | undefined;
  const { found } = await endOfDayWith(venue, (database) => {
    invented = reportOf(database, EventKind.accepted, 4);
    return rewrite(database, invented, ({ bytes, words }, at) => {
      bytes[at] = EventKind.ledger;
      bytes[at + 3] = 0;
      writeU64(words, (at >> 2) + EventWord.price, 1);
    });
  });
  const [only, ...sums] = found.differences;
  assert.deepEqual([only.kind, only.account], ["only_in_drop_copy", invented?.account]);
  assert.deepEqual(
    sums.map(({ field, kind, of }) => [kind, of, field]),
    [["sum", `account ${invented?.account}, USD`, "deposits"]],
  );
}

Deno.test("whatever else the stored history says than the journal is named, with both values", async (t) => {
  await using venue = await openVenue(CLIENTS);
  const crowd = Crowd.through([await venue.openGateway()], CLIENTS, seededRandom(7));
  crowd.start();
  await crowd.settle(ORDERS);
  await crowd.rest();
  await t.step("a price", () => changedPrice(venue));
  await t.step("a fee", () => changedFee(venue));
  await t.step("an account", () => changedAccount(venue));
  await t.step("reports that are gone", () => missingRun(venue));
  await t.step("a movement that never was", () => inventedMovement(venue));
  await t.step(
    "and with everything undone nothing is left to name",
    () =>
      withFolder(async (out) => {
        await venue.killMatcher();
        const database = new DatabaseSync(historyPath(venue));
        undoLast(database);
        database.close();
        await venue.startMatcher(withHistory(venue));
        const window = ["--from", "2020-01-01T00:00:00Z", "--to", await instantNow(venue)];
        const { code, stderr, stdout } = await runEndOfDayTask(venue, out, window);
        assert.equal(code, 0, stderr + stdout);
      }),
  );
});
