/**
 * The instruments as the log publishes them, read once.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import type { InstrumentReference } from "../../core/protocol/queries.ts";
import { REFERENCE_BUCKET, SYMBOL_PATTERN } from "../../core/protocol/subjects.ts";
import { Bucket } from "../nats/kv.ts";

/** Key of the bucket that lists the symbols. */
const INDEX_KEY = "_index";

/**
 * Every instrument of an installation in the order of their definition. One request to the broker
 * for each.
 *
 * @param connection of the admin user
 */
export async function readInstruments(connection: NatsConnection): Promise<InstrumentReference[]> {
  const bucket = new Bucket(connection, REFERENCE_BUCKET);
  const index = await bucket.get(INDEX_KEY);
  if (index === undefined) return [];
  const symbols: string[] = JSON.parse(new TextDecoder().decode(index.value));
  const found = await Promise.all(symbols.map((symbol) => readFrom(bucket, symbol)));
  return found.filter((one) => one !== null);
}

/** One instrument by its symbol, or `null` when there is none. */
export async function readInstrument(
  connection: NatsConnection,
  symbol: string,
): Promise<InstrumentReference | null> {
  if (!SYMBOL_PATTERN.test(symbol)) return null;
  return await readFrom(new Bucket(connection, REFERENCE_BUCKET), symbol);
}

async function readFrom(bucket: Bucket, symbol: string): Promise<InstrumentReference | null> {
  const entry = await bucket.get(symbol);
  return entry === undefined ? null : JSON.parse(new TextDecoder().decode(entry.value));
}
