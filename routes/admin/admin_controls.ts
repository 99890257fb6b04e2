/**
 * Administration over REST, for keys with the scope `admin`: halt, resume and kill an instrument,
 * enable, disable and kill an account, cancel the orders of either, read the audit trail. What opens
 * accounts, moves money and defines instruments is in admin_accounts.ts and admin_instruments.ts.
 *
 * @module
 */
import * as v from "valibot";
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { ACT_PROBLEMS, carryOut } from "../acts.ts";
import type { EndpointSpec } from "../endpoint.ts";
import type { Operation, ParameterDoc } from "../operation.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import {
  type Audit,
  AuditSchema,
  type CanceledInstrument,
  CanceledInstrumentSchema,
  type CanceledOrders,
  CanceledOrdersSchema,
  type Enabled,
  EnabledSchema,
  type Halt,
  HaltSchema,
  type Killed,
  type KilledInstrument,
  KilledInstrumentSchema,
  KilledSchema,
} from "../schema/administration.ts";
import { IdSchema } from "../schema/fields.ts";
import { SYMBOL_PARAMETER } from "../schema/parameters.ts";

/** An operator who halts a market must not wait behind it: these are let in where cancels are. */
const shared = {
  scope: "admin",
  weight: 1,
  kind: AdmissionKind.cancel,
  isOffOrderPath: true,
} as const;

const DONE = { sequence: "1290", transactTimeMicros: 1_700_000_000_000_000, duplicate: false };

/** The instrument that something is done with. */
export const SYMBOL_IN_PATH: ParameterDoc = { ...SYMBOL_PARAMETER, in: "path", isRequired: true };
/** The number of the account that something is done with. */
export const ACCOUNT_IN_PATH: ParameterDoc = {
  name: "account",
  in: "path",
  description: "Number of the account.",
  schema: IdSchema,
  isRequired: true,
  example: "2",
};

function halting(verb: "halt" | "resume", summary: string): EndpointSpec {
  const status = verb === "halt" ? "halted" : "trading";
  return {
    ...shared,
    method: "POST",
    path: `/v1/admin/instruments/:symbol/${verb}`,
    handle: (exchange) => carryOut(exchange),
    operation: {
      id: `${verb}Instrument`,
      group: "Administration",
      summary,
      parameters: [SYMBOL_IN_PATH],
      answers: [{
        status: 200,
        description: "It is done.",
        body: {
          schema: HaltSchema,
          example: { symbol: "BTC-USD", status, ...DONE } satisfies Halt,
        },
      }],
      problems: [EdgeCode.notFound, EdgeCode.unknownSymbol, ...ACT_PROBLEMS],
    },
  };
}

const killInstrumentOperation: Operation = {
  id: "killInstrument",
  group: "Administration",
  summary: "Kill switch: halts an instrument and cancels the orders of every account in it",
  description:
    "In this order, so that no new order slips in between. A book of many orders takes several " +
    "commands of the log. One that was not answered is sent again with the same signed " +
    "`Idempotency-Key`: it goes on where it ended, and cancels nothing twice. Resume the " +
    "instrument to undo it; the orders do not come back.",
  parameters: [SYMBOL_IN_PATH],
  answers: [{
    status: 200,
    description: "It is done: the book is empty.",
    body: {
      schema: KilledInstrumentSchema,
      example: {
        symbol: "BTC-USD",
        status: "halted",
        canceled: 12,
        ...DONE,
      } satisfies KilledInstrument,
    },
  }],
  problems: [EdgeCode.notFound, EdgeCode.unknownSymbol, ...ACT_PROBLEMS],
};

const cancelInstrumentOperation: Operation = {
  id: "cancelInstrumentOrders",
  group: "Administration",
  summary: "Cancels all open orders of an instrument, whoever they are of",
  description: "New orders are still taken: halt the instrument first to keep them out.",
  parameters: [SYMBOL_IN_PATH],
  answers: [{
    status: 200,
    description: "How many there were.",
    body: {
      schema: CanceledInstrumentSchema,
      example: { symbol: "BTC-USD", canceled: 12, ...DONE } satisfies CanceledInstrument,
    },
  }],
  problems: [EdgeCode.notFound, EdgeCode.unknownSymbol, ...ACT_PROBLEMS],
};

const TRADE_GROUP_PARAMETER: ParameterDoc = {
  name: "tradeGroup",
  in: "query",
  description:
    "Puts the account into a trade group, those of one owner; 0 takes it out of its own. " +
    "As it is if left out. Takes an Ed25519 key where money does.",
  schema: v.pipe(v.string(), v.regex(/^\d{1,10}$/)),
  example: "7",
  isLeftOut: true,
};

function enabling(verb: "enable" | "disable", summary: string): EndpointSpec {
  return {
    ...shared,
    method: "POST",
    path: `/v1/admin/accounts/:account/${verb}`,
    handle: (exchange) => carryOut(exchange, ["tradeGroup"]),
    operation: {
      id: `${verb}Account`,
      group: "Administration",
      summary,
      parameters: [ACCOUNT_IN_PATH, TRADE_GROUP_PARAMETER],
      answers: [{
        status: 200,
        description: "It is done.",
        body: {
          schema: EnabledSchema,
          example: { account: "2", enabled: verb === "enable", ...DONE } satisfies Enabled,
        },
      }],
      problems: [
        EdgeCode.notFound,
        ResultCode.unknownAccount,
        EdgeCode.keyKindRefused,
        ...ACT_PROBLEMS,
      ],
    },
  };
}

const killOperation: Operation = {
  id: "killAccount",
  group: "Administration",
  summary: "Kill switch: disables an account and cancels all its orders",
  description:
    "In this order, so that no new order slips in between. Enable the account to undo it; " +
    "the orders do not come back.",
  parameters: [ACCOUNT_IN_PATH],
  answers: [{
    status: 200,
    description: "It is done.",
    body: {
      schema: KilledSchema,
      example: { account: "2", enabled: false, canceled: 3, ...DONE } satisfies Killed,
    },
  }],
  problems: [EdgeCode.notFound, ResultCode.unknownAccount, ...ACT_PROBLEMS],
};

const cancelOperation: Operation = {
  id: "cancelAccountOrders",
  group: "Administration",
  summary: "Cancels all open orders of an account, or those of one instrument",
  description: "New orders are still taken: disable the account first to keep them out.",
  parameters: [ACCOUNT_IN_PATH, { ...SYMBOL_PARAMETER, description: "Only of this one." }],
  answers: [{
    status: 200,
    description: "How many there were.",
    body: {
      schema: CanceledOrdersSchema,
      example: { account: "2", symbol: null, canceled: 0, ...DONE } satisfies CanceledOrders,
    },
  }],
  problems: [
    EdgeCode.notFound,
    EdgeCode.unknownSymbol,
    ResultCode.unknownAccount,
    ...ACT_PROBLEMS,
  ],
};

const auditOperation: Operation = {
  id: "listAudit",
  group: "Administration",
  summary: "The last administrative acts of the journal: who, what, and what came of it",
  description: "Of the last 200,000 appends; `deno task admin audit` reads all of the journal.",
  parameters: [
    {
      name: "limit",
      in: "query",
      description: "Acts at most, from 1 to 500; 100 if left out.",
      schema: v.pipe(v.string(), v.regex(/^\d{1,3}$/)),
      example: "10",
    },
    {
      name: "sinceMicros",
      in: "query",
      description: "Only acts from then on, in microseconds since the epoch.",
      schema: v.pipe(v.string(), v.regex(/^\d{1,16}$/)),
      example: "1700000000000000",
    },
  ],
  answers: [{
    status: 200,
    description: "The acts.",
    body: {
      schema: AuditSchema,
      example: {
        acts: [{
          time: "2023-11-14T22:13:20.000Z",
          timeMicros: 1_700_000_000_000_000,
          journalSequence: "71",
          commandNumber: "1290",
          by: "key:key_4c5n0T1xWqz2m8Yb7dKpRg",
          act: "tradingStatus",
          subject: "BTC-USD",
          details: "halted",
          result: "done",
          reason: null,
        }],
        hasMore: false,
      } satisfies Audit,
    },
  }],
  problems: ACT_PROBLEMS,
};

/** The endpoints. */
export const adminControlEndpoints: readonly EndpointSpec[] = [
  halting("halt", "Halts trading in an instrument: orders are refused, cancels go on"),
  halting("resume", "Lets a halted instrument trade again"),
  {
    ...shared,
    method: "POST",
    path: "/v1/admin/instruments/:symbol/kill",
    handle: (exchange) => carryOut(exchange),
    operation: killInstrumentOperation,
  },
  {
    ...shared,
    method: "DELETE",
    path: "/v1/admin/instruments/:symbol/orders",
    handle: (exchange) => carryOut(exchange),
    operation: cancelInstrumentOperation,
  },
  enabling("enable", "Lets a disabled account trade again"),
  enabling("disable", "Refuses an account's new orders; its open orders stay"),
  {
    ...shared,
    method: "POST",
    path: "/v1/admin/accounts/:account/kill",
    handle: (exchange) => carryOut(exchange),
    operation: killOperation,
  },
  {
    ...shared,
    method: "DELETE",
    path: "/v1/admin/accounts/:account/orders",
    handle: (exchange) => carryOut(exchange, ["symbol"]),
    operation: cancelOperation,
  },
  {
    ...shared,
    kind: AdmissionKind.read,
    weight: 20,
    method: "GET",
    path: "/v1/admin/audit",
    handle: (exchange) => carryOut(exchange, ["limit", "sinceMicros"]),
    operation: auditOperation,
  },
];
