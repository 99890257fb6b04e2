/**
 * Where a request comes from, as the name that its address is limited under.
 *
 * `X-Forwarded-For` is believed only as far as the proxies in front are one's own: each adds the
 * address that it saw at the end of the list, so with `n` of them the client is the `n`-th from the
 * end. What stands before it the client may have written itself.
 *
 * @module
 */
import type { Context } from "hono";
import { limitedAddress, UNKNOWN_ADDRESS } from "../../core/limits/address.ts";

/** Addresses whose names are remembered; then all are forgotten. */
export const REMEMBERED_ADDRESSES_MAX = 4_096;

/** Names the addresses of clients. */
export class ClientAddresses {
  readonly #names = new Map<string, string>();

  /** @param trustedProxies proxies in front that add to `X-Forwarded-For` */
  constructor(readonly trustedProxies: number) {}

  /** Name that the client's address is limited under. */
  of(context: Context): string {
    const forwarded = forwardedAddress(context, this.trustedProxies);
    if (forwarded !== undefined) return limitedAddress(forwarded);
    const address = remoteHostname(context.env);
    return address === undefined ? UNKNOWN_ADDRESS : this.#nameOf(address);
  }

  #nameOf(address: string): string {
    const known = this.#names.get(address);
    if (known !== undefined) return known;
    const name = limitedAddress(address);
    if (this.#names.size >= REMEMBERED_ADDRESSES_MAX) this.#names.clear();
    this.#names.set(address, name);
    return name;
  }
}

/** The client's address as it was told, all of it; `undefined` where nobody says. */
export function clientAddress(context: Context, trustedProxies: number): string | undefined {
  return forwardedAddress(context, trustedProxies) ?? remoteHostname(context.env);
}

function forwardedAddress(context: Context, trustedProxies: number): string | undefined {
  if (trustedProxies === 0) return undefined;
  const forwarded = context.req.raw.headers.get("x-forwarded-for");
  return forwarded?.split(",").at(-trustedProxies)?.trim();
}

/** `Deno.serve` hands its information about the connection on as Hono's environment. */
function remoteHostname(environment: unknown): string | undefined {
  const { remoteAddr } = (environment ?? {}) as { remoteAddr?: { hostname?: string } };
  return remoteAddr?.hostname;
}
