/**
 * What is left of the client's limits, as the answers say it (`RateLimit: "policy";r=LEFT;t=SECONDS`,
 * draft-ietf-httpapi-ratelimit-headers): a request for which nothing is left waits here and not at the
 * server.
 *
 * Orders, cancels and reads are limited apart, so they wait apart.
 *
 * @module
 */

/** Requests that share a limit. */
export type RequestGroup = "orders" | "cancels" | "reads";

const STATE = /;\s*r=(\d{1,15})(?:;|$).*?;?\s*t=(\d{1,9})(?:;|,|$)/;
const MILLIS_PER_SECOND = 1_000;

/** What is left, by group. Owner: one client. */
export class RateBudget {
  readonly #openMillis: Record<RequestGroup, number> = { orders: 0, cancels: 0, reads: 0 };

  /** Takes the field `RateLimit` of an answer; `null` where it has none. */
  told(group: RequestGroup, rateLimit: string | null, nowMillis: number): void {
    const [, left, seconds] = rateLimit === null ? [] : STATE.exec(rateLimit) ?? [];
    if (left === undefined || seconds === undefined) return;
    this.#openMillis[group] = Number(left) > 0
      ? 0
      : nowMillis + Number(seconds) * MILLIS_PER_SECOND;
  }

  /** How long a request of the group should wait, in milliseconds. */
  waitMillis(group: RequestGroup, nowMillis: number): number {
    return Math.max(0, this.#openMillis[group] - nowMillis);
  }
}
