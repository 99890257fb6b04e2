/**
 * Writes a gateway's command into the record that goes to the leader.
 *
 * @module
 */
import type { OutgoingFrame } from "../../core/batcher/outgoing_frame.ts";
import {
  CommandKind,
  writeAmend,
  writeCommandHead,
  writeNewOrder,
  writeSelection,
  writeTargetById,
  writeTargetByKey,
} from "../../core/protocol/order_record.ts";
import type { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import type { Command, NewOrderCommand, OrderTarget } from "./commands.ts";

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
  switch (command.kind) {
    case "newOrder":
      return writeOrder(frame, at, command);
    case "cancel":
      return writeTarget(wire, at, command.target);
    case "amend":
      writeAmend(wire, at, command.priceTicks, command.quantityLots);
      return writeTarget(wire, at, command.target);
    case "cancelAll":
      return writeSelection(wire, at, command.instrument, command.side ?? null);
  }
}

function writeOrder(frame: OutgoingFrame, at: number, command: NewOrderCommand): void {
  writeNewOrder(
    frame.wire,
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
}

function writeTarget(wire: WireBuffer, at: number, target: OrderTarget): void {
  if ("orderId" in target) writeTargetById(wire, at, target.orderId);
  else writeTargetByKey(wire, at, target.key.low, target.key.high);
}
