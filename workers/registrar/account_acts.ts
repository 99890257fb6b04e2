/**
 * Accounts, as an operator handles them over REST: open, enable and disable, cancel all orders, kill.
 *
 * @module
 */
import { TRADE_GROUP_MAX } from "../../core/protocol/administration.ts";
import type { ActAnswer, ActRefusal } from "../../core/protocol/act.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { accountSwitch, killAccount } from "../../infra/administration/account_switch.ts";
import { NewAccountSchema } from "../../infra/registrar/admin_bodies.ts";
import {
  ACCOUNT_PART,
  accountOf,
  type Act,
  doneOf,
  invalid,
  refusedKind,
  type VerifiedRequest,
} from "./act.ts";
import { numberOf, send } from "./admin_acts.ts";
import { readActBody } from "./read_body.ts";

const path = (rest: string): RegExp => new RegExp(`^/v1/admin/accounts${rest}$`);
const post = (rest: string, run: Act["run"]): Act => ({
  method: "POST",
  path: path(`/${ACCOUNT_PART}/${rest}`),
  scope: "admin",
  run,
});

/** The acts. */
export const ACCOUNT_ACTS: readonly Act[] = [
  { method: "POST", path: path(""), scope: "admin", isWeighty: true, run: open },
  post("enable", (verified) => setAccount(verified, true)),
  post("disable", (verified) => setAccount(verified, false)),
  post("kill", kill),
  {
    method: "DELETE",
    path: path(`/${ACCOUNT_PART}/orders`),
    scope: "admin",
    run: cancelOrders,
  },
];

/** One that is there stays as it is: who opens it again must not let a disabled one trade. */
async function open(verified: VerifiedRequest): Promise<ActAnswer> {
  const body = readActBody(verified.request.body, NewAccountSchema);
  if ("refused" in body) return body;
  const account = accountOf(body.read.account, "invalidField");
  if (typeof account !== "number") return account;
  const { tradeGroup = null } = body.read;
  const group = tradeGroup === null ? undefined : Number(tradeGroup);
  const there = await verified.parts.account(account);
  if (there.status !== "unknown") {
    if (group !== undefined && there.tradeGroup !== group) {
      const has = there.tradeGroup === 0 ? "none" : String(there.tradeGroup);
      const detail = `The account is open already, and its trade group is ${has}.`;
      return { refused: ResultCode.differentContent, detail, field: "tradeGroup" };
    }
    return {
      status: 200,
      body: {
        account: String(account),
        enabled: there.status === "enabled",
        tradeGroup: there.tradeGroup === 0 ? null : String(there.tradeGroup),
        sequence: String(there.sequence),
        duplicate: true,
      },
    };
  }
  const report = await send(verified, accountSwitch(account, true, group));
  return {
    status: 201,
    body: {
      account: String(account),
      enabled: true,
      tradeGroup,
      sequence: String(report.sequence),
      duplicate: report.isDuplicate,
    },
  };
}

/** The command of the core would open an account that is not there. */
async function setAccount(verified: VerifiedRequest, enabled: boolean): Promise<ActAnswer> {
  const account = accountOf(verified.named[0]);
  if (typeof account !== "number") return account;
  const group = groupOf(verified);
  if (typeof group === "object") return group;
  // Accounts of one group can be emptied into each other, by whoever may trade for them.
  const weighty = group === undefined ? null : refusedKind(verified);
  if (weighty !== null) return weighty;
  const unknown = await unlessOpen(verified, account);
  if (unknown !== null) return unknown;
  const report = await send(verified, accountSwitch(account, enabled, group));
  return { status: 200, body: { account: String(account), enabled, ...doneOf(report) } };
}

/** The trade group that the query asks for, 0 for none; `undefined`: as it is. */
function groupOf({ query }: VerifiedRequest): number | undefined | ActRefusal {
  const text = query.get("tradeGroup");
  if (text === null) return undefined;
  if (/^\d{1,10}$/.test(text) && Number(text) <= TRADE_GROUP_MAX) return Number(text);
  return invalid("invalidParameter", "tradeGroup", `from 0 to ${TRADE_GROUP_MAX}`, text);
}

async function kill(verified: VerifiedRequest): Promise<ActAnswer> {
  const account = accountOf(verified.named[0]);
  if (typeof account !== "number") return account;
  const unknown = await unlessOpen(verified, account);
  if (unknown !== null) return unknown;
  const { author, once, parts } = verified;
  const report = await killAccount(
    (command, name) => parts.send(author, command, name),
    account,
    once,
  );
  const canceled = report.executedLots;
  return {
    status: 200,
    body: { account: String(account), enabled: false, canceled, ...doneOf(report) },
  };
}

async function cancelOrders(verified: VerifiedRequest): Promise<ActAnswer> {
  const account = accountOf(verified.named[0]);
  if (typeof account !== "number") return account;
  const symbol = verified.query.get("symbol");
  const instrument = symbol === null ? 0 : numberOf(verified, symbol);
  if (typeof instrument !== "number") return instrument;
  const report = await send(verified, { kind: "cancelAccount", account, instrument });
  const canceled = report.executedLots;
  return {
    status: 200,
    body: { account: String(account), symbol, canceled, ...doneOf(report) },
  };
}

async function unlessOpen(
  { parts }: VerifiedRequest,
  account: number,
): Promise<ActRefusal | null> {
  const { status } = await parts.account(account);
  if (status !== "unknown") return null;
  return { refused: ResultCode.unknownAccount, field: "account", value: String(account) };
}
