/**
 * Twice as many orders as the gateway can do: what is admitted, how long that takes, and whether
 * cancels get through. Beside it the same gateway at half of what it can do.
 *
 * @module
 */
import { openLoad, type OpenLoadResult, SAMPLE_SHARE } from "./open_loop.ts";
import { type Sender, writeOrders } from "./prepared_requests.ts";

const SECONDS = 10;
/** Connections of the orders: more than can be under way at twice the capacity. */
const CONNECTIONS = 1_024;
const CANCELS_PER_SECOND = 100;

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
  const half = await (await prepareOrders(request, capacity / 2, "half"))();
  // All is signed before any of it is sent: signing takes CPU as well.
  const orders = await prepareOrders(request, capacity * 2, "over");
  let isOver = false;
  const canceling = cancelUntil(() => isOver, request);
  const over = await orders();
  isOver = true;
  const canceled = await canceling;
  return {
    admittedShare: over.admittedPerSecond / capacity,
    offeredPerSecond: over.offeredPerSecond,
    p99Micros: over.admitted.p99Micros,
    unloadedP99Micros: half.admitted.p99Micros,
    cancelShare: canceled.carriedOut / canceled.sent,
    cancels: canceled.sent,
  };
}

async function prepareOrders(
  { url, senders, directory }: OverloadRequest,
  perSecond: number,
  name: string,
): Promise<() => Promise<OpenLoadResult>> {
  const count = Math.ceil(perSecond * SECONDS * 1.1);
  const [flood, sample] = [`${directory}/${name}.tsv`, `${directory}/${name}-sample.tsv`];
  await writeOrders(flood, count, senders, name);
  await writeOrders(sample, Math.ceil(count * SAMPLE_SHARE), senders, `${name}-sample`);
  const load = { url, perSecond, seconds: SECONDS, connections: CONNECTIONS, flood, sample };
  return () => openLoad(load);
}

/**
 * Cancels all orders of an instrument so many times a second, by the senders in turn, until told to
 * end; wrk would spin for so few.
 */
async function cancelUntil(
  isOver: () => boolean,
  { url, senders }: OverloadRequest,
): Promise<Canceled> {
  const target = "/v1/orders?symbol=BTC-USD";
  const answers: Promise<boolean>[] = [];
  const cancel = async (sender: Sender): Promise<boolean> => {
    const fields = sender("DELETE", target, "").map((field) => field.split(": ", 2));
    const headers = fields as [string, string][];
    const response = await fetch(url + target, { method: "DELETE", headers });
    await response.body?.cancel();
    return response.ok;
  };
  while (!isOver()) {
    answers.push(cancel(senders[answers.length % senders.length]).catch(() => false));
    await new Promise((resolve) => setTimeout(resolve, 1_000 / CANCELS_PER_SECOND));
  }
  const done = await Promise.all(answers);
  return { sent: done.length, carriedOut: done.filter(Boolean).length };
}

interface Canceled {
  readonly sent: number;
  readonly carriedOut: number;
}
