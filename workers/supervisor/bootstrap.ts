/**
 * Brings a shard to what {@link ./standard_market.ts} says, at every start: what is there already
 * is left alone. A repeat of what moves no money is recognised for ten minutes only, so this asks
 * first what is there and never relies on that alone.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { AdminClient } from "../../infra/administration/admin_client.ts";
import type { AdministrationCommand } from "../../infra/administration/administration_command.ts";
import { AdministrationError } from "../../infra/administration/errors.ts";
import { queryLeader } from "../../infra/administration/leader_query.ts";
import { readInstruments } from "../../infra/administration/reference.ts";
import type { Say } from "./log_lines.ts";
import {
  DEMO_ACCOUNTS,
  fundsOf,
  STANDARD_ASSETS,
  STANDARD_INSTRUMENTS,
} from "./standard_market.ts";

/** How long one command or question may take while the market starts. */
export const ANSWER_MILLIS_MAX = 20_000;
/** By which the journal knows the supervisor's commands. */
export const AUTHOR = "supervisor";

/** Sees that assets, instruments and funded accounts are there. */
export class Bootstrap {
  readonly #connection: NatsConnection;
  readonly #shard: number;
  readonly #client: AdminClient;
  readonly #say: Say;

  /** @param connection of the admin user */
  constructor(connection: NatsConnection, shard: number, say: Say) {
    this.#connection = connection;
    this.#shard = shard;
    this.#client = new AdminClient(connection, shard, ANSWER_MILLIS_MAX, AUTHOR);
    this.#say = say;
  }

  /** Defines what is missing of the assets and instruments. */
  async defineInstruments(): Promise<void> {
    const there = new Set((await readInstruments(this.#connection)).map(({ symbol }) => symbol));
    if (STANDARD_INSTRUMENTS.every(({ symbol }) => there.has(symbol))) return;
    for (const asset of STANDARD_ASSETS) {
      await this.#send({ kind: "asset", ...asset }, `asset ${asset.name}`, ResultCode.assetExists);
    }
    for (const terms of STANDARD_INSTRUMENTS) {
      if (there.has(terms.symbol)) continue;
      const what = `instrument ${terms.symbol}`;
      await this.#send({ kind: "instrument", terms }, what, ResultCode.instrumentExists);
    }
    this.#say(`defined ${STANDARD_INSTRUMENTS.map(({ symbol }) => symbol).join(" and ")}`);
  }

  /**
   * Opens and funds accounts. An account that ever had an asset has its balance of it, be it zero:
   * it is not funded again, and not enabled again where the operator disabled it.
   */
  async fundAccounts(accounts: readonly number[]): Promise<void> {
    const funded: number[] = [];
    for (const account of accounts) if (await this.#fund(account)) funded.push(account);
    if (funded.length > 0) this.#say(`opened and funded accounts ${funded.join(", ")}`);
  }

  /** Whether anything was missing. */
  async #fund(account: number): Promise<boolean> {
    const query = { kind: "balances", account } as const;
    const { balances } = await queryLeader(
      this.#connection,
      this.#shard,
      query,
      ANSWER_MILLIS_MAX,
    );
    const missing = STANDARD_ASSETS.filter(({ name }) =>
      balances.every(({ asset }) => asset !== name)
    );
    if (balances.length === 0) {
      await this.#send({ kind: "account", account, enabled: true }, `open account ${account}`);
    }
    for (const asset of missing) {
      const amount = fundsOf(asset);
      const command = { kind: "deposit", account, asset: asset.asset, amount } as const;
      await this.#send(command, `fund account ${account} with ${asset.name}`);
    }
    return missing.length > 0;
  }

  /** Cancels what demo traders left in the book: without `--demo` nobody else trades. */
  async withdrawDemoOrders(): Promise<void> {
    for (const account of DEMO_ACCOUNTS) {
      const query = {
        kind: "openOrders",
        account,
        instrument: 0,
        afterOrderId: 0,
        limit: 1,
      } as const;
      const { orders } = await queryLeader(
        this.#connection,
        this.#shard,
        query,
        ANSWER_MILLIS_MAX,
      );
      if (orders.length === 0) continue;
      this.#say(`account ${account} of the demo left orders in the book; canceling them`);
      const once = `withdraw demo orders of ${account} ${crypto.randomUUID()}`;
      await this.#client.send({ kind: "cancelAccount", account, instrument: 0 }, once);
    }
  }

  /** @param harmless a refusal that says that it is there already */
  async #send(command: AdministrationCommand, what: string, harmless?: number): Promise<void> {
    try {
      await this.#client.send(command, `bootstrap: ${what}`);
    } catch (error) {
      if (!(error instanceof AdministrationError) || error.code !== harmless) throw error;
    }
  }
}
