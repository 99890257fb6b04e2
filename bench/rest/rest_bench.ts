/**
 * `bench:rest`: a signed order over REST: authenticated, limited, validated, durable, matched and
 * answered. 256 connections of wrk; beside the same signed and validated request forwarded by one
 * plain NATS request and reply each, and beside bare Hono hello.
 *
 * @module
 */
import type { BenchResult } from "../result.ts";
import {
  bearerSender,
  CLOSED_LOOP_SCRIPT,
  type Sender,
  signingSender,
  writeOrders,
} from "./prepared_requests.ts";
import { measureOverload } from "./overload.ts";
import { startRestVenue } from "./rest_venue.ts";
import { type Load, wrk } from "./wrk.ts";

const CONNECTIONS = 256;
const SECONDS = 5;
/** Until the compilers have done their work: a market runs for days. */
const WARM_UP_SECONDS = 10;
/** Runs of each side, in turn; the medians count. */
const ROUNDS = 3;
/** More than one run can send: no order goes twice. */
const ORDERS_PER_SECOND_MAX = 60_000;

/** Runs the bench. */
export async function restBench(say: (line: string) => void): Promise<BenchResult> {
  const directory = await Deno.makeTempDir({ prefix: "edgebook-bench-" });
  const venue = await startRestVenue(directory);
  const script = `${directory}/orders.lua`;
  await Deno.writeTextFile(script, CLOSED_LOOP_SCRIPT);
  const signing = venue.keys.map(signingSender);
  const bearing = venue.tokens.map(bearerSender);
  let run = 0;
  const sendOrders = async (
    url: string,
    senders: readonly Sender[],
    seconds: number,
  ): Promise<Load> => {
    const orders = `${directory}/orders.tsv`;
    const count = seconds * ORDERS_PER_SECOND_MAX;
    await writeOrders(orders, count, senders, `run${++run}`);
    return await wrk({ url, connections: CONNECTIONS, seconds, script, argument: orders });
  };
  try {
    const sides: readonly { name: string; loads: Load[]; load: (s: number) => Promise<Load> }[] = [
      {
        name: "signed orders",
        loads: [],
        load: (seconds) => sendOrders(venue.gatewayUrl, signing, seconds),
      },
      {
        name: "orders with a bearer token",
        loads: [],
        load: (seconds) => sendOrders(venue.gatewayUrl, bearing, seconds),
      },
      {
        name: "plain forwarding",
        loads: [],
        load: (seconds) => sendOrders(venue.forwardingUrl, signing, seconds),
      },
      {
        name: "bare Hono hello",
        loads: [],
        load: (seconds) => wrk({ url: venue.helloUrl, connections: CONNECTIONS, seconds }),
      },
    ];
    for (const side of sides) await side.load(WARM_UP_SECONDS);
    for (let round = 1; round <= ROUNDS; round++) {
      for (const { name, loads, load } of sides) {
        const measured = await load(SECONDS);
        loads.push(measured);
        say(`round ${round}: ${name} ${line(measured)}`);
      }
    }
    const [orders, bearer, forwarding, hello] = sides.map(({ loads }) => median(loads));
    const overload = await measureOverload({
      url: venue.gatewayUrl,
      senders: signing,
      capacity: orders.requestsPerSecond,
      directory,
    });
    return {
      name: "rest",
      value: orders.requestsPerSecond,
      unit: "orders/s",
      peers: [
        { name: "plain forwarding", value: forwarding.requestsPerSecond },
        { name: "bare Hono hello", value: hello.requestsPerSecond },
      ],
      ratio: orders.requestsPerSecond / forwarding.requestsPerSecond,
      details: {
        "share of hello": orders.requestsPerSecond / hello.requestsPerSecond,
        "share of hello, bearer token": bearer.requestsPerSecond / hello.requestsPerSecond,
        "signed orders": line(orders),
        "orders with a bearer token": line(bearer),
        "plain forwarding": line(forwarding),
        "bare Hono hello": line(hello),
        "overload: offered/s": overload.offeredPerSecond,
        "overload: admitted over capacity": overload.admittedShare,
        "overload: p99 of the admitted, ms": overload.p99Micros / 1_000,
        "overload: p99 at half of the capacity, ms": overload.unloadedP99Micros / 1_000,
        "overload: share of cancels carried out": overload.cancelShare,
      },
    };
  } finally {
    await venue.stop();
    await Deno.remove(directory, { recursive: true });
  }
}

/** The median of each figure by itself: one bad moment of the machine is in one of them only. */
function median(loads: readonly Load[]): Load {
  const middle = (of: (load: Load) => number) =>
    loads.map(of).sort((one, other) => one - other)[loads.length >> 1];
  return {
    requestsPerSecond: middle((load) => load.requestsPerSecond),
    p50Micros: middle((load) => load.p50Micros),
    p99Micros: middle((load) => load.p99Micros),
  };
}

function line({ requestsPerSecond, p50Micros, p99Micros }: Load): string {
  const millis = (micros: number) => (micros / 1_000).toFixed(2);
  return `${Math.round(requestsPerSecond).toLocaleString("en-US")}/s, ` +
    `p50 ${millis(p50Micros)} ms, p99 ${millis(p99Micros)} ms`;
}
