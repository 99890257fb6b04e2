/**
 * Administration of the naive exchange.
 *
 * @module
 */

import { PRICE_TICKS_MAX } from "../../core/book/price_trie.ts";
import { ASSETS_MAX } from "../../core/ledger/balances.ts";
import { FEE_PPM_MAX } from "../../core/ledger/fees.ts";
import { ACCOUNTS_MAX } from "../../core/matching/accounts.ts";
import { COLLAR_PPM_MAX, INSTRUMENTS_MAX, SCALE_MAX } from "../../core/matching/instruments.ts";
import { EventFlag, EventKind, OrderStatus } from "../../core/protocol/event_record.ts";
import { CommandKind } from "../../core/protocol/order_record.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { SAFE_MAX } from "../../core/protocol/wire_buffer.ts";
import type {
  AssetDefinition,
  InstrumentDefinition,
  Movement,
  Transfer,
} from "../support/commands.ts";
import type { NumberedCommand } from "../support/frames.ts";
import { keyOf, tagOf } from "./reference_event.ts";
import type { Ending, ReferenceExchange } from "./reference_exchange.ts";
import type { ReferenceInstrument } from "./reference_ledger.ts";

const DONE: Ending = {
  code: ResultCode.ok,
  status: OrderStatus.none,
  orderId: 0n,
  executed: 0n,
  leaves: 0n,
  notional: 0n,
};

/** Carries out an administrative command other than a claim or a cancel. */
export function administer(exchange: ReferenceExchange, command: NumberedCommand): Ending {
  switch (command.kind) {
    case CommandKind.deposit:
    case CommandKind.withdraw:
      return move(exchange, command as Movement & { requestId: string });
    case CommandKind.transfer:
      return transfer(exchange, command as Transfer & { requestId: string });
  }
  const code = change(exchange, command);
  if (code !== ResultCode.ok) return exchange.reject(command, code, 0n, 0n);
  const { account, kind, requestId } = command;
  exchange.emit(EventKind.reference, {
    ...tagOf(command),
    account,
    orderId: BigInt(kind),
    at24: keyOf(requestId),
  });
  return DONE;
}

function change(exchange: ReferenceExchange, command: NumberedCommand): number {
  switch (command.kind) {
    case CommandKind.account:
      if (command.account < 1 || command.account >= ACCOUNTS_MAX) return ResultCode.accountInvalid;
      exchange.accounts.set(command.account, command.on);
      if (command.tradeGroup === 2 ** 32 - 1) exchange.tradeGroups.delete(command.account);
      else if (command.tradeGroup > 0) {
        exchange.tradeGroups.set(command.account, command.tradeGroup);
      }
      return ResultCode.ok;
    case CommandKind.tradingStatus: {
      const instrument = exchange.instruments.get(command.instrument);
      if (instrument === undefined) return ResultCode.unknownInstrument;
      instrument.isTrading = command.on;
      return ResultCode.ok;
    }
    case CommandKind.asset:
      return addAsset(exchange, command);
    case CommandKind.instrument:
      return addInstrument(exchange, command);
    case CommandKind.audit:
      return command.act >= 1 && command.act <= 10 ? ResultCode.ok : ResultCode.unknownKind;
    default:
      throw new RangeError(`command kind ${command.kind} is not administrative`);
  }
}

function addAsset(exchange: ReferenceExchange, command: AssetDefinition): number {
  const { asset, name, scale } = command;
  const isValid = asset >= 1 && asset < ASSETS_MAX && scale <= SCALE_MAX &&
    /^[A-Z0-9]{1,10}$/.test(name);
  if (!isValid) return ResultCode.unknownAsset;
  const there = exchange.assets.get(asset);
  if (there !== undefined) {
    return there.name === name && there.scale === scale ? ResultCode.ok : ResultCode.assetExists;
  }
  const names = [...exchange.assets.values()].map((one) => one.name);
  if (names.includes(name)) return ResultCode.assetExists;
  exchange.assets.set(asset, { name, scale });
  return ResultCode.ok;
}

function addInstrument(exchange: ReferenceExchange, { terms }: InstrumentDefinition): number {
  const { instrument, symbol, baseAsset, quoteAsset, priceScale, quantityScale } = terms;
  if (instrument < 1 || instrument >= INSTRUMENTS_MAX) return ResultCode.instrumentInvalid;
  if (exchange.instruments.has(instrument)) return ResultCode.instrumentExists;
  if (exchange.symbols.has(symbol)) return ResultCode.instrumentExists;
  const base = exchange.assets.get(baseAsset);
  const quote = exchange.assets.get(quoteAsset);
  if (base === undefined || quote === undefined) return ResultCode.unknownAsset;
  const quoteDecimals = quote.scale - priceScale - quantityScale;
  const baseDecimals = base.scale - quantityScale;
  if (quoteDecimals < 0 || baseDecimals < 0) return ResultCode.instrumentInvalid;
  const lotSize = BigInt(terms.lotSize);
  const created: ReferenceInstrument = {
    instrument,
    baseAsset,
    quoteAsset,
    isTrading: true,
    quotePerTickLot: BigInt(terms.tickSize) * lotSize * 10n ** BigInt(quoteDecimals),
    basePerLot: lotSize * 10n ** BigInt(baseDecimals),
    priceTicksMax: BigInt(terms.priceTicksMax),
    quantityLotsMax: BigInt(terms.quantityLotsMax),
    makerFeePpm: BigInt(terms.makerFeePpm),
    takerFeePpm: BigInt(terms.takerFeePpm),
    collarPpm: BigInt(terms.collarPpm),
  };
  const { quotePerTickLot, basePerLot, priceTicksMax, quantityLotsMax } = created;
  const isValid = /^[A-Z0-9]{1,10}-[A-Z0-9]{1,10}$/.test(symbol) && baseAsset !== quoteAsset &&
    priceScale <= SCALE_MAX && quantityScale <= SCALE_MAX &&
    quotePerTickLot >= 1n && priceTicksMax >= 1n && quantityLotsMax >= 1n &&
    priceTicksMax <= PRICE_TICKS_MAX &&
    priceTicksMax * quantityLotsMax * quotePerTickLot <= SAFE_MAX &&
    quantityLotsMax * basePerLot <= SAFE_MAX &&
    Math.max(terms.makerFeePpm, terms.takerFeePpm) <= FEE_PPM_MAX &&
    terms.collarPpm >= 1 && terms.collarPpm <= COLLAR_PPM_MAX;
  if (!isValid) return ResultCode.instrumentInvalid;
  exchange.instruments.set(instrument, created);
  exchange.symbols.add(symbol);
  return ResultCode.ok;
}

/** The rule that every movement of money breaks first, or `undefined`. */
function movementProblem(
  exchange: ReferenceExchange,
  { account, asset, amount }: Movement | Transfer,
): readonly [code: number, limit: number, value: number] | undefined {
  if (!exchange.accounts.has(account)) return unknownAccount(exchange, account);
  if (!exchange.assets.has(asset)) return [ResultCode.unknownAsset, ASSETS_MAX - 1, asset];
  return amount === 0 ? [ResultCode.quantityZero, 1, 0] : undefined;
}

function unknownAccount(exchange: ReferenceExchange, account: number) {
  return [ResultCode.unknownAccount, Math.max(...exchange.accounts.keys()), account] as const;
}

/** A deposit or a withdrawal. */
function move(exchange: ReferenceExchange, command: Movement & { requestId: string }): Ending {
  const { ledger } = exchange;
  const { account, asset, kind } = command;
  const problem = movementProblem(exchange, command);
  if (problem !== undefined) {
    return exchange.reject(command, problem[0], BigInt(problem[1]), BigInt(problem[2]));
  }
  const amount = BigInt(command.amount);
  const isDeposit = kind === CommandKind.deposit;
  const room = BigInt(SAFE_MAX) - ledger.supply(asset);
  if (isDeposit && amount > room) {
    return exchange.reject(command, ResultCode.supplyTooHigh, room, amount);
  }
  const available = ledger.available(account, asset);
  if (!isDeposit && amount > available) {
    return exchange.reject(command, ResultCode.insufficientFunds, available, amount);
  }
  ledger.add(account, asset, isDeposit ? amount : -amount);
  const total = ledger.total(account, asset);
  exchange.emit(EventKind.ledger, {
    account,
    flags: isDeposit ? 0 : EventFlag.debit,
    at24: keyOf(command.requestId),
    at32: BigInt(asset),
    at40: amount,
    at48: total,
  });
  return { ...DONE, executed: amount, leaves: total };
}

/** A transfer from one account to another: two ledger events, the debit first. */
function transfer(exchange: ReferenceExchange, command: Transfer & { requestId: string }): Ending {
  const { ledger } = exchange;
  const { account, toAccount, asset } = command;
  const problem = movementProblem(exchange, command) ??
    (exchange.accounts.has(toAccount) ? undefined : unknownAccount(exchange, toAccount)) ??
    (account === toAccount ? [ResultCode.accountInvalid, 0, toAccount] as const : undefined);
  if (problem !== undefined) {
    return exchange.reject(command, problem[0], BigInt(problem[1]), BigInt(problem[2]));
  }
  const amount = BigInt(command.amount);
  const available = ledger.available(account, asset);
  if (amount > available) {
    return exchange.reject(command, ResultCode.insufficientFunds, available, amount);
  }
  for (const [changed, change] of [[account, -amount], [toAccount, amount]] as const) {
    ledger.add(changed, asset, change);
    exchange.emit(EventKind.ledger, {
      account: changed,
      flags: EventFlag.transfer | (change < 0n ? EventFlag.debit : 0),
      at24: keyOf(command.requestId),
      at32: BigInt(asset),
      at40: amount,
      at48: ledger.total(changed, asset),
    });
  }
  return { ...DONE, executed: amount, leaves: ledger.total(account, asset) };
}
