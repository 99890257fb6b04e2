/**
 * Commands as plain data: what a test's commands are made of. commands.ts says them.
 *
 * Prices are in ticks, quantities in lots, money in minor units, times in microseconds.
 *
 * @module
 */

import type { InstrumentTerms } from "../../core/protocol/administration.ts";
import type { CommandKind } from "../../core/protocol/order_record.ts";
import type { TermsChange } from "../../core/protocol/terms_change.ts";

/** What every command carries. */
export interface Request {
  readonly account: number;
  /** Client order id, a number or a text; left out: numbered by the source of the frame. */
  readonly requestId?: string;
  /** 0: none. */
  readonly deadlineMicros: number;
}

/** A new order. */
export interface NewOrder extends Request {
  readonly kind: typeof CommandKind.newOrder;
  readonly instrument: number;
  readonly side: number;
  readonly orderType: number;
  readonly timeInForce: number;
  readonly flags: number;
  readonly selfTrade: number;
  readonly price: number;
  readonly quantity: number;
}

/** A cancel of one order, by its id or by the client order id it was placed with. */
export interface Cancel extends Request {
  readonly kind: typeof CommandKind.cancel;
  readonly target: number | string;
}

/** A change of one order's price or quantity, named as by a cancel; 0 leaves one as it is. */
export interface Amend extends Request {
  readonly kind: typeof CommandKind.amend;
  readonly target: number | string;
  readonly price: number;
  /** The new total, what was executed included. */
  readonly quantity: number;
}

/** A cancel of an account's orders, by itself or by the operator; instrument 0: of all of them. */
export interface CancelAll extends Request {
  readonly kind: typeof CommandKind.cancelAll | typeof CommandKind.cancelAccount;
  readonly instrument: number;
  /** Of a cancel by the account itself: the orders of this side alone. */
  readonly side?: number;
}

/** The operator's cancel of the orders of an instrument, so many of them at once. */
export interface CancelInstrument extends Request {
  readonly kind: typeof CommandKind.cancelInstrument;
  readonly instrument: number;
}

/** Opens, enables or disables an account. */
export interface AccountSwitch extends Request {
  readonly kind: typeof CommandKind.account;
  readonly on: boolean;
  /** 0: as it is. */
  readonly tradeGroup: number;
}

/** A deposit or a withdrawal. */
export interface Movement extends Request {
  readonly kind: typeof CommandKind.deposit | typeof CommandKind.withdraw;
  readonly asset: number;
  readonly amount: number;
}

/** A transfer from the request's account to another. */
export interface Transfer extends Request {
  readonly kind: typeof CommandKind.transfer;
  readonly toAccount: number;
  readonly asset: number;
  readonly amount: number;
  /** TransferRule; any when left out. */
  readonly rule?: number;
}

/** Halts an instrument or lets it trade. */
export interface TradingSwitch extends Request {
  readonly kind: typeof CommandKind.tradingStatus;
  readonly instrument: number;
  readonly on: boolean;
}

/** Names an asset. */
export interface AssetDefinition extends Request {
  readonly kind: typeof CommandKind.asset;
  readonly asset: number;
  readonly name: string;
  readonly scale: number;
}

/** Defines an instrument. */
export interface InstrumentDefinition extends Request {
  readonly kind: typeof CommandKind.instrument;
  readonly terms: InstrumentTerms;
}

/** Changes terms of an instrument. */
export interface TermsChangeCommand extends Request, TermsChange {
  readonly kind: typeof CommandKind.instrumentTerms;
}

/** What was done that the log does not do itself; `account` is that of the key. */
export interface Audit extends Request {
  readonly kind: typeof CommandKind.audit;
  readonly act: number;
  readonly subject: string;
  /** Hexadecimal, 16 digits. */
  readonly digest: string;
}

/** The claim of a new leader. */
export interface Claim extends Request {
  readonly kind: typeof CommandKind.claim;
  readonly epoch: number;
  /** Whether movements are kept for ever from it on; that of an older leader does not say so. */
  readonly keepsMovements: boolean;
  /** Whether its leader cancels the orders of instruments; an older one does not know how. */
  readonly cancelsInstruments: boolean;
  /** Whether its leader changes terms of instruments. */
  readonly changesTerms: boolean;
}

/** Everything that a record can ask for. */
export type Command =
  | NewOrder
  | Cancel
  | Amend
  | CancelAll
  | CancelInstrument
  | AccountSwitch
  | Movement
  | Transfer
  | TradingSwitch
  | AssetDefinition
  | InstrumentDefinition
  | TermsChangeCommand
  | Audit
  | Claim;
