/**
 * Accounts and money over REST, for keys with the scope `admin`: open an account, look at one, deposit,
 * withdraw, transfer.
 *
 * @module
 */
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import { ACCOUNTS_MAX } from "../../core/matching/accounts.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import {
  MovementSchema,
  NewAccountSchema,
  OperatorTransferSchema,
} from "../../infra/registrar/admin_bodies.ts";
import { ACT_PROBLEMS, carryOut } from "../acts.ts";
import { moneyText } from "../amounts.ts";
import { type BodyShape, DECIMAL_TAKES, readBodyFields } from "../body_fields.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { leastSequence } from "../orders/order_reads.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { READ_PROBLEMS } from "../problems/problem_groups.ts";
import type { ProblemCode } from "../problems/problems.ts";
import { invalidParameter, minSequence, readParameters } from "../query_parameters.ts";
import { jsonReply } from "../reply.ts";
import {
  type AnyAccount,
  AnyAccountSchema,
  type Moved,
  MovedSchema,
  type OpenedAccount,
  OpenedAccountSchema,
  type OperatorTransferred,
  OperatorTransferredSchema,
} from "../schema/administration.ts";
import { MIN_SEQUENCE_PARAMETER } from "../schema/parameters.ts";
import { ACCOUNT_IN_PATH } from "./admin_controls.ts";

const PATH = "/v1/admin/accounts";
const ACCOUNT_TAKES = `the number of an account, from 1 to ${ACCOUNTS_MAX - 1}, as a string`;
const GROUP_TAKES = "the number of a trade group, from 1, as a string, or null";
const REFERENCE_TAKES = "1 to 64 visible ASCII characters";

/** Operators move money beside the market: it is let in as orders are. */
const shared = {
  method: "POST",
  scope: "admin",
  weight: 5,
  kind: AdmissionKind.order,
  isOffOrderPath: true,
  hasBody: true,
} as const;

const NEW_ACCOUNT: BodyShape<typeof NewAccountSchema> = {
  what: "A new account",
  schema: NewAccountSchema,
  takes: { account: ACCOUNT_TAKES, tradeGroup: GROUP_TAKES },
};
const moved = {
  reference: REFERENCE_TAKES,
  asset: "the name of an asset",
  amount: DECIMAL_TAKES,
};
const MOVEMENT: BodyShape<typeof MovementSchema> = {
  what: "A movement",
  schema: MovementSchema,
  takes: moved,
};
const TRANSFER: BodyShape<typeof OperatorTransferSchema> = {
  what: "A transfer",
  schema: OperatorTransferSchema,
  takes: { ...moved, toAccount: ACCOUNT_TAKES },
};

/** Problems of whatever an Ed25519 key has to sign, see {@link EdgeCode.keyKindRefused}. */
export const WEIGHTY_PROBLEMS: readonly ProblemCode[] = [EdgeCode.keyKindRefused, ...ACT_PROBLEMS];

const ONCE = "A `reference` names one movement of its kind for ever, here and with " +
  "`deno task admin`: once it is carried out, the same again is answered with the first outcome, " +
  "and with other contents it is refused. One that was refused moved nothing and may be sent again " +
  "with the same `reference` after ten minutes; until then it is told the same.";

const EXAMPLE: Moved = {
  reference: "wire-2214",
  account: "2",
  asset: "USD",
  amount: "250.000000",
  sequence: "1290",
  transactTimeMicros: 1_700_000_000_000_000,
  duplicate: false,
};

const MOVEMENT_PROBLEMS: readonly ProblemCode[] = [
  EdgeCode.notFound,
  EdgeCode.invalidParameter,
  ResultCode.unknownAccount,
  ResultCode.differentContent,
  ResultCode.outcomeQuotaFull,
  ResultCode.outcomeTableFull,
  ...WEIGHTY_PROBLEMS,
];

function moving(verb: "deposit" | "withdraw", noun: string, summary: string): EndpointSpec {
  return {
    ...shared,
    path: `${PATH}/:account/${noun}`,
    handle: (exchange) => readAndCarryOut(exchange, MOVEMENT),
    operation: {
      id: `${verb}Funds`,
      group: "Administration",
      summary,
      description: ONCE,
      parameters: [ACCOUNT_IN_PATH],
      body: {
        schema: MovementSchema,
        example: { reference: `wire-${verb}-1`, asset: "USD", amount: "250.00" },
      },
      answers: [201, 200].map((status) => ({
        status,
        description: status === 201 ? "It is done." : "It was done before, by this reference.",
        body: {
          schema: MovedSchema,
          example: { ...EXAMPLE, duplicate: status === 200 } satisfies Moved,
        },
      })),
      problems: [
        verb === "deposit" ? ResultCode.supplyTooHigh : ResultCode.insufficientFunds,
        ...MOVEMENT_PROBLEMS,
      ],
    },
  };
}

const transferEndpoint: EndpointSpec = {
  ...shared,
  path: `${PATH}/:account/transfers`,
  handle: (exchange) => readAndCarryOut(exchange, TRANSFER),
  operation: {
    id: "transferFunds",
    group: "Administration",
    summary: "Moves what an account has available to any other one",
    description: ONCE,
    parameters: [ACCOUNT_IN_PATH],
    body: {
      schema: OperatorTransferSchema,
      example: { reference: "correction-1", toAccount: "1", asset: "USD", amount: "250.00" },
    },
    answers: [201, 200].map((status) => ({
      status,
      description: status === 201 ? "It is done." : "It was done before, by this reference.",
      body: {
        schema: OperatorTransferredSchema,
        example: {
          ...EXAMPLE,
          toAccount: "1",
          duplicate: status === 200,
        } satisfies OperatorTransferred,
      },
    })),
    problems: [ResultCode.insufficientFunds, ResultCode.accountInvalid, ...MOVEMENT_PROBLEMS],
  },
};

const openEndpoint: EndpointSpec = {
  ...shared,
  path: PATH,
  handle: (exchange) => readAndCarryOut(exchange, NEW_ACCOUNT),
  operation: {
    id: "openAccount",
    group: "Administration",
    summary: "Opens an account",
    description:
      "One that is open already stays as it is, disabled where it was; in another trade " +
      "group than the one that is asked for, it is refused. Keys for it are made with " +
      "`deno task admin keys create`.",
    body: { schema: NewAccountSchema, example: { account: "40", tradeGroup: "7" } },
    answers: [201, 200].map((status) => ({
      status,
      description: status === 201 ? "It is open." : "It was open before.",
      body: {
        schema: OpenedAccountSchema,
        example: {
          account: "40",
          enabled: true,
          tradeGroup: "7",
          sequence: "1290",
          duplicate: status === 200,
        } satisfies OpenedAccount,
      },
    })),
    problems: [ResultCode.differentContent, ...WEIGHTY_PROBLEMS],
  },
};

const showEndpoint: EndpointSpec = {
  method: "GET",
  path: `${PATH}/:account`,
  scope: "admin",
  weight: 5,
  handle: show,
  operation: {
    id: "showAccount",
    group: "Administration",
    summary: "What an account is and has: any account",
    description: "The leader answers, so it needs no registrar, and takes a bearer token as well.",
    parameters: [ACCOUNT_IN_PATH, MIN_SEQUENCE_PARAMETER],
    answers: [{
      status: 200,
      description: "The account.",
      body: {
        schema: AnyAccountSchema,
        example: {
          account: "2",
          enabled: true,
          tradeGroup: null,
          openOrders: 1,
          balances: [{
            asset: "USD",
            total: "100000250.000000",
            available: "99990250.000000",
            held: "10000.000000",
          }],
          sequence: "1290",
        } satisfies AnyAccount,
      },
    }],
    problems: [EdgeCode.notFound, ResultCode.unknownAccount, ...READ_PROBLEMS],
  },
};

/** The endpoints. */
export const adminAccountEndpoints: readonly EndpointSpec[] = [
  openEndpoint,
  showEndpoint,
  moving("deposit", "deposits", "Adds to what an account has"),
  moving("withdraw", "withdrawals", "Takes from what an account has available"),
  transferEndpoint,
];

function readAndCarryOut(
  exchange: Exchange,
  // deno-lint-ignore no-explicit-any -- only whether the body has the shape counts here
  shape: BodyShape<any>,
): Outcome | Promise<Outcome> {
  const body = readBodyFields(exchange.body, shape);
  return body instanceof Problem ? body : carryOut(exchange);
}

async function show(exchange: Exchange): Promise<Outcome> {
  const parameters = readParameters(exchange, ["minSequence"]);
  if (parameters instanceof Problem) return parameters;
  const asked = minSequence(parameters);
  if (asked instanceof Problem) return asked;
  const text = exchange.parameter("account");
  if (!/^[1-9]\d{0,9}$/.test(text)) return new Problem(EdgeCode.notFound);
  const account = Number(text);
  if (account >= ACCOUNTS_MAX) {
    return invalidParameter("account", `from 1 to ${ACCOUNTS_MAX - 1}`, text);
  }
  const { queries } = exchange.backend;
  const terms = await queries.leader({ kind: "account", account });
  if (terms.status === "unknown") {
    return new Problem(ResultCode.unknownAccount, { field: "account", value: text });
  }
  const { balances, sequence } = await queries.leader({ kind: "balances", account });
  const reflected = Math.min(terms.sequence, sequence);
  const least = leastSequence(reflected, asked);
  if (least instanceof Problem) return least;
  return jsonReply(
    200,
    {
      account: text,
      enabled: terms.status === "enabled",
      tradeGroup: terms.tradeGroup === 0 ? null : String(terms.tradeGroup),
      openOrders: terms.openOrders,
      balances: balances.map(({ asset, scale, available, held }) => ({
        asset,
        total: moneyText(available + held, scale),
        available: moneyText(available, scale),
        held: moneyText(held, scale),
      })),
      sequence: String(reflected),
    } satisfies AnyAccount,
  );
}
