/**
 * Frames for the tests of this folder.
 *
 * @module
 */
import { FrameKind } from "../../../core/protocol/frame.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { SenderOrder } from "../../../core/sequencer/sender_order.ts";
import { Sequencer } from "../../../core/sequencer/sequencer.ts";
import { buy, called, type Command } from "../../support/commands.ts";
import { encodeFrame, type NumberedCommand } from "../../support/frames.ts";

/** Stamp of the last message of the log that {@link startSequencer} goes on from. */
export const LAST_STAMP_MICROS = 1_700_000_000_000_000;

/** Order `requestId`: one lot at 100. */
export const order = (requestId: number): NumberedCommand =>
  buy(1, 100, called(String(requestId))) as NumberedCommand;

/** A frame with these commands; numbered orders when none are given. */
export function frameOf(
  sender: number,
  frameNumber: number,
  commands: readonly Command[] = [order(frameNumber)],
  framesBehind = 0,
): Uint8Array<ArrayBuffer> {
  const numbered = commands.map((command) => ({ requestId: String(frameNumber), ...command }));
  return encodeFrame(numbered, { sender, frameNumber, framesBehind }).bytes;
}

/** A sequencer behind a log of `lastSequence` messages and 10 commands. */
export function startSequencer(lastSequence = 5, epoch = 3): Sequencer {
  return new Sequencer(lastSequence, LAST_STAMP_MICROS, 10, epoch, new SenderOrder());
}

/** Offers a frame with one order. */
export function offerOrder(
  sequencer: Sequencer,
  frameNumber: number,
  sender = 7,
): ResultCode {
  return sequencer.offer(frameOf(sender, frameNumber), FrameKind.orders, `reply-${frameNumber}`);
}
