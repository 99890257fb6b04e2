/**
 * Those who listen to a venue while its leaders change: to the trades, to the depth, and to the
 * private reports of one account. Each notes what a subscriber would have to act on.
 *
 * @module
 */
import { BookReplica } from "../../core/market_data/book_replica.ts";
import type { DepthMessage } from "../../core/market_data/feed_messages.ts";
import type { PrivateReport } from "../../core/protocol/private_report.ts";
import type { SnapshotAnswer } from "../../core/protocol/queries.ts";
import {
  LISTENERS_BUCKET,
  marketDataSubject,
  reportsSubject,
  snapshotSubject,
} from "../../core/protocol/subjects.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { Bucket } from "../../infra/nats/kv.ts";
import { mintAppUser } from "../../infra/nats/mint.ts";
import { TradeSubscriber } from "../support/client_subscriber.ts";
import type { Venue } from "../support/venue.ts";

const SYMBOL = "BTC-USD";
const LEVELS = 1_000;
const TTL_SECONDS = 600;

/** Everybody who listens. */
export class FeedListeners implements AsyncDisposable {
  readonly book = new BookReplica(LEVELS, 0);
  /** Number of the account's last report; repeats and gaps that came on the way. */
  readonly reports = { last: 0, repeats: 0, gaps: 0 };
  /** Public messages that were new, and when the last of them came. */
  readonly fresh = { messages: 0, lastMillis: 0 };
  readonly #end: (() => Promise<unknown>)[] = [];

  private constructor(readonly trades: TradeSubscriber) {}

  /** Connects everybody. Market data and history must be there. */
  static async open(venue: Venue, account: number): Promise<FeedListeners> {
    const { credentials, webSocketUrl } = venue.nats;
    const trades = await TradeSubscriber.open(webSocketUrl, credentials.subscriber, SYMBOL);
    const listeners = new FeedListeners(trades);
    await listeners.#followDepth(venue);
    await listeners.#followReports(venue, account);
    return listeners;
  }

  async #followDepth(venue: Venue): Promise<void> {
    const connection = await venue.connectAs("subscriber");
    connection.subscribe(marketDataSubject(SYMBOL, "depth"), {
      callback: (_, message) => {
        const outcome = this.book.depth(message.json<DepthMessage>());
        if (outcome === "repeated") return;
        this.fresh.messages++;
        this.fresh.lastMillis = performance.now();
      },
    });
    const query = JSON.stringify({ levels: LEVELS, trades: 0 });
    const answer = await connection.request(snapshotSubject(SYMBOL), query, { timeout: 2_000 });
    this.book.snapshot(answer.json<SnapshotAnswer>());
  }

  async #followReports(venue: Venue, account: number): Promise<void> {
    const { appSigner, webSocketUrl } = venue.nats;
    const expiresMicros = (Date.now() + TTL_SECONDS * 1_000) * 1_000;
    const bucket = new Bucket(await venue.connectAs("gateway"), LISTENERS_BUCKET);
    await bucket.put(String(account), JSON.stringify({ expiresMicros }));
    const { creds } = await mintAppUser(appSigner, account, TTL_SECONDS, Date.now());
    const app = await connectNats({ servers: webSocketUrl, credentials: creds, name: "app" });
    this.#end.push(() => app.close());
    const { reports } = this;
    app.subscribe(reportsSubject(account), {
      callback: (_, message) => {
        const { sequence } = message.json<PrivateReport>();
        if (sequence <= reports.last) return void reports.repeats++;
        if (reports.last > 0 && sequence > reports.last + 1) reports.gaps++;
        reports.last = sequence;
      },
    });
    await app.flush();
  }

  /** Ends the connections that the venue does not end. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.trades[Symbol.asyncDispose](), ...this.#end.map((end) => end())]);
  }
}
