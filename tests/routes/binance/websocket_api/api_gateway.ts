/**
 * A gateway that listens, and clients of its WebSocket API that sign as Binance documents it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { PAGE_ROWS_MAX } from "../../../../core/protocol/queries.ts";
import { reportsSubject } from "../../../../core/protocol/subjects.ts";
import { verifyingKeyOf } from "../../../../infra/keys/verify_signature.ts";
import { JsonSocket } from "../../../support/json_socket.ts";
import { START_MICROS } from "../../memory_exchange.ts";
import { keyOf, secretOf, TestGateway, type TestGatewayOptions } from "../../test_gateway.ts";

/** Parameters of a request. */
export type Params = Readonly<Record<string, unknown>>;

/** Id of the key that {@link ApiGateway.addStrongKey} makes. */
export const STRONG_KEY = "strong_key";

/** Signs by the words of the documentation: name=value, in the order of the names. */
export const payloadOf = (params: Params): string =>
  Object.keys(params).sort().map((name) => `${name}=${params[name]}`).join("&");

/** The gateway. */
export class ApiGateway extends TestGateway implements AsyncDisposable {
  readonly server;
  readonly #published = new Map<number, number>();
  readonly #pair = generateKeyPairSync("ed25519");
  #id = 0;

  constructor(options: TestGatewayOptions = {}) {
    super(options);
    const served = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    this.server = Deno.serve(served, this.app.fetch);
  }

  /** Opens a connection. */
  open(query = ""): Promise<JsonSocket> {
    return JsonSocket.open(`ws://127.0.0.1:${this.server.addr.port}/ws-api/v3${query}`);
  }

  /** Adds a key of account 2 that signs with Ed25519. */
  addStrongKey(revoked = false): void {
    const jwk = this.#pair.publicKey.export({ format: "jwk" });
    this.keys.set(
      STRONG_KEY,
      verifyingKeyOf({
        id: STRONG_KEY,
        account: 2,
        kind: "ed25519",
        publicKey: Buffer.from(String(jwk.x), "base64url").toString("base64"),
        scopes: ["read", "trade"],
        createdMicros: START_MICROS,
        expiresMicros: null,
        revoked,
        tier: null,
        addresses: [],
      }),
    );
  }

  /** Parameters with what vouches for them. */
  signedParams(account: number, params: Params = {}): Params {
    const all = { apiKey: keyOf(account), timestamp: this.#timestamp(), ...params };
    const signature = createHmac("sha256", secretOf(keyOf(account))).update(payloadOf(all))
      .digest("hex");
    return { ...all, signature };
  }

  /** {@link signedParams} of the strong key. */
  strongParams(params: Params = {}): Params {
    const all = { apiKey: STRONG_KEY, timestamp: this.#timestamp(), ...params };
    const bytes = sign(null, Buffer.from(payloadOf(all)), this.#pair.privateKey);
    return { ...all, signature: bytes.toString("base64") };
  }

  /** Sends a request, and gives its answer; events that come first stay where they are. */
  async ask(socket: JsonSocket, method: string, params?: Params) {
    const id = ++this.#id;
    socket.send({ id, method, ...(params === undefined ? {} : { params }) });
    for (let tries = 0; tries < 5_000; tries++) {
      const found = socket.messages.find((message) => message.id === id);
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    throw new Error(`no answer to ${method}: ${JSON.stringify(socket.messages)}`);
  }

  /** {@link ask} of a request that the account signs, whose answer must be 200. */
  async ok(socket: JsonSocket, account: number, method: string, params: Params = {}) {
    const answer = await this.ask(socket, method, this.signedParams(account, params));
    assert.equal(answer.status, 200, JSON.stringify(answer));
    return answer.result;
  }

  /** Publishes the reports that came since the last time, as the history does for who listens. */
  async publishReports(account: number): Promise<void> {
    const afterSequence = this.#published.get(account) ?? 0;
    const { reports, lastReportSequence } = await this.exchange.queries.history({
      kind: "reports",
      account,
      afterSequence,
      limit: PAGE_ROWS_MAX,
      minSequence: 0,
    });
    this.#published.set(account, lastReportSequence);
    for (const report of reports) this.broker.publish(reportsSubject(account), report);
  }

  /** Events that came, in their order, once there are so many. */
  // deno-lint-ignore no-explicit-any -- a test says by its assertions what it expects
  async events(socket: JsonSocket, count: number): Promise<any[]> {
    for (let tries = 0; tries < 5_000; tries++) {
      const events = socket.messages.filter((message) => "event" in message);
      if (events.length >= count) return events.map(({ event }) => event);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    throw new Error(`not ${count} events: ${JSON.stringify(socket.messages)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.feeds.stop();
    await this.server.shutdown();
  }

  #timestamp(): number {
    this.nowMicros += 1_000;
    return Math.floor(this.nowMicros / 1_000);
  }
}

/** Method that a user data stream is subscribed to by. */
export const SIGN_UP = "userDataStream.subscribe.signature";
/** A limit order without a side, a quantity and a price. */
export const ORDER = { symbol: "BTCUSD", type: "LIMIT", timeInForce: "GTC" };
/** A buy of 0.5 BTC at 50,000. */
export const BUY = { ...ORDER, side: "BUY", quantity: "0.5", price: "50000.00" };

/** A gateway, a connection with the events of account 1, and a connection of account 2. */
export async function listening(query = "") {
  const gateway = new ApiGateway();
  const socket = await gateway.open(query);
  const other = await gateway.open();
  assert.deepEqual(await gateway.ok(socket, 1, SIGN_UP), { subscriptionId: 0 });
  const place = (account: number, params: object) =>
    gateway.ok(other, account, "order.place", { ...params });
  return {
    gateway,
    socket,
    other,
    place,
    /** What account 1 is told once these reports are published, beside its balances. */
    async told(count: number, positions = 1) {
      await gateway.publishReports(1);
      const events = await gateway.events(socket, count + positions);
      return events.filter(({ e }) => e !== "outboundAccountPosition");
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([socket, other].map((one) => one[Symbol.asyncDispose]()));
      await gateway[Symbol.asyncDispose]();
    },
  };
}
