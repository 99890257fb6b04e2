/**
 * Writes the snapshot of a replica, block by block (see snapshot_layout.ts). Nothing may be applied
 * to the replica meanwhile.
 *
 * @module
 */
import { ORDER_DOUBLES_SHIFT, ORDER_INTEGERS_SHIFT, OrderField } from "../book/order_pool.ts";
import { AccountStatus } from "../matching/accounts.ts";
import { OutcomeDouble } from "../matching/outcomes.ts";
import type { ShardState } from "../matching/shard_state.ts";
import type { InstrumentTerms } from "../protocol/administration.ts";
import { FrameKind, TEXT_BYTES_MAX, writeFrameHeader } from "../protocol/frame.ts";
import { Side } from "../protocol/order_record.ts";
import { POSITIONED_BODY_BYTES, writePosition } from "../protocol/position.ts";
import { WireBuffer } from "../protocol/wire_buffer.ts";
import type { Replica } from "../sequencer/replica.ts";
import * as layout from "./snapshot_layout.ts";

const { SnapshotSection: Section } = layout;

/** A block that is being filled, seen as words and as doubles. */
interface OpenBlock {
  readonly wire: WireBuffer;
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
}

/** Fills in one record, whose words begin at `word`, an even one, and are zero. */
type WriteRecord<Item> = (block: OpenBlock, word: number, item: Item) => void;

/**
 * The blocks of a snapshot, in order, each in a buffer of its own, without its CRC, and as long as
 * its header says. O(everything that is live).
 */
export function* snapshotBlocks(replica: Replica, shard: number): Generator<WireBuffer> {
  const { senders, state } = replica;
  const { balances, instruments, movements, orders, outcomes } = state;
  const accounts = knownAccounts(state);
  const withText = [...restingSlots(state)].filter((slot) =>
    orderWord(state, slot, "textBytes") > 0
  );
  const counts = [
    instruments.assets.size,
    instruments.terms.size,
    accounts.length,
    balances.count,
    orders.liveCount,
    withText.length,
    outcomes.count,
    senders.count,
    movements.count,
  ];
  const writer = new SectionWriter(replica, counts);
  yield* writer.write(Section.shard, [counts], shardRecord(replica, shard));
  yield* writer.write(Section.assets, instruments.assets, assetRecord(state));
  yield* writer.write(Section.instruments, instruments.terms.values(), termsRecord(state));
  yield* writer.write(Section.accounts, accounts, accountRecord(state));
  yield* writer.write(Section.balances, numbersFrom(1, balances.count), balanceRecord(state));
  yield* writer.write(Section.orders, restingSlots(state), orderRecord(state));
  yield* writer.write(Section.texts, withText, textRecord(state));
  yield* writer.write(Section.outcomes, numbersFrom(0, outcomes.count), outcomeRecord(state));
  yield* writer.write(Section.senders, senders.entries(), senderRecord);
  yield* writer.write(Section.movements, numbersFrom(0, movements.count), movementRecord(state));
}

/** Puts records into blocks. */
class SectionWriter {
  readonly #replica: Replica;
  readonly #counts: readonly number[];
  #block = 0;

  /** @param counts how many records each section has, from that of the assets on */
  constructor(replica: Replica, counts: readonly number[]) {
    this.#replica = replica;
    this.#counts = counts;
  }

  /** The blocks of a section. A buffer is no longer than what is left for it to hold. */
  *write<Item>(
    section: number,
    items: Iterable<Item>,
    writeRecord: WriteRecord<Item>,
  ): Generator<WireBuffer> {
    const recordBytes = layout.SECTION_RECORD_BYTES[section];
    const perBlock = Math.floor((layout.BLOCK_BYTES_MAX - POSITIONED_BODY_BYTES) / recordBytes);
    let left = section === Section.shard ? 1 : this.#counts[section - Section.assets];
    let block = openBlock(Math.min(left, perBlock) * recordBytes);
    let count = 0;
    for (const item of items) {
      if (count === perBlock) {
        yield this.#close(block.wire, section, count);
        left -= count;
        block = openBlock(Math.min(left, perBlock) * recordBytes);
        count = 0;
      }
      const at = POSITIONED_BODY_BYTES + count * recordBytes;
      writeRecord(block, at >> 2, item);
      count++;
    }
    if (count > 0) yield this.#close(block.wire, section, count);
  }

  #close(wire: WireBuffer, section: number, count: number): WireBuffer {
    const { journalSequence, state } = this.#replica;
    const byteLength = POSITIONED_BODY_BYTES + count * layout.SECTION_RECORD_BYTES[section];
    const { epoch, events, stampMicros } = state;
    writeFrameHeader(wire, 0, FrameKind.snapshot, count, section, ++this.#block, 0, byteLength);
    writePosition(wire, 0, stampMicros, journalSequence, events.sequence, epoch, 0);
    return wire;
  }
}

function openBlock(recordsBytes: number): OpenBlock {
  const wire = WireBuffer.allocate(POSITIONED_BODY_BYTES + recordsBytes);
  return { wire, words: wire.words, doubles: new Float64Array(wire.words.buffer) };
}

function shardRecord(replica: Replica, shard: number): WriteRecord<readonly number[]> {
  const { ShardRule, ShardWord } = layout;
  const { state } = replica;
  return ({ words, doubles }, word, counts) => {
    words[word + ShardWord.version] = layout.SNAPSHOT_VERSION;
    words[word + ShardWord.shard] = shard;
    doubles[(word + ShardWord.commandCount) >> 1] = state.commandCount;
    doubles[(word + ShardWord.lastOrderId) >> 1] = state.lastOrderId;
    doubles[(word + ShardWord.lastTradeId) >> 1] = state.lastTradeId;
    doubles[(word + ShardWord.eventMessages) >> 1] = replica.eventMessages;
    const { stateHash } = state.events;
    words[word + ShardWord.hashHigh] = parseInt(stateHash.slice(0, 8), 16);
    words[word + ShardWord.hashLow] = parseInt(stateHash.slice(8), 16);
    words.set(counts, word + ShardWord.counts);
    words[word + ShardWord.rules] = (state.keepsMovements ? ShardRule.keepsMovements : 0) |
      (state.cancelsInstruments ? ShardRule.cancelsInstruments : 0) |
      (state.changesTerms ? ShardRule.changesTerms : 0);
  };
}

function assetRecord(
  state: ShardState,
): WriteRecord<[asset: number, { readonly name: string; readonly scale: number }]> {
  const { AssetWord } = layout;
  return ({ doubles, wire, words }, word, [asset, { name, scale }]) => {
    words[word + AssetWord.asset] = asset;
    words[word + AssetWord.scale] = scale;
    words[word + AssetWord.nameBytes] = name.length;
    doubles[(word + AssetWord.supply) >> 1] = state.balances.supply[asset];
    writeText(wire, word + AssetWord.name, name);
  };
}

function termsRecord(state: ShardState): WriteRecord<InstrumentTerms> {
  const { TermsWord } = layout;
  return ({ doubles, wire, words }, word, terms) => {
    layout.TERMS_WORDS.forEach((name, index) => words[word + index] = terms[name]);
    layout.TERMS_NUMBERS.forEach((name, index) => {
      doubles[((word + TermsWord.numbers) >> 1) + index] = terms[name];
    });
    words[word + TermsWord.status] = state.instruments.status[terms.instrument];
    words[word + TermsWord.symbolBytes] = terms.symbol.length;
    writeText(wire, word + TermsWord.symbol, terms.symbol);
  };
}

function accountRecord(state: ShardState): WriteRecord<number> {
  const { AccountWord } = layout;
  return ({ words }, word, account) => {
    words[word + AccountWord.account] = account;
    words[word + AccountWord.status] = state.accounts.status(account);
    words[word + AccountWord.tradeGroup] = state.accounts.tradeGroup(account);
  };
}

function balanceRecord({ balances }: ShardState): WriteRecord<number> {
  const { BalanceWord } = layout;
  return ({ doubles, words }, word, slot) => {
    words[word + BalanceWord.account] = balances.accountOf(slot);
    words[word + BalanceWord.asset] = balances.assetOf(slot);
    doubles[(word + BalanceWord.available) >> 1] = balances.availableOf(slot);
    doubles[(word + BalanceWord.held) >> 1] = balances.heldOf(slot);
  };
}

function orderRecord(state: ShardState): WriteRecord<number> {
  const { RESTING_NUMBERS, RESTING_WORDS } = layout;
  return ({ doubles, words }, word, slot) => {
    const numbers = state.orders.doubles;
    const { integers } = state.orders;
    for (let index = 0; index < RESTING_NUMBERS.length; index++) {
      const field = RESTING_NUMBERS[index];
      doubles[(word >> 1) + index] = numbers[(slot << ORDER_DOUBLES_SHIFT) | field];
    }
    const first = word + 2 * RESTING_NUMBERS.length;
    for (let index = 0; index < RESTING_WORDS.length; index++) {
      words[first + index] = integers[(slot << ORDER_INTEGERS_SHIFT) | RESTING_WORDS[index]];
    }
  };
}

function textRecord(state: ShardState): WriteRecord<number> {
  return ({ wire }, word, slot) => {
    const from = slot * TEXT_BYTES_MAX;
    const length = orderWord(state, slot, "textBytes");
    wire.bytes.set(state.orders.texts.subarray(from, from + length), word << 2);
  };
}

function outcomeRecord({ outcomes }: ShardState): WriteRecord<number> {
  const { OutcomeRecordWord } = layout;
  return ({ doubles, words }, word, older) => {
    const slot = outcomes.slotAt(older);
    for (let field = 0; field < layout.OUTCOME_WORDS; field++) {
      words[word + OutcomeRecordWord.words + field] = outcomes.word(slot, field);
    }
    const first = (word + OutcomeRecordWord.numbers) >> 1;
    for (let index = 0; index < layout.OUTCOME_NUMBERS; index++) {
      doubles[first + index] = outcomes.number(slot, OutcomeDouble.orderId + index);
    }
  };
}

const senderRecord: WriteRecord<[sender: number, number: number]> = (
  { doubles, words },
  word,
  [sender, number],
) => {
  words[word + layout.SenderWord.sender] = sender;
  doubles[(word + layout.SenderWord.number) >> 1] = number;
};

function movementRecord({ movements }: ShardState): WriteRecord<number> {
  return ({ words }, word, older) => movements.copyTo(movements.slotAt(older), words, word);
}

/** Every resting order: by instrument, the buys before the sells, best level first, by queue. */
function* restingSlots({ books, instruments, orders }: ShardState): Generator<number> {
  for (const instrument of instruments.terms.keys()) {
    for (const side of [Side.buy, Side.sell]) {
      let level = books.bestLevel(instrument, side);
      while (level !== 0) {
        let slot = books.levelHead(level);
        while (slot !== 0) {
          yield slot;
          slot = orders.integers[(slot << ORDER_INTEGERS_SHIFT) | OrderField.next];
        }
        level = books.levelBehind(instrument, side, level);
      }
    }
  }
}

function knownAccounts({ accounts }: ShardState): number[] {
  const all = Array.from({ length: accounts.last + 1 }, (_, account) => account);
  return all.filter((account) => accounts.status(account) !== AccountStatus.unknown);
}

function* numbersFrom(first: number, count: number): Generator<number> {
  for (let number = first; number < first + count; number++) yield number;
}

function orderWord(state: ShardState, slot: number, field: keyof typeof OrderField): number {
  return state.orders.integers[(slot << ORDER_INTEGERS_SHIFT) | OrderField[field]];
}

/** Writes text of ASCII characters, as names and symbols are. */
function writeText(wire: WireBuffer, word: number, text: string): void {
  for (let at = 0; at < text.length; at++) wire.bytes[(word << 2) + at] = text.charCodeAt(at);
}
