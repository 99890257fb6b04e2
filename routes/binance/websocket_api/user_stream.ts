/**
 * One account's user data stream on one connection: its private reports, exactly and in their order,
 * as Binance's events, and its balances after each change.
 *
 * The reports are those of `GET /v1/ws` (stream_driver.ts): what gets lost on the way is asked for.
 *
 * @module
 */
import type { PrivateReport } from "../../../core/protocol/private_report.ts";
import { REPORTS_CHANNEL } from "../../../core/streams/channel.ts";
import { HubFullError } from "../../../infra/streams/feed_hub.ts";
import type { AppDeps, Backend } from "../../gateway.ts";
import { EdgeCode } from "../../problems/edge_code.ts";
import { Problem } from "../../problems/problem.ts";
import { OwnerWatch } from "../../streams/owner_watch.ts";
import { NO_CURSOR } from "../../streams/stream_channels.ts";
import { StreamDriver, type StreamOwner } from "../../streams/stream_driver.ts";
import type { StreamEnd } from "../../streams/stream_end.ts";
import type { StreamTable } from "../../streams/stream_table.ts";
import type { TimeWriter } from "../times.ts";
import {
  accountPosition,
  balanceUpdate,
  type EventTerms,
  executionReport,
  isOrderReport,
  touchedAssets,
} from "./account_event.ts";
import { BalanceWatch } from "./balance_watch.ts";
import { KnownOrders } from "./known_order.ts";

/** Reports that are made into events together: their orders are asked for at once. */
export const REPORTS_AT_ONCE = 64;
/** Questions in a row without an answer, after which the stream ends. */
export const LOOKUP_FAILURES_MAX = 6;
/** Pause after the first of them; doubled with each. */
export const LOOKUP_PAUSE_MILLIS = 100;

/** What a stream works with. */
export interface UserStreamOptions {
  readonly backend: Backend;
  readonly deps: AppDeps;
  readonly table: StreamTable;
  readonly owner: StreamOwner;
  readonly time: TimeWriter;
  /** Takes an event. */
  readonly put: (event: object) => void;
  /** The stream is over, for the gateway's own reason. Called once. */
  readonly ended: (reason: StreamEnd) => void;
}

/** A stream. */
export class UserStream {
  readonly #options: UserStreamOptions;
  readonly #driver: StreamDriver;
  readonly #watch: OwnerWatch;
  readonly #orders: KnownOrders;
  readonly #balances: BalanceWatch;
  readonly #joined = Promise.withResolvers<void>();
  #isMoving = false;
  #isEnded = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopPause = (): void => {};

  constructor(options: UserStreamOptions) {
    const { backend, deps, owner, put, table } = options;
    const { account } = owner;
    const { queries } = backend;
    this.#options = options;
    this.#driver = new StreamDriver({
      backend,
      snapshots: table.snapshots(backend),
      log: deps.log,
      wake: () => void this.#move(),
      end: (reason) => this.#end(reason),
    });
    this.#driver.own(owner);
    this.#watch = new OwnerWatch(deps, backend, table.notes, this.#driver);
    this.#orders = new KnownOrders(queries, account);
    this.#balances = new BalanceWatch({
      queries,
      account,
      tell: ({ assets, answer, changedMicros }) =>
        put(accountPosition(assets, answer, changedMicros, this.#terms)),
      failed: (error) => this.#fail(`balances of account ${account} are not answered: ${error}`),
    });
  }

  /** Whose it is. */
  get account(): number {
    return this.#options.owner.account;
  }

  /** Begins; settles when nothing is missed any more, or with why there is no stream. */
  async start(): Promise<Problem | null> {
    const { backend, deps, owner, table } = this.#options;
    try {
      await table.notes.note(backend.listeners, owner.account, deps.nowMicros());
    } catch (error) {
      deps.log("warn", `the bucket of listeners does not answer: ${error}`);
      return new Problem(EdgeCode.streamsUnavailable);
    }
    if (this.#isEnded) return null;
    try {
      this.#driver.open(REPORTS_CHANNEL, NO_CURSOR, 0);
    } catch (error) {
      if (error instanceof HubFullError) return new Problem(EdgeCode.streamsFull);
      throw error;
    }
    await this.#joined.promise;
    return null;
  }

  /** Looks whether the key is still good. */
  sweep(steadyMicros: number): void {
    this.#watch.sweep(steadyMicros);
  }

  /** Ends it without a word. A second call changes nothing. */
  close(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#timer);
    this.#stopPause();
    this.#balances.end();
    this.#driver.end(null);
    this.#joined.resolve();
  }

  get #terms(): EventTerms {
    const { deps, time } = this.#options;
    return { time, nowMicros: deps.nowMicros() };
  }

  #end(reason: StreamEnd): void {
    if (this.#isEnded) return;
    this.close();
    this.#options.ended(reason);
  }

  #fail(message: string): void {
    this.#options.deps.log("warn", `a user data stream ends, ${message}`);
    this.#end("unavailable");
  }

  /** Makes events of the reports that wait, some at a time. Never throws. */
  async #move(): Promise<void> {
    if (this.#isMoving) return;
    this.#isMoving = true;
    try {
      for (let reports = this.#take(); reports.length > 0; reports = this.#take()) {
        await this.#learn(reports);
        for (const report of reports) if (!this.#isEnded) this.#tell(report);
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error.stack ?? error.message : String(error));
    }
    this.#isMoving = false;
  }

  /** The reports that wait, as many as are made into events together. */
  #take(): PrivateReport[] {
    const reports: PrivateReport[] = [];
    while (!this.#isEnded && reports.length < REPORTS_AT_ONCE) {
      const placed = this.#driver.next();
      if (placed === undefined) break;
      const { item } = placed;
      if (item.kind === "message") reports.push(JSON.parse(item.message.text));
      else if (item.kind === "joined") this.#joined.resolve();
      else this.#fail("reports are missing");
    }
    return reports;
  }

  async #learn(reports: readonly PrivateReport[]): Promise<void> {
    for (let failures = 0; !this.#isEnded;) {
      try {
        return await this.#orders.learn(reports.filter(isOrderReport));
      } catch (error) {
        if (++failures >= LOOKUP_FAILURES_MAX) throw error;
        await this.#pause(LOOKUP_PAUSE_MILLIS << (failures - 1));
      }
    }
  }

  #tell(report: PrivateReport): void {
    const { backend: { reference }, put } = this.#options;
    const { symbol, eventSequence, timeMicros } = report;
    const instrument = symbol === undefined ? undefined : reference.bySymbol(symbol);
    if (report.kind === "ledger") put(balanceUpdate(report, this.#terms));
    else if (isOrderReport(report)) {
      if (instrument === undefined) throw new TypeError(`instrument ${symbol} is not known`);
      const order = this.#orders.after(report, instrument);
      put(executionReport(report, order, instrument, this.#terms));
    }
    this.#balances.changed(touchedAssets(report, instrument), eventSequence, timeMicros);
  }

  async #pause(millis: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#stopPause = resolve;
      this.#timer = setTimeout(resolve, millis);
    });
  }
}
