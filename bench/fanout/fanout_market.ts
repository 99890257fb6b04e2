/**
 * The market of the fan-out bench: some instruments that trade at random, the events of their appends
 * and the subjects that subscribers listen to.
 *
 * @module
 */
import { marketDataSubject } from "../../core/protocol/subjects.ts";
import { seededRandom } from "../../tests/core/market_data/random_orders.ts";
import { TestMarket } from "../../tests/core/market_data/test_market.ts";
import {
  buy,
  by,
  cancel,
  type Command,
  ioc,
  market,
  on,
  sell,
} from "../../tests/support/commands.ts";

/** Instruments: with three feeds each there is one feed more than a connection listens to. */
const INSTRUMENTS = 17;
/** Feeds that subscribers listen to. */
const FEEDS = ["trades", "bbo", "depth"] as const;
/** Subjects of one connection; all connections have the same. */
export const SUBJECTS_PER_CONNECTION = 50;
/** Commands of an append. */
const COMMANDS = 4;
const SEED = 1;
const FUNDS_MINOR = 10 ** 14;
const ACCOUNTS = 4;
/** Prices are spread over so many ticks from this one on. */
const PRICE_TICKS = 5_000;
const PRICE_SPREAD_TICKS = 20;
const LOTS_MAX = 50;
/** Orders before that many may be canceled. */
const CANCEL_REACH = 400;
const CANCEL_SHARE = 0.2;
const IOC_SHARE = 0.2;

const symbolOf = (instrument: number): string => `C${instrument}-USD`;

/** What subscribers listen to, the binary feeds. */
export const SUBJECTS: readonly string[] = Array.from(
  { length: INSTRUMENTS },
  (_, index) => FEEDS.map((feed) => marketDataSubject(symbolOf(index + 1), feed, "bin")),
).flat().slice(0, SUBJECTS_PER_CONNECTION);

/** The market, whose appends are made as they are asked for. */
export class FanoutMarket {
  readonly #market = new TestMarket();
  readonly #random = seededRandom(SEED);

  /** The events of the append that opens it. */
  open(): readonly Uint8Array[] {
    const opening = market().asset("USD", 6);
    const funds: Record<string, number> = { USD: FUNDS_MINOR };
    for (let instrument = 1; instrument <= INSTRUMENTS; instrument++) {
      opening.asset(`C${instrument}`, 8).instrument(symbolOf(instrument));
      funds[`C${instrument}`] = FUNDS_MINOR;
    }
    for (let account = 1; account <= ACCOUNTS; account++) opening.account(account, funds);
    return this.#market.append(opening.commands);
  }

  /** The instruments, for those who make feeds of the events. */
  get references(): TestMarket["references"] {
    return this.#market.references;
  }

  /** The events of one more append. */
  append(): readonly Uint8Array[] {
    return this.#market.append(Array.from({ length: COMMANDS }, () => this.#command()));
  }

  #command(): Command {
    const below = (most: number) => Math.floor(this.#random() * most);
    const account = by(1 + below(ACCOUNTS));
    if (this.#random() < CANCEL_SHARE) return cancel(1 + below(CANCEL_REACH), account);
    const place = this.#random() < 0.5 ? buy : sell;
    const price = PRICE_TICKS + below(PRICE_SPREAD_TICKS);
    const changes = this.#random() < IOC_SHARE ? ioc : {};
    return place(1 + below(LOTS_MAX), price, account, on(1 + below(INSTRUMENTS)), changes);
  }
}
