/**
 * A client of the public REST API that signs its requests, as anybody could write one.
 *
 * @module
 */
import { createHmac } from "node:crypto";
import { RECV_WINDOW_MILLIS_DEFAULT } from "../../core/auth/recv_window.ts";
import { AuthHeader } from "../../core/auth/header_problem.ts";
import { signingText } from "../../core/auth/signing_text.ts";

/** How long a request may take. */
export const REQUEST_MILLIS_MAX = 5_000;

/** An API key. `secret` is one. */
export interface TraderKey {
  readonly account: number;
  readonly key: string;
  readonly secret: string;
}

/** An answer of the gateway. */
export interface Answer {
  readonly status: number;
  /** The JSON of the body; `null` where it has none. */
  readonly body: Record<string, unknown> | null;
  /** Seconds that the gateway asks to stay away, 0 where it does not. */
  readonly retryAfterSeconds: number;
}

/** Signs and sends requests of one account. */
export class ExchangeClient {
  readonly #gateway: string;
  readonly #key: TraderKey;
  readonly #signal: AbortSignal;

  /** @param signal ends every request under way */
  constructor(gateway: string, key: TraderKey, signal: AbortSignal) {
    this.#gateway = gateway;
    this.#key = key;
    this.#signal = signal;
  }

  /**
   * Sends one request.
   *
   * @param path with the query
   * @throws TypeError or DOMException when no gateway answers
   */
  async request(method: string, path: string, content?: object): Promise<Answer> {
    const body = content === undefined ? "" : JSON.stringify(content);
    const timestamp = Date.now();
    const text = signingText(timestamp, RECV_WINDOW_MILLIS_DEFAULT, method, path, body);
    const signature = createHmac("sha256", this.#key.secret).update(text).digest("hex");
    const response = await fetch(this.#gateway + path, {
      method,
      headers: {
        [AuthHeader.key]: this.#key.key,
        [AuthHeader.timestamp]: String(timestamp),
        [AuthHeader.signature]: signature,
        ...(content === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(content === undefined ? {} : { body }),
      signal: AbortSignal.any([this.#signal, AbortSignal.timeout(REQUEST_MILLIS_MAX)]),
    });
    const answered = await response.text();
    const retryAfterSeconds = Number(response.headers.get("Retry-After") ?? 0) || 0;
    return { status: response.status, body: jsonOf(answered), retryAfterSeconds };
  }
}

function jsonOf(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
