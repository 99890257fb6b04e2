/**
 * `GET /metrics`: what this gateway counts, in the text format of Prometheus.
 *
 * @module
 */
import type { EndpointSpec } from "./endpoint.ts";
import type { CountedAdmission } from "./counted_admission.ts";
import type { Backend } from "./gateway.ts";
import type { UpstashStatus } from "../infra/upstash/limiter.ts";
import { type GatewayTotal, refusedByPart } from "./gateway_total.ts";
import { withoutParameters } from "./query_parameters.ts";
import type { Reply } from "./reply.ts";
import type { RequestMetrics } from "./request_metrics.ts";
import { metricsOperation } from "./service_operations.ts";
import { streamLines } from "./streams/stream_metrics.ts";
import type { StreamTable } from "./streams/stream_table.ts";

const TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

/** The endpoint. */
export function metricsEndpoint(
  requests: RequestMetrics,
  admission: CountedAdmission,
  streams: StreamTable,
): EndpointSpec {
  return {
    method: "GET",
    path: "/metrics",
    scope: null,
    weight: 1,
    operation: metricsOperation,
    handle: (exchange) => {
      const refused = withoutParameters(exchange);
      if (refused !== null) return refused;
      const { deps } = exchange;
      const lines = [
        ...requestLines(requests),
        ...admissionLines(admission),
        ...sharedLimitLines(deps.limits()),
        ...totalLines(deps.total),
        ...backendLines(deps.backend()),
        ...streamLines(streams, deps.backend()),
      ];
      return text(`${lines.join("\n")}\n`);
    },
  };
}

function text(body: string): Reply {
  return { status: 200, body, contentType: TEXT_FORMAT, headers: [] };
}

function requestLines(requests: RequestMetrics): string[] {
  const total = "edgebook_http_requests_total";
  const duration = "edgebook_http_request_duration_seconds";
  return [
    ...head(total, "counter", "Requests answered."),
    ...requests.routes.flatMap(({ labels, byStatus }) =>
      [...byStatus].map(([status, count]) => `${total}{${labels},status="${status}"} ${count}`)
    ),
    ...head(duration, "histogram", "Time from a request's head to its answer."),
    ...requests.routes.filter(({ byStatus }) => byStatus.size > 0)
      .flatMap((route) => route.histogram(duration)),
  ];
}

function admissionLines({ counts, refused }: CountedAdmission): string[] {
  const name = "edgebook_admission_decisions_total";
  return [
    ...head(name, "counter", "Requests that were let in, or refused by a limit."),
    `${name}{decision="admitted"} ${counts.admitted}`,
    ...[...refused].map(([policy, count]) => `${name}{decision="${policy}"} ${count}`),
    ...one(
      "edgebook_admission_degraded_total",
      "counter",
      "Decisions by this instance's own share of the limits.",
      counts.degraded,
    ),
    ...one(
      "edgebook_admission_given_back_total",
      "counter",
      "Orders that traded at their entry and were charged nothing.",
      counts.givenBack,
    ),
  ];
}

function sharedLimitLines(status: UpstashStatus | null): string[] {
  if (status === null) return [];
  const limits = (
    name: string,
    type: "counter" | "gauge",
    about: string,
    value: number,
  ): string[] => one(`edgebook_limits_${name}`, type, about, value);
  const { degraded, trips, tripsFailed, waiting, instances, roundTripMicros } = status;
  return [
    ...limits("degraded", "gauge", "Whether the shared counters are lost.", degraded ? 1 : 0),
    ...limits("trips_total", "counter", "Round trips to the shared counters.", trips),
    ...limits("trips_failed_total", "counter", "Those of them that failed.", tripsFailed),
    ...limits("waiting_requests", "gauge", "Requests that wait for one.", waiting),
    ...limits("instances", "gauge", "Gateways that share the limits.", instances),
    ...limits(
      "round_trip_seconds",
      "gauge",
      "Smoothed round trip to the shared counters.",
      roundTripMicros / 1_000_000,
    ),
  ];
}

function totalLines(total: GatewayTotal): string[] {
  const { limiter } = total;
  const name = "edgebook_total_refused_total";
  const gauge = (name: string, about: string, value: number): string[] =>
    one(`edgebook_total_${name}`, "gauge", about, value);
  return [
    ...head(name, "counter", "Requests for which this gateway had no room, by what was full."),
    ...refusedByPart(total).map(([part, count]) => `${name}{part="${part}"} ${count}`),
    ...gauge("in_flight", "Requests on the order path.", limiter.inFlight),
    ...gauge("concurrency_limit", "How many there may be.", limiter.concurrencyLimit),
    ...gauge("breaker", "0 closed, 1 open, 2 half-open.", limiter.phase),
    ...gauge("rate", "Units a second that are let through.", limiter.buckets.unitsPerSecond),
  ];
}

function backendLines(backend: Backend | null): string[] {
  const up = backend?.isConnected() === true ? 1 : 0;
  const lines = one("edgebook_nats_connected", "gauge", "Whether NATS is connected.", up);
  if (backend === null) return lines;
  const { status } = backend.orders;
  const { counts, reportedSequence } = backend.market;
  const orders = (
    name: string,
    type: "counter" | "gauge",
    about: string,
    value: number,
  ): string[] => one(`edgebook_orders_${name}`, type, about, value);
  return [
    ...lines,
    ...orders("submitted_total", "counter", "Commands handed in.", status.submitted),
    ...orders("answered_total", "counter", "Commands that have their report.", status.answered),
    ...orders("pending_total", "counter", "Commands past the wait limit.", status.pending),
    ...orders("refused_total", "counter", "Commands there was no room for.", status.refused),
    ...orders("waiting_records", "gauge", "Commands not sent yet.", status.waitingRecords),
    ...orders("frames_in_flight", "gauge", "Frames without an answer.", status.framesInFlight),
    ...orders("frames_sent_total", "counter", "Frames sent, repeats included.", status.framesSent),
    ...orders("frames_resent_total", "counter", "Frames sent again.", status.framesResent),
    ...orders(
      "round_trip_seconds",
      "gauge",
      "Smoothed round trip to the leader.",
      status.roundTripMicros / 1_000_000,
    ),
    ...one("edgebook_snapshots_asked_total", "counter", "Snapshots asked for.", counts.asked),
    ...one("edgebook_snapshots_shared_total", "counter", "Snapshots shared.", counts.shared),
    ...one(
      "edgebook_reported_sequence",
      "gauge",
      "Highest event sequence reported to a client.",
      reportedSequence,
    ),
  ];
}

function head(name: string, type: "counter" | "gauge" | "histogram", about: string): string[] {
  return [`# HELP ${name} ${about}`, `# TYPE ${name} ${type}`];
}

function one(name: string, type: "counter" | "gauge", about: string, value: number): string[] {
  return [...head(name, type, about), `${name} ${value}`];
}
