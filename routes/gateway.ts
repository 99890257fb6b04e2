/**
 * What the routes work with. `main.ts` puts it together from the configuration; tests put together
 * their own.
 *
 * @module
 */
import type { Admission } from "../core/limits/admission.ts";
import type { BanList } from "../core/limits/ban_list.ts";
import type { AppSigner } from "../infra/nats/mint.ts";
import type { VerifyingKey } from "../infra/keys/verify_signature.ts";
import type { OrderGateway } from "../infra/orders/commands.ts";
import type { MarketView } from "../infra/queries/market_view.ts";
import type { Queries } from "../infra/queries/queries.ts";
import type { Acts } from "../infra/registrar/nats_acts.ts";
import type { Reference } from "../infra/reference/reference.ts";
import type { FeedHub } from "../infra/streams/feed_hub.ts";
import type { StreamTickets } from "../infra/streams/stream_tickets.ts";
import type { TokenVerifier } from "../infra/tokens/token_verifier.ts";
import type { UpstashStatus } from "../infra/upstash/limiter.ts";
import type { GatewayTotal } from "./gateway_total.ts";
import type { BodyReads } from "./middleware/body_reads.ts";

/** Finds keys; {@link KeyCache} is one. Rejects when it cannot say whether a key is valid. */
export interface KeyView {
  get(id: string): VerifyingKey | null | Promise<VerifyingKey | null>;
}

/** Verifies bearer tokens; {@link TokenVerifier} does. */
export type Tokens = Pick<TokenVerifier, "recall" | "verify">;

/** Where the accounts are noted that listen to their private streams. */
export interface Listeners {
  /**
   * @param expectedRevision when given, the key must still be at it
   * @returns the new revision
   */
  put(key: string, value: string, expectedRevision?: number): Promise<number>;
}

/** Where it is noted that a key was used; KeyUses is one. Costs a request nothing. */
export interface KeyUseNotes {
  note(id: string, address: string, nowMicros: number): void;
}

/** Everything that stands behind one connection to NATS. */
export interface Backend {
  readonly orders: OrderGateway;
  readonly queries: Queries;
  readonly market: MarketView;
  readonly reference: Reference;
  readonly keys: KeyView;
  readonly tokens: Tokens;
  readonly keyUses: KeyUseNotes;
  /** Addresses that are not served. */
  readonly bans: BanList;
  readonly listeners: Listeners;
  /** Carries out what gateways may not. */
  readonly acts: Acts;
  /** The feeds that this gateway hears, for all that listen to it. */
  readonly feeds: FeedHub;
  /** Signs and knows tickets for streams, as all gateways of the deployment do. */
  readonly tickets: StreamTickets;
  /** Whether the connection stands at the moment. */
  readonly isConnected: () => boolean;
}

/** The values that the routes need of the configuration. */
export interface GatewaySettings {
  readonly shard: number;
  /** How long an order waits for its report before 202, in milliseconds. */
  readonly waitMillis: number;
  /** Proxies in front that each add an address to `X-Forwarded-For`; 0: the field is not read. */
  readonly trustedProxies: number;
  /** Whether a request that a limit refuses is refused; else it is only counted and told. */
  readonly enforcesLimits: boolean;
  /** Mints stream credentials; `null`: this gateway does not. */
  readonly appSigner: AppSigner | null;
  /** URLs that apps reach NATS by. */
  readonly natsServers: readonly string[];
}

/** Severity of a log line. */
export type LogLevel = "debug" | "info" | "warn" | "error";
/** Writes a log line. Never given a secret. */
export type Log = (level: LogLevel, message: string) => void;

/** What {@link createApp} needs. */
export interface AppDeps {
  /** The present backend; `null` while there is none. */
  readonly backend: () => Backend | null;
  readonly admission: Admission;
  /** How much of the order path all clients of this gateway may use together. */
  readonly total: GatewayTotal;
  /** A clock in microseconds that never goes back. */
  readonly steadyMicros: () => number;
  /** What is known of the counters that gateways share; `null`: limits are counted here alone. */
  readonly limits: () => UpstashStatus | null;
  /** The time of the exchange: microseconds since the epoch. */
  readonly nowMicros: () => number;
  /** What is wrong with this machine's clock; `null`: nothing. */
  readonly clockFinding: () => string | null;
  /** Reads bodies, and ends those that do not come. */
  readonly bodies: BodyReads;
  readonly settings: GatewaySettings;
  readonly log: Log;
  /** Whether the gateway is about to stop. */
  readonly isDraining: () => boolean;
}
