/**
 * `GET /health/live`: the process runs. `GET /health/ready`: it can take orders, or why not.
 *
 * Ready asks the leader, at most once a second however often it is asked itself. History, market data
 * and the registrar are reported as well, but a gateway without them still takes orders, so they do not
 * make it unready. Nor does a clock that is wrong, for it is corrected by the leader's, nor shared limits that
 * are lost, for there is a share of them to decide by.
 *
 * @module
 */
import type { EndpointSpec, Outcome } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import type { Backend } from "./gateway.ts";
import type { UpstashStatus } from "../infra/upstash/limiter.ts";
import { liveOperation, readyOperation } from "./service_operations.ts";
import { withoutParameters } from "./query_parameters.ts";
import { jsonReply } from "./reply.ts";

/** How long a look at the backend counts. */
export const PROBE_MICROS = 1_000_000;
/** How long a probe may take. */
export const PROBE_MILLIS_MAX = 1_000;
/** Age of the view of the instruments from which on the gateway is not ready. */
export const REFERENCE_AGE_MILLIS_MAX = 10_000;

/** What is looked at. */
type Part =
  | "gateway"
  | "clock"
  | "nats"
  | "instruments"
  | "leader"
  | "orders"
  | "limits"
  | "history"
  | "marketData"
  | "registrar";
/** What is asked for over NATS. */
type AskedPart = "leader" | "history" | "marketData" | "registrar";
/** `null`: well; else what is wrong. */
type Findings = Readonly<Record<Part, string | null>>;

/** Parts without which no order is taken. */
export const NEEDED_PARTS: readonly Part[] = ["gateway", "nats", "instruments", "leader", "orders"];

const open = { method: "GET", scope: null, weight: 0 } as const;

/** The endpoints. */
export function healthEndpoints(): readonly EndpointSpec[] {
  const probe = new Probe();
  return [
    {
      ...open,
      path: "/health/live",
      handle: (exchange) => withoutParameters(exchange) ?? jsonReply(200, { status: "live" }),
      operation: liveOperation,
    },
    {
      ...open,
      path: "/health/ready",
      handle: (exchange) => withoutParameters(exchange) ?? readReady(exchange, probe),
      operation: readyOperation,
    },
  ];
}

async function readReady(exchange: Exchange, probe: Probe): Promise<Outcome> {
  const findings = await probe.look(exchange);
  const checks = Object.fromEntries(
    Object.entries(findings).map(([part, finding]) => [part, finding ?? "ok"]),
  );
  const reasons = NEEDED_PARTS.filter((part) => findings[part] !== null)
    .map((part) => `${part}: ${findings[part]}`);
  return reasons.length === 0
    ? jsonReply(200, { status: "ready", checks })
    : jsonReply(503, { status: "not_ready", reasons, checks }, [["retry-after", "1"]]);
}

/** Looks at the backend; whoever asks while it looks, or soon after, gets what it found. */
export class Probe {
  #startedMicros = -Infinity;
  #asked: Backend | null = null;
  #answers: Promise<Pick<Findings, AskedPart>> = Promise.resolve({
    leader: null,
    history: null,
    marketData: null,
    registrar: null,
  });

  async look({ deps, nowMicros }: Exchange): Promise<Findings> {
    const gateway = deps.isDraining() ? "stopping" : null;
    const clock = deps.clockFinding();
    const limits = lookAtLimits(deps.limits());
    const backend = deps.backend();
    if (backend === null) {
      const missing = "not connected";
      return {
        gateway,
        clock,
        limits,
        nats: missing,
        instruments: missing,
        leader: missing,
        orders: missing,
        history: missing,
        marketData: missing,
        registrar: missing,
      };
    }
    // A clock that was set back must not keep the old answer for as long.
    const isOld = Math.abs(nowMicros - this.#startedMicros) >= PROBE_MICROS;
    if (backend !== this.#asked || isOld) {
      this.#startedMicros = nowMicros;
      this.#asked = backend;
      this.#answers = ask(backend);
    }
    return {
      gateway,
      clock,
      limits,
      nats: backend.isConnected() ? null : "reconnecting",
      instruments: lookAtInstruments(backend),
      orders: lookAtOrders(backend),
      ...await this.#answers,
    };
  }
}

/** Where each gateway gives out its own share, the limits hold, but a client may get less of them. */
function lookAtLimits(status: UpstashStatus | null): string | null {
  if (status === null || !status.degraded) return null;
  const { lastFailure, instances } = status;
  return `the shared counters are lost (${lastFailure}); one of ${instances} shares is given out`;
}

/** Of the order path only those who use it know: a question to the leader writes nothing. */
function lookAtOrders({ orders }: Backend): string | null {
  const { down } = orders.status;
  return down === null ? null : `the ${down.part} has answered nothing for ${down.silentMillis} ms`;
}

function lookAtInstruments({ reference }: Backend): string | null {
  if (reference.ageMillis() > REFERENCE_AGE_MILLIS_MAX) {
    return `not seen for more than ${REFERENCE_AGE_MILLIS_MAX} ms`;
  }
  return reference.all().length === 0 ? "there are none" : null;
}

/** Whoever carries out what gateways may not: orders need nothing of it. */
async function lookAtRegistrar({ acts }: Backend): Promise<string | null> {
  const { unreadableKeys } = await acts.probe(PROBE_MILLIS_MAX);
  return unreadableKeys === 0 ? null : `${unreadableKeys} records of keys do not open there`;
}

async function ask(backend: Backend): Promise<Pick<Findings, AskedPart>> {
  const { queries, reference } = backend;
  const options = { millisMax: PROBE_MILLIS_MAX };
  const [first] = reference.all();
  const [leader, history, marketData, registrar] = await Promise.all([
    failure(queries.leader({ kind: "order", account: 0, orderId: 0 }, options)),
    failure(queries.history({ kind: "order", account: 0, orderId: 0, minSequence: 0 }, options)),
    first === undefined
      ? "there are no instruments"
      : failure(queries.snapshot(first.symbol, { levels: 0, trades: 0, minSequence: 0 }, options)),
    finding(lookAtRegistrar(backend)),
  ]);
  return { leader, history, marketData, registrar };
}

const failure = (answer: Promise<unknown>): Promise<string | null> =>
  finding(answer.then(() => null));

/** What was found, or why nothing was. */
async function finding(answer: Promise<string | null>): Promise<string | null> {
  try {
    return await answer;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
