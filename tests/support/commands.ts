/**
 * Commands as plain data: how a test says what enters the log. {@link market} opens a market,
 * `buy(5, 100)` and its like are orders; frames.ts puts them into frames.
 *
 * ```ts
 * const opening = market().asset("BTC", 8).asset("USD", 6).instrument("BTC-USD")
 *   .account(1, { BTC: 100_000_000, USD: 5_000_000_000 });
 * const frames = new FrameSource();
 * frames.frame(opening.commands);
 * frames.frame([sell(5, 101), buy(5, 101, by(2), ioc)]);
 * ```
 *
 * Prices are in ticks, quantities in lots, money in minor units, times in microseconds.
 *
 * @module
 */

import type { InstrumentTerms } from "../../core/protocol/administration.ts";
import type { ChangeableTerms } from "../../core/protocol/terms_change.ts";
import {
  CommandKind,
  OrderFlag,
  OrderType,
  SelfTrade,
  Side,
  TimeInForce,
} from "../../core/protocol/order_record.ts";
import type {
  AccountSwitch,
  Amend,
  AssetDefinition,
  Audit,
  Cancel,
  CancelAll,
  CancelInstrument,
  Claim,
  Command,
  InstrumentDefinition,
  Movement,
  NewOrder,
  Request,
  TermsChangeCommand,
  TradingSwitch,
  Transfer,
} from "./command_types.ts";

export type {
  AccountSwitch,
  Amend,
  AssetDefinition,
  Audit,
  Cancel,
  CancelAll,
  CancelInstrument,
  Claim,
  Command,
  InstrumentDefinition,
  Movement,
  NewOrder,
  Request,
  TermsChangeCommand,
  TradingSwitch,
  Transfer,
} from "./command_types.ts";

/** Account of a command that names none. */
export const DEFAULT_ACCOUNT = 1;
/** Instrument of an order that names none. */
export const DEFAULT_INSTRUMENT = 1;

const request = { account: DEFAULT_ACCOUNT, deadlineMicros: 0 };

/** Changes to a new order, several of which may be given behind its size and price. */
export type OrderChange = Partial<NewOrder>;

/** A change: the account that sends it. */
export const by = (account: number): { readonly account: number } => ({ account });
/** A change: the client order id. */
export const called = (requestId: string): { readonly requestId: string } => ({ requestId });
/** A change: the last moment at which the command may still be applied. */
export const until = (deadlineMicros: number): { readonly deadlineMicros: number } => ({
  deadlineMicros,
});
/** A change: the instrument. */
export const on = (instrument: number): { readonly instrument: number } => ({ instrument });
/** A change: immediate or cancel. */
export const ioc = { timeInForce: TimeInForce.ioc };
/** A change: fill or kill. */
export const fok = { timeInForce: TimeInForce.fok };
/** A change: only as a maker. */
export const postOnly = { flags: OrderFlag.postOnly };
/** A change: a market order, IOC unless a later change says FOK; a price is its protection. */
export const atMarket = { orderType: OrderType.market, timeInForce: TimeInForce.ioc };
/** A change: a market buy whose quantity is what it may spend, in minor units. */
export const withBudget = { ...atMarket, flags: OrderFlag.quoteBudget };
/** Changes: what happens when the order meets one of the same account. */
export const expireTaker = { selfTrade: SelfTrade.expireTaker };
/** See {@link expireTaker}. */
export const expireMaker = { selfTrade: SelfTrade.expireMaker };
/** See {@link expireTaker}. */
export const expireBoth = { selfTrade: SelfTrade.expireBoth };
/** See {@link expireTaker}. */
export const decrement = { selfTrade: SelfTrade.decrement };
/** See {@link expireTaker}; a {@link transfer} is something else. */
export const selfTransfer = { selfTrade: SelfTrade.transfer };

function order(side: number, quantity: number, price: number, changes: OrderChange[]): NewOrder {
  return Object.assign(
    {
      ...request,
      kind: CommandKind.newOrder,
      instrument: DEFAULT_INSTRUMENT,
      side,
      orderType: OrderType.limit,
      timeInForce: TimeInForce.gtc,
      flags: 0,
      selfTrade: SelfTrade.none,
      price,
      quantity,
    },
    ...changes,
  );
}

/** A buy of `lots` at `ticks`, GTC limit unless changed. */
export const buy = (lots: number, ticks: number, ...changes: OrderChange[]): NewOrder =>
  order(Side.buy, lots, ticks, changes);

/** A sell of `lots` at `ticks`, GTC limit unless changed. */
export const sell = (lots: number, ticks: number, ...changes: OrderChange[]): NewOrder =>
  order(Side.sell, lots, ticks, changes);

/** A cancel by order id (a number) or by client order id (a string). */
export const cancel = (target: number | string, ...changes: Partial<Request>[]): Cancel =>
  Object.assign({ ...request, kind: CommandKind.cancel, target }, ...changes);

/** An amend by order id (a number) or by client order id (a string); a number left out stays. */
export const amend = (
  target: number | string,
  numbers: { readonly price?: number; readonly quantity?: number },
  ...changes: Partial<Request>[]
): Amend =>
  Object.assign(
    { ...request, kind: CommandKind.amend, target, price: 0, quantity: 0, ...numbers },
    ...changes,
  );

/** A cancel of all orders of the account. */
export const cancelAll = (...changes: Partial<CancelAll>[]): CancelAll =>
  Object.assign({ ...request, kind: CommandKind.cancelAll, instrument: 0 }, ...changes);

/** The operator's cancel of all orders of an account. */
export const cancelAccount = (account: number, ...changes: Partial<CancelAll>[]): CancelAll =>
  Object.assign(
    { ...request, account, kind: CommandKind.cancelAccount, instrument: 0 },
    ...changes,
  );

/** The operator's cancel of the orders of an instrument. */
export const cancelInstrument = (
  instrument: number = DEFAULT_INSTRUMENT,
  ...changes: Partial<Request>[]
): CancelInstrument =>
  Object.assign(
    { ...request, account: 0, kind: CommandKind.cancelInstrument, instrument },
    ...changes,
  );

/** Opens and enables an account, or disables it; may put it into a trade group. */
export const setAccount = (account: number, on = true, tradeGroup = 0): AccountSwitch => ({
  ...request,
  account,
  kind: CommandKind.account,
  on,
  tradeGroup,
});

/** A deposit of `amount` minor units. */
export const deposit = (
  account: number,
  asset: number,
  amount: number,
  ...changes: Partial<Request>[]
): Movement =>
  Object.assign({ ...request, account, kind: CommandKind.deposit, asset, amount }, ...changes);

/** A withdrawal of `amount` minor units. */
export const withdraw = (
  account: number,
  asset: number,
  amount: number,
  ...changes: Partial<Request>[]
): Movement =>
  Object.assign({ ...request, account, kind: CommandKind.withdraw, asset, amount }, ...changes);

/** A transfer of `amount` minor units from one account to another. */
export const transfer = (
  account: number,
  toAccount: number,
  asset: number,
  amount: number,
  ...changes: Partial<Transfer>[]
): Transfer =>
  Object.assign(
    { ...request, account, kind: CommandKind.transfer, toAccount, asset, amount },
    ...changes,
  );

/** Halts an instrument. */
export const halt = (instrument = DEFAULT_INSTRUMENT): TradingSwitch => ({
  ...request,
  kind: CommandKind.tradingStatus,
  instrument,
  on: false,
});

/** Lets an instrument trade again. */
export const resume = (instrument = DEFAULT_INSTRUMENT): TradingSwitch => ({
  ...halt(instrument),
  on: true,
});

/** Names an asset. */
export const defineAsset = (asset: number, name: string, scale: number): AssetDefinition => ({
  ...request,
  kind: CommandKind.asset,
  asset,
  name,
  scale,
});

/** Defines an instrument. */
export const defineInstrument = (
  terms: InstrumentTerms,
  ...changes: Partial<Request>[]
): InstrumentDefinition =>
  Object.assign({ ...request, kind: CommandKind.instrument, terms }, ...changes);

/** A change of terms of an instrument, from what was seen to what is wanted. */
export const changeTerms = (
  from: Partial<ChangeableTerms>,
  to: Partial<ChangeableTerms>,
  ...changes: Partial<TermsChangeCommand>[]
): TermsChangeCommand =>
  Object.assign(
    { ...request, account: 0, kind: CommandKind.instrumentTerms, instrument: 1, from, to },
    ...changes,
  );

/** An audit record of what was done with a key. */
export const audit = (
  act: number,
  subject: string,
  ...changes: Partial<Audit>[]
): Audit =>
  Object.assign(
    { ...request, kind: CommandKind.audit, act, subject, digest: "0102030405060708" },
    ...changes,
  );

/**
 * The claim of a leader of this epoch, who keeps movements, cancels the orders of instruments and changes
 * their terms unless it is an older one.
 */
export const claim = (
  epoch: number,
  keepsMovements = true,
  cancelsInstruments = keepsMovements,
  changesTerms = cancelsInstruments,
): Claim => ({
  ...request,
  kind: CommandKind.claim,
  epoch,
  keepsMovements,
  cancelsInstruments,
  changesTerms,
});

/** What an instrument has unless a test says otherwise: no fees, round multipliers. */
const DEFAULT_TERMS = {
  priceScale: 2,
  quantityScale: 4,
  tickSize: 1,
  lotSize: 1,
  priceTicksMax: 1_000_000,
  quantityLotsMax: 1_000_000_000,
  makerFeePpm: 0,
  takerFeePpm: 0,
  collarPpm: 50_000,
};

/** Opens a market, step by step; assets and instruments are numbered from 1 as they come. */
export class Market {
  /** The administrative commands so far. */
  readonly commands: Command[] = [];
  readonly #assets = new Map<string, number>();
  readonly #instruments = new Map<string, number>();

  /** Adds an asset with this many decimals. */
  asset(name: string, scale: number): this {
    const asset = this.#assets.size + 1;
    this.#assets.set(name, asset);
    this.commands.push(defineAsset(asset, name, scale));
    return this;
  }

  /** Adds an instrument of two assets that are there. */
  instrument(symbol: string, changes: Partial<InstrumentTerms> = {}): this {
    const [base = "", quote = ""] = symbol.split("-");
    const instrument = this.#instruments.size + 1;
    this.#instruments.set(symbol, instrument);
    const assets = { baseAsset: this.assetOf(base), quoteAsset: this.assetOf(quote) };
    this.commands.push(
      defineInstrument({ ...DEFAULT_TERMS, instrument, symbol, ...assets, ...changes }),
    );
    return this;
  }

  /** Opens an account and pays in the funds, minor units by name of the asset. */
  account(account: number, funds: Readonly<Record<string, number>> = {}): this {
    this.commands.push(setAccount(account));
    for (const [name, amount] of Object.entries(funds)) {
      this.commands.push(deposit(account, this.assetOf(name), amount));
    }
    return this;
  }

  /** Number of an asset of this market. */
  assetOf(name: string): number {
    const asset = this.#assets.get(name);
    if (asset === undefined) throw new RangeError(`no asset ${name} in this market`);
    return asset;
  }

  /** Number of an instrument of this market. */
  instrumentOf(symbol: string): number {
    const instrument = this.#instruments.get(symbol);
    if (instrument === undefined) throw new RangeError(`no instrument ${symbol} in this market`);
    return instrument;
  }
}

/** A market without anything. */
export const market = (): Market => new Market();
