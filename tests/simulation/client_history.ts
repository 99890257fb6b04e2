/**
 * What clients did and were told, with when: what the checkers hold against the log.
 *
 * @module
 */
import type { CommandReport } from "../../core/protocol/command_report.ts";
import { EventKind, OrderStatus } from "../../core/protocol/event_record.ts";
import { CommandKind } from "../../core/protocol/order_record.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { NumberedCommand } from "../support/frames.ts";
import type { LiveQuery } from "./simulated_matcher.ts";

/** An answer to a command, as its client got it. */
export interface HeardAnswer {
  /** What the answer comes to: equal for all answers to one command. */
  readonly outcome: string;
  /** Sequence of the command's last event. */
  readonly sequence: number;
  readonly heardMicros: number;
}

/** A command with one request id, however often it was sent. */
export interface ClientCommand {
  readonly command: NumberedCommand;
  /** When it was sent first. */
  readonly sentMicros: number;
  readonly answers: HeardAnswer[];
}

/** A read that was answered. */
export interface ClientRead {
  readonly query: LiveQuery;
  readonly sentMicros: number;
  readonly heardMicros: number;
  readonly sequence: number;
  readonly content: string;
}

/** Everything that clients know. */
export interface ClientHistory {
  readonly commands: ClientCommand[];
  readonly reads: ClientRead[];
}

/** Whether an answer says nothing of the command: it was late, and may be sent again. */
export function isLate(report: CommandReport): boolean {
  return report.code === ResultCode.deadlinePassed;
}

/**
 * What a report comes to, for a first one and a repeat alike.
 *
 * @param kind of the command
 */
export function outcomeOf(kind: number, report: CommandReport): string {
  const { code, executedLots, leavesLots, orderId, status } = report;
  if (report.kind === EventKind.rejected) return `rejected ${code}`;
  if (status === OrderStatus.rejected) return `rejected ${code}`;
  if (kind === CommandKind.newOrder) {
    return `order ${orderId} status ${status} executed ${executedLots} leaves ${leavesLots}`;
  }
  if (kind === CommandKind.amend) return `amend of ${orderId} status ${status}`;
  if (kind === CommandKind.cancel) return `cancel of ${orderId} status ${status} code ${code}`;
  if (kind === CommandKind.cancelAll) return `cancel of ${executedLots} orders code ${code}`;
  if (kind === CommandKind.cancelInstrument) {
    return `cancel of ${executedLots} orders, ${leavesLots} left, code ${code}`;
  }
  return `done ${code}`;
}
