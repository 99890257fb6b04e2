/**
 * The history projection of one shard, running: follows the events stream, stores what happened,
 * answers queries and publishes private reports and the drop copy.
 *
 * History is kept whole: nothing is dropped, at 130 to 190 bytes an event, the more of them the
 * more accounts share the events of a batch. While nobody listens or waits, messages collect for
 * some milliseconds and are stored in one transaction, with an order that changed several times
 * written once.
 *
 * Until it leads it only follows, and publishes and answers nothing.
 *
 * Whatever goes wrong with the broker or the disk, it waits and begins again behind the last stored
 * event. A database that turns out damaged, or to contradict the stream, is built anew once.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import type { RepairQuery } from "../../core/protocol/drop_copy.ts";
import type { HistoryQuery, QueryError } from "../../core/protocol/queries.ts";
import { eventsStream } from "../../core/protocol/subjects.ts";
import { answerQuery, type HistoryAnswer } from "./answer_query.ts";
import { CopiedPages } from "./copied_pages.ts";
import { EventsProjector, isContradiction, ProjectionError } from "./events_projector.ts";
import { EventsReader, type StreamMessage } from "./events_reader.ts";
import { HistoryPages } from "./history_pages.ts";
import { HistoryStore } from "./history_store.ts";
import { Listeners } from "./listeners.ts";
import { deleteDatabase, openDatabase } from "./open_database.ts";
import { type PublicationContext, Publications } from "./publications.ts";
import { QueryService } from "./query_service.ts";
import { References } from "./references.ts";
import { answerRepair, type RepairAnswer, RepairService } from "./repair_service.ts";
import { RESEND_EVENTS_MAX } from "./report_publisher.ts";
import { checkStream, HistoryTrimmedError, type StreamCheck } from "./stream_check.ts";

/** Wait before the first new attempt after a failure; it doubles up to {@link RETRY_MILLIS_MAX}. */
export const RETRY_MILLIS_LEAST = 50;
/** Longest wait between two attempts. */
export const RETRY_MILLIS_MAX = 5_000;
/**
 * How long messages collect before they are stored, while nobody waits for what is in them. Under
 * load the number of events ends it sooner (see events_reader.ts).
 */
export const APPLY_PAUSE_MILLIS = 50;

/** What the projection needs. */
export interface HistoryOptions {
  /** Connection of the user `history`. The caller closes it after {@link HistoryService.stop}. */
  readonly connection: NatsConnection;
  readonly shard: number;
  /** Path of the database. Its folder must exist. */
  readonly databasePath: string;
  readonly say: (line: string) => void;
  /** In place of {@link APPLY_PAUSE_MILLIS}. */
  readonly pauseMillis?: number;
}

/** Follows the stream until stopped. */
export class HistoryService {
  readonly #options: HistoryOptions;
  readonly #stream: string;
  readonly #references: References;
  readonly #listeners: Listeners;
  readonly #publisher: Publications;
  readonly #context: PublicationContext;
  readonly #caughtUp = Promise.withResolvers<void>();
  readonly #ready = Promise.withResolvers<void>();
  #store: HistoryStore;
  #pages: HistoryPages;
  #copied: CopiedPages;
  #projector: EventsProjector;
  #queries: QueryService | null = null;
  #repairs: RepairService | null = null;
  #reader: EventsReader | null = null;
  #isReady = false;
  #isLeading = false;
  /** Whether it led when the present session began. */
  #sessionLeads = false;
  readonly #leading = Promise.withResolvers<void>();
  /** Reports that are too old are not published again at the next occasion. */
  #mustSkip = true;
  #isStopped = false;
  #hasRebuilt = false;
  /** What a query found wrong with the database. */
  #fault: unknown = null;
  #lastSaid = "";
  readonly #stopping = Promise.withResolvers<void>();
  #done: Promise<void> = Promise.resolve();

  /** Opens the database. @throws {Error} when its folder is not there or it is in use */
  constructor(options: HistoryOptions) {
    const { connection, databasePath, say, shard } = options;
    this.#options = options;
    this.#stream = eventsStream(shard);
    this.#references = new References(say);
    this.#listeners = new Listeners(say);
    const [listeners, references] = [this.#listeners, this.#references];
    this.#publisher = new Publications({ connection, shard, listeners, references });
    const { database, rebuiltBecause, byteLength } = openDatabase(databasePath);
    if (rebuiltBecause !== null) say(`${databasePath} is built anew: ${rebuiltBecause}`);
    this.#store = new HistoryStore(database);
    this.#pages = new HistoryPages(database);
    this.#copied = new CopiedPages(this.#store);
    this.#projector = new EventsProjector(this.#store, say);
    this.#publisher.reset(this.#store.progress.publishedSequence);
    this.#context = {
      order: (account, orderId) => this.#store.order(account, orderId),
      clientOrderId: (account, orderId) => this.#store.clientOrderId(account, orderId),
      instrument: (instrument) => this.#references.instrument(instrument),
      asset: (asset) => this.#references.asset(asset, this.#store.assetScale(asset) ?? 0),
    };
    const { eventSequence } = this.#store.progress;
    const mebibytes = (byteLength / 2 ** 20).toFixed(1);
    say(`${databasePath}: ${mebibytes} MiB, up to event ${eventSequence}; nothing is ever dropped`);
  }

  /** Whether history has caught up since it was opened. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Last event that history reflects. */
  get eventSequence(): number {
    return this.#store.progress.eventSequence;
  }

  /** Settles when it leads and everything that was in the stream is stored. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /**
   * Begins to answer, and to publish: first what another one that led may not have published any more.
   */
  lead(): void {
    if (this.#isLeading) return;
    this.#isLeading = true;
    this.#leading.resolve();
    const { connection, shard } = this.#options;
    this.#queries = new QueryService(connection, shard, this);
    this.#repairs = new RepairService(connection, shard, this);
    this.#publisher.lead();
    // The next session begins with the reports that are stored.
    void this.#reader?.close();
    void this.#caughtUp.promise.then(() => connection.flush()).catch(() => {})
      .then(() => this.#ready.resolve());
  }

  /**
   * Follows the stream; settles once it was stopped.
   *
   * @throws {HistoryTrimmedError | ProjectionError} when a person has to look
   */
  run(): Promise<void> {
    this.#done = this.#follow();
    return this.#done;
  }

  /** Stops behind the batch that is being stored, and closes the database. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopping.resolve();
    this.#queries?.stop();
    this.#repairs?.stop();
    this.#publisher.stop();
    await this.#reader?.close();
    await this.#done.catch(() => {});
    this.#store.storePublished(this.#publisher.publishedSequence);
    this.#store.close();
    await Promise.all([this.#references.stop(), this.#listeners.stop()]);
  }

  /** Answers a query as of the last stored event. */
  answer(query: HistoryQuery): HistoryAnswer {
    const source = { store: this.#store, pages: this.#pages, context: this.#context };
    return this.#read(() => answerQuery(source, query));
  }

  /** Answers a repair query as of the last stored event. */
  repair(query: RepairQuery): RepairAnswer {
    const { shard } = this.#options;
    return this.#read(() => answerRepair(this.#copied, this.#context, shard, query));
  }

  #read<T>(answer: () => T): T | QueryError {
    try {
      return answer();
    } catch (error) {
      // The projection finds it in its next turn, and builds the database anew if it is damaged.
      this.#fault = error;
      void this.#reader?.close();
      const detail = "history cannot be read at the moment";
      return { error: "starting", detail, sequence: this.eventSequence };
    }
  }

  /** A query waits: what has collected is stored now, and not at the end of the pause. */
  awaited(): void {
    this.#reader?.goOn();
  }

  async #follow(): Promise<void> {
    let waitMillis = RETRY_MILLIS_LEAST;
    while (!this.#isStopped) {
      const before = this.eventSequence;
      try {
        await this.#session();
      } catch (error) {
        if (this.#isStopped) return;
        if (error instanceof HistoryTrimmedError) throw error;
        if (isContradiction(error)) this.#rebuildOnce(error);
        else this.#sayOnce(`begins again: ${error}`);
      } finally {
        await this.#reader?.close();
      }
      if (this.eventSequence !== before) waitMillis = RETRY_MILLIS_LEAST;
      await this.#sleep(waitMillis);
      waitMillis = Math.min(waitMillis * 2, RETRY_MILLIS_MAX);
    }
  }

  /** Follows the stream until something goes wrong or the stream must be read again. */
  async #session(): Promise<void> {
    const { connection, pauseMillis = APPLY_PAUSE_MILLIS } = this.#options;
    await this.#orStopped(
      Promise.all([this.#references.follow(connection), this.#listeners.follow(connection)]),
    );
    const check = await this.#orStopped(this.#checkStream());
    this.#sessionLeads = this.#isLeading;
    if (this.#sessionLeads) await this.#orStopped(this.#publishStored(check));
    this.#reader = await this.#orStopped(
      EventsReader.open(connection, this.#stream, this.#projector.nextSequence),
    );
    this.#lastSaid = "";
    this.#noteReady(check.lastSequence);
    while (!this.#isStopped && this.#sessionLeads === this.#isLeading) {
      const messages = await this.#reader.take();
      if (this.#fault !== null) throw this.#takeFault();
      if (!await this.#applyAll(messages, check.lastSequence)) return;
      if (this.#mayPause(check.lastSequence)) await this.#reader.collect(pauseMillis);
    }
  }

  async #publishStored({ lastEvent }: StreamCheck): Promise<void> {
    if (this.#mustSkip) this.#publisher.skipTo(lastEvent - RESEND_EVENTS_MAX);
    this.#mustSkip = false;
    await this.#publisher.publishStored(this.#store, this.#copied, this.#context);
  }

  /** Checks the stream; a database that belongs to another one is built anew. */
  async #checkStream(): Promise<StreamCheck> {
    const { connection } = this.#options;
    const check = await checkStream(connection, this.#stream, this.#store.progress);
    if (check.foreignBecause !== null) this.#rebuild(check.foreignBecause);
    return check;
  }

  /** Applies messages in batches; false when the stream must be read again. */
  async #applyAll(messages: readonly StreamMessage[], lastSequence: number): Promise<boolean> {
    let rest = messages;
    while (rest.length > 0 && !this.#isStopped) {
      const { publishedSequence } = this.#publisher;
      const batch = this.#projector.apply(rest, publishedSequence);
      rest = rest.slice(batch.used);
      this.#queries?.advanced();
      if (this.#sessionLeads) {
        await this.#publisher.publish(batch, this.eventSequence, this.#context);
      }
      if (batch.mustRewind) return false;
      this.#noteReady(lastSequence);
      // A turn of the event loop, so that queries are taken while history catches up.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return true;
  }

  /** Whether nobody minds that what comes next is stored a little later, with more of it at once. */
  #mayPause(lastSequence: number): boolean {
    if (!this.#isReady || this.#isBehind(lastSequence)) return false;
    return !this.#queries?.isAwaited && !this.#listeners.hasAny(Date.now() * 1000);
  }

  /** Whether the stream had more at the start of the session than is stored. */
  #isBehind(lastSequence: number): boolean {
    return this.#projector.nextSequence <= lastSequence && !this.#projector.hasHole;
  }

  #noteReady(lastSequence: number): void {
    if (this.#isReady || this.#isBehind(lastSequence)) return;
    this.#isReady = true;
    this.#caughtUp.resolve();
  }

  #rebuildOnce(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (this.#hasRebuilt) throw new ProjectionError(reason, { cause: error });
    this.#hasRebuilt = true;
    this.#rebuild(reason);
  }

  #rebuild(reason: string): void {
    const { databasePath, say } = this.#options;
    say(`${databasePath} is built anew: ${reason}`);
    this.#isReady = false;
    this.#mustSkip = true;
    try {
      this.#store.close();
    } catch {
      // A damaged database may refuse even that; it is deleted next.
    }
    deleteDatabase(databasePath);
    const { database } = openDatabase(databasePath);
    this.#store = new HistoryStore(database);
    this.#pages = new HistoryPages(database);
    this.#copied = new CopiedPages(this.#store);
    this.#projector = new EventsProjector(this.#store, say);
    this.#publisher.reset(0);
  }

  #takeFault(): unknown {
    const fault = this.#fault;
    this.#fault = null;
    return fault;
  }

  /** Says a line unless it was the last one: what lasts is said once. */
  #sayOnce(line: string): void {
    if (line !== this.#lastSaid) this.#options.say(line);
    this.#lastSaid = line;
  }

  /** The value of a promise, unless the projection is stopped before it settles. */
  async #orStopped<T>(promise: Promise<T>): Promise<T> {
    const stopped = this.#stopping.promise.then(() => {
      throw new Error("history was stopped");
    });
    return await Promise.race([promise, stopped]);
  }

  async #sleep(millis: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const slept = new Promise<void>((resolve) => timer = setTimeout(resolve, millis));
    const woken = this.#isLeading ? [] : [this.#leading.promise];
    await Promise.race([slept, this.#stopping.promise, ...woken]);
    clearTimeout(timer);
  }
}
