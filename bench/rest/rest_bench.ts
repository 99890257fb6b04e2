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
  type Sender,
  signingSender,
  WHOLE_REQUESTS_SCRIPT,
  writeOrders,
} from "./prepared_requests.ts";
import { measureOverload, type Overload } from "./overload.ts";
import { type RestVenue, startRestVenue } from "./rest_venue.ts";
import { type Load, wrk } from "./wrk.ts";

const CONNECTIONS = 256;
const SECONDS = 3;
/** Until the compilers have done their work: a market runs for days. */
const WARM_UP_SECONDS = 10;
/** Runs of each side, in turn; the medians count. */
const ROUNDS = 7;
/** More than one run can send: no order goes twice. */
const ORDERS_PER_SECOND_MAX = 20_000;

/** What is loaded, and what came of it. */
interface Side {
  readonly name: string;
  readonly load: (seconds: number) => Promise<Load>;
  readonly loads: Load[];
}

/** Runs the bench. */
export async function restBench(say: (line: string) => void): Promise<BenchResult> {
  const directory = await Deno.makeTempDir({ prefix: "edgebook-bench-" });
  const venue = await startRestVenue(directory);
  const signing = venue.keys.map(signingSender);
  try {
    const sides = await makeSides(venue, signing, directory);
    for (const side of sides) await side.load(WARM_UP_SECONDS);
    for (let round = 1; round <= ROUNDS; round++) {
      for (const { name, loads, load } of sides) {
        const measured = await load(SECONDS);
        loads.push(measured);
        say(`round ${round}: ${name} ${line(measured)}`);
      }
    }
    const medians = sides.map(({ loads }) => median(loads));
    const overload = await measureOverload({
      url: venue.gatewayUrl,
      senders: signing,
      capacity: medians[0].requestsPerSecond,
      directory,
    });
    return resultOf(sides, medians, overload);
  } finally {
    await venue.stop();
    await Deno.remove(directory, { recursive: true });
  }
}

/** Signed orders, orders with a token, plain forwarding, and bare Hono. */
async function makeSides(
  { gatewayUrl, forwardingUrl, helloUrl, tokens }: RestVenue,
  signing: readonly Sender[],
  directory: string,
): Promise<readonly Side[]> {
  const script = `${directory}/orders.lua`;
  await Deno.writeTextFile(script, WHOLE_REQUESTS_SCRIPT);
  let run = 0;
  const ordersTo = (url: string, senders: readonly Sender[]) => async (seconds: number) => {
    const orders = `${directory}/orders.tsv`;
    await writeOrders(orders, seconds * ORDERS_PER_SECOND_MAX, senders, `run${++run}`);
    return await wrk({ url, connections: CONNECTIONS, seconds, script, argument: orders });
  };
  const side = (name: string, load: Side["load"]): Side => ({ name, load, loads: [] });
  return [
    side("signed orders", ordersTo(gatewayUrl, signing)),
    side("orders with a bearer token", ordersTo(gatewayUrl, tokens.map(bearerSender))),
    side("plain forwarding", ordersTo(forwardingUrl, signing)),
    side(
      "bare Hono hello",
      (seconds) => wrk({ url: helloUrl, connections: CONNECTIONS, seconds }),
    ),
  ];
}

function resultOf(
  sides: readonly Side[],
  medians: readonly Load[],
  overload: Overload,
): BenchResult {
  const [orders, , forwarding, hello] = medians.map((load) => load.requestsPerSecond);
  const [signed, bearer, forwarded, bare] = sides;
  return {
    name: "rest",
    value: orders,
    unit: "orders/s",
    peers: [
      { name: "plain forwarding", value: forwarding },
      { name: "bare Hono hello", value: hello },
    ],
    ratio: medianRatio(signed, forwarded),
    details: {
      "share of hello": medianRatio(signed, bare),
      "share of hello, bearer token": medianRatio(bearer, bare),
      ...Object.fromEntries(sides.map(({ name }, index) => [name, line(medians[index])])),
      "overload: offered/s": overload.offeredPerSecond,
      "overload: admitted over capacity": overload.admittedShare,
      "overload: p99 of the admitted, ms": overload.p99Micros / 1_000,
      "overload: p99 at half of the capacity, ms": overload.unloadedP99Micros / 1_000,
      "overload: share of cancels carried out": overload.cancelShare,
    },
  };
}

/** The median of each figure by itself: one bad moment of the machine is in one of them only. */
function median(loads: readonly Load[]): Load {
  return {
    requestsPerSecond: middle(loads.map((load) => load.requestsPerSecond)),
    p50Micros: middle(loads.map((load) => load.p50Micros)),
    p99Micros: middle(loads.map((load) => load.p99Micros)),
  };
}

/** The median over the rounds of what one side did over what the other did in the same round. */
function medianRatio(one: Side, other: Side): number {
  return middle(
    one.loads.map((load, round) => load.requestsPerSecond / other.loads[round].requestsPerSecond),
  );
}

const middle = (figures: readonly number[]): number =>
  figures.toSorted((one, other) => one - other)[figures.length >> 1];

function line({ requestsPerSecond, p50Micros, p99Micros }: Load): string {
  const millis = (micros: number) => (micros / 1_000).toFixed(2);
  return `${Math.round(requestsPerSecond).toLocaleString("en-US")}/s, ` +
    `p50 ${millis(p50Micros)} ms, p99 ${millis(p99Micros)} ms`;
}
