/**
 * `GET /v1/ledger`: deposits, withdrawals and transfers of the account, newest first.
 *
 * What trades moved, fees included, is in `GET /v1/fills`.
 *
 * @module
 */
import { READ_PROBLEMS } from "./problem_groups.ts";
import * as v from "valibot";
import { PAGE_ROWS_MAX, type PrivateReport } from "../core/protocol/queries.ts";
import { CURSOR_LENGTH_MAX, encodeCursor, nextCursor, PageKind, readCursor } from "./cursor.ts";
import type { EndpointSpec, Outcome } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import { leastSequence } from "./order_reads.ts";
import { PAGE_ROWS_DEFAULT } from "./schema/parameters.ts";
import { Problem } from "./problem.ts";
import { minSequence, readParameters, wholeNumber } from "./query_parameters.ts";
import { jsonReply } from "./reply.ts";
import { type Ledger, LedgerSchema, type Movement } from "./schema/ledger.ts";
import { MIN_SEQUENCE_PARAMETER } from "./schema/parameters.ts";

/** The endpoint. */
export const ledgerEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/ledger",
  scope: "read",
  weight: 5,
  handle: listLedger,
  operation: {
    id: "listLedger",
    group: "Account",
    summary: "Deposits, withdrawals and transfers, newest first",
    description: "What trades moved, fees included, is in `GET /v1/fills`.",
    parameters: [
      {
        name: "cursor",
        in: "query",
        description: "`nextCursor` of the page before.",
        schema: v.pipe(v.string(), v.maxLength(CURSOR_LENGTH_MAX)),
        example: encodeCursor(PageKind.ledger, 2),
      },
      {
        name: "limit",
        in: "query",
        description: `Rows at most, from 1 to ${PAGE_ROWS_MAX}; ${PAGE_ROWS_DEFAULT} if left out.`,
        schema: v.pipe(v.string(), v.regex(/^\d{1,3}$/)),
        example: "10",
      },
      MIN_SEQUENCE_PARAMETER,
    ],
    problems: READ_PROBLEMS,
    answers: [{
      status: 200,
      description: "A page of movements.",
      body: {
        schema: LedgerSchema,
        example: {
          items: [{
            reportSequence: "1",
            direction: "deposit",
            asset: "BTC",
            amount: "1000.00000000",
            total: "1000.00000000",
            timeMicros: 1_700_000_000_000_000,
            sequence: "9",
          }],
          nextCursor: null,
          sequence: "1290",
        } satisfies Ledger,
      },
    }],
  },
};

async function listLedger(exchange: Exchange): Promise<Outcome> {
  const parameters = readParameters(exchange, ["cursor", "limit", "minSequence"]);
  if (parameters instanceof Problem) return parameters;
  const beforeSequence = readCursor(parameters, PageKind.ledger);
  if (beforeSequence instanceof Problem) return beforeSequence;
  const limit = wholeNumber(parameters, "limit", PAGE_ROWS_DEFAULT, 1, PAGE_ROWS_MAX);
  if (limit instanceof Problem) return limit;
  const asked = minSequence(parameters);
  if (asked instanceof Problem) return asked;
  const { account } = exchange.identity;
  const { queries } = exchange.backend;
  const leader = await queries.leader({ kind: "account", account });
  const least = leastSequence(leader.sequence, asked);
  if (least instanceof Problem) return least;
  const query = { kind: "ledger", account, beforeSequence, limit, minSequence: least } as const;
  const { reports, sequence } = await queries.history(query);
  const ids = reports.map((report) => report.sequence);
  return jsonReply(
    200,
    {
      items: reports.map(movementOf),
      nextCursor: nextCursor(PageKind.ledger, ids, limit),
      sequence: String(sequence),
    } satisfies Ledger,
  );
}

function movementOf(report: PrivateReport): Movement {
  const { amount, asset, direction, eventSequence, sequence, timeMicros, total } = report;
  if (
    direction === undefined || asset === undefined || amount === undefined || total === undefined
  ) {
    throw new TypeError(`report ${sequence} is no movement of money`);
  }
  return {
    reportSequence: String(sequence),
    direction,
    asset,
    amount,
    total,
    timeMicros,
    sequence: String(eventSequence),
  };
}
