/**
 * Administration over REST: halt and resume an instrument, enable and disable an account, cancel all of
 * an account's orders, read the audit trail. What moves money, defines things or opens accounts is not
 * among it: that stays with `deno task admin`.
 *
 * @module
 */
import { ACCOUNTS_MAX } from "../../core/matching/accounts.ts";
import type { ActAnswer, ActRefusal } from "../../core/protocol/act.ts";
import type { CommandReport } from "../../core/protocol/command_report.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { AdministrationCommand } from "../../infra/administration/administration_command.ts";
import { type Act, invalid, type VerifiedRequest } from "./act.ts";

/** Acts of the audit trail that one request gets. */
export const AUDITED_MAX = 500;
const AUDITED_DEFAULT = 100;

const SYMBOL = "([A-Z0-9]{1,10}-[A-Z0-9]{1,10})";
const ACCOUNT = "([1-9]\\d{0,9})";

const post = (path: string, run: Act["run"]): Act => ({
  method: "POST",
  path: new RegExp(`^/v1/admin/${path}$`),
  scope: "admin",
  run,
});

/** The acts. */
export const ADMIN_ACTS: readonly Act[] = [
  post(`instruments/${SYMBOL}/halt`, (verified) => setTrading(verified, false)),
  post(`instruments/${SYMBOL}/resume`, (verified) => setTrading(verified, true)),
  post(`accounts/${ACCOUNT}/enable`, (verified) => setAccount(verified, true)),
  post(`accounts/${ACCOUNT}/disable`, (verified) => setAccount(verified, false)),
  {
    method: "DELETE",
    path: new RegExp(`^/v1/admin/accounts/${ACCOUNT}/orders$`),
    scope: "admin",
    run: cancelOrders,
  },
  { method: "GET", path: /^\/v1\/admin\/audit$/, scope: "admin", run: readAudit },
];

async function setTrading(verified: VerifiedRequest, trading: boolean): Promise<ActAnswer> {
  const [symbol] = verified.named;
  const instrument = numberOf(verified, symbol);
  if (typeof instrument !== "number") return instrument;
  const report = await send(verified, { kind: "tradingStatus", instrument, trading });
  const status = trading ? "trading" : "halted";
  return { status: 200, body: { symbol, status, ...doneOf(report) } };
}

/** The command of the core would open an account that is not there. */
async function setAccount(verified: VerifiedRequest, enabled: boolean): Promise<ActAnswer> {
  const account = accountOf(verified);
  if (typeof account !== "number") return account;
  if (!await verified.parts.isOpen(account)) {
    return { refused: ResultCode.unknownAccount, field: "account", value: String(account) };
  }
  const report = await send(verified, { kind: "account", account, enabled });
  return { status: 200, body: { account: String(account), enabled, ...doneOf(report) } };
}

async function cancelOrders(verified: VerifiedRequest): Promise<ActAnswer> {
  const account = accountOf(verified);
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

async function readAudit({ parts, query }: VerifiedRequest): Promise<ActAnswer> {
  const limit = Number(query.get("limit") ?? AUDITED_DEFAULT);
  if (!Number.isInteger(limit) || limit < 1 || limit > AUDITED_MAX) {
    const takes = `a whole number from 1 to ${AUDITED_MAX}`;
    return invalid("invalidParameter", "limit", takes, query.get("limit") ?? "");
  }
  const sinceMicros = Number(query.get("sinceMicros") ?? 0);
  if (!Number.isSafeInteger(sinceMicros) || sinceMicros < 0) {
    const takes = "microseconds since the epoch";
    return invalid("invalidParameter", "sinceMicros", takes, query.get("sinceMicros") ?? "");
  }
  return { status: 200, body: await parts.audit(limit, sinceMicros) };
}

const send = ({ author, once, parts }: VerifiedRequest, command: AdministrationCommand) =>
  parts.send(author, command, once);

/** When the log has it. */
export const doneOf = ({ isDuplicate, sequence, stampMicros }: CommandReport) => ({
  sequence: String(sequence),
  transactTimeMicros: stampMicros,
  duplicate: isDuplicate,
});

function numberOf({ parts }: VerifiedRequest, symbol: string): number | ActRefusal {
  const terms = parts.reference.bySymbol(symbol);
  return terms?.instrument ?? { refused: "unknownSymbol", field: "symbol", value: symbol };
}

/** An account that may be one; whether it was opened the core knows. */
function accountOf({ named: [text] }: VerifiedRequest): number | ActRefusal {
  const account = Number(text);
  if (account < ACCOUNTS_MAX) return account;
  return invalid("invalidParameter", "account", `from 1 to ${ACCOUNTS_MAX - 1}`, text);
}
