/**
 * A naive exchange, obviously right and slow: plain objects, arrays that are filtered and sorted for
 * every question, BigInt money. The fast core must do exactly what this one does.
 *
 * @module
 */

import { HORIZON_MICROS } from "../../core/matching/outcomes.ts";
import { EventFlag, EventKind, OrderStatus } from "../../core/protocol/event_record.ts";
import { ADMINISTRATION_KIND_LEAST, CommandKind } from "../../core/protocol/order_record.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { SAFE_MAX } from "../../core/protocol/wire_buffer.ts";
import type { EventView } from "../core/matching/event_view.ts";
import type { NumberedCommand } from "../support/frames.ts";
import { type EventFields, keyOf, tagOf } from "./reference_event.ts";
import { administer } from "./reference_administration.ts";
import { amendOrder, cancelOrder } from "./reference_amend.ts";
import {
  type ReferenceInstrument,
  ReferenceLedger,
  type ReferenceOrder,
} from "./reference_ledger.ts";
import { changeTerms } from "./reference_terms.ts";
import { cancelAllOrders, cancelInstrumentOrders, placeOrder } from "./reference_orders.ts";

/** How a command ended: what a repeat of it is told. */
export interface Ending {
  readonly code: number;
  readonly status: number;
  readonly orderId: bigint;
  readonly executed: bigint;
  readonly leaves: bigint;
  readonly notional: bigint;
}

/** An outcome that is remembered. */
export interface ReferenceOutcome extends Ending {
  readonly owner: number;
  readonly requestId: string;
  readonly content: string;
  readonly kind: number;
  readonly sender: number;
  readonly frameNumber: number;
  readonly index: number;
  readonly eventSequence: bigint;
  readonly stampMicros: bigint;
  /** What the horizon counts from. */
  recordedMicros: bigint;
}

/** Kinds that move money. */
const MOVEMENTS: ReadonlySet<number> = new Set([
  CommandKind.deposit,
  CommandKind.withdraw,
  CommandKind.transfer,
]);

/** The whole exchange. */
export class ReferenceExchange {
  readonly assets = new Map<number, { readonly name: string; readonly scale: number }>();
  readonly instruments = new Map<number, ReferenceInstrument>();
  readonly symbols = new Set<string>();
  /** Whether an account is enabled; the venue's own, 0, is there and may not trade. */
  readonly accounts = new Map<number, boolean>([[0, false]]);
  /** The trade groups of the accounts that are in one. */
  readonly tradeGroups = new Map<number, number>();
  readonly ledger = new ReferenceLedger();
  outcomes: ReferenceOutcome[] = [];
  /** Movements that were carried out since a claim said that they are kept. None ever goes. */
  readonly movements: ReferenceOutcome[] = [];
  keepsMovements = false;
  /** Whether the leader of the last claim knows how to cancel the orders of an instrument. */
  cancelsInstruments = false;
  /** Whether it knows how to change terms. */
  changesTerms = false;
  /** Events of the present append. */
  events: EventView[] = [];
  eventSequence = 0n;
  lastOrderId = 0n;
  lastTradeId = 0n;
  /** Priority of the order that came to rest last. */
  lastPriority = 0n;
  commandCount = 0;
  stampMicros = 0n;
  textLength = 0;
  #index = 0;

  /** Orders that rest, the oldest first. */
  get open(): ReferenceOrder[] {
    return this.ledger.open;
  }

  /** Begins an append: outcomes past the horizon go, but for those of open orders. */
  beginAppend(stampMicros: number): void {
    this.stampMicros = BigInt(stampMicros);
    this.events = [];
    this.textLength = 0;
    const isOld = ({ recordedMicros }: ReferenceOutcome): boolean =>
      recordedMicros + BigInt(HORIZON_MICROS) < this.stampMicros;
    // They stand in the order in which they were recorded.
    if (this.outcomes.length === 0 || !isOld(this.outcomes[0])) return;
    const kept = this.outcomes.filter((outcome) => !isOld(outcome));
    for (const outcome of this.outcomes.filter(isOld)) {
      if (outcome.kind !== CommandKind.newOrder) continue;
      if (!this.open.some(({ id }) => id === outcome.orderId)) continue;
      kept.push({ ...outcome, recordedMicros: this.stampMicros });
    }
    this.outcomes = kept;
  }

  /** Applies one command of a frame. */
  apply(command: NumberedCommand, sender: number, frameNumber: number, index: number): void {
    this.#index = index;
    this.commandCount++;
    if (command.kind === CommandKind.claim) {
      if (command.keepsMovements && !this.keepsMovements) {
        this.keepsMovements = true;
        const moved = this.outcomes.filter(({ code, kind }) =>
          MOVEMENTS.has(kind) && code === ResultCode.ok
        );
        this.movements.push(...moved);
      }
      this.cancelsInstruments = command.cancelsInstruments;
      this.changesTerms = command.changesTerms;
      return this.emit(EventKind.claim, { at32: BigInt(command.epoch) });
    }
    if (
      (command.kind === CommandKind.cancelInstrument && !this.cancelsInstruments) ||
      (command.kind === CommandKind.instrumentTerms && !this.changesTerms)
    ) {
      this.reject(command, ResultCode.unknownKind, BigInt(SAFE_MAX), 0n);
      return;
    }
    const isAdministrative = command.kind >= ADMINISTRATION_KIND_LEAST;
    const owner = isAdministrative ? 0 : command.account;
    if (
      (!isAdministrative || command.kind === CommandKind.cancelAccount) &&
      !this.accounts.has(command.account)
    ) {
      const last = Math.max(...this.accounts.keys());
      this.reject(command, ResultCode.unknownAccount, BigInt(last), BigInt(command.account));
      return;
    }
    const { requestId, deadlineMicros, ...rest } = command;
    // What a change of terms has seen before is no part of what it asks for.
    const content = JSON.stringify("from" in rest ? { ...rest, from: null } : rest);
    const isMovement = MOVEMENTS.has(command.kind);
    const moved = isMovement
      ? this.movements.find((one) => one.requestId === requestId)
      : undefined;
    const known = moved ??
      this.outcomes.find((one) => one.owner === owner && one.requestId === requestId);
    if (known !== undefined) {
      if (known.content !== content) this.reject(command, ResultCode.differentContent, 0n, 0n);
      else this.#repeat(command, known, { sender, frameNumber, index });
      return;
    }
    const deadline = BigInt(deadlineMicros);
    if (deadline !== 0n && deadline < this.stampMicros) {
      this.reject(command, ResultCode.deadlinePassed, deadline, this.stampMicros);
      return;
    }
    const ending = this.#carryOut(command);
    const outcome = {
      ...ending,
      owner,
      requestId,
      content,
      kind: command.kind,
      sender,
      frameNumber,
      index,
      eventSequence: this.eventSequence,
      stampMicros: this.stampMicros,
      recordedMicros: this.stampMicros,
    };
    this.outcomes.push(outcome);
    const isDone = isMovement && ending.code === ResultCode.ok;
    if (isDone && this.keepsMovements) this.movements.push({ ...outcome });
  }

  /** Appends an event. */
  emit(kind: number, fields: EventFields): void {
    this.eventSequence++;
    const index = this.#index;
    const nothing = { side: 0, status: 0, flags: 0, code: 0, instrument: 0, account: 0 };
    const numbers = { orderId: 0n, at24: 0n, at32: 0n, at40: 0n, at48: 0n, at56: 0n };
    this.events.push({ kind, index, ...nothing, ...numbers, ...fields });
  }

  /** Appends a rejection and says how the command ended. */
  reject(command: NumberedCommand, code: number, limit: bigint, value: bigint): Ending {
    const { account } = command;
    this.emit(EventKind.rejected, {
      ...tagOf(command),
      status: OrderStatus.rejected,
      code,
      account,
      at24: keyOf(command.requestId),
      at32: limit,
      at40: value,
      at56: BigInt(command.kind),
    });
    const status = OrderStatus.rejected;
    return { code, status, orderId: 0n, executed: limit, leaves: value, notional: 0n };
  }

  #carryOut(command: NumberedCommand): Ending {
    switch (command.kind) {
      case CommandKind.newOrder:
        return placeOrder(this, command);
      case CommandKind.cancel:
        return cancelOrder(this, command);
      case CommandKind.amend:
        return amendOrder(this, command);
      case CommandKind.cancelAll:
      case CommandKind.cancelAccount:
        return cancelAllOrders(this, command);
      case CommandKind.cancelInstrument:
        return cancelInstrumentOrders(this, command);
      case CommandKind.instrumentTerms:
        return changeTerms(this, command);
      default:
        return administer(this, command);
    }
  }

  #repeat(
    command: NumberedCommand,
    first: ReferenceOutcome,
    from: { readonly sender: number; readonly frameNumber: number; readonly index: number },
  ): void {
    const isOwn = first.sender === from.sender && first.frameNumber === from.frameNumber &&
      first.index === from.index;
    const isOrder = first.kind === CommandKind.newOrder;
    const { status, code, orderId } = first;
    this.emit(EventKind.summary, {
      ...tagOf(command),
      status,
      code,
      orderId,
      account: command.account,
      flags: (isOwn ? 0 : EventFlag.duplicate) | (isOrder ? 0 : EventFlag.notAnOrder),
      at24: first.stampMicros,
      at32: first.eventSequence,
      at40: first.executed,
      at48: first.leaves,
      at56: first.notional,
    });
  }
}
