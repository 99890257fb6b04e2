/**
 * The administrative commands as an operator's program says them, and how one becomes a frame.
 *
 * @module
 */
import { OutgoingFrame } from "../../core/batcher/outgoing_frame.ts";
import {
  type AuditAct,
  type InstrumentTerms,
  TradeGroupChange,
  TransferRule,
  writeAmount,
  writeAsset,
  writeAudit,
  writeCancelInstrument,
  writeInstrument,
  writeSwitch,
  writeTransfer,
} from "../../core/protocol/administration.ts";
import {
  EXTENDED_KIND_LEAST,
  EXTENDED_RECORD_BYTES,
  FrameKind,
  RECORD_BYTES,
  TEXT_BYTES_MAX,
} from "../../core/protocol/frame.ts";
import { AUTHOR_BYTES_MAX, AUTHOR_MARK, AUTHOR_PATTERN } from "../../core/protocol/frame_author.ts";
import { CommandKind, writeCommandHead } from "../../core/protocol/order_record.ts";
import type { RequestKey } from "../../core/protocol/request_key.ts";
import { type TermsChange, writeTermsChange } from "../../core/protocol/terms_change.ts";
import { sealCrc } from "../journal/crc.ts";

/** What an operator may ask of a shard. Amounts in minor units; instrument 0 means every one. */
export type AdministrationCommand =
  | {
    readonly kind: "asset";
    readonly asset: number;
    readonly name: string;
    readonly scale: number;
  }
  | { readonly kind: "instrument"; readonly terms: InstrumentTerms }
  | {
    readonly kind: "account";
    readonly account: number;
    readonly enabled: boolean;
    /** 1 to TRADE_GROUP_MAX, or one of TradeGroupChange; as it is when left out. */
    readonly tradeGroup?: number;
  }
  | {
    readonly kind: "deposit" | "withdraw";
    readonly account: number;
    readonly asset: number;
    readonly amount: number;
  }
  | {
    readonly kind: "transfer";
    /** Account that it is taken from. */
    readonly account: number;
    readonly toAccount: number;
    readonly asset: number;
    readonly amount: number;
    /** TransferRule; any transfer when left out. */
    readonly rule?: number;
  }
  | { readonly kind: "tradingStatus"; readonly instrument: number; readonly trading: boolean }
  | { readonly kind: "cancelAccount"; readonly account: number; readonly instrument: number }
  | { readonly kind: "cancelInstrument"; readonly instrument: number }
  | ({ readonly kind: "instrumentTerms" } & TermsChange)
  | {
    readonly kind: "audit";
    readonly act: AuditAct;
    /** Account of the key; 0: none. */
    readonly account: number;
    /** What was done something with: the id of a key, of which the record has the first 36. */
    readonly subject: string;
    /** SHA-256 of what is written, of which the record has the first 8 bytes; empty: none. */
    readonly digest: Uint8Array;
  };

/** Where a frame comes from: the leader keeps each sender's frames in their order. */
export interface FrameOrigin {
  readonly sender: number;
  /** From 1, without gaps. */
  readonly frameNumber: number;
  /** Name of who sends it; the frame says none when left out. */
  readonly author?: string;
}

/** Printable ASCII: the text section holds one byte for each character. */
const TEXT_PATTERN = new RegExp(`^[\\x21-\\x7e]{1,${TEXT_BYTES_MAX}}$`);

/** A name that does not fit a record, or a frame. */
export class CommandTextError extends Error {
  override readonly name = "CommandTextError";
  constructor(readonly field: string, readonly value: string, most: number = TEXT_BYTES_MAX) {
    super(`${field} ${JSON.stringify(value)} takes 1 to ${most} ASCII characters, no blanks`);
  }
}

/** Texts of a frame: that of its record, and its author. */
const TEXTS_MAX = 2;

/**
 * Writes one command as a frame of its own, CRC included.
 *
 * @param key by which a repeat of the command is recognised
 * @throws {CommandTextError} when a name, symbol or author does not fit
 */
export function administrationFrame(
  command: AdministrationCommand,
  key: RequestKey,
  origin: FrameOrigin,
): Uint8Array {
  const frame = new OutgoingFrame(TEXTS_MAX);
  frame.open(origin.frameNumber, 0);
  const isExtended = CommandKind[command.kind] >= EXTENDED_KIND_LEAST;
  const at = frame.addRecord(isExtended ? EXTENDED_RECORD_BYTES : RECORD_BYTES);
  const account = "account" in command ? command.account : 0;
  writeCommandHead(frame.wire, at, CommandKind[command.kind], account, key.low, key.high, 0);
  writeContent(frame, at, command);
  addAuthor(frame, origin.author);
  frame.seal(FrameKind.administration, origin.sender);
  sealCrc(frame.wire, frame.byteLength);
  return frame.message;
}

function writeContent(frame: OutgoingFrame, at: number, command: AdministrationCommand): void {
  const { wire } = frame;
  switch (command.kind) {
    case "asset":
      writeAsset(wire, at, command.asset, command.scale);
      return addText(frame, at, "asset name", command.name);
    case "instrument":
      writeInstrument(wire, at, command.terms);
      return addText(frame, at, "symbol", command.terms.symbol);
    case "account":
      return writeSwitch(wire, at, command.tradeGroup ?? TradeGroupChange.stay, command.enabled);
    case "deposit":
    case "withdraw":
      return writeAmount(wire, at, command.asset, command.amount);
    case "transfer":
      return writeTransfer(
        wire,
        at,
        command.asset,
        command.amount,
        command.toAccount,
        command.rule ?? TransferRule.any,
      );
    case "tradingStatus":
      return writeSwitch(wire, at, command.instrument, command.trading);
    case "cancelAccount":
      return writeSwitch(wire, at, command.instrument, false);
    case "cancelInstrument":
      return writeCancelInstrument(wire, at, command.instrument);
    case "instrumentTerms":
      return writeTermsChange(wire, at, command);
    case "audit":
      writeAudit(wire, at, command.act, command.digest);
      return addText(frame, at, "audited id", command.subject.slice(0, TEXT_BYTES_MAX));
  }
}

function addText(frame: OutgoingFrame, at: number, field: string, text: string): void {
  if (!TEXT_PATTERN.test(text)) throw new CommandTextError(field, text);
  frame.addText(at, text);
}

function addAuthor(frame: OutgoingFrame, author: string | undefined): void {
  if (author === undefined) return;
  if (!AUTHOR_PATTERN.test(author)) throw new CommandTextError("name", author, AUTHOR_BYTES_MAX);
  frame.addFrameText(AUTHOR_MARK + author);
}
