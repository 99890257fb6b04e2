/**
 * API keys that come with a data directory: made once, the same at every start.
 *
 * They stand in two places. The broker has them sealed; `run/keys.json` has them readable, for the
 * owner of the directory alone, so that a start can show them again.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import * as v from "valibot";
import { AuditAct } from "../../core/protocol/administration.ts";
import type { AdminClient } from "../../infra/administration/admin_client.ts";
import {
  type InstallationPaths,
  replaceFile,
} from "../../infra/administration/local_installation.ts";
import { type KeyRecord, KeyRecordSchema, type Scope } from "../../infra/keys/key_record.ts";
import { journalOver, KeyChanges } from "../../infra/keys/key_changes.ts";
import { KeyStore } from "../../infra/keys/key_store.ts";
import { newKey } from "../../infra/keys/new_key.ts";
import { SealedKeyError } from "../../infra/keys/sealed_key.ts";
import type { Say } from "./log_lines.ts";
import { DEMO_ACCOUNTS, STANDARD_ACCOUNTS } from "./standard_market.ts";

const SECRET_MODE = 0o600;
const FILE_VERSION = 1;
/** The operator's key acts for no account. */
const OPERATOR = 0;

/** A key as it is shown to the owner of the directory. `secret` is one. */
export interface ShownKey {
  /** Number of the account, or `admin`. */
  readonly account: string;
  readonly key: string;
  readonly secret: string;
  readonly scopes: readonly Scope[];
}

const KeysFile = v.object({ version: v.literal(FILE_VERSION), keys: v.array(KeyRecordSchema) });

/**
 * Sees that the keys are in the directory's file: those that are missing are made.
 *
 * @param withDemo also keys for the traders of `--demo`
 */
export async function openApiKeys(
  paths: InstallationPaths,
  withDemo: boolean,
): Promise<KeyRecord[]> {
  const wanted = [...STANDARD_ACCOUNTS, OPERATOR, ...withDemo ? DEMO_ACCOUNTS : []];
  const keys = await readKeys(paths);
  const missing = wanted.filter((account) => keys.every((key) => key.account !== account));
  for (const account of missing) keys.push(await makeKey(account));
  // The file first: a key that only the broker knew could never be shown.
  if (missing.length > 0) {
    const text = JSON.stringify({ version: FILE_VERSION, keys }, null, 2) + "\n";
    await replaceFile(paths.keys(), text, SECRET_MODE);
  }
  return keys.filter(({ account }) => wanted.includes(account));
}

/**
 * Sees that the keys are in the broker, which the journal is told first. A key that the operator
 * revoked stays so.
 *
 * @param client of the admin user, of a shard that is led
 */
export async function storeApiKeys(
  connection: NatsConnection,
  client: AdminClient,
  masterKey: string,
  keys: readonly KeyRecord[],
  say: Say,
): Promise<void> {
  const store = await KeyStore.open(connection, masterKey);
  const changes = new KeyChanges(store, journalOver(client));
  await Promise.all(keys.map((key) => putIfMissing(store, changes, key, say)));
}

/** The keys that are shown: those of the standard accounts, then the operator's. */
export function shownKeys(keys: readonly KeyRecord[]): ShownKey[] {
  return [...STANDARD_ACCOUNTS, OPERATOR].flatMap((account) =>
    keys.filter((key) => key.account === account).map((key) => ({
      account: account === OPERATOR ? "admin" : String(account),
      key: key.id,
      secret: key.kind === "hmac" ? key.secret : "",
      scopes: key.scopes,
    }))
  );
}

async function makeKey(account: number): Promise<KeyRecord> {
  const scopes: Scope[] = account === OPERATOR ? ["admin"] : ["read", "trade"];
  const createdMicros = Date.now() * 1_000;
  return (await newKey({ kind: "hmac", account, scopes, createdMicros, expiresMicros: null }))
    .record;
}

async function readKeys(paths: InstallationPaths): Promise<KeyRecord[]> {
  let text: string;
  try {
    text = await Deno.readTextFile(paths.keys());
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), KeysFile), text);
  if (parsed.success) return parsed.output.keys;
  // Shows no contents: they are secrets.
  throw new Error(`${paths.keys()} is damaged; remove it to have new keys made`);
}

async function putIfMissing(
  store: KeyStore,
  changes: KeyChanges,
  key: KeyRecord,
  say: Say,
): Promise<void> {
  try {
    if (await store.load(key.id) !== null) return;
  } catch (error) {
    if (!(error instanceof SealedKeyError)) throw error;
    say(`${error.message}; sealing it again`);
  }
  await changes.put(key, AuditAct.keyCreate);
}
