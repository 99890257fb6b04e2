/**
 * Twice as many orders as the gateway can do: what is admitted, how long that takes, and whether
 * cancels get through. Beside it the same gateway at half of what it can do.
 *
 * @module
 */
import { openLoad, type OpenLoadResult } from "./open_loop.ts";
import { type Sender, writeCancels, writeOrders } from "./prepared_requests.ts";

const SECONDS = 10;
/** Connections of the orders: more than can be under way at twice the capacity. */
const CONNECTIONS = 1_024;
const CANCELS_PER_SECOND = 100;
const CANCEL_CONNECTIONS = 32;

/** What there is to say of an overload. */
export interface Overload {
  /** Admitted orders a second over the capacity. */
  readonly admittedShare: number;
  readonly offeredPerSecond: number;
  /** 99th percentile of what was admitted, and of the same at half of the capacity. */
  readonly p99Micros: number;
  readonly unloadedP99Micros: number;
  /** Cancels that were carried out over those that were sent. */
  readonly cancelShare: number;
  readonly cancels: number;
}

/** The gateway, and what it can do. */
export interface OverloadRequest {
  readonly url: string;
  readonly senders: readonly Sender[];
  /** Orders a second that it does at most, as was measured before. */
  readonly capacity: number;
  /** For the files of requests. */
  readonly directory: string;
}

/** Measures one gateway. */
export async function measureOverload(request: OverloadRequest): Promise<Overload> {
  const { capacity } = request;
  const half = await orders(request, capacity / 2, "half");
  const [over, canceled] = await Promise.all([
    orders(request, capacity * 2, "over"),
    cancels(request),
  ]);
  const sent = canceled.admitted.count + canceled.refused.count + canceled.failed;
  return {
    admittedShare: over.admittedPerSecond / capacity,
    offeredPerSecond: over.offeredPerSecond,
    p99Micros: over.admitted.p99Micros,
    unloadedP99Micros: half.admitted.p99Micros,
    cancelShare: canceled.admitted.count / sent,
    cancels: sent,
  };
}

async function orders(
  { url, senders, directory }: OverloadRequest,
  perSecond: number,
  name: string,
): Promise<OpenLoadResult> {
  const requests = `${directory}/${name}.tsv`;
  await writeOrders(requests, Math.ceil(perSecond * SECONDS * 1.1), senders, name);
  const connections = CONNECTIONS;
  return await openLoad({ url, perSecond, seconds: SECONDS, connections, requests });
}

async function cancels({ url, senders, directory }: OverloadRequest): Promise<OpenLoadResult> {
  const requests = `${directory}/cancels.tsv`;
  await writeCancels(requests, 2 * CANCELS_PER_SECOND * SECONDS, senders);
  return await openLoad({
    url,
    perSecond: CANCELS_PER_SECOND,
    seconds: SECONDS,
    connections: CANCEL_CONNECTIONS,
    requests,
  });
}
