/**
 * The tables of the history database.
 *
 * | Table | A row is | Key |
 * | --- | --- | --- |
 * | `orders` | an order that was accepted, live or closed | order id |
 * | `fills` | one side of a trade | account, trade, side of the trade |
 * | `reports` | a private report, with the 64 bytes of its event | account, its own sequence |
 * | `assets` | the scale of an asset | asset |
 * | `progress` | the one row that says what the others reflect | |
 *
 * Every index serves one query, so that no page needs a scan: the account's orders (all, of an
 * instrument, open ones, by client order id), the account's fills (all, of an instrument), the
 * fills of an order. Numbers are the integers of the records.
 *
 * @module
 */

/** Written to `user_version`. A database with another version is built anew from the stream. */
export const SCHEMA_VERSION = 1;

/** Condition of the index over open orders; a query that wants to use it repeats it literally. */
export const OPEN_CONDITION = "status IN (1, 2)";

/** Statements that make the tables in an empty database. */
export const SCHEMA = `
CREATE TABLE orders (
  order_id INTEGER PRIMARY KEY,
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
  sequence INTEGER NOT NULL,
  updated_micros INTEGER NOT NULL
) STRICT;
CREATE INDEX orders_of_account ON orders (account, order_id);
CREATE INDEX orders_of_instrument ON orders (account, instrument, order_id);
CREATE INDEX orders_open ON orders (account, order_id) WHERE ${OPEN_CONDITION};
CREATE INDEX orders_of_client_id ON orders (account, client_order_id, order_id)
  WHERE client_order_id IS NOT NULL;

CREATE TABLE fills (
  account INTEGER NOT NULL,
  trade_id INTEGER NOT NULL,
  is_taker INTEGER NOT NULL,
  order_id INTEGER NOT NULL,
  instrument INTEGER NOT NULL,
  side INTEGER NOT NULL,
  price_ticks INTEGER NOT NULL,
  quantity_lots INTEGER NOT NULL,
  fee INTEGER NOT NULL,
  time_micros INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (account, trade_id, is_taker)
) WITHOUT ROWID, STRICT;
CREATE INDEX fills_of_instrument ON fills (account, instrument, trade_id, is_taker);
CREATE INDEX fills_of_order ON fills (order_id, trade_id);

CREATE TABLE reports (
  account INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  event_sequence INTEGER NOT NULL,
  time_micros INTEGER NOT NULL,
  executed_lots INTEGER NOT NULL,
  event BLOB NOT NULL,
  PRIMARY KEY (account, sequence)
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
