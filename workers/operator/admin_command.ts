/**
 * What a command of `deno task admin` is, and what all of them share.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import type { InstrumentReference } from "../../core/protocol/queries.ts";
import { AdminClient } from "../../infra/administration/admin_client.ts";
import { exactAmount } from "../../infra/administration/exact_amount.ts";
import { readInstrument, readInstruments } from "../../infra/administration/reference.ts";
import { journalOver, KeyChanges } from "../../infra/keys/key_changes.ts";
import { KeyStore } from "../../infra/keys/key_store.ts";
import { type Options, UsageError, wholeNumber } from "./command_line.ts";
import { connectTo, type InstallationChoice, masterKeyOf } from "./operator_connection.ts";

/** Longest wait for an answer of the leader. */
export const ANSWER_MILLIS_MAX = 10_000;
/** Accounts are numbered below this (ACCOUNTS_MAX of the core). */
const ACCOUNT_MOST = 2 ** 20 - 1;

/** What came of a command: for people, and for `--json`. */
export interface Outcome {
  readonly text: string;
  readonly json: unknown;
}

/** Values of a command's own options. */
export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

/** A command, found by its words. */
export interface AdminCommand {
  /** `instruments add`. */
  readonly words: string;
  /** What comes behind the words, as help shows it. */
  readonly usage: string;
  readonly about: string;
  /** Lines on its options, for its own help. */
  readonly details?: readonly string[];
  /** How many values it takes behind its words. */
  readonly values: number;
  readonly options: Options;
  run(session: AdminSession, values: readonly string[], options: OptionValues): Promise<Outcome>;
}

/** One run of the program: its connection, opened once. */
export class AdminSession {
  readonly #choice: InstallationChoice;
  #connection: NatsConnection | null = null;
  #client: AdminClient | null = null;
  #store: KeyStore | null = null;

  /** @param author name of who runs the program, which the journal gets with every command */
  constructor(choice: InstallationChoice, readonly shard: number, readonly author: string) {
    this.#choice = choice;
  }

  /** The connection of the admin user. */
  async connection(): Promise<NatsConnection> {
    this.#connection ??= await connectTo(this.#choice, "admin");
    return this.#connection;
  }

  /** Sends commands to the leader. */
  async client(): Promise<AdminClient> {
    this.#client ??= new AdminClient(
      await this.connection(),
      this.shard,
      ANSWER_MILLIS_MAX,
      this.author,
    );
    return this.#client;
  }

  /** The API keys, and changes of them that the journal is told first. Opened once. */
  async keys(): Promise<{ readonly store: KeyStore; readonly changes: KeyChanges }> {
    this.#store ??= await KeyStore.open(await this.connection(), await masterKeyOf(this.#choice));
    const journal = journalOver(await this.client());
    return { store: this.#store, changes: new KeyChanges(this.#store, journal) };
  }

  /** An instrument by its symbol. @throws {UsageError} when there is none */
  async instrument(symbol: string): Promise<InstrumentReference> {
    const connection = await this.connection();
    const found = await readInstrument(connection, symbol);
    if (found !== null) return found;
    const symbols = (await readInstruments(connection)).map((one) => one.symbol).join(", ");
    throw new UsageError(`there is no instrument ${symbol}; there are: ${symbols || "none"}`);
  }

  /** Closes what was opened. */
  async close(): Promise<void> {
    await this.#connection?.close();
  }
}

/** An account of the command line. @throws {UsageError} */
export const accountOf = (text: string): number => wholeNumber("ACCOUNT", text, 1, ACCOUNT_MOST);

/**
 * An exact amount.
 *
 * @param what named in the error: `amount of USD`
 * @throws {UsageError} when it is malformed, more precise than the scale, zero or too large
 */
export function amountOf(text: string, scale: number, what: string): number {
  const value = exactAmount(text, scale);
  if (typeof value === "number") return value;
  throw new UsageError(`${what} ${JSON.stringify(text)} ${value}`);
}

/** A table for people: columns as wide as they need, two blanks apart. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => widths[column] = Math.max(widths[column] ?? 0, cell.length));
  }
  return rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()
  ).join("\n");
}
