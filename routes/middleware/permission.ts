/**
 * Whether somebody who is known may do this, and from where he does it.
 *
 * @module
 */
import type { AddressRanges } from "../../core/auth/address_ranges.ts";
import { AuthCode } from "../../core/auth/auth_code.ts";
import type { Scope } from "../../infra/keys/key_record.ts";
import type { Exchange } from "../exchange.ts";
import { Problem, type ProblemDetails } from "../problems/problem.ts";
import { clientAddress } from "./client_address.ts";

/**
 * Looks at the address and at the scopes, in this order: a stolen secret that is used from
 * elsewhere is told nothing about what it would be good for.
 *
 * @param ranges where the key may be used from; `null`: from anywhere
 */
export function checkPermission(
  exchange: Exchange,
  ranges: AddressRanges | null,
  scopes: readonly Scope[],
  scope: Scope,
  headers: ProblemDetails["headers"] = [],
): Problem | null {
  if (ranges !== null) {
    const { context, deps } = exchange;
    const address = clientAddress(context, deps.settings.trustedProxies);
    if (address === undefined || !ranges.has(address)) {
      return new Problem(AuthCode.addressNotAllowed, { value: address ?? "unknown" });
    }
  }
  return scopes.includes(scope)
    ? null
    : new Problem(AuthCode.scopeMissing, { limit: scope, value: scopes.join(" "), headers });
}
