/**
 * Sends requests to a gateway, signed as its document wants, and holds each answer against the
 * document.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { RestClient, type RestKey } from "./client_rest.ts";
import type { Call } from "./contract_calls.ts";
import {
  type ContractAnswer,
  type ContractOperation,
  FRAME_TYPE,
  type OpenApiContract,
} from "./open_api_contract.ts";
import { rawUpgrade } from "./raw_upgrade.ts";
import { type Known, SchemaValues } from "./schema_arbitrary.ts";

/** Orders that are there to be read, amended and canceled. */
const RESTING = 6;
/**
 * Codes of 503 that a request causes: one asks for a sequence that is not there yet, and one for the
 * state of a shard that nobody leads.
 */
const CAUSED: readonly string[] = ["behind", "getShardState leader_unavailable"];
const SYMBOLS = ["BTC-USD", "ETH-USD"];
const ACCOUNTS = ["1", "2"];
const STREAM_TYPE = "text/event-stream";

/** Drives one gateway. */
export class ContractDriver {
  /** Statuses that each operation has answered with. */
  readonly seen = new Map<string, Set<number>>();
  readonly codes = new Set<string>();
  readonly values: SchemaValues;
  round = 0;
  sent = 0;
  #placed = 0;
  readonly known: { orderId: string[]; clientOrderId: string[]; keyId: string[] } & Known = {
    symbol: SYMBOLS,
    price: ["50000.00", "49999.99", "50000.01", "50000", "50000.001"],
    quantity: ["0.0600", "0.0700", "1.0000", "0.100", "9001.0000", "0.00001"],
    quoteQuantity: ["100.00", "0.01"],
    limit: ["1", "2", "100", "0"],
    levels: ["1", "20", "1001"],
    minSequence: ["0", "1"],
    afterSequence: ["0", "3", "1000000"],
    sinceMicros: ["0", "1700000000000000"],
    shard: ["0"],
    cursor: [],
    account: ["2", "1", "99"],
    toAccount: ["2", "1", "99"],
    asset: ["USD", "BTC", "XYZ"],
    amount: ["1.00", "0.01", "0", "0.00000001", "90000000000"],
    tradeGroup: ["7", "8", "0"],
    reference: ["wire-1", "wire-2", "wire-3"],
    scopes: ["read", "trade"],
    addresses: ["127.0.0.1", "10.0.0.0/8", "::1"],
    channels: ["trades:BTC-USD", "depth:BTC-USD,ticker:ETH-USD", "reports", "nothing:BTC-USD"],
    trades: ["1", "100", "9999"],
    lastEventId: ["trades:BTC-USD.0", "reports.0"],
    "Last-Event-ID": ["trades:BTC-USD.0", "reports.0", "nonsense"],
    orderId: [],
    clientOrderId: [],
    keyId: [],
  };

  constructor(
    readonly gateway: string,
    readonly contract: OpenApiContract,
    readonly keys: ReadonlyMap<string, RestKey>,
    readonly seed: number,
  ) {
    this.values = new SchemaValues((schema) => contract.resolve(schema));
  }

  /** The key that an operation takes. */
  keyOf(operation: ContractOperation, account = "1"): RestKey | null {
    const scope = operation["x-edgebook-scope"];
    return scope === null ? null : this.keys.get(scope === "admin" ? "admin" : account) ?? null;
  }

  /** Sends what the call says and holds the answer against the document. */
  async send(
    operation: ContractOperation,
    call: Call,
    key: RestKey | null,
  ): Promise<{ status: number; body: unknown }> {
    const { path, body } = call;
    const { operationId, method } = operation;
    const answer = call.isUpgrade
      ? await rawUpgrade(this.gateway, path)
      : await this.#fetch(operation, call, key);
    this.sent++;
    const shown = typeof body === "string" ? body : btoa(String.fromCharCode(...body));
    const about = `seed ${this.seed}: ${method} ${path} ${shown}`;
    const told = this.contract.checkAnswer(operation, answer, about) as Record<string, string>;
    const { status } = answer;
    const seen = this.seen.get(operationId) ?? new Set();
    this.seen.set(operationId, seen.add(status));
    if (status >= 400) this.codes.add(told.code ?? "");
    const { code = "" } = told ?? {};
    const isCaused = status === 503 &&
      [code, `${operationId} ${code}`].some((one) => CAUSED.includes(one));
    assert.ok(status < 500 || isCaused, `${about}: ${status} ${answer.text}`);
    if (status < 300) this.#remember(told);
    return { status, body: told };
  }

  async #fetch(
    { method, operationId }: ContractOperation,
    { path, body, headers }: Call,
    key: RestKey | null,
  ): Promise<ContractAnswer> {
    // A stream is open to everybody, but for what is private in it.
    const isPrivate = operationId === "openStream" && path.includes("reports");
    const client = new RestClient(this.gateway, isPrivate ? this.keys.get("1") ?? null : key);
    const isText = typeof body === "string";
    const signedBody = isText ? body : createHash("sha256").update(body).digest("hex");
    const name = headers["Idempotency-Key"];
    // What is signed has the key of idempotency in a line of its own before the method.
    const signedMethod = name === undefined ? method : `${name}\n${method}`;
    const response = await fetch(this.gateway + path, {
      method,
      headers: {
        ...client.headersOf(signedMethod, path, signedBody),
        ...(isText ? {} : { "Content-Type": FRAME_TYPE }),
        ...headers,
      },
      ...(body === "" ? {} : { body }),
    });
    const bytes = await bytesOf(response);
    const text = new TextDecoder().decode(bytes);
    return { status: response.status, headers: response.headers, text, bytes };
  }

  /** Places orders that rest, and makes them known: there is something to read, amend and cancel. */
  async #placeResting(): Promise<void> {
    for (let count = 0; count < RESTING; count++) {
      const order = {
        symbol: "BTC-USD",
        side: count % 2 === 0 ? "buy" : "sell",
        type: "limit",
        price: count % 2 === 0 ? "40000.00" : "60000.00",
        quantity: "0.0500",
        clientOrderId: `resting-${++this.#placed}`,
      };
      const { path } = this.operation("placeOrder");
      assert.equal((await this.#do("placeOrder", path, "1", JSON.stringify(order))).status, 201);
    }
  }

  /** The operation of this id. */
  operation(id: string): ContractOperation {
    const found = this.contract.operations.find(({ operationId }) => operationId === id);
    assert.ok(found !== undefined, id);
    return found;
  }

  #do(id: string, path: string, account = "1", body = "") {
    const operation = this.operation(id);
    const call = { path, body, headers: {}, isUpgrade: false };
    return this.send(operation, call, this.keyOf(operation, account));
  }

  #remember(told: Record<string, string> | null): void {
    const { orderId, clientOrderId, key, secret } = told ?? {};
    if (typeof orderId === "string") this.known.orderId.push(orderId);
    if (typeof clientOrderId === "string") this.known.clientOrderId.push(clientOrderId);
    if (typeof key === "string" && secret !== undefined) this.known.keyId.push(key);
  }

  /** Undoes what an operator has done, forgets the orders that are known, and places others. */
  async refresh(): Promise<void> {
    for (const symbol of SYMBOLS) {
      await this.#do("resumeInstrument", `/v1/admin/instruments/${symbol}/resume`);
    }
    for (const account of ACCOUNTS) {
      // In the group of their owner, wherever a request has put them.
      await this.#do("enableAccount", `/v1/admin/accounts/${account}/enable?tradeGroup=7`);
      await this.#do("cancelAllOrders", "/v1/orders", account);
    }
    this.known.orderId.length = 0;
    this.known.clientOrderId.length = 0;
    await this.#placeResting();
  }

  /** Some values, the same for the same seed. */
  sample<T>(arbitrary: fc.Arbitrary<T>, salt: string, numRuns: number): T[] {
    const mixed = [...salt].reduce(
      (sum, one) => (sum * 31 + one.charCodeAt(0)) | 0,
      this.seed + this.round,
    );
    return fc.sample(arbitrary, { seed: mixed, numRuns });
  }
}

/** A body; of a stream, which has no end, what comes first. */
async function bytesOf(response: Response): Promise<Uint8Array> {
  const isStream = response.headers.get("content-type")?.startsWith(STREAM_TYPE) ?? false;
  if (!isStream || response.body === null) return new Uint8Array(await response.arrayBuffer());
  const reader = response.body.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return value ?? new Uint8Array();
}
