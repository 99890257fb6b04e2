/**
 * Reads a snapshot: makes the replica that it was written of (see snapshot_layout.ts).
 *
 * Nothing is taken on trust but the numbers themselves: blocks must follow each other and belong to
 * one snapshot, sections have as many records as the first block says, orders and balances agree, and
 * so do balances and supplies. A snapshot that does not pass is of no use, and says why.
 *
 * @module
 */
import { ACCOUNTS_MAX } from "../matching/accounts.ts";
import { MOVEMENTS_MAX } from "../matching/movements.ts";
import { OUTCOMES_MAX } from "../matching/outcomes.ts";
import { type Capacities, DEFAULT_CAPACITIES, ORDERS_MAX } from "../matching/shard_state.ts";
import {
  FRAME_MAGIC,
  FRAME_VERSION,
  frameCount,
  FrameKind,
  frameKind,
  frameLength,
  frameNumber,
  frameSender,
} from "../protocol/frame.ts";
import {
  POSITION_BYTES,
  POSITIONED_BODY_BYTES,
  positionEpoch,
  positionFirstEvent,
  positionNumber,
  positionStampMicros,
} from "../protocol/position.ts";
import { WireBuffer } from "../protocol/wire_buffer.ts";
import { Replica } from "../sequencer/replica.ts";
import { SnapshotError } from "./snapshot_error.ts";
import * as layout from "./snapshot_layout.ts";
import { type Block, StateBuilder } from "./state_builder.ts";

const { SnapshotSection: Section } = layout;

/** Most balances that a snapshot may have. */
const BALANCES_MAX = 2 ** 24;
/** Room that tables get, over what the snapshot has. */
const SPARE_ROOM = 1.1;

/** Reads one snapshot, block by block. */
export class SnapshotReader {
  readonly #shard: number;
  readonly #least: Partial<Capacities>;
  /** The first block: whose position all others have, and which has the counts. */
  #first: Block | null = null;
  #replica: Replica | null = null;
  #builder: StateBuilder | null = null;
  #blocks = 0;
  #section: number = Section.shard;
  /** Records read so far, by section. */
  readonly #read = new Float64Array(layout.SECTION_LAST + 1);

  /**
   * @param shard whose snapshot is expected
   * @param least capacities that the replica gets at least, in place of the default ones
   */
  constructor(shard: number, least: Partial<Capacities> = {}) {
    this.#shard = shard;
    this.#least = least;
  }

  /**
   * Takes the next block, whose CRC has been checked.
   *
   * @throws {SnapshotError} when it is not the next block of this snapshot
   */
  take(bytes: Uint8Array): void {
    if (bytes.length < POSITIONED_BODY_BYTES || bytes.length > layout.BLOCK_BYTES_MAX) {
      throw new SnapshotError(
        `a block has ${POSITIONED_BODY_BYTES} to ${layout.BLOCK_BYTES_MAX} bytes, not ${bytes.length}`,
      );
    }
    const wire = WireBuffer.copyOf(bytes);
    const block = { wire, words: wire.words, doubles: new Float64Array(wire.words.buffer) };
    this.#checkHeader(wire, bytes.length);
    this.#blocks++;
    const section = frameSender(wire, 0);
    if (this.#first === null) this.#begin(block);
    else this.#checkPosition(wire, this.#first.wire);
    this.#section = section;
    const recordWords = layout.SECTION_RECORD_BYTES[section] >> 2;
    const count = frameCount(wire, 0);
    this.#read[section] += count;
    if (section === Section.shard) return;
    // Before a record is taken: tables have room for so many.
    if (this.#read[section] > this.#countOf(section)) {
      throw new SnapshotError(
        `section ${section} has more than the ${
          this.#countOf(section)
        } records that it should have`,
      );
    }
    for (let index = 0; index < count; index++) {
      this.#builder?.take(block, section, (POSITIONED_BODY_BYTES >> 2) + index * recordWords);
    }
  }

  /**
   * The replica, once the last block was taken.
   *
   * @throws {SnapshotError} when something is missing or does not agree
   */
  finish(): Replica {
    const replica = this.#replica;
    if (this.#first === null || replica === null) throw new SnapshotError("there is no block");
    for (let section = Section.assets; section <= layout.SECTION_LAST; section++) {
      const expected = this.#countOf(section);
      if (this.#read[section] !== expected) {
        throw new SnapshotError(
          `section ${section} has ${this.#read[section]} records instead of ${expected}`,
        );
      }
    }
    this.#builder?.finish();
    setPosition(replica, this.#first);
    return replica;
  }

  #checkHeader(wire: WireBuffer, byteLength: number): void {
    const section = frameSender(wire, 0);
    const isFrame = wire.words[0] === FRAME_MAGIC && wire.bytes[4] === FRAME_VERSION &&
      frameKind(wire, 0) === FrameKind.snapshot;
    if (!isFrame) throw new SnapshotError("a block is no frame of a snapshot");
    if (frameNumber(wire, 0) !== this.#blocks + 1) {
      throw new SnapshotError(
        `block ${frameNumber(wire, 0)} came in the place of ${this.#blocks + 1}`,
      );
    }
    if (section < this.#section || section > layout.SECTION_LAST) {
      throw new SnapshotError(`section ${section} came behind section ${this.#section}`);
    }
    const expected = POSITIONED_BODY_BYTES +
      frameCount(wire, 0) * layout.SECTION_RECORD_BYTES[section];
    if (byteLength !== expected || frameLength(wire, 0) !== expected) {
      throw new SnapshotError(`a block of ${expected} bytes has ${byteLength}`);
    }
  }

  #checkPosition(wire: WireBuffer, first: WireBuffer): void {
    const from = POSITIONED_BODY_BYTES - POSITION_BYTES;
    for (let at = from >> 2; at < POSITIONED_BODY_BYTES >> 2; at++) {
      if (wire.words[at] !== first.words[at]) {
        throw new SnapshotError("a block is of another snapshot than the first one");
      }
    }
  }

  #begin(block: Block): void {
    const { ShardWord } = layout;
    const { wire, words } = block;
    const word = POSITIONED_BODY_BYTES >> 2;
    if (frameSender(wire, 0) !== Section.shard || frameCount(wire, 0) !== 1) {
      throw new SnapshotError("the first block is not that of the shard");
    }
    const version = words[word + ShardWord.version];
    const { SNAPSHOT_VERSION: last, SNAPSHOT_VERSION_LEAST: least } = layout;
    if (version < least || version > last) {
      throw new SnapshotError(
        `the snapshot has version ${version}, this code reads ${least} to ${last}`,
      );
    }
    const shard = words[word + ShardWord.shard];
    if (shard !== this.#shard) {
      throw new SnapshotError(`the snapshot is of shard ${shard}, not ${this.#shard}`);
    }
    this.#first = block;
    const movements = this.#countOf(Section.movements);
    if (movements > MOVEMENTS_MAX) {
      throw new SnapshotError(
        `section ${Section.movements} has ${movements}, at most ${MOVEMENTS_MAX}`,
      );
    }
    this.#replica = new Replica(this.#capacities());
    this.#builder = new StateBuilder(this.#replica, this.#countOf(Section.balances));
  }

  /** Room for what the snapshot says that it has, and for some more. */
  #capacities(): Capacities {
    const least: Capacities = { ...DEFAULT_CAPACITIES, ...this.#least };
    const room = (section: number, name: keyof Capacities, most: number): number => {
      const count = this.#countOf(section);
      if (count > most) throw new SnapshotError(`section ${section} has ${count}, at most ${most}`);
      const wanted = 2 ** Math.ceil(Math.log2(count * SPARE_ROOM + 1));
      return Math.max(least[name], Math.min(most, wanted));
    };
    return {
      orders: room(Section.orders, "orders", ORDERS_MAX),
      levels: least.levels,
      balances: room(Section.balances, "balances", BALANCES_MAX),
      accounts: room(Section.accounts, "accounts", ACCOUNTS_MAX),
      outcomes: room(Section.outcomes, "outcomes", OUTCOMES_MAX),
      events: least.events,
    };
  }

  #countOf(section: number): number {
    const counts = (POSITIONED_BODY_BYTES >> 2) + layout.ShardWord.counts;
    return this.#first?.words[counts + section - Section.assets] ?? 0;
  }
}

/** What the first block says of the shard as a whole. */
function setPosition(replica: Replica, { doubles, wire, words }: Block): void {
  const { ShardRule, ShardWord } = layout;
  const word = POSITIONED_BODY_BYTES >> 2;
  const { state } = replica;
  replica.journalSequence = positionNumber(wire, 0);
  replica.eventMessages = doubles[(word + ShardWord.eventMessages) >> 1];
  state.stampMicros = positionStampMicros(wire, 0);
  state.epoch = positionEpoch(wire, 0);
  state.commandCount = doubles[(word + ShardWord.commandCount) >> 1];
  state.lastOrderId = doubles[(word + ShardWord.lastOrderId) >> 1];
  state.lastTradeId = doubles[(word + ShardWord.lastTradeId) >> 1];
  const rules = words[word + ShardWord.rules];
  state.keepsMovements = (rules & ShardRule.keepsMovements) !== 0;
  state.cancelsInstruments = (rules & ShardRule.cancelsInstruments) !== 0;
  state.changesTerms = (rules & ShardRule.changesTerms) !== 0;
  const { hashHigh, hashLow } = ShardWord;
  state.events.resume(positionFirstEvent(wire, 0), words[word + hashLow], words[word + hashHigh]);
}
