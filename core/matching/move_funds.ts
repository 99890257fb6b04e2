/**
 * Movements of money: deposits and withdrawals, which change an asset's supply, and transfers from
 * one account to another, which do not. Each makes a ledger event for every account it changes, and
 * is remembered for ever (see movements.ts) once it is carried out.
 *
 * @module
 */
import { ASSETS_MAX } from "../ledger/balances.ts";
import { TransferRule } from "../protocol/administration.ts";
import { EventFlag, EventKind, OrderStatus } from "../protocol/event_record.ts";
import { CommandKind, OrderWord } from "../protocol/order_record.ts";
import { ResultCode } from "../protocol/result_code.ts";
import { readU64, SAFE_MAX, type WireBuffer } from "../protocol/wire_buffer.ts";
import { AccountStatus } from "./accounts.ts";
import { complete, reject } from "./result.ts";
import type { ShardState } from "./shard_state.ts";

/** Applies the deposit, withdrawal or transfer at `at`. O(1). */
export function moveFunds(state: ShardState, frame: WireBuffer, at: number): void {
  const { words } = frame;
  const word = at >> 2;
  const account = words[word + OrderWord.account];
  const asset = words[word + OrderWord.instrument];
  const amount = readU64(words, word + OrderWord.quantity);
  if (state.accounts.status(account) === AccountStatus.unknown) {
    return reject(state, frame, at, ResultCode.unknownAccount, state.accounts.last, account);
  }
  if (asset >= ASSETS_MAX || !state.instruments.assets.has(asset)) {
    return reject(state, frame, at, ResultCode.unknownAsset, ASSETS_MAX - 1, asset);
  }
  if (amount === 0) return reject(state, frame, at, ResultCode.quantityZero, 1, 0);
  if (frame.bytes[at] === CommandKind.deposit) {
    return deposit(state, frame, at, account, asset, amount);
  }
  const isTransfer = frame.bytes[at] === CommandKind.transfer;
  const to = words[word + OrderWord.target];
  if (isTransfer && state.accounts.status(to) === AccountStatus.unknown) {
    return reject(state, frame, at, ResultCode.unknownAccount, state.accounts.last, to);
  }
  if (isTransfer && to === account) {
    return reject(state, frame, at, ResultCode.accountInvalid, 0, to);
  }
  if (isTransfer && !keepsRule(state, frame, at, account, to)) return;
  const available = state.balances.availableOf(state.balances.find(account, asset));
  if (available < amount) {
    return reject(state, frame, at, ResultCode.insufficientFunds, available, amount);
  }
  const flags = EventFlag.debit | (isTransfer ? EventFlag.transfer : 0);
  const left = change(state, frame, at, account, asset, -amount, flags);
  if (isTransfer) change(state, frame, at, to, asset, amount, EventFlag.transfer);
  else state.balances.supply[asset] -= amount;
  carriedOut(state, amount, left);
}

/**
 * Whether a transfer is one that its rule (TransferRule) lets through; else it is rejected. To stay with
 * one owner both accounts have to be of one trade group, and enabled.
 */
function keepsRule(
  state: ShardState,
  frame: WireBuffer,
  at: number,
  account: number,
  to: number,
): boolean {
  const { accounts } = state;
  const rule = frame.bytes[at + 1];
  if (rule === TransferRule.any) return true;
  if (rule !== TransferRule.oneOwner) {
    reject(state, frame, at, ResultCode.reservedNotZero, TransferRule.oneOwner, rule);
    return false;
  }
  for (const one of [account, to]) {
    if (accounts.status(one) === AccountStatus.enabled) continue;
    reject(state, frame, at, ResultCode.accountDisabled, 0, one);
    return false;
  }
  if (accounts.isOneOwner(account, accounts.tradeGroup(account), to)) return true;
  reject(state, frame, at, ResultCode.notOneOwner, 0, to);
  return false;
}

function deposit(
  state: ShardState,
  frame: WireBuffer,
  at: number,
  account: number,
  asset: number,
  amount: number,
): void {
  const { supply } = state.balances;
  const room = SAFE_MAX - supply[asset];
  if (amount > room) return reject(state, frame, at, ResultCode.supplyTooHigh, room, amount);
  supply[asset] += amount;
  const total = change(state, frame, at, account, asset, amount, 0);
  carriedOut(state, amount, total);
}

/** Completes the outcome, which every movement has, and remembers it. */
function carriedOut(state: ShardState, amount: number, total: number): void {
  complete(state, ResultCode.ok, OrderStatus.none, 0, amount, total, 0);
  if (state.keepsMovements) state.movements.record(state.outcomes, state.outcome);
}

/** Changes a balance, reports it and returns the account's total of the asset after it. */
function change(
  state: ShardState,
  frame: WireBuffer,
  at: number,
  account: number,
  asset: number,
  amount: number,
  flags: number,
): number {
  const { balances, events } = state;
  const slot = balances.open(account, asset);
  balances.addAvailable(slot, amount);
  const total = balances.availableOf(slot) + balances.heldOf(slot);
  events.head(EventKind.ledger, 0, 0, flags, ResultCode.ok, 0, account, 0);
  events.keyed(
    frame.words[(at >> 2) + OrderWord.keyLow],
    frame.words[(at >> 2) + OrderWord.keyHigh],
    asset,
    Math.abs(amount),
    total,
    0,
  );
  return total;
}
