/**
 * `GET /v1/reports`: the account's private reports behind one that it has, oldest first: what a
 * listener to `user.<account>.reports` missed.
 *
 * @module
 */
import * as v from "valibot";
import { PAGE_ROWS_MAX } from "../../core/protocol/queries.ts";
import { SAFE_MAX } from "../../core/protocol/wire_buffer.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { leastSequence } from "../orders/order_reads.ts";
import { Problem } from "../problems/problem.ts";
import { READ_PROBLEMS } from "../problems/problem_groups.ts";
import { minSequence, readParameters, wholeNumber } from "../query_parameters.ts";
import { jsonReply } from "../reply.ts";
import { IdSchema } from "../schema/fields.ts";
import { type Reports, ReportsSchema } from "../schema/ledger.ts";
import { PAGE_ROWS_DEFAULT } from "../schema/parameters.ts";
import { MIN_SEQUENCE_PARAMETER } from "../schema/parameters.ts";

/** The endpoint. */
export const reportsEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/reports",
  scope: "read",
  weight: 5,
  handle: listReports,
  operation: {
    id: "listReports",
    group: "Account",
    summary: "Private reports behind one that you have, oldest first",
    description:
      "Repairs a gap in `user.<account>.reports`: ask with the last `sequence` that you " +
      "have without a gap, until the last one of an answer is `lastReportSequence`.",
    parameters: [
      {
        name: "afterSequence",
        in: "query",
        description: "Only reports with a `sequence` above this; 0 if left out.",
        schema: IdSchema,
        example: "0",
      },
      {
        name: "limit",
        in: "query",
        description:
          `Reports at most, from 1 to ${PAGE_ROWS_MAX}; ${PAGE_ROWS_DEFAULT} if left out.`,
        schema: v.pipe(v.string(), v.regex(/^\d{1,3}$/)),
        example: "10",
      },
      MIN_SEQUENCE_PARAMETER,
    ],
    problems: READ_PROBLEMS,
    answers: [{
      status: 200,
      description: "The reports, the same as they were published.",
      body: {
        schema: ReportsSchema,
        example: {
          reports: [{
            account: "1",
            sequence: 1,
            prevSequence: 0,
            eventSequence: 9,
            timeMicros: 1_700_000_000_000_000,
            kind: "ledger",
            orderId: null,
            clientOrderId: null,
            side: null,
            status: null,
            price: null,
            quantity: null,
            asset: "BTC",
            direction: "deposit",
            amount: "1000.00000000",
            total: "1000.00000000",
          }],
          lastReportSequence: "1",
          sequence: "1290",
        } satisfies Reports,
      },
    }],
  },
};

async function listReports(exchange: Exchange): Promise<Outcome> {
  const parameters = readParameters(exchange, ["afterSequence", "limit", "minSequence"]);
  if (parameters instanceof Problem) return parameters;
  const afterSequence = wholeNumber(parameters, "afterSequence", 0, 0, SAFE_MAX);
  if (afterSequence instanceof Problem) return afterSequence;
  const limit = wholeNumber(parameters, "limit", PAGE_ROWS_DEFAULT, 1, PAGE_ROWS_MAX);
  if (limit instanceof Problem) return limit;
  const asked = minSequence(parameters);
  if (asked instanceof Problem) return asked;
  const { account } = exchange.identity;
  const { queries } = exchange.backend;
  const leader = await queries.leader({ kind: "account", account });
  const least = leastSequence(leader.sequence, asked);
  if (least instanceof Problem) return least;
  const query = { kind: "reports", account, afterSequence, limit, minSequence: least } as const;
  const { lastReportSequence, reports, sequence } = await queries.history(query);
  return jsonReply(200, {
    reports,
    lastReportSequence: String(lastReportSequence),
    sequence: String(sequence),
  });
}
