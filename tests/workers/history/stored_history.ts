/**
 * A stored history for tests: in a folder of its own, fed with messages, dumped for comparison.
 *
 * @module
 */

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { type PackedRun, unpackReports } from "../../../core/history/report_run.ts";
import { unpackFills } from "../../../core/history/run_fills.ts";
import type { StreamMessage } from "../../../workers/history/events_reader.ts";
import { EventsProjector } from "../../../workers/history/events_projector.ts";
import { HistoryStore } from "../../../workers/history/history_store.ts";
import { openDatabase } from "../../../workers/history/open_database.ts";
import { EventSource, randomCommands } from "../../core/history/event_source.ts";

/** A random market: the messages of its appends, in the order of the stream. */
export function randomMessages(
  source: EventSource,
  random: () => number,
  appends: number,
): Uint8Array[] {
  const messages = source.open();
  for (let append = 0; append < appends; append++) {
    const count = 1 + Math.floor(random() * 60);
    const commands = randomCommands(random, count, source.state.lastOrderId);
    messages.push(...source.append(commands, 1 + Math.floor(random() * 200)));
  }
  return messages;
}

/** Messages with the sequences that a stream gives them. */
export function inStream(messages: readonly Uint8Array[], fromSequence = 1): StreamMessage[] {
  return messages.map((data, index) => ({ streamSequence: fromSequence + index, data }));
}

/** Runs `use` with a folder that is gone afterwards. */
export async function withFolder(use: (folder: string) => unknown): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "history-" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** An open history with what it said. */
export interface OpenHistory {
  readonly store: HistoryStore;
  readonly projector: EventsProjector;
  readonly said: string[];
}

/** Opens the history at a path. Close its store. */
export function openHistory(path: string): OpenHistory {
  const store = new HistoryStore(openDatabase(path).database);
  const said: string[] = [];
  return { store, projector: new EventsProjector(store, (line) => said.push(line)), said };
}

/** Applies all the messages, batch by batch. */
export function applyAll(
  { projector }: OpenHistory,
  messages: readonly StreamMessage[],
): void {
  for (let rest = messages; rest.length > 0;) rest = rest.slice(projector.apply(rest, 0).used);
}

/** Everything that a closed database holds, but for how its batches were cut and what went out. */
export function dump(path: string): Record<string, unknown[]> {
  const database = new DatabaseSync(path);
  try {
    const all = (sql: string) => database.prepare(sql).all();
    return {
      orders: all("SELECT * FROM orders ORDER BY order_id"),
      fills: runsOf(database).flatMap((run) => unpackFills(run, ALL_FILLS)),
      fillsOfInstruments: fillsBehind(database, "fills_of_instrument", "instrument"),
      fillsOfOrders: fillsBehind(database, "fills_of_order", "order_id AS orderId"),
      reports: runsOf(database).flatMap((run) => unpackReports(run)),
      assets: all("SELECT * FROM assets ORDER BY asset"),
      progress: all("SELECT event_sequence FROM progress"),
    };
  } finally {
    database.close();
  }
}

const ALL_FILLS = { orderId: 0, instrument: 0, beforeTradeId: 0 };

/** Every fill that the rows of a table lead to, with what leads to it. */
function fillsBehind(database: DatabaseSync, table: string, column: string): unknown[] {
  const rows = database.prepare(
    `SELECT f.${column}, f.first_trade_id AS first, r.account, r.packed, ` +
      "r.last_sequence AS lastSequence " +
      `FROM ${table} AS f JOIN reports AS r USING (account, last_sequence) ORDER BY 3, 1, 2, 5`,
  ).all() as unknown as (PackedRun & { first: number })[];
  return rows.flatMap(({ account, first, lastSequence, packed, ...key }) => {
    const fills = unpackFills({ account, lastSequence, packed }, { ...ALL_FILLS, ...key });
    assert.equal(fills[0].tradeId, first);
    return fills.map((fill) => ({ account, ...key, fill }));
  });
}

/** The rows of reports of a closed database: as many for an account as batches had some for it. */
export function storedRuns(path: string): PackedRun[] {
  const database = new DatabaseSync(path);
  try {
    return runsOf(database);
  } finally {
    database.close();
  }
}

function runsOf(database: DatabaseSync): PackedRun[] {
  return database.prepare(
    "SELECT account, last_sequence AS lastSequence, packed FROM reports ORDER BY account, 2",
  ).all() as unknown as PackedRun[];
}
