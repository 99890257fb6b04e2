/**
 * The commands that a gateway submits, and how it is told that it could not.
 *
 * @module
 */
import type { CommandReport } from "../../core/protocol/command_report.ts";
import type { RequestKey } from "../../core/protocol/request_key.ts";
import type { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import type { ReportPart } from "./record_reports.ts";

/** What every command has. */
export interface CommandBase {
  readonly account: number;
  readonly key: RequestKey;
  /** Microseconds since the epoch after which the core refuses the command; 0: never. */
  readonly deadlineMicros: number;
}

/** A new order. Prices in ticks, quantities in lots (or a budget in minor units). */
export interface NewOrderCommand extends CommandBase {
  readonly kind: "newOrder";
  /** Client order id where it is text; `null` where there is none or the key holds its number. */
  readonly clientOrderText: string | null;
  readonly instrument: number;
  readonly side: number;
  readonly orderType: number;
  readonly timeInForce: number;
  readonly flags: number;
  readonly selfTrade: number;
  readonly priceTicks: number;
  readonly quantityLots: number;
}

/** One order of the account, by its id or by the request key it was placed with. */
export type OrderTarget = { readonly orderId: number } | { readonly key: RequestKey };

/** A cancel of one order. */
export interface CancelCommand extends CommandBase {
  readonly kind: "cancel";
  readonly target: OrderTarget;
}

/** Another price or quantity for one order; what is 0 stays as it is. */
export interface AmendCommand extends CommandBase {
  readonly kind: "amend";
  readonly target: OrderTarget;
  readonly priceTicks: number;
  /** The new total in lots, what was executed included. */
  readonly quantityLots: number;
}

/** A cancel of every open order of the account, or of those of one instrument, one side. */
export interface CancelAllCommand extends CommandBase {
  readonly kind: "cancelAll";
  /** 0: every one. */
  readonly instrument: number;
  /** Both where it is left out. */
  readonly side?: number;
}

/** Any of them. */
export type Command = NewOrderCommand | CancelCommand | AmendCommand | CancelAllCommand;

/**
 * Whether a command only takes orders off the book. These have room of their own on the way to the
 * leader; an amend has not, for it can add to what an account risks as a new order does.
 */
export function isCancel({ kind }: Command): boolean {
  return kind === "cancel" || kind === "cancelAll";
}

/**
 * Answer to a submitted command: its report; or `pending` when none came within the wait limit: the
 * outcome is unknown and can be asked for by the client order id.
 */
export type Submitted = CommandReport | "pending";

/** Answer to a command of a batch: as to any other, or why this one was not sent. */
export type BatchAnswer = Submitted | OverloadedError | OrderPathDownError;

/** A client's frame whose records are all checked: plain ones, of commands that clients may send. */
export interface ClientRecords {
  /** With the records behind a frame's header. */
  readonly wire: WireBuffer;
  /** Offset that those of texts count from. */
  readonly textAt: number;
  readonly count: number;
  /** Whose commands they are. */
  readonly account: number;
  /** Until when they may be carried out, where they do not say an earlier time. */
  readonly deadlineMicros: number;
  /** What the keys of records without one are derived from. */
  readonly key: RequestKey;
  /** How many are cancels. */
  readonly cancels: number;
}

/** Submits commands to the shard. */
export interface OrderGateway {
  /**
   * @param waitMillis how long to wait for the report; 0: not at all
   * @throws {OverloadedError} when there is no room: the command was not sent and never will be
   * @throws {OrderPathDownError} when commands before it wait in vain: neither was this one sent
   */
  submit(command: Command, waitMillis: number): Promise<Submitted>;
  /**
   * Submits commands as neighbours, in their order, and waits once for all of them. Each stands for
   * itself: what there is no room for is not sent, and those behind it are all the same.
   */
  submitAll(commands: readonly Command[], waitMillis: number): Promise<readonly BatchAnswer[]>;
  /** Whether `submitRecords` would take so many records just now. */
  takes(records: number, areCancels: boolean): boolean;
  /**
   * Submits checked records, in their order: all of them or none.
   *
   * @returns the reports that came within the wait limit, unread
   * @throws {OverloadedError} when there is no room for all: none was sent
   * @throws {OrderPathDownError} as of `submit`, where not all of them are cancels
   */
  submitRecords(records: ClientRecords, waitMillis: number): Promise<readonly ReportPart[]>;
  /** For health and metrics. */
  readonly status: OrderGatewayStatus;
}

/** What a gateway's order path looks like at the moment. */
export interface OrderGatewayStatus {
  readonly waitingRecords: number;
  readonly framesInFlight: number;
  readonly roundTripMicros: number;
  readonly submitted: number;
  readonly answered: number;
  readonly pending: number;
  readonly refused: number;
  readonly framesSent: number;
  readonly framesResent: number;
  /** What is down while commands wait in vain, and for how long they have; `null`: all is well. */
  readonly down: { readonly part: OrderPathPart; readonly silentMillis: number } | null;
  /** When the leader last answered, in milliseconds since the epoch; 0: never. */
  readonly lastAnswerMillis: number;
}

/** What an order needs on its way into the log. */
export type OrderPathPart = "broker" | "leader" | "journal";

/**
 * Nothing has been answered for a while. Commands that were taken before wait; a new order would only
 * wait behind them. Nothing of it was sent.
 */
export class OrderPathDownError extends Error {
  override readonly name = "OrderPathDownError";
  constructor(
    readonly part: OrderPathPart,
    readonly silentMillis: number,
    readonly retryAfterSeconds: number,
  ) {
    super(`the ${part} has answered nothing for ${silentMillis} ms`);
  }
}

/** Seconds that a client is asked to stay away when there is no room. */
export const RETRY_AFTER_SECONDS = 1;

/** No room for one more command. Nothing of it was sent. */
export class OverloadedError extends Error {
  override readonly name = "OverloadedError";
  constructor(readonly retryAfterSeconds: number, readonly waitingRecords: number) {
    super(`${waitingRecords} commands wait already; come again in ${retryAfterSeconds} s`);
  }
}
