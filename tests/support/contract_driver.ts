/**
 * Sends requests to a gateway, signed as its document wants, and holds each answer against the
 * document.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { RestClient, type RestKey } from "./client_rest.ts";
import type { ContractAnswer, ContractOperation, OpenApiContract } from "./open_api_contract.ts";
import type { Known } from "./schema_arbitrary.ts";

/** Orders that are there to be read, amended and canceled. */
const RESTING = 6;
/**
 * Codes of 503 that a request causes: one asks for a sequence that is not there yet, and one for the
 * state of a shard that nobody leads.
 */
const CAUSED: readonly string[] = ["behind", "getShardState leader_unavailable"];

/** One request, before it is signed. */
export interface Call {
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Drives one gateway. */
export class ContractDriver {
  /** Statuses that each operation has answered with. */
  readonly seen = new Map<string, Set<number>>();
  readonly codes = new Set<string>();
  round = 0;
  #placed = 0;
  readonly known: { orderId: string[]; clientOrderId: string[] } & Known = {
    symbol: ["BTC-USD", "ETH-USD"],
    price: ["50000.00", "49999.99", "50000.01", "50000", "50000.001"],
    quantity: ["0.0600", "0.0700", "1.0000", "0.100", "9001.0000", "0.00001"],
    quoteQuantity: ["100.00", "0.01"],
    limit: ["1", "2", "100", "0"],
    levels: ["1", "20", "1001"],
    minSequence: ["0", "1"],
    shard: ["0"],
    cursor: [],
    orderId: [],
    clientOrderId: [],
  };

  constructor(
    readonly gateway: string,
    readonly contract: OpenApiContract,
    readonly keys: ReadonlyMap<string, RestKey>,
    readonly seed: number,
  ) {}

  /** The key that an operation takes. */
  keyOf(operation: ContractOperation, account = "1"): RestKey | null {
    const scope = operation["x-edgebook-scope"];
    return scope === null ? null : this.keys.get(scope === "admin" ? "admin" : account) ?? null;
  }

  /** Sends what the call says and holds the answer against the document. */
  async send(
    operation: ContractOperation,
    { path, body, headers }: Call,
    key: RestKey | null,
  ): Promise<{ status: number; body: unknown }> {
    const client = new RestClient(this.gateway, key);
    const signed = client.headersOf(operation.method, path, body);
    const response = await fetch(this.gateway + path, {
      method: operation.method,
      headers: { ...signed, ...headers },
      ...(body === "" ? {} : { body }),
    });
    const answer: ContractAnswer = {
      status: response.status,
      headers: response.headers,
      text: await response.text(),
    };
    const about = `seed ${this.seed}: ${operation.method} ${path} ${body}`;
    const told = this.contract.checkAnswer(operation, answer, about) as Record<string, string>;
    const { status } = answer;
    const seen = this.seen.get(operation.operationId) ?? new Set();
    this.seen.set(operation.operationId, seen.add(status));
    if (status >= 400) this.codes.add(told.code ?? "");
    const { code = "" } = told ?? {};
    const isCaused = status === 503 &&
      [code, `${operation.operationId} ${code}`].some((one) => CAUSED.includes(one));
    assert.ok(status < 500 || isCaused, `${about}: ${status} ${answer.text}`);
    if (status < 300) this.#remember(told);
    return { status, body: told };
  }

  /** Places orders that rest, and makes them known: there is something to read, amend and cancel. */
  async #placeResting(): Promise<void> {
    const place = this.operation("placeOrder");
    for (let count = 0; count < RESTING; count++) {
      const order = {
        symbol: "BTC-USD",
        side: count % 2 === 0 ? "buy" : "sell",
        type: "limit",
        price: count % 2 === 0 ? "40000.00" : "60000.00",
        quantity: "0.0500",
        clientOrderId: `resting-${++this.#placed}`,
      };
      const call = { path: place.path, body: JSON.stringify(order), headers: {} };
      const { status } = await this.send(place, call, this.keyOf(place));
      assert.equal(status, 201);
    }
  }

  /** The operation of this id. */
  operation(id: string): ContractOperation {
    const found = this.contract.operations.find(({ operationId }) => operationId === id);
    assert.ok(found !== undefined, id);
    return found;
  }

  #remember(told: Record<string, string> | null): void {
    const { orderId, clientOrderId } = told ?? {};
    if (typeof orderId === "string") this.known.orderId.push(orderId);
    if (typeof clientOrderId === "string") this.known.clientOrderId.push(clientOrderId);
  }

  /** Forgets the orders that are known, and places others. */
  async refresh(): Promise<void> {
    const all = this.operation("cancelAllOrders");
    const call = { path: all.path, body: "", headers: {} };
    for (const account of ["1", "2"]) await this.send(all, call, this.keyOf(all, account));
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
