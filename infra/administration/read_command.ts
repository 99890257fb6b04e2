/**
 * Reads administrative commands back out of a frame, as the journal has them: the other way round
 * than administration_command.ts.
 *
 * @module
 */
import {
  AUDIT_DIGEST_BYTES,
  type AuditAct,
  InstrumentWord,
  TransferRule,
} from "../../core/protocol/administration.ts";
import { CommandKind, OrderWord } from "../../core/protocol/order_record.ts";
import type { RequestKey } from "../../core/protocol/request_key.ts";
import { readTermsChange } from "../../core/protocol/terms_change.ts";
import { readU64, type WireBuffer } from "../../core/protocol/wire_buffer.ts";
import type { AdministrationCommand } from "./administration_command.ts";

/** A command of the journal: one that an operator can send, a leader's claim, or one of the future. */
export type JournaledCommand =
  | AdministrationCommand
  | { readonly kind: "claim"; readonly epoch: number }
  | { readonly kind: "unknown"; readonly number: number };

/** Request key of the record at `at`. */
export const readRequestKey = ({ words }: WireBuffer, at: number): RequestKey => ({
  low: words[(at >> 2) + OrderWord.keyLow],
  high: words[(at >> 2) + OrderWord.keyHigh],
});

/**
 * The administrative command at `at` of a checked frame whose text section begins at `textAt`.
 * What the core would refuse is read all the same.
 */
export function readAdministration(
  frame: WireBuffer,
  at: number,
  textAt: number,
): JournaledCommand {
  const { bytes, words } = frame;
  const word = at >> 2;
  const account = words[word + OrderWord.account];
  const number = words[word + OrderWord.instrument];
  const amount = readU64(words, word + OrderWord.quantity);
  const isOn = bytes[at + 1] === 1;
  switch (bytes[at]) {
    case CommandKind.account:
      return { kind: "account", account, enabled: isOn, tradeGroup: number };
    case CommandKind.deposit:
      return { kind: "deposit", account, asset: number, amount };
    case CommandKind.withdraw:
      return { kind: "withdraw", account, asset: number, amount };
    case CommandKind.transfer:
      return {
        kind: "transfer",
        account,
        toAccount: words[word + OrderWord.target],
        asset: number,
        amount,
        ...(bytes[at + 1] === TransferRule.any ? {} : { rule: bytes[at + 1] }),
      };
    case CommandKind.tradingStatus:
      return { kind: "tradingStatus", instrument: number, trading: isOn };
    case CommandKind.cancelAccount:
      return { kind: "cancelAccount", account, instrument: number };
    case CommandKind.cancelInstrument:
      return { kind: "cancelInstrument", instrument: number };
    case CommandKind.asset: {
      const name = textOf(frame, at, textAt);
      return { kind: "asset", asset: number, name, scale: bytes[at + 1] };
    }
    case CommandKind.instrument:
      return readInstrument(frame, at, textAt);
    case CommandKind.instrumentTerms:
      return { kind: "instrumentTerms", ...readTermsChange(frame, at) };
    case CommandKind.audit: {
      const from = at + 4 * OrderWord.target;
      return {
        kind: "audit",
        act: bytes[at + 1] as AuditAct,
        account,
        subject: textOf(frame, at, textAt),
        digest: bytes.slice(from, from + AUDIT_DIGEST_BYTES),
      };
    }
    case CommandKind.claim:
      return { kind: "claim", epoch: readU64(words, word + OrderWord.price) };
    default:
      return { kind: "unknown", number: bytes[at] };
  }
}

function readInstrument(frame: WireBuffer, at: number, textAt: number): AdministrationCommand {
  const { bytes, words } = frame;
  const word = at >> 2;
  return {
    kind: "instrument",
    terms: {
      instrument: words[word + OrderWord.instrument],
      symbol: textOf(frame, at, textAt),
      baseAsset: words[word + InstrumentWord.baseAsset],
      quoteAsset: words[word + InstrumentWord.quoteAsset],
      priceScale: bytes[at + 1],
      quantityScale: bytes[at + 2],
      tickSize: readU64(words, word + OrderWord.price),
      lotSize: readU64(words, word + OrderWord.quantity),
      priceTicksMax: readU64(words, word + InstrumentWord.priceTicksMax),
      quantityLotsMax: readU64(words, word + InstrumentWord.quantityLotsMax),
      makerFeePpm: words[word + InstrumentWord.makerFeePpm],
      takerFeePpm: words[word + InstrumentWord.takerFeePpm],
      collarPpm: words[word + InstrumentWord.collarPpm],
    },
  };
}

function textOf(frame: WireBuffer, at: number, textAt: number): string {
  const from = textAt + frame.words[(at >> 2) + OrderWord.textOffset];
  const length = frame.halves[(at >> 1) + 3];
  return String.fromCharCode(...frame.bytes.subarray(from, from + length));
}
