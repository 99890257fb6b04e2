/**
 * Administration over REST: halt, resume and kill an instrument, cancel its orders, read the audit
 * trail. Accounts are in account_acts.ts, money in funds_acts.ts, new instruments in
 * instrument_acts.ts, changes of their terms in terms_acts.ts.
 *
 * @module
 */
import type { ActAnswer, ActRefusal } from "../../core/protocol/act.ts";
import type { AdministrationCommand } from "../../infra/administration/administration_command.ts";
import {
  cancelInstrumentOrders,
  killInstrument,
} from "../../infra/administration/instrument_kill.ts";
import { type Act, doneOf, invalid, type VerifiedRequest } from "./act.ts";

/** Acts of the audit trail that one request gets. */
export const AUDITED_MAX = 500;
const AUDITED_DEFAULT = 100;

const SYMBOL = "([A-Z0-9]{1,10}-[A-Z0-9]{1,10})";

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
  post(`instruments/${SYMBOL}/kill`, kill),
  {
    method: "DELETE",
    path: new RegExp(`^/v1/admin/instruments/${SYMBOL}/orders$`),
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

async function kill(verified: VerifiedRequest): Promise<ActAnswer> {
  const [symbol] = verified.named;
  const instrument = numberOf(verified, symbol);
  if (typeof instrument !== "number") return instrument;
  const { author, once, parts } = verified;
  const { canceled, report } = await killInstrument(
    (command, name) => parts.send(author, command, name),
    instrument,
    once,
  );
  return { status: 200, body: { symbol, status: "halted", canceled, ...doneOf(report) } };
}

async function cancelOrders(verified: VerifiedRequest): Promise<ActAnswer> {
  const [symbol] = verified.named;
  const instrument = numberOf(verified, symbol);
  if (typeof instrument !== "number") return instrument;
  const { author, once, parts } = verified;
  const { canceled, report } = await cancelInstrumentOrders(
    (command, name) => parts.send(author, command, name),
    instrument,
    once,
  );
  return { status: 200, body: { symbol, canceled, ...doneOf(report) } };
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

/** Sends a command that is the whole of the request. */
export const send = ({ author, once, parts }: VerifiedRequest, command: AdministrationCommand) =>
  parts.send(author, command, once);

/** Number of an instrument by its symbol. */
export function numberOf({ parts }: VerifiedRequest, symbol: string): number | ActRefusal {
  const terms = parts.reference.bySymbol(symbol);
  return terms?.instrument ?? { refused: "unknownSymbol", field: "symbol", value: symbol };
}
