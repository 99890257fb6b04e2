/**
 * Administrative commands: accounts, assets, instruments, halts, audit records; movements of money are
 * in move_funds.ts, the kill switch of an instrument in cancel_instrument.ts, changes of its terms in
 * change_terms.ts. They come through the same journal as orders, by a subject of their own.
 *
 * @module
 */
import { AUDIT_ACT_MAX, InstrumentWord, TradeGroupChange } from "../protocol/administration.ts";
import { EXTENDED_RECORD_BYTES } from "../protocol/frame.ts";
import { EventKind, OrderStatus } from "../protocol/event_record.ts";
import { CommandKind, OrderWord } from "../protocol/order_record.ts";
import { ResultCode } from "../protocol/result_code.ts";
import { readU64, type WireBuffer } from "../protocol/wire_buffer.ts";
import { ACCOUNTS_MAX, AccountStatus, FEE_ACCOUNT, NO_TRADE_GROUP } from "./accounts.ts";
import { cancelInstrument } from "./cancel_instrument.ts";
import { changeTerms } from "./change_terms.ts";
import { INSTRUMENTS_MAX, TradingStatus } from "./instruments.ts";
import { moveFunds } from "./move_funds.ts";
import { complete, reject } from "./result.ts";
import type { ShardState } from "./shard_state.ts";

/** Applies the administrative command at `at`. Not on the matching path: may allocate. */
export function administer(
  state: ShardState,
  frame: WireBuffer,
  at: number,
  textAt: number,
): void {
  switch (frame.bytes[at]) {
    case CommandKind.account:
      return end(state, frame, at, setAccount(state, frame, at));
    case CommandKind.asset:
      return end(state, frame, at, addAsset(state, frame, at, textAt));
    case CommandKind.instrument:
      return end(state, frame, at, defineInstrument(state, frame, at, textAt));
    case CommandKind.tradingStatus:
      return end(state, frame, at, setTradingStatus(state, frame, at));
    case CommandKind.audit:
      return end(state, frame, at, checkAudit(frame, at));
    case CommandKind.cancelInstrument:
      return cancelInstrument(state, frame, at);
    case CommandKind.instrumentTerms:
      return changeTerms(state, frame, at);
    default:
      return moveFunds(state, frame, at);
  }
}

function end(state: ShardState, frame: WireBuffer, at: number, code: number): void {
  if (code !== ResultCode.ok) return reject(state, frame, at, code, 0, 0);
  const word = at >> 2;
  state.events.head(
    EventKind.reference,
    frame.bytes[at + 1],
    0,
    0,
    ResultCode.ok,
    frame.words[word + OrderWord.instrument],
    frame.words[word + OrderWord.account],
    frame.bytes[at],
  );
  state.events.keyed(
    frame.words[word + OrderWord.keyLow],
    frame.words[word + OrderWord.keyHigh],
    0,
    0,
    0,
    0,
  );
  complete(state, ResultCode.ok, OrderStatus.none, 0, 0, 0, 0);
}

function setAccount(state: ShardState, frame: WireBuffer, at: number): ResultCode {
  const account = frame.words[(at >> 2) + OrderWord.account];
  if (account === FEE_ACCOUNT || account >= ACCOUNTS_MAX) return ResultCode.accountInvalid;
  const isOn = frame.bytes[at + 1] === 1;
  state.accounts.setStatus(account, isOn ? AccountStatus.enabled : AccountStatus.disabled);
  const tradeGroup = frame.words[(at >> 2) + OrderWord.instrument];
  if (tradeGroup === TradeGroupChange.leave) state.accounts.setTradeGroup(account, NO_TRADE_GROUP);
  else if (tradeGroup !== TradeGroupChange.stay) state.accounts.setTradeGroup(account, tradeGroup);
  return ResultCode.ok;
}

function addAsset(state: ShardState, frame: WireBuffer, at: number, textAt: number): ResultCode {
  const asset = frame.words[(at >> 2) + OrderWord.instrument];
  return state.instruments.addAsset(asset, textOf(frame, at, textAt), frame.bytes[at + 1]);
}

function defineInstrument(
  state: ShardState,
  frame: WireBuffer,
  at: number,
  textAt: number,
): ResultCode {
  const { words } = frame;
  const word = at >> 2;
  const recordEnd = word + EXTENDED_RECORD_BYTES / 4;
  for (let reserved = word + InstrumentWord.reserved; reserved < recordEnd; reserved++) {
    if (words[reserved] !== 0) return ResultCode.reservedNotZero;
  }
  const instrument = words[word + OrderWord.instrument];
  const quoteAsset = words[word + InstrumentWord.quoteAsset];
  const code = state.instruments.define({
    instrument,
    symbol: textOf(frame, at, textAt),
    baseAsset: words[word + InstrumentWord.baseAsset],
    quoteAsset,
    priceScale: frame.bytes[at + 1],
    quantityScale: frame.bytes[at + 2],
    tickSize: readU64(words, word + OrderWord.price),
    lotSize: readU64(words, word + OrderWord.quantity),
    priceTicksMax: readU64(words, word + InstrumentWord.priceTicksMax),
    quantityLotsMax: readU64(words, word + InstrumentWord.quantityLotsMax),
    makerFeePpm: words[word + InstrumentWord.makerFeePpm],
    takerFeePpm: words[word + InstrumentWord.takerFeePpm],
    collarPpm: words[word + InstrumentWord.collarPpm],
  });
  if (code !== ResultCode.ok) return code;
  state.instruments.feeSlot[instrument] = state.balances.open(FEE_ACCOUNT, quoteAsset);
  return ResultCode.ok;
}

function setTradingStatus(state: ShardState, frame: WireBuffer, at: number): ResultCode {
  const instrument = frame.words[(at >> 2) + OrderWord.instrument];
  const { status } = state.instruments;
  if (instrument >= INSTRUMENTS_MAX || status[instrument] === TradingStatus.unknown) {
    return ResultCode.unknownInstrument;
  }
  status[instrument] = frame.bytes[at + 1] === 1 ? TradingStatus.trading : TradingStatus.halted;
  return ResultCode.ok;
}

/** An audit record only has to be one: that it stands in the log is all it is for. */
function checkAudit({ bytes, words }: WireBuffer, at: number): ResultCode {
  const act = bytes[at + 1];
  if (act === 0 || act > AUDIT_ACT_MAX) return ResultCode.unknownKind;
  const word = at >> 2;
  const reserved = bytes[at + 2] | bytes[at + 3] | bytes[at + 4] | bytes[at + 5] |
    words[word + OrderWord.instrument] |
    words[word + OrderWord.price] | words[word + OrderWord.price + 1] |
    words[word + OrderWord.quantity] | words[word + OrderWord.quantity + 1];
  return reserved === 0 ? ResultCode.ok : ResultCode.reservedNotZero;
}

function textOf(frame: WireBuffer, at: number, textAt: number): string {
  const from = textAt + frame.words[(at >> 2) + OrderWord.textOffset];
  const length = frame.halves[(at >> 1) + 3];
  return String.fromCharCode(...frame.bytes.subarray(from, from + length));
}
