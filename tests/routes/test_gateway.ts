/**
 * A gateway in front of an exchange in memory, and clients that sign their requests to it.
 *
 * @module
 */

import { createHash, createHmac } from "node:crypto";
import type { Admission } from "../../core/limits/admission.ts";
import { admissionPolicy } from "../../core/limits/policy.ts";
import type { Scope } from "../../infra/keys/key_record.ts";
import { type VerifyingKey, verifyingKeyOf } from "../../infra/keys/verify_signature.ts";
import { IssuerKeys } from "../../infra/tokens/issuer_keys.ts";
import { TokenVerifier } from "../../infra/tokens/token_verifier.ts";
import { MarketView } from "../../infra/queries/market_view.ts";
import type { UpstashStatus } from "../../infra/upstash/limiter.ts";
import { BanList } from "../../core/limits/ban_list.ts";
import { GatewayTotal } from "../../routes/gateway_total.ts";
import { MemoryAdmission } from "../../infra/upstash/memory.ts";
import { StreamTickets } from "../../infra/streams/stream_tickets.ts";
import { BucketError } from "../../infra/nats/errors.ts";
import { WRONG_LAST_SEQUENCE } from "../../infra/nats/kv.ts";
import { FeedHub, type HubConnection } from "../../infra/streams/feed_hub.ts";
import { createApp } from "../../routes/app.ts";
import type { Backend, GatewaySettings } from "../../routes/gateway.ts";
import { BodyReads } from "../../routes/middleware/body_reads.ts";
import { FakeBroker } from "../infra/streams/fake_broker.ts";
import { MemoryActs } from "./memory_acts.ts";
import { MemoryExchange, START_MICROS } from "./memory_exchange.ts";
import { checkTold } from "./told_answers.ts";

/** An answer with its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as JSON; `null` where there is none. */
  // deno-lint-ignore no-explicit-any -- what stands in it is what the tests are about
  readonly body: any;
  readonly text: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What a request may say beside its method and path. */
export interface RequestOptions {
  /** An object is sent as JSON, a text as it is, and bytes as a frame of records. */
  readonly body?: object | string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch; the gateway's clock when left out. */
  readonly timestampMillis?: number;
  readonly recvWindowMillis?: number;
  /** Signs with this in place of the key's secret. */
  readonly secret?: string;
  /** Address that the request comes from. */
  readonly address?: string;
  /** Sent along, and signed. */
  readonly idempotencyKey?: string;
}

/** What a test may have otherwise. */
export interface TestGatewayOptions {
  readonly settings?: Partial<GatewaySettings>;
  readonly admission?: Admission;
  /** Where feeds come from; the test's own broker when left out. */
  readonly connection?: HubConnection;
}

/** Key of the operator. */
export const ADMIN = "admin";

const MASTER_KEY = "5a".repeat(32);
const RECV_WINDOW_MILLIS = 5_000;
/** Secret of the key with this id. */
export const secretOf = (keyId: string): string =>
  `${keyId}-secret-of-sufficient-length`.padEnd(40, "x");

/** The app with everything behind it in reach of the test. */
export class TestGateway implements Disposable {
  readonly exchange = new MemoryExchange();
  readonly market = new MarketView(this.exchange.queries);
  readonly keys = new Map<string, VerifyingKey>();
  readonly acts = new MemoryActs(
    this.exchange,
    () => this.nowMicros,
    (record) => this.keys.set(record.id, verifyingKeyOf(record)),
  );
  readonly listeners = new Map<string, string>();
  readonly revisions = new Map<string, number>();
  /** What the bucket of listeners waits for before it answers. */
  listenersAnswer: Promise<void> = Promise.resolve();
  #revision = 0;
  readonly tickets = new StreamTickets(MASTER_KEY);
  /** Publishes what streams send on. */
  readonly broker = new FakeBroker();
  readonly feeds: FeedHub;
  limits: UpstashStatus | null = null;
  readonly bans = new BanList();
  readonly total = new GatewayTotal(100_000, 320, 0.5);
  /** Id, address and time of each use of a key. */
  readonly keyUses: [id: string, address: string, nowMicros: number][] = [];
  readonly logged: string[] = [];
  readonly app;
  /** The gateway's clock. */
  nowMicros = START_MICROS;
  clockFinding: string | null = null;
  /** Nobody sweeps it but the test. */
  readonly bodies = new BodyReads();
  isDraining = false;
  isConnected = true;
  hasBackend = true;
  referenceAgeMillis = 0;

  constructor(options: TestGatewayOptions = {}) {
    this.feeds = new FeedHub(options.connection ?? this.broker);
    for (const account of [1, 2, 3]) this.addKey(account, ["read", "trade"]);
    this.addKey(ADMIN, ["admin"]);
    const { reference } = this.exchange;
    // Read anew each time: a test may change the map, and what it answers.
    const records = { get: (id: string) => this.keys.get(id) ?? null };
    const steadyMicros = () => this.nowMicros;
    const issuerKeys = new IssuerKeys({ steadyMicros });
    const backend: Backend = {
      orders: this.exchange,
      queries: this.exchange.queries,
      market: this.market,
      reference: {
        bySymbol: (symbol) => reference.bySymbol(symbol),
        byNumber: (instrument) => reference.byNumber(instrument),
        all: () => reference.all(),
        ageMillis: () => this.referenceAgeMillis,
      },
      keys: records,
      tokens: new TokenVerifier({ records, issuerKeys, steadyMicros }),
      keyUses: { note: (...use) => void this.keyUses.push(use) },
      bans: this.bans,
      listeners: {
        put: async (key, value, expectedRevision) => {
          await this.listenersAnswer;
          return await new Promise((resolve) => {
            if (expectedRevision !== undefined && this.revisions.get(key) !== expectedRevision) {
              throw new BucketError("LISTENERS", WRONG_LAST_SEQUENCE, "wrong last sequence");
            }
            this.listeners.set(key, value);
            this.revisions.set(key, ++this.#revision);
            resolve(this.#revision);
          });
        },
      },
      acts: this.acts,
      feeds: this.feeds,
      tickets: this.tickets,
      isConnected: () => this.isConnected,
    };
    const policy = admissionPolicy(10_000, 10_000);
    this.app = createApp({
      backend: () => this.hasBackend ? backend : null,
      admission: options.admission ??
        new MemoryAdmission({ policy, nowMicros: () => this.nowMicros }),
      limits: () => this.limits,
      total: this.total,
      steadyMicros: () => this.nowMicros,
      nowMicros: () => this.nowMicros,
      clockFinding: () => this.clockFinding,
      bodies: this.bodies,
      settings: {
        shard: 0,
        waitMillis: 3_000,
        trustedProxies: 0,
        enforcesLimits: true,
        appSigner: null,
        natsServers: ["ws://127.0.0.1:8443"],
        ...options.settings,
      },
      log: (level, message) => this.logged.push(`${level}: ${message}`),
      isDraining: () => this.isDraining,
    });
  }

  /** Ends its streams. Only who opens some has to. */
  [Symbol.dispose](): void {
    this.feeds.stop();
  }

  /** Makes a key, or changes it. */
  addKey(
    account: number | typeof ADMIN,
    scopes: Scope[],
    changes: { revoked?: boolean; expiresMicros?: number; addresses?: string[] } = {},
  ): void {
    const id = keyOf(account);
    this.acts.put({
      id,
      account: account === ADMIN ? 0 : account,
      kind: "hmac",
      secret: secretOf(id),
      scopes,
      createdMicros: START_MICROS,
      expiresMicros: null,
      revoked: false,
      tier: null,
      addresses: [],
      ...changes,
    });
  }

  /** Headers of a request that is signed by the account's key. */
  sign(
    account: number | typeof ADMIN,
    method: string,
    path: string,
    options: RequestOptions = {},
  ): Record<string, string> {
    const { timestampMillis = Math.floor(this.nowMicros / 1_000), recvWindowMillis } = options;
    const id = keyOf(account);
    const window = recvWindowMillis ?? RECV_WINDOW_MILLIS;
    const name = options.idempotencyKey === undefined ? [] : [options.idempotencyKey];
    const text = [timestampMillis, window, ...name, method, path, textOf(options)].join("\n");
    return {
      "X-Edgebook-Key": id,
      "X-Edgebook-Timestamp": String(timestampMillis),
      ...(recvWindowMillis === undefined
        ? {}
        : { "X-Edgebook-Recv-Window": String(recvWindowMillis) }),
      ...(options.idempotencyKey === undefined
        ? {}
        : { "Idempotency-Key": options.idempotencyKey }),
      "X-Edgebook-Signature": createHmac("sha256", options.secret ?? secretOf(id))
        .update(text).digest("hex"),
    };
  }

  /**
   * Sends a signed request, a millisecond after the last: the same request twice within one
   * millisecond has the same signature, and is one request.
   */
  signed(
    account: number | typeof ADMIN,
    method: string,
    path: string,
    options: RequestOptions = {},
  ): Promise<Answer> {
    this.nowMicros += 1_000;
    const headers = { ...this.sign(account, method, path, options), ...options.headers };
    return this.send(method, path, { ...options, headers });
  }

  /** Sends a request as it is, and gives the answer before its body. */
  fetch(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
    const hasBody = options.body !== undefined;
    const request = new Request(`http://127.0.0.1:8000${path}`, {
      method,
      headers: { ...(hasBody ? { "Content-Type": typeOf(options) } : {}), ...options.headers },
      ...(hasBody ? { body: isBytes(options) ? options.body : textOf(options) } : {}),
    });
    const environment = { remoteAddr: { hostname: options.address ?? "192.0.2.1" } };
    return Promise.resolve(this.app.fetch(request, environment));
  }

  /** Sends a request as it is. */
  async send(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const response = await this.fetch(method, path, options);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const text = new TextDecoder().decode(bytes);
    const isJson = /json/.test(response.headers.get("content-type") ?? "") && text !== "";
    const { status, headers } = response;
    await checkTold(() => new TestGateway().app, { method, path }, { status, headers, text });
    return { status, headers, text, bytes, body: isJson ? JSON.parse(text) : null };
  }

  /** Amends an order of the account, which is named as in the path. */
  amend(
    account: number,
    order: string,
    body: object | string,
    options: Omit<RequestOptions, "body"> = {},
  ): Promise<Answer> {
    return this.signed(account, "PATCH", `/v1/orders/${order}`, { ...options, body });
  }

  /** Places an order: a limit buy of 0.5 BTC at 50,000, unless the changes say otherwise. */
  place(
    account: number,
    changes: object = {},
    options: Omit<RequestOptions, "body"> = {},
  ): Promise<Answer> {
    return this.signed(account, "POST", "/v1/orders", {
      ...options,
      body: { ...LIMIT_BUY, ...changes },
    });
  }
}

/** An order as DESIGN.md has it. */
export const LIMIT_BUY = {
  symbol: "BTC-USD",
  side: "buy",
  type: "limit",
  price: "50000.00",
  quantity: "0.5000",
} as const;

/** Id of the key of an account. */
export const keyOf = (account: number | typeof ADMIN): string => `key_of_account_${account}`;

function isBytes(
  options: RequestOptions,
): options is RequestOptions & { body: Uint8Array<ArrayBuffer> } {
  return options.body instanceof Uint8Array;
}

const typeOf = (options: RequestOptions): string =>
  isBytes(options) ? "application/vnd.edgebook.frame" : "application/json";

/** The body as it is signed. */
function textOf(options: RequestOptions): string {
  const { body } = options;
  if (body === undefined) return "";
  if (isBytes(options)) return createHash("sha256").update(options.body).digest("hex");
  return typeof body === "string" ? body : JSON.stringify(body);
}
