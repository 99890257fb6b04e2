/**
 * `GET /v1/status`: whether orders are taken now, and which instruments trade.
 *
 * It looks at the same parts as `GET /health/ready` and never answers 503 for them: that the venue is
 * down is what was asked for.
 *
 * @module
 */
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { NEEDED_PARTS, Probe } from "../health.ts";
import { KEPT_A_SECOND } from "../middleware/response_headers.ts";
import { Problem } from "../problems/problem.ts";
import { readParameters } from "../query_parameters.ts";
import { jsonReply } from "../reply.ts";
import { type VenueStatus, VenueStatusSchema } from "../schema/status.ts";

/** The endpoint. */
export function statusEndpoint(): EndpointSpec {
  const probe = new Probe();
  return {
    method: "GET",
    path: "/v1/status",
    scope: null,
    weight: 1,
    isPublic: true,
    cache: KEPT_A_SECOND,
    handle: (exchange) => readStatus(exchange, probe),
    operation: {
      id: "getStatus",
      group: "Market data",
      summary: "Whether orders are taken now, and which instruments trade",
      description: "Up to a second old. The feed `md.<symbol>.status` tells halts at once.",
      answers: [{
        status: 200,
        description: "The status, also while nothing works.",
        body: {
          schema: VenueStatusSchema,
          example: {
            timeMicros: 1_700_000_000_000_000,
            acceptsOrders: true,
            blockedBy: [],
            instruments: [
              { symbol: "BTC-USD", status: "trading" },
              { symbol: "ETH-USD", status: "trading" },
            ],
          } satisfies VenueStatus,
        },
      }],
    },
  };
}

async function readStatus(exchange: Exchange, probe: Probe): Promise<Outcome> {
  const parameters = readParameters(exchange, []);
  if (parameters instanceof Problem) return parameters;
  const findings = await probe.look(exchange);
  const blockedBy = NEEDED_PARTS.filter((part) => findings[part] !== null);
  const known = exchange.deps.backend()?.reference.all() ?? [];
  return jsonReply(200, {
    timeMicros: exchange.nowMicros,
    acceptsOrders: blockedBy.length === 0,
    blockedBy,
    instruments: known.map(({ symbol, status }) => ({ symbol, status })),
  });
}
