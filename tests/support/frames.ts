/**
 * Puts commands into frames, through the writers that gateways use.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import {
  type AuditAct,
  ClaimFlag,
  writeAmount,
  writeAsset,
  writeAudit,
  writeCancelInstrument,
  writeClaim,
  writeInstrument,
  writeSwitch,
  writeTransfer,
} from "../../core/protocol/administration.ts";
import {
  CRC_START_BYTES,
  EXTENDED_KIND_LEAST,
  EXTENDED_RECORD_BYTES,
  FRAME_HEADER_BYTES,
  FrameKind,
  RECORD_BYTES,
  writeFrameCrc,
  writeFrameHeader,
  writeFramesBehind,
} from "../../core/protocol/frame.ts";
import {
  ADMINISTRATION_KIND_LEAST,
  CommandKind,
  writeAmend,
  writeCommandHead,
  writeNewOrder,
  writeSelection,
  writeTargetById,
  writeTargetByKey,
  writeTextReference,
} from "../../core/protocol/order_record.ts";
import {
  isNumericClientOrderId,
  requestKeyOfClientOrderId,
} from "../../core/protocol/request_key.ts";
import { writeTermsChange } from "../../core/protocol/terms_change.ts";
import { padToEight, WireBuffer } from "../../core/protocol/wire_buffer.ts";
import type { Command } from "./commands.ts";

/** A command that has its request id. */
export type NumberedCommand = Command & { readonly requestId: string };

/** Where a frame comes from. */
export interface FrameOrigin {
  readonly sender: number;
  readonly frameNumber: number;
  /** Unanswered frames of the sender before this one; 0 when left out. */
  readonly framesBehind?: number;
}

/** The kind of frame that a command of this kind travels in. */
function frameKindFor(kind: number): number {
  if (kind === CommandKind.claim) return FrameKind.claim;
  return kind < ADMINISTRATION_KIND_LEAST ? FrameKind.orders : FrameKind.administration;
}

/** The text that travels beside a command's record; empty for most. */
export function textOf(command: NumberedCommand): string {
  switch (command.kind) {
    case CommandKind.newOrder:
      return isNumericClientOrderId(command.requestId) ? "" : command.requestId;
    case CommandKind.asset:
      return command.name;
    case CommandKind.instrument:
      return command.terms.symbol;
    case CommandKind.audit:
      return command.subject;
    default:
      return "";
  }
}

/** Length of a command's record. */
export function lengthOf(command: Command): number {
  return command.kind >= EXTENDED_KIND_LEAST ? EXTENDED_RECORD_BYTES : RECORD_BYTES;
}

/** Writes the record of a command, without its text reference, at `at`. */
export function writeCommand(frame: WireBuffer, at: number, command: NumberedCommand): void {
  const key = requestKeyOfClientOrderId(command.requestId);
  const { account, deadlineMicros, kind } = command;
  writeCommandHead(frame, at, kind, account, key.low, key.high, deadlineMicros);
  switch (command.kind) {
    case CommandKind.newOrder: {
      const { instrument, side, orderType, timeInForce, flags, selfTrade } = command;
      const { price, quantity } = command;
      writeNewOrder(
        frame,
        at,
        instrument,
        side,
        orderType,
        timeInForce,
        flags,
        selfTrade,
        price,
        quantity,
      );
      return;
    }
    case CommandKind.cancel:
      return writeTarget(frame, at, command.target);
    case CommandKind.amend:
      writeAmend(frame, at, command.price, command.quantity);
      return writeTarget(frame, at, command.target);
    case CommandKind.cancelAll:
    case CommandKind.cancelAccount:
      return writeSelection(frame, at, command.instrument, command.side ?? null);
    case CommandKind.account:
      return writeSwitch(frame, at, command.tradeGroup, command.on);
    case CommandKind.deposit:
    case CommandKind.withdraw:
      return writeAmount(frame, at, command.asset, command.amount);
    case CommandKind.transfer:
      return writeTransfer(
        frame,
        at,
        command.asset,
        command.amount,
        command.toAccount,
        command.rule,
      );
    case CommandKind.cancelInstrument:
      return writeCancelInstrument(frame, at, command.instrument);
    case CommandKind.tradingStatus:
      return writeSwitch(frame, at, command.instrument, command.on);
    case CommandKind.asset:
      return writeAsset(frame, at, command.asset, command.scale);
    case CommandKind.instrument:
      return writeInstrument(frame, at, command.terms);
    case CommandKind.instrumentTerms:
      return writeTermsChange(frame, at, command);
    case CommandKind.audit:
      return writeAudit(frame, at, command.act as AuditAct, Uint8Array.fromHex(command.digest));
    case CommandKind.claim:
      writeClaim(frame, at, command.epoch);
      if (!command.keepsMovements) frame.bytes[at + 4] &= ~ClaimFlag.keepsMovements;
      if (!command.cancelsInstruments) frame.bytes[at + 4] &= ~ClaimFlag.cancelsInstruments;
      if (!command.changesTerms) frame.bytes[at + 4] &= ~ClaimFlag.changesTerms;
      return;
  }
}

function writeTarget(frame: WireBuffer, at: number, target: number | string): void {
  if (typeof target === "number") return writeTargetById(frame, at, target);
  const { low, high } = requestKeyOfClientOrderId(target);
  writeTargetByKey(frame, at, low, high);
}

/**
 * A frame of these commands, exactly as long as it has to be and with its CRC, of the kind that its
 * first command needs.
 */
export function encodeFrame(
  commands: readonly NumberedCommand[],
  { sender, frameNumber, framesBehind = 0 }: FrameOrigin,
): WireBuffer {
  const texts = commands.map(textOf);
  const recordsLength = commands.reduce((sum, command) => sum + lengthOf(command), 0);
  const textLength = padToEight(texts.join("").length);
  const length = FRAME_HEADER_BYTES + recordsLength + textLength;
  const frame = WireBuffer.allocate(length);
  const kind = frameKindFor(commands[0]?.kind ?? CommandKind.newOrder);
  writeFrameHeader(frame, 0, kind, commands.length, sender, frameNumber, textLength, length);
  writeFramesBehind(frame, 0, framesBehind);
  const textStart = FRAME_HEADER_BYTES + recordsLength;
  let at = FRAME_HEADER_BYTES;
  let textOffset = 0;
  for (const [index, command] of commands.entries()) {
    writeCommand(frame, at, command);
    const text = new TextEncoder().encode(texts[index]);
    if (text.length > 0) writeTextReference(frame, at, textOffset, text.length);
    frame.bytes.set(text, textStart + textOffset);
    textOffset += text.length;
    at += lengthOf(command);
  }
  writeFrameCrc(frame, 0, crc32(frame.bytes.subarray(CRC_START_BYTES)));
  return frame;
}

/** One sender: numbers its frames from 1, and the commands that have no request id from 1. */
export class FrameSource {
  /** Number of the last frame. */
  frameNumber = 0;
  #requests = 0;

  constructor(readonly sender = 1) {}

  /** The commands with a request id each. */
  number(commands: readonly Command[]): NumberedCommand[] {
    return commands.map((command) => ({
      ...command,
      requestId: command.requestId ?? String(++this.#requests),
    }));
  }

  /** The next frame of this sender. */
  frame(commands: readonly Command[]): WireBuffer {
    const frameNumber = ++this.frameNumber;
    return encodeFrame(this.number(commands), { sender: this.sender, frameNumber });
  }
}
