import assert from "node:assert/strict";
import { Crowd } from "../../support/client_crowd.ts";
import { pause, SHARD, type Venue } from "../../support/venue.ts";
import { replayVenue } from "../../support/venue_log.ts";
import { seededRandom } from "../../core/history/event_source.ts";
import { DropCopyReceiver } from "../history/drop_copy_receiver.ts";
import { until } from "../history/history_broker.ts";
import { withFolder } from "../history/stored_history.ts";
import {
  fileOf,
  instantNow,
  openVenue,
  readReconciliation,
  runEndOfDayTask,
  withHistory,
} from "./back_office_venue.ts";
import { readCsv, readParquet, sumOf } from "./read_table.ts";

const CLIENTS = 6;
const ORDERS = 250;

/** What both tables of a kind say, having seen that they are equal. */
async function rowsOf(folder: string, name: string) {
  const { rows } = readCsv(fileOf(folder, name, "csv"));
  assert.deepEqual(await readParquet(fileOf(folder, name, "parquet")), rows, name);
  return rows;
}

/** The balances of the leader against the table of accounts. */
async function checkAccounts(venue: Venue, folder: string): Promise<void> {
  const rows = await rowsOf(folder, "accounts");
  for (let account = 1; account <= CLIENTS; account++) {
    for (const { asset, available, held } of await venue.balances(account)) {
      const row = rows.find((one) => one.account === String(account) && one.asset === asset);
      assert.ok(row !== undefined, `account ${account} has a row of ${asset}`);
      assert.equal(BigInt(row.closing.replace(".", "")), BigInt(available + held));
    }
  }
  for (const asset of ["BTC", "USD"]) {
    const of = rows.filter((row) => row.asset === asset);
    assert.equal(sumOf(of, "bought"), sumOf(of, "sold"));
    assert.equal(sumOf(of, "fees"), 0n, "the venue's account has what the others paid");
    const moved = sumOf(of, "deposits") - sumOf(of, "withdrawals");
    assert.equal(sumOf(of, "closing"), sumOf(of, "opening") + moved);
  }
}

Deno.test("a day with kills of the matcher is exact, in the copy, in the files and in the sums", () =>
  withFolder(async (out) => {
    const seed = Date.now();
    console.log(`seed ${seed}`);
    await using venue = await openVenue(CLIENTS);
    const office = new DropCopyReceiver(await venue.connectAs("backOffice"), SHARD);
    await office.listen();
    const crowd = Crowd.through([await venue.openGateway()], CLIENTS, seededRandom(seed));
    crowd.start();
    for (let kill = 0; kill < 2; kill++) {
      await crowd.settle(ORDERS);
      await venue.killMatcher();
      await venue.startMatcher(withHistory(venue));
    }
    await crowd.settle(ORDERS);
    await crowd.rest();
    const to = await instantNow(venue);
    const window = ["--from", "2020-01-01T00:00:00Z", "--to", to];

    const first = await runEndOfDayTask(venue, out, [...window, "--json"]);
    assert.equal(first.code, 0, first.stderr + first.stdout);
    const said = JSON.parse(first.stdout);
    const { state } = await replayVenue(venue);
    assert.deepEqual(
      { ok: said.ok, trades: said.trades, differences: said.differences },
      { ok: true, trades: state.lastTradeId, differences: 0 },
    );
    const found = readReconciliation(out);
    assert.equal(found.journal.toSequence, state.events.sequence);
    assert.equal(found.journal.stateHash, state.events.stateHash);
    assert.deepEqual(found.dropCopy, {
      executions: found.journal.executions,
      movements: found.journal.movements,
    });

    await checkAccounts(venue, out);
    const trades = await rowsOf(out, "trades");
    assert.deepEqual(trades.map((row) => row.trade_id), ids(state.lastTradeId));
    const [figures] = await rowsOf(out, "statistics");
    checkFigures(figures, trades);

    // What was heard meanwhile is the same as what is asked for now.
    await until("the end of the copy", () => office.sequence === state.events.sequence);
    await office.fillGaps();
    assert.deepEqual(office.all, await office.repair(0, state.events.sequence));
    assert.equal(office.entries.size, found.journal.executions + found.journal.movements);

    const again = await runEndOfDayTask(venue, out, window);
    assert.equal(again.code, 0, again.stderr);
    assert.equal(again.stdout.match(/^same {6}/gm)?.length, 7, again.stdout);
  }));

const ids = (last: number) => Array.from({ length: last }, (_, index) => String(index + 1));

function checkFigures(
  figures: Readonly<Record<string, string>>,
  trades: readonly Readonly<Record<string, string>>[],
): void {
  const prices = trades.map((row) => Number(row.price.replace(".", "")));
  assert.equal(figures.trades, String(trades.length));
  assert.equal(figures.open, trades[0].price);
  assert.equal(figures.close, trades[trades.length - 1].price);
  assert.equal(Number(figures.high.replace(".", "")), Math.max(...prices));
  assert.equal(Number(figures.low.replace(".", "")), Math.min(...prices));
  for (
    const [name, column, side] of [
      ["volume", "quantity", ""],
      ["taker_buy_volume", "quantity", "buy"],
      ["taker_sell_volume", "quantity", "sell"],
      ["notional", "notional", ""],
      ["maker_fees", "maker_fee", ""],
      ["taker_fees", "taker_fee", ""],
    ] as const
  ) {
    const rows = trades.filter((row) => side === "" || row.taker_side === side);
    assert.equal(BigInt(figures[name].replace(".", "")), sumOf(rows, column), name);
  }
  const vwap = Number(sumOf(trades, "notional")) / 1e6 / (Number(sumOf(trades, "quantity")) / 1e4);
  assert.ok(Math.abs(Number(figures.vwap) - vwap) < 0.0001, `${figures.vwap}, ${vwap}`);
}

Deno.test("a window has what was stamped in it, and begins with what was there before", () =>
  withFolder(async (out) => {
    await using venue = await openVenue(CLIENTS);
    const crowd = Crowd.through([await venue.openGateway()], CLIENTS, seededRandom(5));
    const trade = async () => {
      crowd.start();
      await crowd.settle(ORDERS);
      await crowd.rest();
    };
    const instants = [await instantNow(venue)];
    await trade();
    instants.push(await instantNow(venue));
    await pause(5);
    await trade();
    instants.push(await instantNow(venue));
    const parts: Readonly<Record<string, string>>[][] = [];
    const accounts: Readonly<Record<string, string>>[][] = [];
    for (let part = 0; part < 2; part++) {
      const folder = `${out}/${part}`;
      const window = ["--from", instants[part], "--to", instants[part + 1]];
      const { code, stderr } = await runEndOfDayTask(venue, folder, window);
      assert.equal(code, 0, stderr);
      const { journal } = readReconciliation(folder);
      assert.equal(journal.movements, 0, "the deposits came before");
      parts.push(await rowsOf(folder, "trades"));
      accounts.push(await rowsOf(folder, "accounts"));
    }
    const { state } = await replayVenue(venue);
    assert.ok(parts[0].length > 0 && parts[1].length > 0);
    assert.deepEqual(parts.flat().map((row) => row.trade_id), ids(state.lastTradeId));
    const closing = new Map(accounts[0].map((row) => [`${row.account} ${row.asset}`, row.closing]));
    for (const { account, asset, opening } of accounts[1]) {
      assert.equal(opening, closing.get(`${account} ${asset}`));
    }
  }));

Deno.test("a day without trades has whole files without rows, and reconciles", () =>
  withFolder(async (out) => {
    await using venue = await openVenue(2);
    const { code, stdout, stderr } = await runEndOfDayTask(venue, out, ["--date", "2020-02-29"]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^shard 0, 2020-02-29: 0 trades, 0 movements of money$/m);
    assert.match(stdout, /the journal and the drop copy agree/);
    assert.deepEqual([...Deno.readDirSync(out)].map(({ name }) => name).sort(), [
      "accounts.2020-02-29.csv",
      "accounts.2020-02-29.parquet",
      "reconciliation.2020-02-29.json",
      "statistics.2020-02-29.csv",
      "statistics.2020-02-29.parquet",
      "trades.2020-02-29.csv",
      "trades.2020-02-29.parquet",
    ]);
    assert.deepEqual(await rowsOf(out, "trades"), []);
    assert.deepEqual(readReconciliation(out).journal.firstAppend, null);
    // Without a date it is the day before, in which nothing happened either but which is over.
    const { code: yesterday } = await runEndOfDayTask(venue, out, ["--format", "csv"]);
    assert.equal(yesterday, 0);
    // After the day of the deposits there are instruments, but still no trades.
    const from = await instantNow(venue);
    await pause(2);
    const later = `${out}/later`;
    const window = ["--from", from, "--to", await instantNow(venue)];
    assert.equal((await runEndOfDayTask(venue, later, window)).code, 0);
    const [figures] = await rowsOf(later, "statistics");
    assert.deepEqual(
      [figures.symbol, figures.trades, figures.open, figures.vwap, figures.volume],
      ["BTC-USD", "0", "", "", "0.0000"],
    );
  }));
