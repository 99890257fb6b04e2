/**
 * What the reference says of health and metrics.
 *
 * @module
 */
import type { Operation } from "./operation.ts";
import { EdgeCode } from "./problems/edge_code.ts";
import {
  LiveSchema,
  type NotReady,
  NotReadySchema,
  type Ready,
  ReadySchema,
} from "./schema/service.ts";

const CHECKS: Ready["checks"] = {
  gateway: "ok",
  clock: "ok",
  limits: "ok",
  nats: "ok",
  instruments: "ok",
  leader: "ok",
  orders: "ok",
  history: "ok",
  marketData: "ok",
  registrar: "ok",
};

/** `GET /health/live`. */
export const liveOperation: Operation = {
  id: "getLive",
  group: "Service",
  summary: "Whether the gateway runs",
  answers: [{
    status: 200,
    description: "It runs.",
    body: { schema: LiveSchema, example: { status: "live" } },
  }],
  problems: [EdgeCode.unknownParameter],
};

/** `GET /health/ready`. */
export const readyOperation: Operation = {
  id: "getReady",
  group: "Service",
  summary: "Whether the gateway can take orders, or why not",
  description:
    "A clock that is off, shared limits that are lost, history, market data and a registrar (keys, " +
    "transfers and administration over REST) that do not answer are told in `checks`, but a gateway without them takes orders, and is ready.",
  answers: [
    {
      status: 200,
      description: "It can.",
      body: {
        schema: ReadySchema,
        example: { status: "ready", checks: CHECKS } satisfies Ready,
      },
    },
    {
      status: 503,
      description: "It cannot.",
      body: {
        schema: NotReadySchema,
        example: {
          status: "not_ready",
          reasons: ["nats: reconnecting"],
          checks: { ...CHECKS, nats: "reconnecting" },
        } satisfies NotReady,
      },
    },
  ],
  problems: [EdgeCode.unknownParameter],
};

/** `GET /metrics`. */
export const metricsOperation: Operation = {
  id: "getMetrics",
  group: "Service",
  summary: "What this gateway counts, for Prometheus",
  answers: [{
    status: 200,
    description: "Counters, gauges and histograms in the text format.",
    body: {
      contentType: "text/plain",
      schema: null,
      example: "# HELP edgebook_nats_connected Whether NATS is connected.\n" +
        "# TYPE edgebook_nats_connected gauge\nedgebook_nats_connected 1\n",
    },
  }],
};
