/**
 * Writes a gateway's command into the record that goes to the leader.
 *
 * @module
 */
import type { OutgoingFrame } from "../../core/batcher/outgoing_frame.ts";
import {
  CommandKind,
  OrderWord,
  writeCommandHead,
  writeNewOrder,
  writeTargetById,
  writeTargetByKey,
} from "../../core/protocol/order_record.ts";
import type { Command } from "./commands.ts";

/** Adds the record of `command` to the open frame. */
export function writeCommand(frame: OutgoingFrame, command: Command): void {
  const at = frame.addRecord();
  const { account, key, deadlineMicros } = command;
  const { wire } = frame;
  writeCommandHead(
    wire,
    at,
    CommandKind[command.kind],
    account,
    key.low,
    key.high,
    deadlineMicros,
  );
  if (command.kind === "newOrder") {
    writeNewOrder(
      wire,
      at,
      command.instrument,
      command.side,
      command.orderType,
      command.timeInForce,
      command.flags,
      command.selfTrade,
      command.priceTicks,
      command.quantityLots,
    );
    if (command.clientOrderText !== null) frame.addText(at, command.clientOrderText);
  } else if (command.kind === "cancelAll") {
    wire.words[(at >> 2) + OrderWord.instrument] = command.instrument;
  } else if ("orderId" in command.target) {
    writeTargetById(wire, at, command.target.orderId);
  } else {
    writeTargetByKey(wire, at, command.target.key.low, command.target.key.high);
  }
}
