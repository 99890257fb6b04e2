import assert from "node:assert/strict";
import {
  CANCELS_PER_COMMAND_MAX,
  EVENTS_PER_COMMAND_MAX,
} from "../../../core/matching/shard_state.ts";
import { frameKind } from "../../../core/protocol/frame.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { AppendBuffer } from "../../../core/sequencer/append_buffer.ts";
import { Replica } from "../../../core/sequencer/replica.ts";
import { AuditAct } from "../../../core/protocol/administration.ts";
import {
  audit,
  buy,
  by,
  called,
  cancel,
  cancelInstrument,
  claim,
  type Command,
  deposit,
  halt,
  type Market,
  market,
  on,
  resume,
  sell,
  setAccount,
} from "../../support/commands.ts";
import { FrameSource } from "../../support/frames.ts";
import { apply, blocksOf, readBlocks } from "../snapshot/replica_script.ts";
import { plainMarket, START_MICROS, Venue } from "./venue.ts";

const BOOK = `
  sell 102 | 1:5
  sell 101 | 3:2 1:3
  buy   99 | 2:4 1:1
  buy   97 | 3:7`;

/** Orders of a frame that the tests of many orders send at once. */
const AT_ONCE = 2_000;

const many = (count: number, one: (number: number) => Command): Command[] =>
  Array.from({ length: count }, (_, number) => one(number));

/** A venue whose leader knows the kill switch of an instrument. */
function claimed(opening?: Market): Venue {
  const venue = new Venue(opening);
  venue.submit(claim(1));
  return venue;
}

/** Rests many orders, some to a frame. */
function restMany(venue: Venue, commands: readonly Command[]): void {
  for (let from = 0; from < commands.length; from += AT_ONCE) {
    venue.apply(venue.source.frame(commands.slice(from, from + AT_ONCE)));
  }
}

Deno.test("cancels the buys and then the sells, each from the best price and the oldest on", () => {
  const venue = claimed().rest(BOOK);
  assert.deepEqual(venue.submit(cancelInstrument()), [
    "2 canceled buy 4@99 (canceledByOperator)",
    "1 canceled buy 1@99 (canceledByOperator)",
    "3 canceled buy 7@97 (canceledByOperator)",
    "3 canceled sell 2@101 (canceledByOperator)",
    "1 canceled sell 3@101 (canceledByOperator)",
    "1 canceled sell 5@102 (canceledByOperator)",
    "0 outcome: canceled (canceledByOperator) executed 6, left 0",
  ]);
  venue.expect("");
  const { at24: stamp, at32: sequence } = venue.events[6];
  assert.equal(Number(stamp), venue.stampMicros - 1);
  assert.equal(Number(sequence), venue.state.events.sequence);
});

Deno.test("holds are released exactly, of orders that were filled in part as well", () => {
  const fees = { makerFeePpm: 137, takerFeePpm: 1_999 };
  const opening = market().asset("BTC", 8).asset("USD", 6).instrument("BTC-USD", fees);
  for (const account of [1, 2, 3]) opening.account(account, { BTC: 1_000_000, USD: 1_000_000 });
  const venue = claimed(opening);
  venue.submit(buy(9, 990), buy(7, 990, by(2)), sell(5, 1_030, by(3)), sell(4, 990, by(3)));
  const totals = () =>
    [1, 2, 3].flatMap((account) =>
      ["BTC", "USD"].map((asset) => venue.available(account, asset) + venue.held(account, asset))
    );
  const before = totals();
  assert.ok(venue.held(1, "USD") > 0 && venue.held(2, "USD") > 0 && venue.held(3, "BTC") > 0);
  venue.submit(cancelInstrument());
  for (const account of [1, 2, 3]) {
    assert.equal(venue.held(account, "BTC") + venue.held(account, "USD"), 0);
  }
  assert.deepEqual(totals(), before, "nothing was paid or made");
});

Deno.test("other instruments are left alone, and the accounts' lists with them", () => {
  const opening = plainMarket().asset("ETH", 8).instrument("ETH-USD");
  const venue = claimed(opening).rest(BOOK);
  venue.submit(deposit(1, 3, 1_000_000));
  const other = "sell 60 | 1:2\nbuy 50 | 1:1 2:1";
  venue.rest(other, "ETH-USD");
  assert.equal(venue.submit(cancelInstrument(1)).length, 7);
  venue.expect("").expect(other, "ETH-USD");
  assert.equal(venue.submit(cancelInstrument(2)).length, 4);
  venue.expect("", "ETH-USD");
});

Deno.test("trades nothing, needs no halt, and the instrument trades on behind it", () => {
  const venue = claimed().rest(BOOK);
  const { lastTradeId } = venue.state;
  venue.submit(cancelInstrument());
  assert.equal(venue.state.lastTradeId, lastTradeId);
  assert.deepEqual(venue.submit(buy(1, 200), sell(1, 200, by(2))), [
    "1 accepted buy 1@200, rests",
    "2 accepted sell 1@200",
    "1 maker bought 1@200, filled",
    "2 taker sold 1@200, filled",
  ]);
});

Deno.test("a halted instrument and a disabled account give their orders up", () => {
  const venue = claimed().rest(BOOK);
  venue.submit(halt(), setAccount(3, false));
  assert.equal(venue.submit(cancelInstrument()).length, 7);
  assert.match(venue.submit(buy(1, 99))[0], /halted/);
  assert.match(venue.submit(resume(), buy(1, 99))[1], /^1 accepted/);
});

Deno.test("an empty book has nothing to cancel, and says so", () => {
  assert.deepEqual(claimed().submit(cancelInstrument()), [
    "0 outcome: canceled (canceledByOperator) executed 0, left 0",
  ]);
});

Deno.test("a command takes so many and says that there are more; the next one takes the rest", () => {
  const venue = claimed();
  const sells = CANCELS_PER_COMMAND_MAX - 3;
  restMany(venue, many(7, () => buy(1, 99, by(2))));
  restMany(venue, many(sells, (number) => sell(1, 101 + number % 40)));
  const first = venue.submit(cancelInstrument(1, called("900001")));
  assert.equal(first.length, CANCELS_PER_COMMAND_MAX + 1);
  assert.ok(first.length <= EVENTS_PER_COMMAND_MAX);
  assert.match(first[6], /^2 canceled buy/);
  assert.match(first[7], /^1 canceled sell 1@101 /);
  assert.equal(
    first.at(-1),
    `0 outcome: canceled (canceledByOperator) executed ${CANCELS_PER_COMMAND_MAX}, left 1`,
  );
  venue.expect("sell 140 | 1:1 1:1 1:1 1:1");
  assert.equal(venue.held(1, "BTC"), 4 * 10_000);
  const second = venue.submit(cancelInstrument(1, called("900002")));
  assert.equal(second.at(-1), "0 outcome: canceled (canceledByOperator) executed 4, left 0");
  venue.expect("");
  assert.equal(venue.state.accounts.openCount(1) + venue.state.accounts.openCount(2), 0);
});

Deno.test("a side of exactly as many as one command takes leaves those of the other", () => {
  const venue = claimed();
  restMany(venue, many(CANCELS_PER_COMMAND_MAX, () => buy(1, 99)));
  assert.match(venue.submit(cancelInstrument()).at(-1) ?? "", /executed 5000, left 0$/);
  restMany(venue, many(CANCELS_PER_COMMAND_MAX, () => buy(1, 99)));
  venue.submit(sell(1, 101));
  assert.match(venue.submit(cancelInstrument()).at(-1) ?? "", /executed 5000, left 1$/);
  venue.expect("sell 101 | 1:1");
});

Deno.test("a repeat says what the first one came to, and cancels nothing", () => {
  const venue = claimed().rest(BOOK);
  venue.submit(cancelInstrument(1, called("41")));
  const { events } = venue;
  venue.rest("buy 99 | 1:1");
  assert.deepEqual(venue.submit(cancelInstrument(1, called("41"))), [
    "0 outcome again: canceled (canceledByOperator) executed 6, left 0",
  ]);
  const [first, again] = [events[6], venue.events[0]];
  assert.deepEqual([again.at24, again.at32], [first.at24, first.at32]);
  venue.expect("buy 99 | 1:1");
  assert.deepEqual(venue.submit(cancelInstrument(2, called("41"))), [
    "0 rejected (differentContent: limit 0, value 0)",
  ]);
});

Deno.test("buys that are left are told, and told again", () => {
  const venue = claimed();
  restMany(venue, many(CANCELS_PER_COMMAND_MAX + 1, () => buy(1, 99)));
  const [first, next] = [called("900001"), called("900002")];
  const more = "canceled (canceledByOperator) executed 5000, left 1";
  assert.equal(venue.submit(cancelInstrument(1, first)).at(-1), `0 outcome: ${more}`);
  venue.submit(cancelInstrument(1, next));
  assert.deepEqual(venue.submit(cancelInstrument(1, first), cancelInstrument(1, next)), [
    `0 outcome again: ${more}`,
    "0 outcome again: canceled (canceledByOperator) executed 1, left 0",
  ]);
});

Deno.test("an instrument that there is not is named", () => {
  const venue = claimed().rest(BOOK);
  for (const instrument of [0, 2, 8_191, 8_192, 2 ** 32 - 1]) {
    assert.deepEqual(venue.submit(cancelInstrument(instrument)), [
      `0 rejected (unknownInstrument: limit 0, value ${instrument})`,
    ]);
  }
  venue.expect(BOOK);
});

Deno.test("what the command says nothing with has to be zero", () => {
  // Offsets of bytes; 6 would be a text.
  for (const offset of [1, 2, 3, 4, 5, 12, 15, 32, 36, 40, 44, 48, 52]) {
    const venue = claimed().rest(BOOK);
    const frame = venue.source.frame([cancelInstrument()]);
    frame.bytes[32 + offset] = 1;
    const [told] = venue.apply(frame);
    assert.match(told, /rejected \(reservedNotZero: limit 0, value 0\)$/, `offset ${offset}`);
    venue.expect(BOOK);
  }
});

Deno.test("a text is none of its own", () => {
  const venue = claimed().rest(BOOK);
  const frame = venue.source.frame([cancelInstrument(), audit(AuditAct.ban, "text")]);
  frame.halves[(32 >> 1) + 3] = 4;
  assert.match(venue.apply(frame)[0], /reservedNotZero/);
  venue.expect(BOOK);
});

/** A journal of one sender, as a replica reads it. */
class Journal {
  readonly #source = new FrameSource(1);
  #commands = 0;
  #appends = 0;

  /** The next append. */
  append(...commands: Command[]) {
    const append = new AppendBuffer();
    const frame = this.#source.frame(commands);
    assert.equal(append.add(frame.bytes, frameKind(frame, 0), ""), ResultCode.ok);
    append.seal(START_MICROS + ++this.#appends, 1, this.#commands + 1);
    this.#commands += commands.length;
    return append.wire;
  }
}

Deno.test("behind a snapshot a repeat is still one, and the next command goes on", () => {
  const journal = new Journal();
  const original = new Replica();
  const [first, next] = [called("900001"), called("900002")];
  apply(original, journal.append(claim(1)));
  apply(original, journal.append(...plainMarket().commands));
  for (let frames = 0; frames < 3; frames++) {
    apply(original, journal.append(...many(2_000, () => sell(1, 101))));
  }
  apply(original, journal.append(cancelInstrument(1, first)));
  const restored = readBlocks(blocksOf(original));
  assert.equal(restored.state.orders.liveCount, 1_000);
  const rest = [
    journal.append(cancelInstrument(1, first)),
    journal.append(cancelInstrument(1, next)),
    journal.append(cancelInstrument(1, next), cancelInstrument(1, first)),
    journal.append(sell(2, 101, called("7")), cancel("7")),
  ];
  for (const append of rest) assert.equal(apply(restored, append), apply(original, append));
  assert.equal(restored.state.orders.liveCount, 0);
  const { state } = restored;
  assert.equal(state.balances.heldOf(state.balances.find(1, 1)), 0);
  assert.deepEqual(blocksOf(restored), blocksOf(original));
});

Deno.test("the orders of one instrument alone, of an account that has some of two", () => {
  const opening = plainMarket().asset("ETH", 8).instrument("ETH-USD");
  const venue = claimed(opening);
  venue.submit(buy(1, 90), buy(1, 50, on(2)), buy(1, 91), buy(1, 51, on(2)));
  venue.submit(cancelInstrument(2));
  venue.expect("buy 91 | 1:1\nbuy 90 | 1:1");
  assert.equal(venue.state.accounts.openCount(1), 2);
});

Deno.test("to a leader who did not know it, it was an unknown kind, and so it is read", () => {
  const venue = new Venue().rest(BOOK);
  const kill = cancelInstrument(1, called("41"));
  const unknown = `0 rejected (unknownKind: limit ${Number.MAX_SAFE_INTEGER}, value 0)`;
  assert.deepEqual(venue.submit(kill), [unknown]);
  venue.submit(claim(2, true, false));
  assert.deepEqual(venue.submit(kill), [unknown]);
  venue.expect(BOOK).submit(claim(3));
  // It was refused and not remembered.
  assert.equal(venue.submit(kill).length, 7);
  venue.submit(claim(4, true, false));
  assert.deepEqual(venue.submit(kill), [unknown], "an older one leads again");
  venue.submit(claim(5));
  assert.match(venue.submit(kill)[0], /outcome again: .* executed 6/);
});

Deno.test("a snapshot says whether the leader knows the kill switch", () => {
  for (const knows of [true, false]) {
    const journal = new Journal();
    const original = new Replica();
    apply(original, journal.append(claim(1, true, knows)));
    apply(original, journal.append(...plainMarket().commands));
    apply(original, journal.append(sell(1, 101)));
    const restored = readBlocks(blocksOf(original));
    const append = journal.append(cancelInstrument(1, called("900001")));
    assert.equal(apply(restored, append), apply(original, append));
    assert.equal(restored.state.orders.liveCount, knows ? 0 : 1);
  }
});
