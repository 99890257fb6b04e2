/**
 * Administrative acts of the journal in words.
 *
 * @module
 */
import { AuditAct, TradeGroupChange } from "../../core/protocol/administration.ts";
import { formatDecimal } from "../../core/protocol/decimal.ts";
import { reasonOf } from "../../core/history/reason.ts";
import type { InstrumentReference } from "../../core/protocol/queries.ts";
import {
  CHANGEABLE_TERMS,
  type ChangeableTerm,
  type TermsChange,
} from "../../core/protocol/terms_change.ts";
import type { ActResult } from "../../infra/journal/act_results.ts";
import type { AdministrativeAct } from "../../infra/journal/administrative_acts.ts";
import { OPERATOR, timeOf } from "./shown_key.ts";

/** An act as it is shown. */
export interface ShownAct {
  readonly time: string;
  readonly timeMicros: number;
  readonly journalSequence: string;
  readonly commandNumber: string;
  /** Who, as the command says of itself; `leader` of a claim. */
  readonly by: string;
  /** `deposit`, `keyRevoke`. */
  readonly act: string;
  /** What it was done with: an account, a key, an instrument. */
  readonly subject: string;
  /** The rest of what it says. */
  readonly details: string;
  readonly result: "done" | "refused" | "repeat" | "unknown";
  /** Why it was refused. */
  readonly reason: string | null;
}

/** An asset as amounts need it. */
interface AssetTerms {
  readonly name: string;
  readonly scale: number;
}

const AUDIT_ACTS: ReadonlyMap<number, string> = new Map(
  Object.entries(AuditAct).map(([name, act]) => [act, name]),
);

const TERM_NAMES: Readonly<Record<ChangeableTerm, string>> = {
  makerFeePpm: "maker ppm",
  takerFeePpm: "taker ppm",
  collarPpm: "collar ppm",
  priceTicksMax: "highest price in ticks",
  quantityLotsMax: "largest quantity in lots",
};

/** Names of instruments and assets, by number: those of the market, and what the acts define. */
export class ActNames {
  readonly #assets = new Map<number, AssetTerms>();
  readonly #symbols = new Map<number, string>();

  constructor(instruments: readonly InstrumentReference[], acts: readonly AdministrativeAct[]) {
    for (const one of instruments) {
      this.#symbols.set(one.instrument, one.symbol);
      this.#assets.set(one.baseAsset, { name: one.baseName, scale: one.baseScale });
      this.#assets.set(one.quoteAsset, { name: one.quoteName, scale: one.quoteScale });
    }
    for (const { command } of acts) {
      if (command.kind !== "asset" || this.#assets.has(command.asset)) continue;
      this.#assets.set(command.asset, { name: command.name, scale: command.scale });
    }
  }

  /** An amount as a decimal; of an asset that no instrument has, in its smallest units. */
  amount(asset: number, units: number): string {
    const terms = this.#assets.get(asset);
    if (terms === undefined) return `${units} units of asset ${asset}`;
    return `${formatDecimal(units, terms.scale)} ${terms.name}`;
  }

  /** An instrument's symbol; 0 stands for all. */
  symbol(instrument: number): string {
    if (instrument === 0) return "every instrument";
    return this.#symbols.get(instrument) ?? `instrument ${instrument}`;
  }
}

/** An act in words. */
export function shownAct(act: AdministrativeAct, result: ActResult, names: ActNames): ShownAct {
  const { author, commandNumber, command, journalSequence, stampMicros } = act;
  const isRefused = typeof result === "object";
  return {
    time: timeOf(stampMicros),
    timeMicros: stampMicros,
    journalSequence: String(journalSequence),
    commandNumber: String(commandNumber),
    by: command.kind === "claim" ? "leader" : author,
    ...contentOf(act, names),
    result: isRefused ? "refused" : result,
    reason: isRefused ? reasonOf(result.refused) : null,
  };
}

function contentOf(
  { command }: AdministrativeAct,
  names: ActNames,
): Pick<ShownAct, "act" | "subject" | "details"> {
  const { kind } = command;
  switch (kind) {
    case "account":
      return {
        act: kind,
        subject: `account ${command.account}`,
        details: (command.enabled ? "enabled" : "disabled") + groupOf(command.tradeGroup ?? 0),
      };
    case "deposit":
    case "withdraw":
    case "transfer": {
      const to = kind === "transfer" ? ` to account ${command.toAccount}` : "";
      const details = names.amount(command.asset, command.amount) + to;
      return { act: kind, subject: `account ${command.account}`, details };
    }
    case "tradingStatus":
      return {
        act: kind,
        subject: names.symbol(command.instrument),
        details: command.trading ? "resumed" : "halted",
      };
    case "cancelAccount":
      return {
        act: kind,
        subject: `account ${command.account}`,
        details: `all orders of ${names.symbol(command.instrument)}`,
      };
    case "cancelInstrument":
      return {
        act: kind,
        subject: names.symbol(command.instrument),
        details: "orders of every account",
      };
    case "instrumentTerms":
      return {
        act: kind,
        subject: names.symbol(command.instrument),
        details: termsChanged(command),
      };
    case "asset":
      return { act: kind, subject: command.name, details: `${command.scale} decimals` };
    case "instrument": {
      const { makerFeePpm, symbol, takerFeePpm } = command.terms;
      const details = `defined, fees ${makerFeePpm} and ${takerFeePpm} ppm`;
      return { act: kind, subject: symbol, details };
    }
    case "claim":
      return { act: kind, subject: `epoch ${command.epoch}`, details: "" };
    case "audit":
      return {
        act: AUDIT_ACTS.get(command.act) ?? `audit ${command.act}`,
        subject: command.subject,
        details: auditDetails(command.account, command.digest),
      };
    case "unknown":
      return { act: `kind ${command.number}`, subject: "", details: "of a later version" };
  }
}

/** In the units of the log: the audit trail does not know an instrument's steps. */
function termsChanged({ from, to }: TermsChange): string {
  const parts = CHANGEABLE_TERMS.filter((term) => to[term] !== undefined)
    .map((term) => `${TERM_NAMES[term]} ${from[term]} to ${to[term]}`);
  return parts.join(", ");
}

function auditDetails(account: number, digest: Uint8Array): string {
  const whose = account === OPERATOR ? "" : `account ${account}`;
  const written = digest.every((byte) => byte === 0) ? "" : `digest ${digest.toHex()}`;
  return [whose, written].filter(Boolean).join(", ");
}

function groupOf(tradeGroup: number): string {
  if (tradeGroup === TradeGroupChange.stay) return "";
  return tradeGroup === TradeGroupChange.leave
    ? ", in no trade group"
    : `, trade group ${tradeGroup}`;
}
