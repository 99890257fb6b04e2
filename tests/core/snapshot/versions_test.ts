import assert from "node:assert/strict";
import { HORIZON_MICROS } from "../../../core/matching/outcomes.ts";
import { FrameKind } from "../../../core/protocol/frame.ts";
import { POSITIONED_BODY_BYTES } from "../../../core/protocol/position.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { AppendBuffer } from "../../../core/sequencer/append_buffer.ts";
import type { Replica } from "../../../core/sequencer/replica.ts";
import { ShardWord } from "../../../core/snapshot/snapshot_layout.ts";
import { FrameSource } from "../../support/frames.ts";
import {
  buy,
  by,
  called,
  cancelAll,
  cancelInstrument,
  changeTerms,
  claim,
  type Command,
  deposit,
  ioc,
  sell,
  transfer,
} from "../../support/commands.ts";
import { readEvents } from "../matching/event_view.ts";
import { tell } from "../matching/story.ts";
import { plainMarket } from "../matching/venue.ts";
import { frameOf } from "../sequencer/test_frames.ts";
import { apply, blocksOf, readBlocks, replicaOf } from "./replica_script.ts";
import { VERSION_1 } from "./version_1.ts";
import { VERSION_2 } from "./version_2.ts";
import { VERSION_3 } from "./version_3.ts";

const STAMP_MICROS = 1_700_000_000_000_000;

/** How an append differs from one that has orders alone. */
interface Special {
  readonly kind?: number;
  /** Begins with the claim of a leader who keeps movements, or of one who does not. */
  readonly keepsMovements?: boolean;
  /** Whether that leader cancels the orders of instruments, and changes their terms. */
  readonly cancelsInstruments?: boolean;
  readonly opensMarket?: boolean;
  readonly stampMicros?: number;
}

const MONEY: Special = { kind: FrameKind.administration };

function append(
  number: number,
  firstCommand: number,
  commands: readonly Command[],
  { cancelsInstruments, keepsMovements, kind = FrameKind.orders, opensMarket, stampMicros }:
    Special = {},
): WireBuffer {
  const buffer = new AppendBuffer();
  if (keepsMovements !== undefined) {
    buffer.add(
      frameOf(0, number, [claim(1, keepsMovements, cancelsInstruments ?? false)]),
      FrameKind.claim,
      "",
    );
  }
  if (opensMarket === true) {
    const market = new FrameSource(9).frame(plainMarket().commands).bytes;
    buffer.add(market, FrameKind.administration, "");
  }
  buffer.add(frameOf(7, number, commands), kind, "");
  buffer.seal(stampMicros ?? STAMP_MICROS + number, 1, firstCommand);
  return buffer.wire;
}

const ORDERS = [
  sell(5, 101, by(1), called("a text")),
  sell(7, 102, by(2), called("2")),
  buy(3, 100, by(2), called("3")),
  buy(4, 101, by(2), called("4"), ioc),
];

/** A replica of the market that all of these snapshots are of. */
const marketOf = (keepsMovements: boolean, cancelsInstruments = false): Replica =>
  replicaOf([append(1, 1, ORDERS, { cancelsInstruments, keepsMovements, opensMarket: true })]);

const VERSION_AT = (POSITIONED_BODY_BYTES >> 2) + ShardWord.version;
const versionOf = ([first]: readonly Uint8Array[]): number =>
  WireBuffer.copyOf(first).words[VERSION_AT];

/**
 * The snapshot that the first version of the layout made of a small market, byte for byte, whose
 * leader kept no movements. The present version writes the same of it, but for its number.
 */
Deno.test("a snapshot of version 1 is read as ever, and gone on from by leaders of both rules", () => {
  const blocks = VERSION_1.map((block) => Uint8Array.fromBase64(block));
  assert.equal(versionOf(blocks), 1);
  const original = marketOf(false);
  const written = blocksOf(original);
  assert.equal(versionOf(written), 3);
  written[0][4 * VERSION_AT] = 1;
  assert.deepEqual(written, blocks);
  const restored = readBlocks(blocks);
  const step = (number: number, commands: Command[], special: Special = {}): string[] => {
    const next = append(number, original.state.commandCount + 1, commands, special);
    assert.equal(apply(restored, next), apply(original, next));
    assert.deepEqual(blocksOf(restored), blocksOf(original));
    return readEvents(original.state.events).map(tell);
  };
  step(2, [cancelAll(by(2), called("5"))]);
  const money = [deposit(3, 1, 5, called("wire"))];
  const inAll = (total: number): string => `3 deposited 5 of asset 1, has ${total}`;
  assert.deepEqual(step(3, money, MONEY), [inAll(10_000_000_005)]);
  // It was not kept, so past the horizon it is another one; from now on they are kept.
  const later = STAMP_MICROS + HORIZON_MICROS + 10;
  const again = step(4, money, { ...MONEY, keepsMovements: true, stampMicros: later });
  assert.equal(again.at(-1), inAll(10_000_000_010));
  const last = step(5, money, { ...MONEY, stampMicros: later + HORIZON_MICROS + 10 });
  assert.deepEqual(last, ["3 outcome again: none (ok) executed 5, left 10000000010"]);
});

/** The market with movements that are older than the horizon, and what a leader did last. */
function agedMarket(cancelsInstruments: boolean): { original: Replica; moved: Command[] } {
  const original = marketOf(true, cancelsInstruments);
  const moved = [deposit(3, 2, 77, called("wire")), transfer(3, 4, 2, 70, called("gift"))];
  const stampMicros = STAMP_MICROS + HORIZON_MICROS + 10;
  apply(original, append(2, original.state.commandCount + 1, moved, MONEY));
  const over = [cancelAll(by(5), called("over"))];
  apply(original, append(3, original.state.commandCount + 1, over, { stampMicros }));
  return { original, moved };
}

/** Applies commands to both, which must come to the same. */
function goOn(restored: Replica, original: Replica, commands: readonly Command[]): string[] {
  const stampMicros = original.state.stampMicros + 1;
  const first = original.state.commandCount + 1;
  const next = append(original.journalSequence + 1, first, commands, { ...MONEY, stampMicros });
  assert.equal(apply(restored, next), apply(original, next));
  assert.deepEqual(blocksOf(restored), blocksOf(original));
  return readEvents(original.state.events).map(tell);
}

const AGAIN = [
  "3 outcome again: none (ok) executed 77, left 1000000000077",
  "3 outcome again: none (ok) executed 70, left 1000000000007",
];

/** What version 2 made of the same market, whose leader kept movements. */
Deno.test("a snapshot of version 2 is read as ever, and gone on from", () => {
  const blocks = VERSION_2.map((block) => Uint8Array.fromBase64(block));
  assert.equal(versionOf(blocks), 2);
  const { moved, original } = agedMarket(false);
  const written = blocksOf(original);
  written[0][4 * VERSION_AT] = 2;
  assert.deepEqual(written, blocks);
  const restored = readBlocks(blocks);
  assert.deepEqual(goOn(restored, original, moved), AGAIN);
  const dearer = changeTerms({ takerFeePpm: 0 }, { takerFeePpm: 500 });
  for (const command of [cancelInstrument(), dearer]) {
    assert.match(goOn(restored, original, [command])[0], /rejected \(unknownKind/);
  }
});

/**
 * The snapshot that the present version makes of it, whose leader cancels the orders of instruments and
 * changes their terms.
 * When this fails the layout has changed: it needs a new version then, and code that still reads these.
 */
Deno.test("a snapshot of version 3 is written as ever, read as ever, and gone on from", () => {
  const blocks = VERSION_3.map((block) => Uint8Array.fromBase64(block));
  const { moved, original } = agedMarket(true);
  assert.deepEqual(blocksOf(original), blocks);
  const restored = readBlocks(blocks);
  assert.deepEqual(goOn(restored, original, moved), AGAIN);
  const killed = goOn(restored, original, [cancelInstrument()]);
  assert.equal(killed.length, original.state.events.count);
  assert.match(killed.at(-1) ?? "", /canceledByOperator\) executed 3, left 0/);
  const dearer = changeTerms({ takerFeePpm: 0 }, { takerFeePpm: 500 });
  assert.match(goOn(restored, original, [dearer])[0], /^terms: maker 0, taker 500/);
});
