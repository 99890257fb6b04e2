/**
 * How long a request waits for the outcome of its command.
 *
 * @module
 */
import type { Exchange } from "./exchange.ts";

const RESPOND_ASYNC = /(^|,)\s*respond-async\s*(,|;|$)/i;

/** How long the client waits for the outcome, in milliseconds; 0: not at all. */
export function waitMillisOf(exchange: Exchange): number {
  const prefer = exchange.header("prefer");
  const isAsync = prefer !== null && RESPOND_ASYNC.test(prefer);
  return isAsync ? 0 : exchange.deps.settings.waitMillis;
}
