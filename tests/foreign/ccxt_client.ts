/**
 * ccxt, the library that most bots are written with, in front of the gateway under test: its class for
 * Binance, whose hosts are replaced, and nothing else.
 *
 * @module
 */
import ccxt from "ccxt";
import type { RestKey } from "../support/client_rest.ts";

/** The class for Binance, with what watches. */
export type CcxtClient = InstanceType<typeof ccxt.pro.binance>;

/** A client whose every host is the gateway's. */
export function ccxtClient(gateway: string, { key, secret }: RestKey): CcxtClient {
  const client = new ccxt.pro.binance({ apiKey: key, secret });
  const urls = withHost(client.urls["api"], new URL(gateway).host);
  Object.assign(client.urls, { api: urls });
  return client;
}

/** Every URL in a tree of them, at another host and in plain text; its path stays. */
function withHost(urls: unknown, host: string): unknown {
  if (typeof urls === "string") return urls.replace(/^(http|ws)s:\/\/[^/]+/, `$1://${host}`);
  return Object.fromEntries(
    Object.entries(urls as Record<string, unknown>).map(([name, one]) => [
      name,
      withHost(one, host),
    ]),
  );
}
