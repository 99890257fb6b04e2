/**
 * A client that signs as Binance documents it, in front of the gateway under test. Written from the
 * words of that documentation, and from nothing of the project's own code for signing.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { type Answer, keyOf, secretOf, type TestGateway } from "../test_gateway.ts";

/** Parameters of a request. */
export type Fields = Readonly<Record<string, string | number>>;

/** What a request may have otherwise. */
export interface BinanceOptions {
  /** Parameters that stand in the body; the others stand in the query. */
  readonly form?: Fields;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timestamp?: number;
  readonly secret?: string;
  readonly address?: string;
}

const textOf = (fields: Fields): string =>
  Object.entries(fields).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");

/** One account's client. */
export class BinanceClient {
  constructor(readonly gateway: TestGateway, readonly account = 1) {}

  /** Signs and sends a request, a millisecond after the last. */
  send(
    method: string,
    path: string,
    fields: Fields = {},
    options: BinanceOptions = {},
  ): Promise<Answer> {
    this.gateway.nowMicros += 1_000;
    const timestamp = options.timestamp ?? Math.floor(this.gateway.nowMicros / 1_000);
    const form = options.form === undefined ? null : textOf({ ...options.form, timestamp });
    const query = textOf(form === null ? { ...fields, timestamp } : fields);
    const secret = options.secret ?? secretOf(keyOf(this.account));
    const signature = createHmac("sha256", secret).update(query + (form ?? "")).digest("hex");
    const signed = `signature=${signature}`;
    return form === null
      ? this.raw(method, `${path}?${query}&${signed}`, options)
      : this.raw(method, query === "" ? path : `${path}?${query}`, options, `${form}&${signed}`);
  }

  /** Sends a request as it is, with the account's key. */
  raw(
    method: string,
    path: string,
    { headers, address }: BinanceOptions = {},
    body?: string,
  ): Promise<Answer> {
    const type = body === undefined ? {} : { "Content-Type": "application/x-www-form-urlencoded" };
    return this.gateway.send(method, path.startsWith("/") ? path : `/api/v3/${path}`, {
      headers: { "X-MBX-APIKEY": keyOf(this.account), ...type, ...headers },
      ...(body === undefined ? {} : { body }),
      ...(address === undefined ? {} : { address }),
    });
  }

  /** Sends a signed request whose answer must be 200, and gives its body. */
  async ok(method: string, path: string, fields: Fields = {}, options: BinanceOptions = {}) {
    const { status, body, text } = await this.send(method, path, fields, options);
    assert.equal(status, 200, text);
    return body;
  }

  /** Places an order: a limit buy of 0.5 BTC at 50,000, unless the changes say otherwise. */
  place(changes: Fields = {}, options: BinanceOptions = {}): Promise<Answer> {
    return this.send("POST", "order", { ...LIMIT, ...changes }, options);
  }
}

/** A limit order. */
export const LIMIT = {
  symbol: "BTCUSD",
  side: "BUY",
  type: "LIMIT",
  timeInForce: "GTC",
  quantity: "0.5",
  price: "50000.00",
} as const;

/** A market order. */
export const MARKET = { symbol: "BTCUSD", side: "BUY", type: "MARKET", quantity: "0.2" } as const;

/** Asserts a refusal: its status, its number, and where it is given its text. */
export function refused(
  { status, body, text }: Answer,
  expected: number,
  code: number,
  msg?: string,
) {
  assert.deepEqual([status, body?.code], [expected, code], text);
  if (msg !== undefined) assert.equal(body.msg, msg);
  assert.equal(body.type, undefined, "no problem of RFC 9457");
}
