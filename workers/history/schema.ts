/**
 * The tables of the history database.
 *
 * | Table | A row is | Key |
 * | --- | --- | --- |
 * | `orders` | an order that was accepted, live or closed | account, order id |
 * | `reports` | a run of private reports of an account, packed | account, sequence of the last one |
 * | `batches` | a batch that has reports | last event of the batch |
 * | `fills_of_instrument` | a run of reports that has fills of an instrument | account, instrument, trade |
 * | `fills_of_order` | a run of reports that has fills of an order | account, order id, trade |
 * | `ledger_of_account` | a run of reports that has movements of a list | account, list, first of them |
 * | `assets` | the scale of an asset | asset |
 * | `progress` | the one row that says what the others reflect | |
 *
 * Every index serves one query, so that no page needs a scan: the account's orders (all, of an
 * instrument, open ones, by client order id), its reports. Numbers are the integers of the records.
 *
 * A batch writes one run of reports for an account (see core/history/report_run.ts) and not a row
 * for each. Fills are read out of the reports of trades; an index and two narrow tables say which
 * runs have some, by the first trade of those in the run: of the account, of an instrument, of an
 * order. Runs are rows with an ordinary row id, for then several share a page; without row ids each
 * of them would spill over into a page of its own.
 *
 * That id counts the runs in the order of their batches. `batches` has the last one of each batch:
 * so everything that happened between two events, to whomever, is found without an index over
 * events, for a row a batch.
 *
 * @module
 */

/** Written to `user_version`. A database with another version is built anew from the stream. */
export const SCHEMA_VERSION = 6;

/** Condition of the index over open orders; a query that wants to use it repeats it literally. */
export const OPEN_CONDITION = "status IN (1, 2)";

/** A row as SQLite hands it out. */
export type Row = Readonly<Record<string, unknown>>;

/** Statements that make the tables in an empty database. */
export const SCHEMA = `
CREATE TABLE orders (
  order_id INTEGER NOT NULL,
  account INTEGER NOT NULL,
  instrument INTEGER NOT NULL,
  side INTEGER NOT NULL,
  order_type INTEGER NOT NULL,
  time_in_force INTEGER NOT NULL,
  order_flags INTEGER NOT NULL,
  price_ticks INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  created_micros INTEGER NOT NULL,
  client_order_id TEXT,
  executed_lots INTEGER NOT NULL,
  leaves_lots INTEGER NOT NULL,
  executed_tick_lots INTEGER NOT NULL,
  status INTEGER NOT NULL,
  code INTEGER NOT NULL,
  entry_sequence INTEGER NOT NULL,
  has_rested INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  updated_micros INTEGER NOT NULL,
  PRIMARY KEY (account, order_id)
) WITHOUT ROWID, STRICT;
CREATE INDEX orders_of_instrument ON orders (account, instrument, order_id);
CREATE INDEX orders_open ON orders (account, order_id) WHERE ${OPEN_CONDITION};
CREATE INDEX orders_of_client_id ON orders (account, client_order_id, order_id)
  WHERE client_order_id IS NOT NULL;

CREATE TABLE reports (
  account INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL,
  first_trade_id INTEGER,
  packed BLOB NOT NULL,
  run INTEGER PRIMARY KEY
) STRICT;
CREATE UNIQUE INDEX reports_of_account ON reports (account, last_sequence);
CREATE INDEX reports_with_fills ON reports (account, first_trade_id, last_sequence)
  WHERE first_trade_id IS NOT NULL;

CREATE TABLE batches (
  last_event INTEGER PRIMARY KEY,
  last_run INTEGER NOT NULL
) STRICT;

CREATE TABLE fills_of_instrument (
  account INTEGER NOT NULL,
  instrument INTEGER NOT NULL,
  first_trade_id INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL,
  PRIMARY KEY (account, instrument, first_trade_id, last_sequence)
) WITHOUT ROWID, STRICT;

CREATE TABLE fills_of_order (
  account INTEGER NOT NULL,
  order_id INTEGER NOT NULL,
  first_trade_id INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL,
  PRIMARY KEY (account, order_id, first_trade_id, last_sequence)
) WITHOUT ROWID, STRICT;

CREATE TABLE ledger_of_account (
  account INTEGER NOT NULL,
  movements INTEGER NOT NULL,
  first_sequence INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL,
  PRIMARY KEY (account, movements, first_sequence)
) WITHOUT ROWID, STRICT;

CREATE TABLE assets (
  asset INTEGER PRIMARY KEY,
  scale INTEGER NOT NULL
) STRICT;

CREATE TABLE progress (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  event_sequence INTEGER NOT NULL,
  stream_sequence INTEGER NOT NULL,
  stream_crc INTEGER NOT NULL,
  published_sequence INTEGER NOT NULL
) STRICT;
INSERT INTO progress VALUES (1, 0, 0, 0, 0);
PRAGMA user_version = ${SCHEMA_VERSION};
`;
