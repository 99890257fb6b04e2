/**
 * Mistakes that the checkers must find: each is put in the place of a sound part of a run.
 *
 * @module
 */
import { applyFrame } from "../../core/matching/apply.ts";
import type { ShardState } from "../../core/matching/shard_state.ts";
import { EventKind, EventWord } from "../../core/protocol/event_record.ts";
import { frameSender, RECORD_BYTES } from "../../core/protocol/frame.ts";
import { Side } from "../../core/protocol/order_record.ts";
import { POSITIONED_BODY_BYTES } from "../../core/protocol/position.ts";
import { readU64, WireBuffer, writeU64 } from "../../core/protocol/wire_buffer.ts";
import { ShardWord, SnapshotSection } from "../../core/snapshot/snapshot_layout.ts";
import { sealCrc } from "../../infra/journal/crc.ts";
import { type Glue, SOUND } from "./glue.ts";

/** Every mistake, and the parts that make it. A run gets parts of its own. */
export const PLANTS: Readonly<Record<string, () => Glue>> = {
  "answer-before-durable": () => ({ ...SOUND, isStoredWhenSent: () => true }),
  "forget-outcomes": () => ({
    ...SOUND,
    snapshotBlocks: (replica) => without(SnapshotSection.outcomes, SOUND.snapshotBlocks(replica)),
  }),
  "forget-movements": () => ({
    ...SOUND,
    snapshotBlocks: (replica) => without(SnapshotSection.movements, SOUND.snapshotBlocks(replica)),
  }),
  "lead-without-fence": () => ({ ...SOUND, expectedSequence: () => null }),
  "apply-twice": () => ({ ...SOUND, applyFrame: twiceAtTimes() }),
  "claim-without-lease": () => ({ ...SOUND, mayClaim: () => true }),
  "read-without-lease": () => ({ ...SOUND, mayAnswer: () => true }),
  "lose-a-hold": () => ({ ...SOUND, applyFrame: holdingOn }),
};

/** Of so many frames, one is applied twice. */
const FRAMES_PER_MISTAKE = 25;

/** A snapshot one of whose sections is empty, and whole by all that it says of itself. */
function without(section: number, blocks: readonly Uint8Array[]): Uint8Array[] {
  const kept = blocks.map((block) => WireBuffer.copyOf(block))
    .filter((block) => frameSender(block, 0) !== section);
  const counts = (POSITIONED_BODY_BYTES >> 2) + ShardWord.counts;
  kept[0].words[counts + section - SnapshotSection.assets] = 0;
  return kept.map((block, index) => {
    writeU64(block.words, 4, index + 1);
    sealCrc(block, block.bytes.length);
    return block.bytes;
  });
}

function twiceAtTimes(): typeof applyFrame {
  let frames = 0;
  return (state, frame, at, byteLength) => {
    applyFrame(state, frame, at, byteLength);
    if (++frames % FRAMES_PER_MISTAKE === 0) applyFrame(state, frame, at, byteLength);
  };
}

/** Applies a frame, and goes on to hold what canceled orders held. */
function holdingOn(state: ShardState, frame: WireBuffer, at: number, byteLength: number): void {
  const from = state.events.count;
  applyFrame(state, frame, at, byteLength);
  const { balances, events, instruments } = state;
  const { bytes, words } = events.buffer;
  for (let event = from; event < events.count; event++) {
    if (bytes[event * RECORD_BYTES] !== EventKind.canceled) continue;
    const word = event * RECORD_BYTES >> 2;
    const instrument = words[word + EventWord.instrument];
    const lots = readU64(words, word + EventWord.leaves);
    const price = readU64(words, word + EventWord.price);
    const isSell = bytes[event * RECORD_BYTES + 1] === Side.sell;
    const asset = isSell ? instruments.baseAsset[instrument] : instruments.quoteAsset[instrument];
    const amount = lots *
      (isSell
        ? instruments.basePerLot[instrument]
        : price * instruments.quotePerTickLot[instrument]);
    const slot = balances.find(words[word + EventWord.account], asset);
    balances.addAvailable(slot, -amount);
    balances.addHeld(slot, amount);
  }
}
