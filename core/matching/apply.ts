/**
 * Applies the journal: the one way in which the state of a shard changes.
 *
 * @module
 */
import * as orderPool from "../book/order_pool.ts";
import { ClaimFlag } from "../protocol/administration.ts";
import * as eventRecord from "../protocol/event_record.ts";
import * as frames from "../protocol/frame.ts";
import * as orderRecord from "../protocol/order_record.ts";
import * as resultCode from "../protocol/result_code.ts";
import type { WireBuffer } from "../protocol/wire_buffer.ts";
import * as wireBuffer from "../protocol/wire_buffer.ts";
import * as accountsModule from "./accounts.ts";
import { administer } from "./administer.ts";
import * as amendOrderModule from "./amend_order.ts";
import * as closeOrderModule from "./close_order.ts";
import * as contentHashModule from "./content_hash.ts";
import * as findTargetModule from "./find_target.ts";
import * as outcomeTable from "./outcomes.ts";
import * as placeOrderModule from "./place_order.ts";
import { isMovement, keepMovements, repeatMovement } from "./repeat_movement.ts";
import * as result from "./result.ts";
import type { ShardState } from "./shard_state.ts";

const { AccountStatus, FEE_ACCOUNT } = accountsModule;
const { amendOrder } = amendOrderModule;
const { cancelResting } = closeOrderModule;
const { contentHash } = contentHashModule;
const { findTarget } = findTargetModule;
const { placeOrder } = placeOrderModule;
const { complete, reject } = result;
const { ORDER_DOUBLES_SHIFT, ORDER_INTEGERS_SHIFT, OrderField } = orderPool;
const { EventFlag, EventKind, OrderStatus } = eventRecord;
const { FRAME_HEADER_BYTES, frameCount, frameNumberLow, frameSender, frameTextBytes, recordBytes } =
  frames;
const { ADMINISTRATION_KIND_LEAST, CommandKind, OrderFlag, OrderWord, Side } = orderRecord;
const { ResultCode } = resultCode;
const { isSafeU64, readU64, SAFE_MAX } = wireBuffer;
type ResultCode = resultCode.ResultCode;
const { EXPIRED_PER_APPEND_MAX, OUTCOMES_MAX, OUTCOMES_PER_ACCOUNT_MAX } = outcomeTable;
const { OutcomeDouble, OutcomeWord } = outcomeTable;

/** Begins an append: its time, its epoch, an empty event buffer, and outcomes past the horizon go. */
export function beginAppend(state: ShardState, stampMicros: number, epoch: number): void {
  state.stampMicros = stampMicros;
  state.epoch = epoch;
  state.events.reset();
  for (let count = 0; count < EXPIRED_PER_APPEND_MAX; count++) {
    const slot = state.outcomes.oldestExpired(stampMicros);
    if (slot < 0) return;
    const orderId = state.outcomes.number(slot, OutcomeDouble.orderId);
    // That of an amend goes: the name that stays with an open order is the one it was placed with.
    const isPlaced = (state.outcomes.word(slot, OutcomeWord.kinds) & 0xff) === CommandKind.newOrder;
    const isOpen = isPlaced && orderId !== 0 && state.orderIndex.find(orderId) !== 0;
    if (!isOpen) state.accounts.addOutcomes(state.outcomes.word(slot, OutcomeWord.account), -1);
    state.outcomes.dropOldest(isOpen, stampMicros);
  }
}

/** Applies the commands of one checked frame (see `checkRecordFrame`), `byteLength` long, in order. */
export function applyFrame(
  state: ShardState,
  frame: WireBuffer,
  at: number,
  byteLength: number,
): void {
  const count = frameCount(frame, at);
  const textAt = at + byteLength - frameTextBytes(frame, at);
  state.frameAt = at;
  let record = at + FRAME_HEADER_BYTES;
  let room = 0;
  for (let index = 0; index < count; index++) {
    if (room === 0 || state.isTight) room = state.reserve();
    room--;
    state.events.commandIndex = index;
    state.commandCount++;
    applyCommand(state, frame, record, textAt, index);
    record += recordBytes(frame, record);
  }
  state.events.fold();
}

function applyCommand(
  state: ShardState,
  frame: WireBuffer,
  at: number,
  textAt: number,
  index: number,
): void {
  state.outcome = -1;
  const isAdministrative = frame.bytes[at] >= ADMINISTRATION_KIND_LEAST;
  if (isAdministrative && isAnswered(state, frame, at, textAt, index)) return;
  if (!admit(state, frame, at, textAt, index)) return;
  switch (frame.bytes[at]) {
    case CommandKind.newOrder:
      return placeOrder(state, frame, at, textAt);
    case CommandKind.cancel:
      return cancelOrder(state, frame, at);
    case CommandKind.amend:
      return amendOrder(state, frame, at);
    case CommandKind.cancelAll:
    case CommandKind.cancelAccount:
      return cancelAll(state, frame, at);
    default:
      return administer(state, frame, at, textAt);
  }
}

/**
 * Applies what nothing has to be admitted for: a claim, a kind that the leader did not know, and a
 * movement of money that was carried out before. Orders never come here.
 *
 * @returns whether the command was one of these
 */
function isAnswered(
  state: ShardState,
  frame: WireBuffer,
  at: number,
  textAt: number,
  index: number,
): boolean {
  const kind = frame.bytes[at];
  if (kind === CommandKind.claim) {
    const flags = frame.bytes[at + 4];
    const keepsMovements = (flags & ClaimFlag.keepsMovements) !== 0;
    if (keepsMovements && !state.keepsMovements) keepMovements(state);
    state.cancelsInstruments = (flags & ClaimFlag.cancelsInstruments) !== 0;
    state.changesTerms = (flags & ClaimFlag.changesTerms) !== 0;
    state.events.head(EventKind.claim, 0, 0, 0, 0, 0, 0, 0);
    state.events.four(0, readU64(frame.words, (at >> 2) + OrderWord.price), 0, 0, 0);
    return true;
  }
  const isUnknown = (kind === CommandKind.cancelInstrument && !state.cancelsInstruments) ||
    (kind === CommandKind.instrumentTerms && !state.changesTerms);
  if (isUnknown) {
    reject(state, frame, at, ResultCode.unknownKind, SAFE_MAX, 0);
    return true;
  }
  if (!isMovement(kind) || checkNumbers(frame, at) !== ResultCode.ok) return false;
  // Nothing of the command is done yet, so this is a safe point, and no order pays for it.
  if (state.movements.isToGrow) state.movements.grow();
  return repeatMovement(state, frame, at, textAt, index);
}

/**
 * What every command passes: well-formed numbers, a known account, not seen before (else its first
 * outcome is reported), in time, and a place for its outcome (see {@link takeOutcome}).
 * The outcomes of administrative commands belong to the venue's own account.
 */
function admit(
  state: ShardState,
  frame: WireBuffer,
  at: number,
  textAt: number,
  index: number,
): boolean {
  const { integers } = frame;
  const word = at >> 2;
  const kind = frame.bytes[at];
  const account = integers[word + OrderWord.account];
  const keyLow = integers[word + OrderWord.keyLow];
  const keyHigh = integers[word + OrderWord.keyHigh];
  const owner = kind < ADMINISTRATION_KIND_LEAST ? account : FEE_ACCOUNT;
  const malformed = checkNumbers(frame, at);
  if (malformed !== ResultCode.ok) {
    reject(state, frame, at, malformed, SAFE_MAX, 0);
    return false;
  }
  const needsAccount = kind < ADMINISTRATION_KIND_LEAST || kind === CommandKind.cancelAccount;
  if (needsAccount && state.accounts.status(account) === AccountStatus.unknown) {
    reject(state, frame, at, ResultCode.unknownAccount, state.accounts.last, account >>> 0);
    return false;
  }
  const hash = contentHash(frame, at, textAt);
  const known = state.outcomes.find(owner, keyLow, keyHigh);
  if (known >= 0) {
    if ((state.outcomes.word(known, OutcomeWord.contentHash) | 0) === hash) {
      repeatOutcome(state, frame, at, index, known);
    } else reject(state, frame, at, ResultCode.differentContent, 0, 0);
    return false;
  }
  const deadline = readU64(frame.words, word + OrderWord.deadline);
  if (deadline !== 0 && deadline < state.stampMicros) {
    reject(state, frame, at, ResultCode.deadlinePassed, deadline, state.stampMicros);
    return false;
  }
  return takeOutcome(state, frame, at, owner, hash, index);
}

function checkNumbers(frame: WireBuffer, at: number): ResultCode {
  const { bytes, words } = frame;
  const word = at >> 2;
  const kind = bytes[at];
  const isKnown = (kind >= CommandKind.newOrder && kind <= CommandKind.amend) ||
    (kind >= ADMINISTRATION_KIND_LEAST && kind <= CommandKind.cancelInstrument) ||
    kind === CommandKind.instrument || kind === CommandKind.instrumentTerms;
  if (!isKnown) return ResultCode.unknownKind;
  if ((words[word + OrderWord.keyLow] | words[word + OrderWord.keyHigh]) === 0) {
    return ResultCode.missingRequestKey;
  }
  if (words[word + OrderWord.reserved] !== 0) return ResultCode.reservedNotZero;
  const isSafe = isSafeU64(words, word + OrderWord.deadline) &&
    isSafeU64(words, word + OrderWord.price) && isSafeU64(words, word + OrderWord.quantity) &&
    ((kind !== CommandKind.cancel && kind !== CommandKind.amend) ||
      (bytes[at + 4] & OrderFlag.targetByKey) !== 0 ||
      isSafeU64(words, word + OrderWord.target));
  return isSafe ? ResultCode.ok : ResultCode.unsafeInteger;
}

/**
 * Takes a place in the outcome table. Where there is none, what would count twice when it came twice
 * (an order, an amend, a movement of money) is refused; the rest goes on without a place.
 */
function takeOutcome(
  state: ShardState,
  frame: WireBuffer,
  at: number,
  owner: number,
  hash: number,
  index: number,
): boolean {
  const kind = frame.bytes[at];
  const count = state.accounts.outcomeCount(owner);
  if (count < OUTCOMES_PER_ACCOUNT_MAX && state.outcomes.hasRoom) {
    state.outcome = state.outcomes.record(frame, at, state.frameAt, index, owner, hash);
    state.accounts.addOutcomes(owner, 1);
    return true;
  }
  const countsTwice = kind === CommandKind.newOrder || kind === CommandKind.amend ||
    isMovement(kind);
  if (!countsTwice) return true;
  if (state.outcomes.hasRoom) {
    reject(state, frame, at, ResultCode.outcomeQuotaFull, OUTCOMES_PER_ACCOUNT_MAX, count);
  } else {
    reject(state, frame, at, ResultCode.outcomeTableFull, OUTCOMES_MAX, state.outcomes.count);
  }
  return false;
}

/** Reports the first outcome again; a gateway's own repeat is no duplicate to the client. */
function repeatOutcome(
  state: ShardState,
  frame: WireBuffer,
  at: number,
  index: number,
  slot: number,
): void {
  const { events, outcomes } = state;
  const kinds = outcomes.word(slot, OutcomeWord.kinds);
  const codeAndIndex = outcomes.word(slot, OutcomeWord.codeAndIndex);
  const isOwn = outcomes.word(slot, OutcomeWord.sender) === frameSender(frame, state.frameAt) &&
    outcomes.word(slot, OutcomeWord.frameNumber) === frameNumberLow(frame, state.frameAt) &&
    codeAndIndex >>> 16 === index;
  const isOrder = (kinds & 0xff) === CommandKind.newOrder;
  events.head(
    EventKind.summary,
    frame.bytes[at + 1],
    (kinds >>> 8) & 0xff,
    (isOwn ? 0 : EventFlag.duplicate) | (isOrder ? 0 : EventFlag.notAnOrder),
    codeAndIndex & 0xffff,
    frame.words[(at >> 2) + OrderWord.instrument],
    frame.words[(at >> 2) + OrderWord.account],
    outcomes.number(slot, OutcomeDouble.orderId),
  );
  events.four(
    outcomes.number(slot, OutcomeDouble.stamp),
    outcomes.number(slot, OutcomeDouble.eventSequence),
    outcomes.number(slot, OutcomeDouble.executed),
    outcomes.number(slot, OutcomeDouble.leaves),
    outcomes.number(slot, OutcomeDouble.notional),
  );
}

function cancelOrder(state: ShardState, frame: WireBuffer, at: number): void {
  const slot = findTarget(state, frame, at);
  if (slot === 0) return;
  const orderId = state.orders.doubles[(slot << ORDER_DOUBLES_SHIFT) | OrderField.orderId];
  cancelResting(state, slot, ResultCode.canceledByRequest, 0);
  complete(state, ResultCode.canceledByRequest, OrderStatus.canceled, orderId, 0, 0, 0);
}

/** Cancels the account's open orders: all, or those of an instrument, a side; O(open orders). */
function cancelAll(state: ShardState, frame: WireBuffer, at: number): void {
  const { integers } = state.orders;
  const word = at >> 2;
  const instrument = frame.words[word + OrderWord.instrument];
  const account = frame.words[word + OrderWord.account];
  const isOwn = frame.bytes[at] === CommandKind.cancelAll;
  const isOfSide = isOwn && (frame.bytes[at + 4] & OrderFlag.ofSide) !== 0;
  const side = isOfSide ? frame.bytes[at + 1] : 0;
  if (side > Side.sell) return reject(state, frame, at, ResultCode.invalidSide, Side.sell, side);
  const code = isOwn ? ResultCode.canceledByRequest : ResultCode.canceledByOperator;
  let canceled = 0;
  let slot = state.accounts.firstOpen(account);
  while (slot !== 0) {
    const next = integers[(slot << ORDER_INTEGERS_SHIFT) | OrderField.accountNext];
    const of = integers[(slot << ORDER_INTEGERS_SHIFT) | OrderField.instrument];
    const isOther = isOfSide &&
      integers[(slot << ORDER_INTEGERS_SHIFT) | OrderField.side] !== side;
    if ((instrument === 0 || of === instrument) && !isOther) {
      cancelResting(state, slot, code, 0);
      canceled++;
    }
    slot = next;
  }
  const status = OrderStatus.canceled;
  const flags = EventFlag.notAnOrder;
  state.events.head(EventKind.summary, side, status, flags, code, instrument, account, 0);
  state.events.four(state.stampMicros, state.events.sequence + 1, canceled, 0, 0);
  complete(state, code, status, 0, canceled, 0, 0);
}
