import assert from "node:assert/strict";
import fc from "fast-check";
import { applyFrame, beginAppend } from "../../../core/matching/apply.ts";
import {
  type Capacities,
  DEFAULT_CAPACITIES,
  ShardState,
} from "../../../core/matching/shard_state.ts";
import { type RecordedAppend, recordScript } from "../../model/recorded_script.ts";
import { scripts } from "../../model/script.ts";
import {
  atMarket,
  buy,
  by,
  called,
  cancel,
  cancelAccount,
  cancelAll,
  cancelInstrument,
  changeTerms,
  claim,
  type Command,
  deposit,
  expireBoth,
  expireMaker,
  fok,
  halt,
  ioc,
  market,
  postOnly,
  resume,
  sell,
  setAccount,
  withBudget,
  withdraw,
} from "../../support/commands.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { eventBytes } from "./event_view.ts";
import { SMALL_CAPACITIES, Venue } from "./venue.ts";

const TINY: Capacities = {
  orders: 1,
  levels: 1,
  balances: 1,
  accounts: 1,
  outcomes: 1,
  events: 1,
};

/** Applies appends to a state and returns, for each, the bytes of its events and the state hash. */
function play(state: ShardState, appends: readonly RecordedAppend[], offset = 0): string[] {
  return appends.map(({ stampMicros, frames }) => {
    beginAppend(state, stampMicros, 1);
    for (const frame of frames) {
      const around = WireBuffer.allocate(offset + frame.bytes.length);
      around.bytes.set(frame.bytes, offset);
      applyFrame(state, around, offset, frame.bytes.length);
    }
    return `${state.events.stateHash} ${eventBytes(state.events).toHex()}`;
  });
}

/** What a shard holds beside its events, as text. */
function balancesOf({ balances }: ShardState): string {
  return Array.from({ length: balances.count }, (_, index) => {
    const slot = index + 1;
    const amounts = [balances.availableOf(slot), balances.heldOf(slot)];
    return [balances.accountOf(slot), balances.assetOf(slot), ...amounts].join();
  }).join(" ");
}

Deno.test("capacities change nothing: events, hash and balances are those of the log alone", () => {
  const mixed = { ...TINY, orders: 256, outcomes: 64, balances: 4_096 };
  fc.assert(
    fc.property(scripts, (script) => {
      const appends = recordScript(script);
      const states = [TINY, SMALL_CAPACITIES, mixed].map((capacities) =>
        new ShardState(capacities)
      );
      const [first, ...others] = states.map((state) => play(state, appends));
      for (const other of others) assert.deepEqual(other, first);
      assert.equal(new Set(states.map(balancesOf)).size, 1);
    }),
    { numRuns: 20 },
  );
});

Deno.test("where a frame lies in its buffer changes nothing", () => {
  fc.assert(
    fc.property(scripts, fc.integer({ min: 1, max: 64 }), (script, words) => {
      const appends = recordScript(script);
      const first = play(new ShardState(SMALL_CAPACITIES), appends);
      assert.deepEqual(play(new ShardState(SMALL_CAPACITIES), appends, words * 8), first);
    }),
    { numRuns: 5 },
  );
});

/** A day of everything, the same every time. */
const DAY: readonly Command[] = [
  [sell(5, 1_010, called("a1")), sell(3, 1_020), sell(7, 1_030, by(3)), buy(4, 990, by(2))],
  [buy(6, 1_015, by(2), called("b1")), buy(6, 1_015, by(2), called("b1"))],
  [buy(2, 1_020, by(2), ioc), buy(90, 1_030, by(2), fok), sell(1, 1_015, postOnly)],
  [buy(3, 0, by(2), atMarket), buy(9_000, 0, by(2), withBudget), sell(2, 0, atMarket)],
  [
    buy(2, 1_030, by(3), expireMaker),
    sell(8, 985, by(2), expireBoth),
    cancel("a1"),
    cancel(999),
  ],
  [halt(), buy(1, 990, by(2)), resume(), deposit(3, 2, 1_000), withdraw(3, 2, 10_000_000_000)],
  [setAccount(3, false), sell(1, 1_000, by(3)), cancelAccount(3), cancelAll(by(2)), claim(2)],
].flat();

const many = (count: number, one: Command): Command[] => Array.from({ length: count }, () => one);

/** The venue after the day. */
function venueAfterDay(capacities?: Capacities): Venue {
  const opening = market().asset("BTC", 8).asset("USD", 6)
    .instrument("BTC-USD", { makerFeePpm: 137, takerFeePpm: 1_999 });
  for (const account of [1, 2, 3]) opening.account(account, { BTC: 1_000_000, USD: 1_000_000 });
  const venue = new Venue(opening, capacities);
  venue.submit(...DAY);
  return venue;
}

/**
 * If this changes, journals that were written before give another state: the replay of an old
 * journal would not reach the state it had. Change it only with the version of the log.
 */
const GOLDEN_STATE_HASH = "3a028c0de1114bb8";

/** The same, once the kill switch of the instrument was used behind the day, and used again. */
const GOLDEN_KILL_HASH = "f34575246aaf4cc6";

Deno.test("golden: the state hash behind the kill switch of an instrument", () => {
  for (const capacities of [undefined, TINY, DEFAULT_CAPACITIES]) {
    const venue = venueAfterDay(capacities);
    venue.submit(...many(3, sell(2, 1_005)), ...many(2, buy(1, 995, by(2))), buy(1, 990, by(2)));
    const kill = cancelInstrument(1, called("424242"));
    venue.submit(kill, kill, cancelInstrument(2), sell(1, 1_040));
    assert.equal(venue.state.events.stateHash, GOLDEN_KILL_HASH);
    assert.equal(venue.state.orders.liveCount, 1);
  }
});

/** The same, once terms were changed behind the day, and trades were made by the new ones. */
const GOLDEN_TERMS_HASH = "c349b6d35f68e33b";

Deno.test("golden: the state hash behind changes of terms", () => {
  for (const capacities of [undefined, TINY, DEFAULT_CAPACITIES]) {
    const venue = venueAfterDay(capacities);
    venue.submit(...many(3, sell(2, 1_005)), ...many(2, buy(1, 995, by(2))), buy(1, 990, by(2)));
    const cheaper = changeTerms({ takerFeePpm: 1_999 }, { takerFeePpm: 501 }, called("424243"));
    const bounds = { priceTicksMax: 1_000_000, quantityLotsMax: 1_000_000_000, collarPpm: 50_000 };
    const other = { priceTicksMax: 2_000_000, quantityLotsMax: 1_000_000, collarPpm: 1 };
    venue.submit(cheaper, sell(1, 995), cheaper, changeTerms(bounds, other), buy(2, 1_005, by(2)));
    venue.submit(changeTerms({ makerFeePpm: 137 }, { makerFeePpm: 502 }), sell(3, 0, atMarket));
    assert.equal(venue.state.events.stateHash, GOLDEN_TERMS_HASH);
  }
});

Deno.test("golden: the state hash of a fixed script, in small tables and in those of a venue", () => {
  const small = venueAfterDay();
  assert.equal(small.state.events.stateHash, GOLDEN_STATE_HASH);
  const large = venueAfterDay(DEFAULT_CAPACITIES);
  assert.equal(large.state.events.stateHash, GOLDEN_STATE_HASH);
  assert.equal(balancesOf(large.state), balancesOf(small.state));
  assert.ok(small.state.lastTradeId > 5, "the script trades");
});
