/**
 * The administrative commands as an operator's program says them, and how one becomes a frame.
 *
 * @module
 */
import { OutgoingFrame } from "../../core/batcher/outgoing_frame.ts";
import {
  type InstrumentTerms,
  TradeGroupChange,
  writeAmount,
  writeAsset,
  writeInstrument,
  writeSwitch,
  writeTransfer,
} from "../../core/protocol/administration.ts";
import {
  EXTENDED_RECORD_BYTES,
  FrameKind,
  RECORD_BYTES,
  TEXT_BYTES_MAX,
} from "../../core/protocol/frame.ts";
import { CommandKind, writeCommandHead } from "../../core/protocol/order_record.ts";
import type { RequestKey } from "../../core/protocol/request_key.ts";
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
  }
  | { readonly kind: "tradingStatus"; readonly instrument: number; readonly trading: boolean }
  | { readonly kind: "cancelAccount"; readonly account: number; readonly instrument: number };

/** Where a frame comes from: the leader keeps each sender's frames in their order. */
export interface FrameOrigin {
  readonly sender: number;
  /** From 1, without gaps. */
  readonly frameNumber: number;
}

/** Printable ASCII: the text section holds one byte for each character. */
const TEXT_PATTERN = new RegExp(`^[\\x21-\\x7e]{1,${TEXT_BYTES_MAX}}$`);

/** A name that does not fit a record. */
export class CommandTextError extends Error {
  override readonly name = "CommandTextError";
  constructor(readonly field: string, readonly value: string) {
    super(`${field} ${JSON.stringify(value)} takes 1 to ${TEXT_BYTES_MAX} ASCII characters`);
  }
}

/**
 * Writes one command as a frame of its own, CRC included.
 *
 * @param key by which a repeat of the command is recognised
 * @throws {CommandTextError} when a name or symbol does not fit
 */
export function administrationFrame(
  command: AdministrationCommand,
  key: RequestKey,
  origin: FrameOrigin,
): Uint8Array {
  const frame = new OutgoingFrame(1);
  frame.open(origin.frameNumber, 0);
  const isExtended = command.kind === "instrument";
  const at = frame.addRecord(isExtended ? EXTENDED_RECORD_BYTES : RECORD_BYTES);
  const account = "account" in command ? command.account : 0;
  writeCommandHead(frame.wire, at, CommandKind[command.kind], account, key.low, key.high, 0);
  writeContent(frame, at, command);
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
      return writeTransfer(wire, at, command.asset, command.amount, command.toAccount);
    case "tradingStatus":
      return writeSwitch(wire, at, command.instrument, command.trading);
    case "cancelAccount":
      return writeSwitch(wire, at, command.instrument, false);
  }
}

function addText(frame: OutgoingFrame, at: number, field: string, text: string): void {
  if (!TEXT_PATTERN.test(text)) throw new CommandTextError(field, text);
  frame.addText(at, text);
}
