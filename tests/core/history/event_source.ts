/**
 * Where the events of these tests come from: the real engine, fed with real frames, and its events
 * as the messages that a leader publishes.
 *
 * @module
 */

import { applyFrame, beginAppend } from "../../../core/matching/apply.ts";
import { ShardState } from "../../../core/matching/shard_state.ts";
import { SelfTrade } from "../../../core/protocol/order_record.ts";
import { EVENTS_PER_MESSAGE_MAX, eventsMessage } from "../../../core/sequencer/events_frames.ts";
import { sealCrc } from "../../../infra/journal/crc.ts";
import {
  amend,
  atMarket,
  buy,
  by,
  called,
  cancel,
  cancelAccount,
  cancelAll,
  cancelInstrument,
  changeTerms,
  type Command,
  deposit,
  fok,
  ioc,
  market,
  on,
  type OrderChange,
  postOnly,
  sell,
  setAccount,
  withBudget,
  withdraw,
} from "../../support/commands.ts";
import { FrameSource } from "../../support/frames.ts";

/** Stamp of the first append. */
export const START_MICROS = 1_700_000_000_000_000;
/** Accounts of the market: 1 to this. */
export const ACCOUNTS = 5;

const CAPACITIES = {
  orders: 64,
  levels: 64,
  balances: 64,
  accounts: 8,
  outcomes: 1024,
  events: 1024,
};
const FUNDS = { BTC: 10 ** 13, ETH: 10 ** 13, USD: 10 ** 13 };

/** The engine with BTC-USD (1) and ETH-USD (2), fees on both, and funded accounts. */
export class EventSource {
  readonly state = new ShardState(CAPACITIES);
  stampMicros = START_MICROS;
  journalSequence = 0;
  readonly #frames: FrameSource;

  /** @param sender number of the gateway; another one makes another venue of the same commands */
  constructor(sender = 1) {
    this.#frames = new FrameSource(sender);
  }

  /** The messages of the append that opens the market. */
  open(): Uint8Array[] {
    const opening = market().asset("BTC", 8).asset("ETH", 8).asset("USD", 6)
      .instrument("BTC-USD", { tickSize: 5, makerFeePpm: 100, takerFeePpm: 250 })
      .instrument("ETH-USD", { lotSize: 10, takerFeePpm: 300, quantityLotsMax: 100_000_000 });
    for (let account = 1; account <= ACCOUNTS; account++) opening.account(account, FUNDS);
    // As behind the claim that every leader begins with.
    this.state.cancelsInstruments = true;
    this.state.changesTerms = true;
    return this.append(opening.commands);
  }

  /** Applies commands as one append; its events as messages of at most `eventsMax` events each. */
  append(commands: readonly Command[], eventsMax: number = EVENTS_PER_MESSAGE_MAX): Uint8Array[] {
    this.stampMicros += 1_000;
    this.journalSequence++;
    beginAppend(this.state, this.stampMicros, 1);
    const isAdministrative = (command: Command) => command.kind >= 64;
    let from = 0;
    while (from < commands.length) {
      const kind = isAdministrative(commands[from]);
      let to = from + 1;
      while (to < commands.length && isAdministrative(commands[to]) === kind) to++;
      const frame = this.#frames.frame(commands.slice(from, to));
      applyFrame(this.state, frame, 0, frame.bytes.length);
      from = to;
    }
    return this.messages(eventsMax);
  }

  /** The events of the last append once more, cut as a new leader might. */
  messages(eventsMax: number): Uint8Array[] {
    const { events } = this.state;
    const messages: Uint8Array[] = [];
    for (let from = 0; from < events.count; from += eventsMax) {
      const to = Math.min(from + eventsMax, events.count);
      const message = eventsMessage(
        events,
        from,
        to,
        this.stampMicros,
        this.journalSequence,
        1,
      );
      sealCrc(message, message.bytes.length);
      messages.push(message.bytes);
    }
    return messages;
  }
}

/** A generator of numbers from 0 to 1, the same for the same seed (xorshift). */
export function seededRandom(seed: number): () => number {
  let state = (seed | 0) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}

/** Everything that an order can be, in random order, with cancels, repeats and refusals. */
export function randomCommands(
  random: () => number,
  count: number,
  lastOrderId: number,
): Command[] {
  const below = (most: number) => Math.floor(random() * most);
  const pick = <T>(...choices: T[]): T => choices[below(choices.length)];
  return Array.from({ length: count }, (): Command => {
    const account = 1 + below(ACCOUNTS);
    const dice = random();
    if (dice < 0.15) return cancel(Math.max(1, lastOrderId - below(40)), by(account));
    if (dice < 0.17) {
      return cancelAll(
        by(account),
        pick<{ instrument?: number; side?: number }>({}, on(1), on(2), { side: 0 }, {
          ...on(1),
          side: 1,
        }),
      );
    }
    if (dice < 0.18) return cancelAccount(account);
    if (dice < 0.181) return cancelInstrument(pick(1, 2, 9));
    if (dice < 0.185) {
      const [from, to] = [{ makerFeePpm: pick(100, 200) }, { makerFeePpm: pick(100, 200) }];
      return changeTerms(from, to, on(pick(1, 1, 1, 9)));
    }
    if (dice < 0.2) return deposit(account, 1 + below(3), 1 + below(1_000));
    if (dice < 0.205) return setAccount(account, true, 1 + below(2));
    if (dice < 0.22) return withdraw(account, 1 + below(3), pick(1 + below(1_000), 10 ** 15));
    const orderId = Math.max(1, lastOrderId - below(40));
    if (dice < 0.32) {
      const price = pick(0, 5_000 + below(20));
      return amend(orderId, { price, quantity: pick(0, 1 + below(60)) }, by(account));
    }
    const order = pick(buy, sell);
    // Few different texts: most repeats are refused, for their content is another.
    const name = pick<OrderChange>(
      {},
      {},
      called(`text:${below(5_000)}`),
      called(String(10 ** 9 + below(300))),
    );
    const who = by(pick(account, account, account, account, account, account, 77));
    const where = on(pick(1, 1, 1, 2, 2, 2, 9));
    const selfTrade = { selfTrade: below(SelfTrade.transfer + 1) };
    if (dice < 0.4) {
      return buy(1 + below(5_000_000_000), 0, who, where, withBudget, selfTrade, name);
    }
    if (dice < 0.45) return order(1 + below(60), 0, who, where, atMarket, selfTrade, name);
    const how = pick<OrderChange>({}, {}, {}, {}, ioc, fok, postOnly);
    return order(1 + below(60), 5_000 + below(20), who, where, selfTrade, how, name);
  });
}
