/**
 * What a start says when everything answers.
 *
 * @module
 */
import { DEFAULT_DATA_DIRECTORY } from "../../infra/administration/local_installation.ts";
import type { ShownKey } from "./api_keys.ts";

/** A market that runs. `subscriberCreds` and the keys' `secret` are secrets. */
export interface ReadyMarket {
  readonly gateway: string;
  readonly nats: string;
  readonly natsWebSocket: string;
  readonly subscriberCreds: string;
  readonly keys: readonly ShownKey[];
  readonly instruments: readonly string[];
  /** Of a cluster also `nats-2` and `nats-3`. */
  readonly pids: Readonly<Record<"nats" | "matching" | "gateway", number> & Record<string, number>>;
}

/** The line of `--json`. Outside scripts rely on its keys. */
export function readyJson(market: ReadyMarket): string {
  const { gateway, nats, natsWebSocket, subscriberCreds, keys, instruments, pids } = market;
  return JSON.stringify({
    ready: true,
    gateway,
    nats,
    natsWebSocket,
    subscriberCreds,
    keys,
    instruments,
    pids,
  });
}

/** The lines for people: where everything is, a key to trade with, what to do next. */
export function readyText(market: ReadyMarket, dataDirectory: string, hasDemo: boolean): string {
  const { gateway, instruments, keys, nats, natsWebSocket } = market;
  const data = dataDirectory === DEFAULT_DATA_DIRECTORY ? "" : ` --data ${dataDirectory}`;
  const symbol = instruments[0] ?? "BTC-USD";
  const trader = keys[0];
  const without = hasDemo ? "" : "; nobody trades until you do, or start with --demo";
  return [
    `ready    ${gateway}  ${nats}  ${natsWebSocket}`,
    ...(trader === undefined ? [] : [
      `  key of demo account ${trader.account}: ${trader.key}  secret: ${trader.secret}`,
    ]),
    `  instruments: ${instruments.join(", ")}${without}`,
    "next:",
    `  open ${gateway}/reference  # the whole interface; its first blocks are a first order`,
    `  curl -s '${gateway}/v1/depth?symbol=${symbol}'`,
    `  deno task watch ${symbol}${data}`,
    `  deno task doctor${data}`,
    `  . ${dataDirectory}/run/demo.env  # then the blocks of /reference, or the order of README.md`,
    "Ctrl-C stops the market.",
  ].join("\n");
}

/** The file that a shell reads for the first order: the URL, and each demo account's key. */
export function demoEnvironment(gateway: string, keys: readonly ShownKey[]): string {
  const traders = keys.filter(({ account }) => account !== "admin");
  return [
    `EDGEBOOK_URL='${gateway}'`,
    ...traders.flatMap(({ account, key, secret }) => [
      `EDGEBOOK_KEY_${account}='${key}'`,
      `EDGEBOOK_SECRET_${account}='${secret}'`,
    ]),
  ].join("\n") + "\n";
}
