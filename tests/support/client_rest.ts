/**
 * A client of the REST gateway under test, written from the README's words and from nothing of the
 * project's own code for signing.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHmac, createPrivateKey, sign } from "node:crypto";

/** How long one request may take. */
const REQUEST_MILLIS_MAX = 6_000;
const RECV_WINDOW_MILLIS = 5_000;

/** A key as `deno task start` and `deno task admin keys create` show it. */
export interface RestKey {
  readonly key: string;
  /** The shared secret, or a private key in PEM. */
  readonly secret: string;
}

/** An answer. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  // deno-lint-ignore no-explicit-any -- a test says by its assertions what it expects
  readonly json: any;
}

/** What may be otherwise than in a good request. */
export interface RequestChanges {
  readonly headers?: Readonly<Record<string, string>>;
  readonly timestampMillis?: number;
  readonly recvWindowMillis?: number;
  /** Sent instead of the body that was signed. */
  readonly sentBody?: string;
}

/** Signs requests with one key, or none, and sends them. */
export class RestClient {
  readonly #gateway: string;
  readonly #key: RestKey | null;

  constructor(gateway: string, key: RestKey | null) {
    this.#gateway = gateway;
    this.#key = key;
  }

  /** The signed headers of a request. */
  headersOf(
    method: string,
    path: string,
    body: string,
    changes: RequestChanges = {},
  ): Record<string, string> {
    const headers: Record<string, string> = {};
    if (body !== "") headers["Content-Type"] = "application/json";
    if (this.#key !== null) {
      const timestamp = changes.timestampMillis ?? Date.now();
      const recvWindow = changes.recvWindowMillis ?? RECV_WINDOW_MILLIS;
      const text = `${timestamp}\n${recvWindow}\n${method}\n${path}\n${body}`;
      headers["X-Edgebook-Key"] = this.#key.key;
      headers["X-Edgebook-Timestamp"] = String(timestamp);
      if (changes.recvWindowMillis !== undefined) {
        headers["X-Edgebook-Recv-Window"] = String(recvWindow);
      }
      headers["X-Edgebook-Signature"] = signatureOf(this.#key.secret, text);
    }
    return { ...headers, ...changes.headers };
  }

  /** Signs and sends a request. */
  request(
    method: string,
    path: string,
    body: unknown = "",
    changes: RequestChanges = {},
  ): Promise<RestAnswer> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const headers = this.headersOf(method, path, text, changes);
    return this.send(method, path, headers, changes.sentBody ?? text);
  }

  /** Sends a request as it is. */
  async send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<RestAnswer> {
    const response = await fetch(this.#gateway + path, {
      method,
      headers,
      ...(body === "" ? {} : { body }),
      signal: AbortSignal.timeout(REQUEST_MILLIS_MAX),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    const json = isJson ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, json };
  }

  /** Every row of a paged list, newest first. */
  // deno-lint-ignore no-explicit-any -- see RestAnswer
  async all(path: string): Promise<any[]> {
    // deno-lint-ignore no-explicit-any -- see RestAnswer
    const rows: any[] = [];
    for (let cursor: string | null = "";;) {
      const query: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor ?? "")}`;
      const { status, json } = await this.request("GET", `${path}${query}`);
      if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(json)}`);
      rows.push(...json.items);
      cursor = json.nextCursor;
      if (cursor === null) return rows;
    }
  }
}

/** Signature of a text, by a secret or the private half of a pair. */
export function signatureOf(secret: string, text: string): string {
  if (!secret.startsWith("-----BEGIN")) {
    return createHmac("sha256", secret).update(text).digest("hex");
  }
  return sign(null, Buffer.from(text), createPrivateKey(secret)).toString("base64");
}
