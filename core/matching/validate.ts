/**
 * Validation of a new order against the protocol and its instrument. The gateway checks the same
 * things first; the core does not rely on it.
 *
 * @module
 */
import * as orderRecord from "../protocol/order_record.ts";
import * as resultCode from "../protocol/result_code.ts";
import type { WireBuffer } from "../protocol/wire_buffer.ts";
import * as wireBuffer from "../protocol/wire_buffer.ts";
import * as accountsModule from "./accounts.ts";
import * as instrumentsModule from "./instruments.ts";
import { reject } from "./result.ts";
import type { ShardState } from "./shard_state.ts";

const { AccountStatus } = accountsModule;
const { INSTRUMENTS_MAX, TradingStatus } = instrumentsModule;
const { ORDER_FLAGS_ALL, OrderFlag, OrderType, OrderWord, SelfTrade, Side, TimeInForce } =
  orderRecord;
const { ResultCode } = resultCode;
const { readU64, SAFE_MAX } = wireBuffer;

/** Whether the new order at `at` may go on; where not, the rejection is reported. */
export function validateNewOrder(state: ShardState, frame: WireBuffer, at: number): boolean {
  const { bytes, words } = frame;
  const instrument = words[(at >> 2) + OrderWord.instrument];
  const status = instrument < INSTRUMENTS_MAX ? state.instruments.status[instrument] : 0;
  if (status === TradingStatus.unknown) {
    return refuse(state, frame, at, ResultCode.unknownInstrument, 0, instrument);
  }
  const account = words[(at >> 2) + OrderWord.account];
  if (state.accounts.status(account) === AccountStatus.disabled) {
    return refuse(state, frame, at, ResultCode.accountDisabled, 0, account);
  }
  if (status === TradingStatus.halted) {
    return refuse(state, frame, at, ResultCode.halted, 0, instrument);
  }
  if (bytes[at + 1] > Side.sell) {
    return refuse(state, frame, at, ResultCode.invalidSide, Side.sell, bytes[at + 1]);
  }
  if (bytes[at + 5] > SelfTrade.transfer) {
    const most = SelfTrade.transfer;
    return refuse(state, frame, at, ResultCode.invalidSelfTrade, most, bytes[at + 5]);
  }
  return hasValidTerms(state, frame, at) && hasValidSize(state, frame, at, instrument);
}

/** Type, time in force and flags, each and together. */
function hasValidTerms(state: ShardState, frame: WireBuffer, at: number): boolean {
  const { bytes } = frame;
  const type = bytes[at + 2];
  const timeInForce = bytes[at + 3];
  const flags = bytes[at + 4];
  if (type !== OrderType.limit && type !== OrderType.market) {
    return refuse(state, frame, at, ResultCode.invalidOrderType, OrderType.market, type);
  }
  const least = type === OrderType.market ? TimeInForce.ioc : TimeInForce.gtc;
  if (timeInForce < least || timeInForce > TimeInForce.fok) {
    return refuse(state, frame, at, ResultCode.invalidTimeInForce, TimeInForce.fok, timeInForce);
  }
  const postOnly = (flags & OrderFlag.postOnly) !== 0;
  const hasBudget = (flags & OrderFlag.quoteBudget) !== 0;
  const isBudgetOrder = type === OrderType.market && bytes[at + 1] === Side.buy &&
    timeInForce === TimeInForce.ioc;
  if (
    flags > ORDER_FLAGS_ALL || (flags & OrderFlag.targetByKey) !== 0 ||
    (postOnly && timeInForce !== TimeInForce.gtc) || (hasBudget && !isBudgetOrder)
  ) {
    return refuse(state, frame, at, ResultCode.invalidFlags, ORDER_FLAGS_ALL, flags);
  }
  return true;
}

/** Price, quantity and their product against the instrument's bounds. */
function hasValidSize(
  state: ShardState,
  frame: WireBuffer,
  at: number,
  instrument: number,
): boolean {
  const word = at >> 2;
  const price = readU64(frame.words, word + OrderWord.price);
  const quantity = readU64(frame.words, word + OrderWord.quantity);
  if (price === 0 && frame.bytes[at + 2] === OrderType.limit) {
    return refuse(state, frame, at, ResultCode.priceZero, 1, 0);
  }
  const priceMax = state.instruments.priceTicksMax[instrument];
  if (price > priceMax) {
    return refuse(state, frame, at, ResultCode.priceTooHigh, priceMax, price);
  }
  if (quantity === 0) return refuse(state, frame, at, ResultCode.quantityZero, 1, 0);
  const hasBudget = (frame.bytes[at + 4] & OrderFlag.quoteBudget) !== 0;
  const quantityMax = hasBudget ? SAFE_MAX / 2 : state.instruments.quantityLotsMax[instrument];
  if (quantity > quantityMax) {
    return refuse(state, frame, at, ResultCode.quantityTooHigh, quantityMax, quantity);
  }
  return true;
}

function refuse(
  state: ShardState,
  frame: WireBuffer,
  at: number,
  code: number,
  limit: number,
  value: number,
): false {
  reject(state, frame, at, code, limit, value);
  return false;
}
