/**
 * Opens the history database, or says why it must be built anew.
 *
 * Everything in it comes from the events stream and can be built again, so it is written without an
 * fsync per transaction (WAL, `synchronous=normal`): a crash of the process loses nothing, a power
 * failure may lose the last transactions, and the projection reads their events again.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { SCHEMA, SCHEMA_VERSION } from "./schema.ts";

/** A database up to this size is read through at the start in search of damage. */
export const CHECKED_BYTES_MAX = 256 * 1024 * 1024;
/** The write-ahead log is copied back when it has this many pages of 4 KiB. */
const CHECKPOINT_PAGES = 4_000;
/** Page cache in KiB. */
const CACHE_KIBIBYTES = 16 * 1024;
/** How long to wait for a worker before this one to let go of the file. */
const LOCK_MILLIS_MAX = 1_000;

/** What was found at a path. */
export interface OpenedDatabase {
  readonly database: DatabaseSync;
  /** Why an older database was thrown away, or `null`. */
  readonly rebuiltBecause: string | null;
  /** Bytes on disk when it was opened, the write-ahead log included. */
  readonly byteLength: number;
}

/**
 * Opens the database at a path. A missing one is made; one that is damaged or of another version
 * is deleted and made anew, for the stream has everything that was in it. The file is locked: a
 * second projection on it fails here.
 *
 * @throws {Error} when the folder is not there or cannot be written, or the file is in use
 */
export function openDatabase(path: string): OpenedDatabase {
  const byteLength = bytesOnDisk(path);
  if (byteLength > 0) {
    const found = tryOpen(path, byteLength);
    if (typeof found !== "string") return { database: found, rebuiltBecause: null, byteLength };
    deleteDatabase(path);
    return { database: createDatabase(path), rebuiltBecause: found, byteLength: 0 };
  }
  deleteDatabase(path);
  return { database: createDatabase(path), rebuiltBecause: null, byteLength: 0 };
}

/** Deletes the database and its write-ahead log. */
export function deleteDatabase(path: string): void {
  for (const file of filesOf(path)) {
    try {
      Deno.removeSync(file);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Whether an error of SQLite means that the file is damaged. Deno gives no code, only the text. */
export function isDamage(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR" &&
    /malformed|not a database|no such (table|column)/.test(error.message);
}

/** The database at `path`, or what is wrong with it. */
function tryOpen(path: string, byteLength: number): DatabaseSync | string {
  let database: DatabaseSync | null = null;
  try {
    database = connect(path);
    const version = database.prepare("PRAGMA user_version").get()?.user_version;
    const problem = version === SCHEMA_VERSION
      ? checkContents(database, byteLength)
      : `its version is ${version}, this program reads ${SCHEMA_VERSION}`;
    if (problem === null) return database;
    database.close();
    return problem;
  } catch (error) {
    try {
      database?.close();
    } catch {
      // A damaged file may refuse even that; it is deleted next.
    }
    if (isDamage(error)) return (error as Error).message;
    throw error;
  }
}

function checkContents(database: DatabaseSync, byteLength: number): string | null {
  const rows = database.prepare("SELECT count(*) AS count FROM progress").get();
  if (rows?.count !== 1) return "it does not say how far it got";
  if (byteLength > CHECKED_BYTES_MAX) return null;
  const verdict = String(database.prepare("PRAGMA quick_check(1)").get()?.quick_check);
  return verdict === "ok" ? null : verdict;
}

function createDatabase(path: string): DatabaseSync {
  const database = connect(path);
  database.exec(`BEGIN; ${SCHEMA} COMMIT;`);
  return database;
}

function connect(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: LOCK_MILLIS_MAX });
  database.exec(`
    PRAGMA locking_mode = exclusive;
    PRAGMA journal_mode = wal;
    PRAGMA synchronous = normal;
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA cache_size = -${CACHE_KIBIBYTES};
  `);
  return database;
}

function bytesOnDisk(path: string): number {
  let bytes = 0;
  for (const file of filesOf(path)) {
    try {
      bytes += Deno.statSync(file).size;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return bytes;
}

const filesOf = (path: string): string[] => [path, `${path}-wal`, `${path}-shm`];
