/**
 * Names each request: by the client's `X-Request-Id` where it is a plain one, else by a number
 * behind a random name of this instance.
 *
 * @module
 */

/** Name of the header field, of requests and responses. */
export const REQUEST_ID_HEADER = "x-request-id";

const PLAIN = /^[A-Za-z0-9_-]{1,64}$/;
const INSTANCE_BYTES = 6;

/** Makes request ids. */
export class RequestIds {
  readonly #instance: string;
  #count = 0;

  constructor() {
    const bytes = crypto.getRandomValues(new Uint8Array(INSTANCE_BYTES));
    this.#instance = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** Id of a request that came with this `X-Request-Id`, or with none (`null`). */
  of(given: string | null): string {
    if (given !== null && PLAIN.test(given)) return given;
    return `${this.#instance}-${(++this.#count).toString(36)}`;
  }
}
