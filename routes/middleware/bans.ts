/**
 * Addresses that are not served: nothing is done for them but to say so.
 *
 * @module
 */
import { AdmissionCode } from "../../core/limits/admission_code.ts";
import type { Exchange } from "../exchange.ts";
import { Problem } from "../problems/problem.ts";
import { clientAddress } from "./client_address.ts";

const MICROS_PER_SECOND = 1_000_000;

/** Refuses whoever comes from a banned address, and says until when. */
export function checkBan(exchange: Exchange): Problem | null {
  const { address, context, deps, nowMicros } = exchange;
  const bans = deps.backend()?.bans;
  if (bans === undefined || bans.size === 0) return null;
  const whole = clientAddress(context, deps.settings.trustedProxies) ?? "";
  const untilMicros = bans.untilMicros(whole, address, nowMicros);
  if (untilMicros === 0) return null;
  return new Problem(AdmissionCode.addressBanned, {
    detail: `This address is not served until ${new Date(untilMicros / 1_000).toISOString()}.`,
    value: whole,
    retryAfterSeconds: Math.ceil((untilMicros - nowMicros) / MICROS_PER_SECOND),
  });
}
