/**
 * Makes the state of a shard out of the records of a snapshot, in the order of their sections, and
 * sees that they agree.
 *
 * @module
 */
import { ORDER_DOUBLES_SHIFT, ORDER_INTEGERS_SHIFT, OrderField } from "../book/order_pool.ts";
import { ACCOUNTS_MAX, AccountStatus, FEE_ACCOUNT } from "../matching/accounts.ts";
import { holdOf, reserveOf } from "../matching/holds.ts";
import { MovementWord } from "../matching/movements.ts";
import { OutcomeWord } from "../matching/outcomes.ts";
import type { ShardState } from "../matching/shard_state.ts";
import type { InstrumentTerms } from "../protocol/administration.ts";
import { TEXT_BYTES_MAX } from "../protocol/frame.ts";
import { Side } from "../protocol/order_record.ts";
import { ResultCode } from "../protocol/result_code.ts";
import type { WireBuffer } from "../protocol/wire_buffer.ts";
import type { Replica } from "../sequencer/replica.ts";
import { SnapshotError } from "./snapshot_error.ts";
import * as layout from "./snapshot_layout.ts";

const { SnapshotSection: Section } = layout;

/** A block that is being read, seen as words and as doubles. */
export interface Block {
  readonly wire: WireBuffer;
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
}

/** Fills a replica that has no state yet. */
export class StateBuilder {
  readonly #replica: Replica;
  /** Slots of the orders that have a text. */
  readonly #withText: number[] = [];
  /** What orders hold, by slot of the balance. */
  readonly #holds: Float64Array;
  #texts = 0;
  #room = 0;

  /** @param balances how many balances there will be */
  constructor(replica: Replica, balances: number) {
    this.#replica = replica;
    this.#holds = new Float64Array(balances + 1);
  }

  /**
   * Takes the record of a section that begins at `word`.
   *
   * @throws {SnapshotError} when it cannot be
   */
  take(block: Block, section: number, word: number): void {
    const { senders, state } = this.#replica;
    switch (section) {
      case Section.assets:
        return takeAsset(state, block, word);
      case Section.instruments:
        return takeTerms(state, block, word);
      case Section.accounts:
        return takeAccount(state, block, word);
      case Section.balances:
        return takeBalance(state, block, word);
      case Section.orders:
        return this.#takeOrder(state, block, word);
      case Section.texts:
        return this.#takeText(state, block, word);
      case Section.outcomes:
        return takeOutcome(state, block, word);
      case Section.movements:
        return takeMovement(state, block, word);
      default:
        senders.remember(
          block.words[word + layout.SenderWord.sender],
          block.doubles[(word + layout.SenderWord.number) >> 1],
        );
    }
  }

  /**
   * Makes what follows from the records, once all were taken, and compares.
   *
   * @throws {SnapshotError} when records do not agree
   */
  finish(): void {
    const { state } = this.#replica;
    this.#listOrders(state);
    setFeeSlots(state);
    for (let slot = 1; slot <= state.balances.count; slot++) {
      const held = state.balances.heldOf(slot);
      if (held !== this.#holds[slot]) {
        throw new SnapshotError(
          `balance ${slot} holds ${held}, its orders need ${this.#holds[slot]}`,
        );
      }
    }
    checkSupplies(state);
  }

  #takeOrder(state: ShardState, { doubles, words }: Block, word: number): void {
    const { RESTING_NUMBERS, RESTING_WORDS } = layout;
    if (this.#room === 0 || state.isTight) this.#room = state.reserve();
    this.#room--;
    const { orders } = state;
    const slot = orders.take();
    const numbersAt = slot << ORDER_DOUBLES_SHIFT;
    const wordsAt = slot << ORDER_INTEGERS_SHIFT;
    for (let index = 0; index < RESTING_NUMBERS.length; index++) {
      orders.doubles[numbersAt | RESTING_NUMBERS[index]] = doubles[(word >> 1) + index];
    }
    const first = word + 2 * RESTING_NUMBERS.length;
    for (let index = 0; index < RESTING_WORDS.length; index++) {
      orders.integers[wordsAt | RESTING_WORDS[index]] = words[first + index];
    }
    const price = orders.doubles[numbersAt | OrderField.price];
    const leaves = orders.doubles[numbersAt | OrderField.leaves];
    const instrument = orders.integers[wordsAt | OrderField.instrument];
    const account = orders.integers[wordsAt | OrderField.account];
    const { baseAsset, priceTicksMax, quoteAsset } = state.instruments;
    const side = orders.integers[wordsAt | OrderField.side];
    const textBytes = orders.integers[wordsAt | OrderField.textBytes];
    const isOfMarket = Number.isSafeInteger(price) && price >= 1 &&
      price <= priceTicksMax[instrument] && Number.isSafeInteger(leaves) && leaves >= 1 &&
      (side === Side.buy || side === Side.sell) && textBytes >>> 0 <= TEXT_BYTES_MAX;
    const asset = side === Side.sell ? baseAsset[instrument] : quoteAsset[instrument];
    const balance = state.balances.find(account, asset);
    if (!isOfMarket || balance === 0) throw new SnapshotError(`order ${slot} is of no market`);
    const reserve = reserveOf(state, slot, price, leaves);
    const hold = holdOf(state, slot, reserve, leaves);
    orders.doubles[numbersAt | OrderField.reserve] = reserve;
    orders.doubles[numbersAt | OrderField.hold] = hold;
    orders.integers[wordsAt | OrderField.balance] = balance;
    this.#holds[balance] += hold;
    state.orderIndex.insert(slot);
    state.books.add(slot);
    if (textBytes > 0) this.#withText.push(slot);
  }

  #takeText(state: ShardState, { wire }: Block, word: number): void {
    const slot = this.#withText[this.#texts++];
    if (slot === undefined) throw new SnapshotError("there are more texts than orders with one");
    const bytes = wire.bytes.subarray(word << 2, (word << 2) + TEXT_BYTES_MAX);
    state.orders.texts.set(bytes, slot * TEXT_BYTES_MAX);
  }
  /** Accounts list their orders with the youngest first: ids are given in the order of entry. */
  #listOrders({ accounts, orderIndex, orders }: ShardState): void {
    const ids = new Float64Array(orders.liveCount);
    for (let slot = 1; slot <= ids.length; slot++) {
      ids[slot - 1] = orders.doubles[slot << ORDER_DOUBLES_SHIFT];
    }
    ids.sort();
    for (let at = 0; at < ids.length; at++) {
      if (ids[at] === ids[at - 1]) throw new SnapshotError(`two orders have the id ${ids[at]}`);
      accounts.addOpen(orderIndex.find(ids[at]));
    }
  }
}

function takeAsset(state: ShardState, { doubles, wire, words }: Block, word: number): void {
  const { AssetWord } = layout;
  const asset = words[word + AssetWord.asset];
  const nameBytes = Math.min(words[word + AssetWord.nameBytes], layout.ASSET_NAME_BYTES);
  const name = textOf(wire, word + AssetWord.name, nameBytes);
  const code = state.instruments.addAsset(asset, name, words[word + AssetWord.scale]);
  if (code !== ResultCode.ok) throw new SnapshotError(`asset ${asset} is refused: code ${code}`);
  state.balances.supply[asset] = doubles[(word + AssetWord.supply) >> 1];
}

function takeTerms(state: ShardState, { doubles, wire, words }: Block, word: number): void {
  const { TermsWord } = layout;
  const symbolBytes = Math.min(words[word + TermsWord.symbolBytes], layout.SYMBOL_BYTES);
  const terms: Record<string, number | string> = {
    symbol: textOf(wire, word + TermsWord.symbol, symbolBytes),
  };
  layout.TERMS_WORDS.forEach((name, index) => terms[name] = words[word + index]);
  layout.TERMS_NUMBERS.forEach((name, index) => {
    terms[name] = doubles[((word + TermsWord.numbers) >> 1) + index];
  });
  const { instrument } = terms as unknown as InstrumentTerms;
  const code = state.instruments.define(terms as unknown as InstrumentTerms);
  if (code !== ResultCode.ok) {
    throw new SnapshotError(`instrument ${instrument} is refused: code ${code}`);
  }
  state.instruments.status[instrument] = words[word + TermsWord.status];
}

function takeAccount({ accounts }: ShardState, { words }: Block, word: number): void {
  const { AccountWord } = layout;
  const account = words[word + AccountWord.account];
  const status = words[word + AccountWord.status];
  if (account >= ACCOUNTS_MAX || status > AccountStatus.disabled) {
    throw new SnapshotError(`account ${account} with status ${status} is none`);
  }
  accounts.setStatus(account, status);
  accounts.setTradeGroup(account, words[word + AccountWord.tradeGroup]);
}

function takeBalance(
  { accounts, balances }: ShardState,
  { doubles, words }: Block,
  word: number,
): void {
  const { BalanceWord } = layout;
  const account = words[word + BalanceWord.account];
  const asset = words[word + BalanceWord.asset];
  if (balances.freeCount === 0) balances.grow();
  const isNew = accounts.status(account) !== AccountStatus.unknown &&
    balances.find(account, asset) === 0;
  if (!isNew) {
    throw new SnapshotError(`account ${account} has no balance of asset ${asset}, or two`);
  }
  const slot = balances.open(account, asset);
  balances.addAvailable(slot, amountAt(doubles, word + BalanceWord.available));
  balances.addHeld(slot, amountAt(doubles, word + BalanceWord.held));
}

function takeOutcome(
  { accounts, outcomes }: ShardState,
  { doubles, words }: Block,
  word: number,
): void {
  const { OutcomeRecordWord } = layout;
  const account = words[word + OutcomeRecordWord.words + OutcomeWord.account];
  if (accounts.status(account) === AccountStatus.unknown) {
    throw new SnapshotError(`an outcome is of account ${account}, which is unknown`);
  }
  const first = word + OutcomeRecordWord.words;
  outcomes.restore(words, first, doubles, (word + OutcomeRecordWord.numbers) >> 1);
  accounts.addOutcomes(account, 1);
}

function takeMovement({ movements }: ShardState, { words }: Block, word: number): void {
  const [keyLow, keyHigh] = [words[word + MovementWord.keyLow], words[word + MovementWord.keyHigh]];
  if (movements.find(keyLow, keyHigh) >= 0) {
    throw new SnapshotError(`two movements have the key ${keyHigh}/${keyLow}`);
  }
  if (movements.isToGrow) movements.grow();
  movements.restore(words, word);
}

function setFeeSlots({ balances, instruments }: ShardState): void {
  for (const { instrument, quoteAsset } of instruments.terms.values()) {
    const slot = balances.find(FEE_ACCOUNT, quoteAsset);
    if (slot === 0) throw new SnapshotError(`there is no fee balance of asset ${quoteAsset}`);
    instruments.feeSlot[instrument] = slot;
  }
}

/** The sum of all balances of an asset is what came in less what went out. */
function checkSupplies({ balances, instruments }: ShardState): void {
  const sums = new Map<number, number>();
  for (let slot = 1; slot <= balances.count; slot++) {
    const asset = balances.assetOf(slot);
    const total = balances.availableOf(slot) + balances.heldOf(slot);
    sums.set(asset, (sums.get(asset) ?? 0) + total);
  }
  for (const asset of new Set([...sums.keys(), ...instruments.assets.keys()])) {
    const sum = sums.get(asset) ?? 0;
    const supply = balances.supply[asset];
    if (sum !== supply) {
      throw new SnapshotError(
        `the balances of asset ${asset} come to ${sum}, its supply is ${supply}`,
      );
    }
  }
}

function amountAt(doubles: Float64Array, word: number): number {
  const amount = doubles[word >> 1];
  if (Number.isSafeInteger(amount) && amount >= 0) return amount;
  throw new SnapshotError(`${amount} is no amount`);
}

function textOf(wire: WireBuffer, word: number, length: number): string {
  return String.fromCharCode(...wire.bytes.subarray(word << 2, (word << 2) + length));
}
