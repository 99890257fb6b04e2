import assert from "node:assert/strict";
import { MovementTable } from "../../../core/matching/movements.ts";
import { HORIZON_MICROS } from "../../../core/matching/outcomes.ts";
import { TransferRule } from "../../../core/protocol/administration.ts";
import { EventFlag, EventKind } from "../../../core/protocol/event_record.ts";
import {
  buy,
  called,
  cancelAll,
  claim,
  type Command,
  deposit,
  setAccount,
  transfer,
  until,
  withdraw,
} from "../../support/commands.ts";
import { encodeFrame, FrameSource } from "../../support/frames.ts";
import { Venue } from "./venue.ts";

const YEAR_MICROS = 365 * 86_400 * 1_000_000;
const START = 10_000_000_000;

/** A venue whose leader keeps movements, and has none yet: the market's own are forgotten. */
function keepingVenue(): Venue {
  const venue = new Venue();
  venue.stampMicros += HORIZON_MICROS + 1;
  venue.submit(claim(2));
  return venue;
}

/** Lets time pass, until the outcome table has forgotten everything but open orders. */
function pass(venue: Venue, micros = YEAR_MICROS): void {
  venue.stampMicros += micros;
  venue.submit(cancelAll(called(`pass-${venue.stampMicros}`)));
}

const MOVES: readonly [what: string, Command, outcome: string][] = [
  ["deposit", deposit(1, 1, 500, called("d1")), "executed 500, left 10000000500"],
  ["withdrawal", withdraw(1, 1, 200, called("w1")), "executed 200, left 9999999800"],
  ["transfer", transfer(1, 2, 1, 70, called("t1")), "executed 70, left 9999999930"],
];

for (const [what, command, outcome] of MOVES) {
  Deno.test(`a ${what} that comes again years later gets its first outcome and moves nothing`, () => {
    const venue = keepingVenue();
    venue.submit(command);
    const within = venue.submit(command);
    const [first] = venue.events;
    const before = [1, 2].map((account) => venue.available(account, "BTC"));
    for (const micros of [HORIZON_MICROS + 1, YEAR_MICROS, 30 * YEAR_MICROS]) {
      pass(venue, micros);
      assert.deepEqual(venue.submit(command), [`1 outcome again: none (ok) ${outcome}`]);
      assert.deepEqual(venue.events, [first], "the very event that it gets within ten minutes");
    }
    assert.deepEqual(within, [`1 outcome again: none (ok) ${outcome}`]);
    assert.equal(first.flags, EventFlag.duplicate | EventFlag.notAnOrder);
    assert.deepEqual([1, 2].map((account) => venue.available(account, "BTC")), before);
    assert.equal(venue.state.movements.count, 1);
  });
}

Deno.test("the same key with any other content is refused, years later too", () => {
  const venue = keepingVenue();
  const first = deposit(1, 1, 500, called("d1"));
  venue.submit(first);
  pass(venue);
  const others: Command[] = [
    { ...first, amount: 501 },
    { ...first, account: 2 },
    { ...first, asset: 2 },
    withdraw(1, 1, 500, called("d1")),
    transfer(1, 2, 1, 500, called("d1")),
  ];
  for (const other of others) {
    assert.match(venue.submit(other)[0], /^\d rejected \(differentContent: limit 0, value 0\)$/);
    assert.equal(venue.events.length, 1);
  }
  assert.match(venue.submit(first)[0], /again: none \(ok\)/, "and it has not become another");
  assert.equal(venue.available(1, "BTC"), START + 500);
  assert.equal(venue.state.movements.count, 1);
});

Deno.test("a rule or a place to go that differs is other content of a transfer", () => {
  const venue = keepingVenue();
  venue.submit(setAccount(1, true, 7), setAccount(2, true, 7), setAccount(3, true, 7));
  const first = transfer(1, 2, 1, 5, called("t1"), { rule: TransferRule.oneOwner });
  assert.equal(venue.submit(first).length, 2);
  pass(venue);
  assert.match(venue.submit({ ...first, toAccount: 3 })[0], /differentContent/);
  assert.match(venue.submit({ ...first, rule: TransferRule.any })[0], /differentContent/);
  assert.match(venue.submit(first)[0], /again/);
});

Deno.test("only the deadline may differ, and one that has passed does not hide the first outcome", () => {
  const venue = keepingVenue();
  const first = deposit(1, 1, 500, called("d1"), until(venue.stampMicros + 1_000_000));
  venue.submit(first);
  pass(venue);
  assert.match(venue.submit(first)[0], /again/);
  const later = { ...first, deadlineMicros: venue.stampMicros + 1_000_000 };
  assert.match(venue.submit(later)[0], /again/);
});

Deno.test("a movement that was refused did nothing, and its key is free past the horizon", () => {
  const venue = keepingVenue();
  const command = withdraw(1, 1, START + 1, called("w1"));
  assert.match(venue.submit(command)[0], /insufficientFunds/);
  venue.submit(deposit(1, 1, 1, called("d1")));
  assert.match(venue.submit(command)[0], /again: rejected \(insufficientFunds\)/);
  pass(venue);
  assert.deepEqual(venue.submit(command), [`1 withdrew ${START + 1} of asset 1, has 0`]);
  pass(venue);
  assert.match(venue.submit(command)[0], /again: none \(ok\)/);
  assert.equal(venue.state.movements.count, 2);
});

Deno.test("a malformed repeat is refused for what is wrong with it", () => {
  const venue = keepingVenue();
  venue.submit(deposit(1, 1, 500, called("d1")));
  pass(venue);
  const frame = venue.source.frame([deposit(1, 1, 500, called("d1"))]);
  frame.words[(32 >> 2) + 15] = 1;
  assert.match(venue.apply(frame)[0], /reservedNotZero/);
});

Deno.test("a sender's own repeat of a frame is no duplicate, anybody else's is, years later too", () => {
  const venue = keepingVenue();
  const commands = new FrameSource(9).number([
    deposit(1, 1, 5, called("d1")),
    deposit(1, 1, 5, called("d2")),
  ]);
  const origin = { sender: 9, frameNumber: 4 };
  venue.apply(encodeFrame(commands, origin));
  pass(venue);
  const isDuplicate = (): boolean[] =>
    venue.events.map(({ flags }) => (flags & EventFlag.duplicate) !== 0);
  venue.apply(encodeFrame(commands, origin));
  assert.deepEqual(isDuplicate(), [false, false]);
  assert.ok(venue.events.every(({ kind }) => kind === EventKind.summary));
  venue.apply(encodeFrame(commands, { sender: 8, frameNumber: 4 }));
  assert.deepEqual(isDuplicate(), [true, true]);
  venue.apply(encodeFrame(commands, { sender: 9, frameNumber: 5 }));
  assert.deepEqual(isDuplicate(), [true, true]);
  venue.apply(encodeFrame(commands.toReversed(), origin));
  assert.deepEqual(isDuplicate(), [true, true], "at another place of the frame");
});

Deno.test("other commands may have the key of a movement that the outcome table forgot", () => {
  const venue = keepingVenue();
  const money = deposit(1, 1, 5, called("same"));
  const setting = { ...setAccount(1, true), ...called("same") };
  venue.submit(money);
  assert.match(venue.submit(setting)[0], /differentContent/);
  pass(venue);
  assert.deepEqual(venue.submit(setting), ["defined"]);
  assert.match(venue.submit(buy(1, 90, called("same")))[0], /accepted/, "an account's own");
  assert.match(venue.submit(money)[0], /again: none \(ok\)/);
});

Deno.test("under older leaders a repeat past the horizon is what it was to them", () => {
  const venue = new Venue();
  venue.submit(claim(2, false));
  const money = deposit(1, 1, 5, called("d1"));
  for (const total of [START + 5, START + 10]) {
    assert.deepEqual(venue.submit(money), [`1 deposited 5 of asset 1, has ${total}`]);
    pass(venue);
  }
  assert.equal(venue.state.movements.count, 0);
  venue.submit(claim(3));
  assert.match(venue.submit(money)[0], /deposited/);
  pass(venue);
  venue.submit(claim(4, false));
  assert.match(venue.submit(money)[0], /again/, "what is kept stays kept");
});

Deno.test("who begins to keep movements keeps those that the outcome table still knows", () => {
  const venue = new Venue();
  const source = new FrameSource(5);
  pass(venue, HORIZON_MICROS + 1);
  const young = Array.from({ length: 1_500 }, (_, at) => deposit(1, 1, 1, called(`wire-${at}`)));
  const refused = withdraw(1, 1, 2 ** 50, called("refused"));
  venue.apply(source.frame([...young, refused, setAccount(2, true)]));
  venue.submit(buy(1, 90));
  assert.equal(venue.state.movements.count, 0);
  venue.submit(claim(2));
  assert.equal(venue.state.movements.count, young.length);
  venue.submit(claim(3));
  assert.equal(venue.state.movements.count, young.length, "once");
  pass(venue);
  venue.apply(source.frame([young[0], young[1_499]]));
  assert.ok(venue.events.every(({ kind }) => kind === EventKind.summary));
  assert.match(venue.submit(refused)[0], /1 rejected \(insufficientFunds/);
});

Deno.test("the table grows in front of a movement, and forgets none", () => {
  const venue = keepingVenue();
  const source = new FrameSource(5);
  const moves = Array.from({ length: 3_000 }, (_, at) => deposit(1, 1, 1, called(`wire-${at}`)));
  for (let at = 0; at < moves.length; at += 500) {
    venue.apply(source.frame(moves.slice(at, at + 500)));
  }
  assert.equal(venue.state.movements.count, moves.length);
  pass(venue);
  venue.apply(source.frame([moves[0], moves[1_023], moves[1_024], moves[2_999]]));
  assert.ok(venue.events.every(({ kind }) => kind === EventKind.summary));
  assert.equal(venue.available(1, "BTC"), START + moves.length);
});

Deno.test("money goes on beyond the most that is remembered, and what is remembered is answered", () => {
  const venue = keepingVenue();
  Object.assign(venue.state, { movements: new MovementTable(2, 2) });
  const moves = [1, 2, 3].map((amount) => deposit(1, 1, amount, called(`wire-${amount}`)));
  for (const move of moves) assert.match(venue.submit(move)[0], /deposited/);
  pass(venue);
  for (const move of moves.slice(1)) assert.match(venue.submit(move)[0], /again: none \(ok\)/);
  assert.equal(venue.state.movements.count, 2);
  assert.match(venue.submit(moves[0])[0], /deposited/, "the oldest was forgotten");
});
