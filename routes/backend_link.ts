/**
 * Keeps a gateway connected: connects in the background, puts the backend together, and starts
 * again when the connection is gone for good.
 *
 * The gateway serves before there is a backend, and while there is none: its clients are told to
 * come again.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import type { LeaderClock } from "../core/auth/leader_clock.ts";
import { BanList } from "../core/limits/ban_list.ts";
import { KEY_USES_BUCKET, LISTENERS_BUCKET } from "../core/protocol/subjects.ts";
import { KeyUses } from "../infra/keys/key_uses.ts";
import { KeyStore } from "../infra/keys/key_store.ts";
import { followKeys } from "../infra/keys/key_view.ts";
import { verifyingKeyOf } from "../infra/keys/verify_signature.ts";
import { connectNats, type ConnectRequest } from "../infra/nats/connect.ts";
import { failureText } from "../infra/nats/errors.ts";
import { Bucket } from "../infra/nats/kv.ts";
import { createOrderGateway } from "../infra/orders/order_gateway.ts";
import { followLeaderClock } from "../infra/queries/follow_leader_clock.ts";
import { MarketView } from "../infra/queries/market_view.ts";
import { NatsQueries } from "../infra/queries/nats_queries.ts";
import { NatsActs } from "../infra/registrar/nats_acts.ts";
import { followReference } from "../infra/reference/reference.ts";
import { FeedHub } from "../infra/streams/feed_hub.ts";
import { StreamTickets } from "../infra/streams/stream_tickets.ts";
import { IssuerKeys } from "../infra/tokens/issuer_keys.ts";
import { TokenVerifier } from "../infra/tokens/token_verifier.ts";
import { clockFinding } from "./clock_finding.ts";
import type { Backend, Log } from "./gateway.ts";

/** Pause before the first new attempt; doubled each time, up to {@link PAUSE_MILLIS_MAX}. */
export const PAUSE_MILLIS_LEAST = 250;
/** Longest pause between two attempts. */
export const PAUSE_MILLIS_MAX = 10_000;

/** What a link needs. */
export interface BackendLinkOptions {
  readonly connect: Omit<ConnectRequest, "waitForServer">;
  readonly shard: number;
  /** Opens the sealed API keys. A secret. */
  readonly masterKey: string;
  /** A clock that never goes back, in microseconds. */
  readonly steadyMicros: () => number;
  /** The exchange's clock; kept by the link. */
  readonly clock: LeaderClock;
  /** This machine's clock, in microseconds since the epoch. */
  readonly ownMicros: () => number;
  readonly log: Log;
}

/** A backend and how it ends. */
interface Session {
  readonly backend: Backend;
  end(): Promise<void>;
}

/** The link of one gateway. */
export class BackendLink {
  readonly #options: BackendLinkOptions;
  #session: Session | null = null;
  #isStopped = false;
  #wake = (): void => {};

  constructor(options: BackendLinkOptions) {
    this.#options = options;
  }

  /** The present backend; `null` while there is none. */
  get backend(): Backend | null {
    return this.#session?.backend ?? null;
  }

  /** Connects, for as long as it takes, and again whenever the connection ends. */
  async run(): Promise<void> {
    const { connect, log } = this.#options;
    let pauseMillis = PAUSE_MILLIS_LEAST;
    while (!this.#isStopped) {
      try {
        const connection = await connectNats({ ...connect, waitForServer: true });
        await this.#serve(connection);
        pauseMillis = PAUSE_MILLIS_LEAST;
        if (!this.#isStopped) log("warn", "the connection to NATS ended; connecting again");
      } catch (error) {
        log("warn", failureText(error));
      }
      if (this.#isStopped) return;
      await this.#pause(pauseMillis);
      pauseMillis = Math.min(pauseMillis * 2, PAUSE_MILLIS_MAX);
    }
  }

  /** Ends the present backend, and makes no other. Commands without a report become `pending`. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wake();
    const session = this.#session;
    this.#session = null;
    await session?.end();
  }

  #pause(millis: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, millis);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #serve(connection: NatsConnection): Promise<void> {
    if (this.#isStopped) return await connection.close();
    const session = await openSession(connection, this.#options);
    if (this.#isStopped) return await session.end();
    this.#session = session;
    this.#options.log("info", `connected to NATS at ${connection.getServer()}`);
    await connection.closed();
    if (this.#session !== session) return;
    this.#session = null;
    await session.end();
  }
}

async function openSession(
  connection: NatsConnection,
  { shard, masterKey, steadyMicros, clock, ownMicros, log }: BackendLinkOptions,
): Promise<Session> {
  const bans = new BanList();
  const reference = followReference(connection, sayChanges(log), ({ range, untilMicros }) => {
    bans.ban(range, untilMicros, clock.at(ownMicros()));
  });
  const store = await KeyStore.open(connection, masterKey);
  const onFailure = sayChanges(log);
  const issuerKeys = new IssuerKeys({ steadyMicros, onFailure });
  const [keys] = await Promise.all([
    followKeys(connection, {
      store,
      hold: verifyingKeyOf,
      nowMicros: steadyMicros,
      onError: sayChanges(log),
    }),
    // Until the instruments have been read, every symbol would be unknown.
    Promise.race([reference.caughtUp, connection.closed()]),
  ]);
  const queries = new NatsQueries(connection, shard);
  const followed = followLeaderClock({
    queries,
    clock,
    ownMicros,
    onChange: () => log("warn", `this machine's clock ${clockFinding(clock) ?? "is right again"}`),
  });
  // Until it has been compared, every signature might seem too old.
  await followed.asked;
  const orders = createOrderGateway({ connection, shard });
  const uses = new Bucket(connection, KEY_USES_BUCKET);
  const keyUses = new KeyUses((id, value) => uses.put(id, value), sayChanges(log));
  const feeds = new FeedHub(connection);
  const state = { isConnected: true };
  void followStatus(connection, state);
  const backend: Backend = {
    orders,
    queries,
    market: new MarketView(queries),
    reference,
    keys,
    tokens: new TokenVerifier({ records: keys, issuerKeys, steadyMicros }),
    keyUses,
    bans,
    listeners: new Bucket(connection, LISTENERS_BUCKET),
    acts: new NatsActs(connection, shard),
    feeds,
    tickets: new StreamTickets(masterKey),
    isConnected: () => state.isConnected,
  };
  return {
    backend,
    async end() {
      orders.close();
      followed.stop();
      keyUses.stop();
      feeds.stop();
      await Promise.all([reference.stop(), keys.stop(), connection.close()]);
    },
  };
}

/** Follows whether the connection stands. Ends with it. */
async function followStatus(
  connection: NatsConnection,
  state: { isConnected: boolean },
): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === "disconnect") state.isConnected = false;
    else if (type === "reconnect") state.isConnected = true;
  }
}

/** A failure that comes again and again is said once. */
function sayChanges(log: Log): (error: Error) => void {
  let said = "";
  return (error) => {
    const message = failureText(error);
    if (message === said) return;
    said = message;
    log("warn", message);
  };
}
