/**
 * A venue for tests: nats-server, its streams, the matching process, a market with funded accounts,
 * and gateways; everything real, on free ports, in a folder of its own, gone with the test.
 *
 * ```ts
 * await using venue = await Venue.open({ accounts: 4 });
 * const gateway = await venue.openGateway();
 * await venue.killMatcher();
 * await venue.startMatcher();
 * ```
 *
 * The market: USD with 6 decimals, BTC with 8, BTC-USD in ticks of 0.01 and lots of 0.0001.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { EventKind } from "../../core/protocol/event_record.ts";
import { frameCount, RECORD_BYTES } from "../../core/protocol/frame.ts";
import { POSITIONED_BODY_BYTES } from "../../core/protocol/position.ts";
import type { BalancesAnswer, StateAnswer } from "../../core/protocol/queries.ts";
import { adminSubject, journalSubject } from "../../core/protocol/subjects.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { queryLeader } from "../../infra/administration/leader_query.ts";
import {
  connectNats,
  RECONNECT_JITTER_MILLIS,
  RECONNECT_WAIT_MILLIS,
} from "../../infra/nats/connect.ts";
import { type BrokerAccess, type Cluster, CLUSTER_REPLICAS } from "../../infra/nats/cluster.ts";
import { launchNats, type RunningNats } from "../../infra/nats/launch.ts";
import { ensureStreams } from "../../infra/nats/streams.ts";
import type { UserName } from "../../infra/nats/users.ts";
import type { OrderGateway } from "../../infra/orders/commands.ts";
import { createOrderGateway } from "../../infra/orders/order_gateway.ts";
import { market } from "./commands.ts";
import { FrameSource } from "./frames.ts";
import { VenueProcess } from "./venue_process.ts";

/** The shard that the venue has. */
export const SHARD = 0;
/** Number of the instrument. */
export const BTC_USD = 1;
/** What each account is given of USD (1,000,000) and BTC (1,000), in minor units. */
export const FUNDS = { USD: 1_000_000_000_000, BTC: 100_000_000_000 } as const;
/** How long a query of a test may take, the restart of a process included. */
const QUERY_MILLIS_MAX = 10_000;

/** What BTC-USD has beside its ticks of 0.01 and lots of 0.0001. */
const TERMS = {
  priceTicksMax: 100_000_000,
  quantityLotsMax: 90_000_000,
  makerFeePpm: 100,
  takerFeePpm: 500,
} as const;
/** Sender of the frames that open the market. */
const ADMINISTRATOR = 1;
const COMMANDS_PER_FRAME = 1_000;
const MATCHING = new URL("../../workers/matching/matching_main.ts", import.meta.url).pathname;

/** A gateway inside the test process. Closed with the venue. */
export interface VenueGateway extends OrderGateway {
  close(): void;
}

/** What a venue is made of. */
export interface VenueOptions {
  readonly accounts: number;
  /** Whether its journal may be cut off behind snapshots. Default false. */
  readonly mayTrim?: boolean;
  /** Appends that its journal has when the matching process starts, in the place of the market. */
  readonly journal?: readonly Uint8Array[];
  /** Launches several nats-servers on this folder in the place of one. */
  readonly cluster?: (dataDirectory: string) => Promise<Cluster>;
}

/** A running venue. */
export class Venue implements AsyncDisposable {
  readonly #directory: string;
  readonly #accounts: number;
  readonly #cluster: Cluster | null;
  #nats: RunningNats | null;
  #matcher: VenueProcess | null = null;
  readonly #processes: VenueProcess[] = [];
  readonly #connections: NatsConnection[] = [];
  readonly #gateways: VenueGateway[] = [];
  #admin: Promise<NatsConnection> | null = null;
  #wasDown = false;

  private constructor(
    directory: string,
    broker: { readonly nats: RunningNats | null; readonly cluster: Cluster | null },
    accounts: number,
  ) {
    this.#directory = directory;
    this.#nats = broker.nats;
    this.#cluster = broker.cluster;
    this.#wasDown = broker.cluster !== null;
    this.#accounts = accounts;
  }

  /** Starts everything and funds the accounts `1 .. accounts`. */
  static async open(options: VenueOptions): Promise<Venue> {
    const directory = await Deno.makeTempDir({ prefix: "edgebook-venue-" });
    const cluster = await options.cluster?.(directory) ?? null;
    const nats = cluster === null
      ? await launchNats({ dataDirectory: directory, say: () => {} })
      : null;
    const venue = new Venue(directory, { nats, cluster }, options.accounts);
    try {
      await ensureStreams(await venue.admin(), {
        shards: [SHARD],
        replicas: cluster === null ? 1 : CLUSTER_REPLICAS,
        mayTrim: options.mayTrim ?? false,
      });
      if (options.journal !== undefined) await venue.#write(options.journal);
      await venue.startMatcher();
      if (options.journal === undefined) await venue.#openMarket();
      return venue;
    } catch (error) {
      await venue[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The present nats-server, of a venue with one. */
  get nats(): RunningNats {
    if (this.#nats === null) throw new Error("the venue has a cluster");
    return this.#nats;
  }

  /** What clients need of the broker. */
  get broker(): BrokerAccess {
    return this.#cluster ?? this.nats;
  }

  /** The present matching process. */
  get matcher(): VenueProcess {
    if (this.#matcher === null) throw new Error("the venue has no matching process at the moment");
    return this.#matcher;
  }

  /**
   * Connects as one of the users; closed with the venue.
   *
   * @param servers WebSocket URLs; all of the broker when left out
   */
  async connectAs(user: UserName, servers = this.broker.webSocketUrl): Promise<NatsConnection> {
    const connection = await connectNats({
      servers,
      credentials: this.broker.credentials[user],
      name: `test-${user}`,
    });
    this.#connections.push(connection);
    return connection;
  }

  /** One connection of the admin user for everything. */
  admin(): Promise<NatsConnection> {
    this.#admin ??= this.connectAs("admin");
    return this.#admin;
  }

  /** A gateway of its own connection. */
  async openGateway(servers?: string): Promise<VenueGateway> {
    const connection = await this.connectAs("gateway", servers);
    const gateway = createOrderGateway({ connection, shard: SHARD });
    this.#gateways.push(gateway);
    return gateway;
  }

  /** Environment of a process that connects as this user. */
  environmentOf(user: UserName): Record<string, string> {
    return {
      EDGEBOOK_NATS_URL: this.broker.webSocketUrl,
      EDGEBOOK_NATS_CREDENTIALS: this.broker.credentials[user],
    };
  }

  /** Starts a process that ends with the venue, and waits until it is ready. */
  async startProcess(
    name: string,
    module: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<VenueProcess> {
    const process = this.#launch(name, module, environment);
    await process.ready();
    return process;
  }

  /**
   * Starts the matching process and waits until it leads. Takes the place of the present one.
   *
   * @param changes to its environment
   */
  async startMatcher(changes: Readonly<Record<string, string>> = {}): Promise<VenueProcess> {
    this.#matcher = this.launchMatcher(changes);
    await this.#matcher.ready();
    return this.#matcher;
  }

  /** Starts a matching process beside the present one and waits for nothing. */
  launchMatcher(changes: Readonly<Record<string, string>> = {}): VenueProcess {
    return this.#launch("matching", MATCHING, {
      ...this.environmentOf("matcher"),
      EDGEBOOK_PROJECTIONS: "off",
      ...changes,
    });
  }

  /** kill -9 of the matching process. */
  async killMatcher(): Promise<void> {
    await this.matcher.kill();
    this.#matcher = null;
  }

  /** kill -9 of nats-server. */
  async killNats(): Promise<void> {
    this.#wasDown = true;
    this.nats.kill();
    await this.nats.exited;
  }

  /**
   * Starts nats-server again on the same ports and data.
   *
   * @param binary of the server; the usual one when left out
   */
  async startNats(binary?: string): Promise<void> {
    const { ports } = this.nats;
    const own = binary === undefined ? {} : { binary };
    this.#nats = await launchNats({ dataDirectory: this.#directory, ports, say: () => {}, ...own });
  }

  /** The folder of the broker's data, gone with the venue. */
  get directory(): string {
    return this.#directory;
  }

  /** What the leader says of its state. */
  async state(): Promise<StateAnswer> {
    return await queryLeader(await this.admin(), SHARD, { kind: "state" }, QUERY_MILLIS_MAX);
  }

  /** Balances of an account in minor units, as the leader says them. */
  async balances(account: number): Promise<BalancesAnswer["balances"]> {
    const query = { kind: "balances", account } as const;
    return (await queryLeader(await this.admin(), SHARD, query, QUERY_MILLIS_MAX)).balances;
  }

  /** Ends everything, whatever state it is in, and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const gateway of this.#gateways) gateway.close();
    await Promise.all(this.#processes.map((process) => process.kill()));
    await Promise.all(this.#connections.map((connection) => connection.close()));
    await (this.#cluster ?? this.nats).stop();
    // A client that is closed between two attempts to reconnect leaves the timer of its wait behind.
    if (this.#wasDown) await pause(RECONNECT_WAIT_MILLIS + RECONNECT_JITTER_MILLIS + 20);
    await Deno.remove(this.#directory, { recursive: true });
  }

  #launch(
    name: string,
    module: string,
    environment: Readonly<Record<string, string>>,
  ): VenueProcess {
    const process = VenueProcess.launch({ name, module, environment });
    this.#processes.push(process);
    return process;
  }

  async #write(journal: readonly Uint8Array[]): Promise<void> {
    const stream = (await this.connectAs("matcher")).jetstream();
    for (const append of journal) await stream.publish(journalSubject(SHARD), append);
  }

  async #openMarket(): Promise<void> {
    const opening = market().asset("USD", 6).asset("BTC", 8).instrument("BTC-USD", TERMS);
    for (let account = 1; account <= this.#accounts; account++) opening.account(account, FUNDS);
    const connection = await this.admin();
    const source = new FrameSource(ADMINISTRATOR);
    for (let from = 0; from < opening.commands.length; from += COMMANDS_PER_FRAME) {
      const frame = source.frame(opening.commands.slice(from, from + COMMANDS_PER_FRAME));
      const { data } = await connection.request(adminSubject(SHARD), frame.bytes, {
        timeout: QUERY_MILLIS_MAX,
      });
      checkDone(WireBuffer.copyOf(data));
    }
  }
}

/** Asserts that every command of an administrative frame was carried out. */
function checkDone(answer: WireBuffer): void {
  for (let index = 0; index < frameCount(answer, 0); index++) {
    const kind = answer.bytes[POSITIONED_BODY_BYTES + index * RECORD_BYTES];
    if (kind !== EventKind.reference && kind !== EventKind.ledger) {
      throw new Error(`the market does not open: command ${index} gave event ${kind}`);
    }
  }
}

/** Waits. */
export const pause = (millis: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, millis));
