import assert from "node:assert/strict";
import { PRICE_TICKS_MAX } from "../../../core/book/price_trie.ts";
import { REHELD_PER_COMMAND_MAX } from "../../../core/matching/change_terms.ts";
import { FRAME_HEADER_BYTES, FrameKind } from "../../../core/protocol/frame.ts";
import { CommandKind } from "../../../core/protocol/order_record.ts";
import type { ChangeableTerms } from "../../../core/protocol/terms_change.ts";
import { AppendBuffer } from "../../../core/sequencer/append_buffer.ts";
import { Replica } from "../../../core/sequencer/replica.ts";
import { sealCrc } from "../../../infra/journal/crc.ts";
import {
  amend,
  buy,
  by,
  called,
  cancelAll,
  changeTerms,
  claim,
  type Command,
  halt,
  market,
  on,
  sell,
} from "../../support/commands.ts";
import { FrameSource } from "../../support/frames.ts";
import { apply, blocksOf, readBlocks } from "../snapshot/replica_script.ts";
import { change, claimed, opening, refused, said, TERMS } from "./terms_market.ts";
import { START_MICROS, Venue } from "./venue.ts";

Deno.test("a term that is not as it was seen: nothing changes, and the first such one is told", () => {
  const venue = claimed();
  venue.submit(change({ takerFeePpm: 600 }));
  assert.deepEqual(venue.submit(change({ takerFeePpm: 700 })), [
    refused("termsChanged", 600, 2_000),
  ]);
  const two = change({ makerFeePpm: 1, takerFeePpm: 700 }, {
    makerFeePpm: 1_000,
    takerFeePpm: 601,
  });
  assert.deepEqual(venue.submit(two), [refused("termsChanged", 600, 601)]);
  // What the other one has changed is not what this one names.
  assert.deepEqual(venue.submit(change({ makerFeePpm: 50 })), [
    said({ makerFeePpm: 50, takerFeePpm: 600 }),
  ]);
});

Deno.test("the same request again is told its first outcome, whatever the terms are by then", () => {
  const venue = claimed();
  const first = { ...change({ takerFeePpm: 600 }), requestId: "a" };
  venue.submit(first);
  const again = "0 outcome again: none (ok) executed 0, left 0";
  assert.deepEqual(venue.submit(first), [again]);
  const seenAnew = changeTerms({ takerFeePpm: 600 }, { takerFeePpm: 600 }, called("a"));
  assert.deepEqual(venue.submit(seenAnew), [again]);
  venue.submit(change({ takerFeePpm: 650 }, { takerFeePpm: 600 }));
  assert.deepEqual(venue.submit(first), [again]);
  assert.equal(venue.state.instruments.takerFeePpm[1], 650);
  const other = changeTerms({ takerFeePpm: 2_000 }, { takerFeePpm: 601 }, called("a"));
  assert.deepEqual(venue.submit(other), [refused("differentContent")]);
  const elsewhere = changeTerms({ makerFeePpm: 2_000 }, { makerFeePpm: 600 }, called("a"));
  assert.deepEqual(venue.submit(elsewhere), [refused("differentContent")]);
});

Deno.test("what no instrument may have is refused, and nothing changes", () => {
  const { makerFeePpm } = TERMS;
  const cases: Partial<ChangeableTerms>[] = [
    { makerFeePpm: 100_001 },
    { takerFeePpm: 2 ** 32 - 1 },
    { collarPpm: 0 },
    { collarPpm: 1_000_001 },
    { priceTicksMax: 0 },
    { priceTicksMax: PRICE_TICKS_MAX + 1 },
    { quantityLotsMax: 0 },
    { quantityLotsMax: Math.floor((2 ** 53 - 1) / 1_000) + 1 },
    { quantityLotsMax: 2 ** 53 - 1 },
    { makerFeePpm, collarPpm: 0 },
  ];
  const venue = claimed();
  for (const to of cases) {
    assert.deepEqual(venue.submit(change(to)), [refused("instrumentInvalid")], JSON.stringify(to));
  }
  const last = { quantityLotsMax: Math.floor((2 ** 53 - 1) / 10_000), makerFeePpm: 100_000 };
  assert.deepEqual(venue.submit(change(last)), [said(last)]);
});

Deno.test("an instrument that is not there, or no term at all", () => {
  const venue = claimed();
  for (const instrument of [0, 2, 8_192, 2 ** 32 - 1]) {
    const elsewhere = changeTerms({ takerFeePpm: 0 }, { takerFeePpm: 1 }, on(instrument));
    assert.deepEqual(venue.submit(elsewhere), [refused("unknownInstrument", 0, instrument)]);
  }
  assert.deepEqual(venue.submit(changeTerms({}, {})), [refused("invalidFlags", 31, 0)]);
  venue.submit(halt());
  assert.deepEqual(venue.submit(change({ takerFeePpm: 9 })), [said({ takerFeePpm: 9 })], "halted");
});

Deno.test("a byte that says nothing has to be zero", () => {
  const venue = claimed();
  const frames = new FrameSource(9);
  // What it says something with, what all commands share, and where its text would be.
  const own = [[4, 5], [8, 12], [16, 32], [6, 8], [56, 64], [84, 88], [116, 120]];
  let looked = 0;
  for (let at = 1; at < 128; at++) {
    if (own.some(([from, to]) => at >= from && at < to)) continue;
    const requestId = `byte-${at}`;
    const wire = frames.frame([{ ...change({ takerFeePpm: 9 }), requestId }]);
    wire.bytes[FRAME_HEADER_BYTES + at] = 1;
    sealCrc(wire, wire.bytes.length);
    const [told] = venue.apply(wire);
    // The highest bytes of what is a price and a quantity elsewhere.
    const code = at === 39 || at === 47 ? "unsafeInteger" : "reservedNotZero";
    assert.equal(told.split(/[(:]/)[1], code, `byte ${at}`);
    looked++;
  }
  assert.equal(looked, 127 - 1 - 4 - 16 - 2 - 8 - 4 - 4);
  assert.equal(venue.state.instruments.takerFeePpm[1], 2_000);
});

Deno.test("before a leader says that it changes terms it is a kind that nobody knows", () => {
  const venue = new Venue(opening());
  const one = { ...change({ takerFeePpm: 600 }), requestId: "a" };
  const unknown = refused("unknownKind", 2 ** 53 - 1, 0);
  assert.deepEqual(venue.submit(one), [unknown]);
  venue.submit(claim(2, true, true, false));
  assert.deepEqual(venue.submit(one), [unknown]);
  assert.equal(venue.state.outcomes.find(0, 0, 0), -1);
  venue.submit(claim(3));
  assert.deepEqual(venue.submit(one), [said({ takerFeePpm: 600 })], "it was never remembered");
  venue.submit(claim(4, true, true, false));
  assert.deepEqual(venue.submit(one), [unknown], "an older leader after it knows no outcome of it");
  venue.submit(sell(100, 500));
  assert.equal(venue.submit(buy(100, 500, by(2)))[2], "2 taker bought 100@500, filled, fee 30");
});

Deno.test("a snapshot has the terms of now, and orders that entered by others", () => {
  const frames = new FrameSource(1);
  const replica = new Replica();
  let number = 0;
  const append = (commands: readonly Command[]) => {
    const buffer = new AppendBuffer();
    const { kind } = commands[0];
    const frameKind = kind === CommandKind.claim
      ? FrameKind.claim
      : kind >= CommandKind.account
      ? FrameKind.administration
      : FrameKind.orders;
    buffer.add(frames.frame(commands).bytes, frameKind, "");
    buffer.seal(START_MICROS + ++number, 1, replica.state.commandCount + 1);
    return buffer.wire;
  };
  const take = (...commands: Command[]) => apply(replica, append(commands));
  take(...opening().commands);
  take(claim(1));
  take(buy(100, 500), buy(3, 333, by(2)), sell(1_000, 600, by(3)), sell(30, 500, by(3)));
  take(change({ takerFeePpm: 1_234, quantityLotsMax: 10, priceTicksMax: 5_000 }));
  const restored = readBlocks(blocksOf(replica));
  assert.deepEqual(blocksOf(restored), blocksOf(replica));
  const next = append([sell(10, 500, by(3)), buy(10, 4_000, by(2)), amend(1, { quantity: 31 })]);
  assert.equal(apply(restored, next), apply(replica, next));
  const more = append([change({ takerFeePpm: 1_000 }, { takerFeePpm: 1_234 })]);
  assert.equal(apply(restored, more), apply(replica, more));
  assert.deepEqual(blocksOf(restored), blocksOf(replica));
  assert.equal(restored.state.instruments.takerFeePpm[1], 1_000);
});

Deno.test("more buys than one change makes the holds of anew: the fee stays, and falls below", () => {
  const accounts = Math.ceil(REHELD_PER_COMMAND_MAX / 1_000) + 1;
  const wideMarket = market().asset("BTC", 8).asset("USD", 6).instrument("BTC-USD", TERMS);
  for (let account = 1; account <= accounts; account++) {
    wideMarket.account(account, { USD: 100_000 });
  }
  const venue = new Venue(wideMarket);
  venue.submit(claim(1));
  let rest = REHELD_PER_COMMAND_MAX + 1;
  for (let account = 1; rest > 0; account++) {
    const orders = Array.from(
      { length: Math.min(1_000, rest) },
      (_, order) => buy(1, 1 + order % 50, by(account)),
    );
    rest -= orders.length;
    venue.apply(venue.source.frame(orders));
  }
  const lower = change({ takerFeePpm: 1_500 });
  const limit = REHELD_PER_COMMAND_MAX;
  assert.deepEqual(venue.submit(lower), [refused("ordersRest", limit, limit + 1)]);
  assert.deepEqual(venue.submit(change({ makerFeePpm: 1 })), [said({ makerFeePpm: 1 })]);
  venue.submit(cancelAll(by(accounts)));
  const to = { makerFeePpm: 1, takerFeePpm: 1_500 };
  assert.deepEqual(venue.submit(change({ takerFeePpm: 1_500 })), [said(to)]);
});
