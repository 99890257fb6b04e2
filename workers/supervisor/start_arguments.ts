/**
 * The command line of `deno task start`.
 *
 * @module
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { describeVariables, readConfig } from "../../infra/config.ts";
import { DEFAULT_DATA_DIRECTORY } from "../../infra/administration/local_installation.ts";

/** Text of `deno task start --help`. */
export const START_HELP = `Starts the whole market on this machine: nats-server, matching, gateway.

Usage: deno task start [--demo] [--servers N] [--port N] [--data DIR] [--fresh] [--json]
                       [--help]

  --demo       traders that make a live market on BTC-USD and ETH-USD
  --servers N  nats-servers: 1, or 3 as a cluster that goes on without one of them (default: as
               many as the data directory was made with; 1 on a fresh one)
  --port N     port of the gateway; 0 picks one that is free (default 8000)
  --data DIR   where everything is kept (default: data in the project's folder)
  --fresh      start from nothing: removes what the project made in the data directory
  --json       log to standard error; one line of JSON on standard output when all is ready
  --help       print this text

nats-server takes ports 4222 (TCP), 8443 (WebSocket) and 8222 (monitoring), or free ones where
they are taken; the servers of a cluster take those behind them as well. A second market on the
machine needs a --data and a --port of its own. Ctrl-C stops everything in order.

Environment that is passed on to the processes:
${
  describeVariables([
    "host",
    "port",
    "limiter",
    "upstashUrl",
    "upstashToken",
    "keyRate",
    "addressRate",
    "waitMillis",
    "projections",
    "logLevel",
    "natsServer",
  ])
}`;

/** Requests a second for one key and one address, where the user's environment says nothing. */
export const EMBEDDED_LIMITS: Readonly<Record<string, string>> = {
  EDGEBOOK_LIMIT_KEY_RATE: "10000",
  EDGEBOOK_LIMIT_ADDRESS_RATE: "20000",
};

/** What was asked for. */
export interface StartArguments {
  readonly help: boolean;
  readonly demo: boolean;
  readonly fresh: boolean;
  readonly json: boolean;
  /** Port of the gateway; 0 for one that is free. */
  readonly port: number;
  /** Number of nats-servers; `null`: as many as the data directory was made with. */
  readonly servers: number | null;
  /** Absolute path. */
  readonly dataDirectory: string;
}

/** A command line that is not understood. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const PORT_MAX = 65_535;
/** One server, or as many as go on without one of them. */
const SERVERS = [1, 3] as const;

/**
 * Reads the command line.
 *
 * @throws {UsageError} when it has something that is not known or not allowed
 */
export function readStartArguments(args: string[]): StartArguments {
  const { values } = parsed(args);
  const { data } = values;
  if (data === "") throw new UsageError("--data takes the path of a directory, not nothing");
  return {
    help: values.help,
    demo: values.demo,
    fresh: values.fresh,
    json: values.json,
    port: values.port === undefined ? readConfig(["port"]).port : portOf(values.port),
    servers: values.servers === undefined ? null : serversOf(values.servers),
    dataDirectory: data === undefined ? DEFAULT_DATA_DIRECTORY : resolve(data),
  };
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        help: { type: "boolean", short: "h", default: false },
        demo: { type: "boolean", default: false },
        fresh: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        port: { type: "string" },
        servers: { type: "string" },
        data: { type: "string" },
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(". ")[0] : String(error);
    throw new UsageError(`${reason}; deno task start --help lists what there is`);
  }
}

function serversOf(text: string): number {
  const servers = SERVERS.find((one) => String(one) === text);
  if (servers !== undefined) return servers;
  throw new UsageError(`--servers ${text} is not allowed; it takes ${SERVERS.join(" or ")}`);
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port < 0 || port > PORT_MAX) {
    throw new UsageError(`--port ${text} is not allowed; it takes a number from 0 to ${PORT_MAX}`);
  }
  return port;
}
