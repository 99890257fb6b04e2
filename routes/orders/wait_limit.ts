/**
 * How long a request waits for the outcome of its command.
 *
 * @module
 */
import type { Exchange } from "../exchange.ts";

/** How long the client waits for the outcome, in milliseconds; 0: not at all. */
export function waitMillisOf(exchange: Exchange): number {
  return exchange.preferences.isAsync ? 0 : exchange.deps.settings.waitMillis;
}
