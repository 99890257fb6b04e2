/**
 * `GET /v1/ledger`, `/v1/deposits`, `/v1/withdrawals` and `/v1/transfers`: what was paid in and out of
 * the account and moved between accounts, newest first.
 *
 * What trades moved, fees included, is in `GET /v1/fills`.
 *
 * @module
 */
import type { Movements } from "../../core/history/movement.ts";
import type { PrivateReport } from "../../core/protocol/private_report.ts";
import { PAGE_ROWS_MAX } from "../../core/protocol/queries.ts";
import { encodeCursor, nextCursor, PageKind, readCursor } from "../cursor.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { leastSequence } from "../orders/order_reads.ts";
import { Problem } from "../problems/problem.ts";
import { READ_PROBLEMS } from "../problems/problem_groups.ts";
import { minSequence, readParameters, wholeNumber } from "../query_parameters.ts";
import { jsonReply } from "../reply.ts";
import { type Ledger, LedgerSchema, type Movement } from "../schema/ledger.ts";
import {
  CURSOR_PARAMETER,
  LIMIT_PARAMETER,
  MIN_SEQUENCE_PARAMETER,
  PAGE_ROWS_DEFAULT,
} from "../schema/parameters.ts";

/** A list of movements: all of the account, or those of one kind. */
interface MovementList {
  readonly path: string;
  readonly page: PageKind;
  /** Left out: all. */
  readonly movements?: Exclude<Movements, "all">;
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  readonly example: Movement;
}

const DEPOSIT: Movement = {
  reportSequence: "1",
  direction: "deposit",
  asset: "BTC",
  amount: "1000.00000000",
  total: "1000.00000000",
  timeMicros: 1_700_000_000_000_000,
  sequence: "9",
};

const LISTS: readonly MovementList[] = [
  {
    path: "/v1/ledger",
    page: PageKind.ledger,
    id: "listLedger",
    summary: "Deposits, withdrawals and transfers, newest first",
    description: "What trades moved, fees included, is in `GET /v1/fills`.",
    example: DEPOSIT,
  },
  {
    path: "/v1/deposits",
    page: PageKind.deposits,
    movements: "deposits",
    id: "listDeposits",
    summary: "Deposits, newest first",
    description: "What was paid in from outside the exchange.",
    example: DEPOSIT,
  },
  {
    path: "/v1/withdrawals",
    page: PageKind.withdrawals,
    movements: "withdrawals",
    id: "listWithdrawals",
    summary: "Withdrawals, newest first",
    description: "What was paid out of the exchange.",
    example: { ...DEPOSIT, direction: "withdrawal", amount: "1.00000000", total: "999.00000000" },
  },
  {
    path: "/v1/transfers",
    page: PageKind.transfers,
    movements: "transfers",
    id: "listTransfers",
    summary: "Transfers from and to other accounts of the same owner, newest first",
    description:
      "Those that `POST /v1/transfers` or the operator made, and those that orders of one " +
      "owner made in the place of a trade (`selfTradePrevention: transfer`), which have two rows: " +
      "one for each asset. `direction` is `transfer_out` or `transfer_in`.",
    example: {
      ...DEPOSIT,
      direction: "transfer_out",
      asset: "USD",
      amount: "250.000000",
      total: "99750.000000",
    },
  },
];

/** The endpoints. */
export const ledgerEndpoints: readonly EndpointSpec[] = LISTS.map((list) => ({
  method: "GET",
  path: list.path,
  scope: "read",
  weight: 5,
  handle: (exchange) => listMovements(exchange, list),
  operation: {
    id: list.id,
    group: "Account",
    summary: list.summary,
    description: list.description,
    parameters: [
      { ...CURSOR_PARAMETER, example: encodeCursor(list.page, 2) },
      { ...LIMIT_PARAMETER, example: "10" },
      MIN_SEQUENCE_PARAMETER,
    ],
    problems: READ_PROBLEMS,
    answers: [{
      status: 200,
      description: "A page of movements.",
      body: {
        schema: LedgerSchema,
        example: { items: [list.example], nextCursor: null, sequence: "1290" } satisfies Ledger,
      },
    }],
  },
}));

async function listMovements(
  exchange: Exchange,
  { movements, page }: MovementList,
): Promise<Outcome> {
  const parameters = readParameters(exchange, ["cursor", "limit", "minSequence"]);
  if (parameters instanceof Problem) return parameters;
  const beforeSequence = readCursor(parameters, page);
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
  const { reports, sequence } = await queries.history({
    kind: "ledger",
    account,
    beforeSequence,
    ...(movements === undefined ? {} : { movements }),
    limit,
    minSequence: least,
  });
  const ids = reports.map((report) => report.sequence);
  return jsonReply(
    200,
    {
      items: reports.map(movementOf),
      nextCursor: nextCursor(page, ids, limit),
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
