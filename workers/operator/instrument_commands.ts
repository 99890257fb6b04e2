/**
 * `deno task admin instruments ...`, `halt` and `resume`.
 *
 * @module
 */
import { INSTRUMENTS_MAX, multipliersOf, SCALE_MAX } from "../../core/matching/instruments.ts";
import type { InstrumentTerms } from "../../core/protocol/administration.ts";
import { formatDecimal } from "../../core/protocol/decimal.ts";
import type { InstrumentReference } from "../../core/protocol/queries.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { SYMBOL_PATTERN } from "../../core/protocol/subjects.ts";
import { SAFE_MAX } from "../../core/protocol/wire_buffer.ts";
import { AdministrationError } from "../../infra/administration/errors.ts";
import { readInstruments } from "../../infra/administration/reference.ts";
import {
  type AdminCommand,
  type AdminSession,
  amountOf,
  type OptionValues,
  type Outcome,
  table,
} from "./admin_command.ts";
import { UsageError, wholeNumber } from "./command_line.ts";

/** Decimals of an asset that no instrument has yet. */
const BASE_SCALE = "8";
const QUOTE_SCALE = "6";
/** Numbers that are tried for a new asset or instrument, where one is taken by something unseen. */
const NUMBERS_TRIED_MAX = 64;
const PPM_MAX = 1_000_000;

/** The commands. */
export const INSTRUMENT_COMMANDS: readonly AdminCommand[] = [
  {
    words: "instruments list",
    usage: "",
    about: "every instrument with its terms",
    values: 0,
    options: {},
    run: list,
  },
  {
    words: "instruments add",
    usage: "SYMBOL --tick SIZE --lot SIZE --price-max PRICE --quantity-max QUANTITY",
    about: "defines an instrument, and its assets where they are new",
    details: [
      "--tick SIZE              step of a price, such as 0.01",
      "--lot SIZE               step of a quantity, such as 0.0001",
      "--price-max PRICE        highest price",
      "--quantity-max QUANTITY  largest quantity of an order",
      "--maker-ppm N            maker fee in parts per million of the notional (default 100)",
      "--taker-ppm N            taker fee (default 500)",
      "--collar-ppm N           how far a market order may go from the best price (default 50000)",
      `--base-scale N           decimals of the base asset where it is new (default ${BASE_SCALE})`,
      `--quote-scale N          decimals of the quote asset where it is new (default ${QUOTE_SCALE})`,
    ],
    values: 1,
    options: {
      tick: { type: "string" },
      lot: { type: "string" },
      "price-max": { type: "string" },
      "quantity-max": { type: "string" },
      "maker-ppm": { type: "string", default: "100" },
      "taker-ppm": { type: "string", default: "500" },
      "collar-ppm": { type: "string", default: "50000" },
      "base-scale": { type: "string", default: BASE_SCALE },
      "quote-scale": { type: "string", default: QUOTE_SCALE },
    },
    run: (session, [symbol], options) => add(session, symbol, options),
  },
  {
    words: "halt",
    usage: "SYMBOL",
    about: "halts trading: new orders are refused, cancels go on",
    values: 1,
    options: {},
    run: (session, [symbol]) => setTrading(session, symbol, false),
  },
  {
    words: "resume",
    usage: "SYMBOL",
    about: "lets a halted instrument trade again",
    values: 1,
    options: {},
    run: (session, [symbol]) => setTrading(session, symbol, true),
  },
];

async function list(session: AdminSession): Promise<Outcome> {
  const instruments = await readInstruments(await session.connection());
  const rows = instruments.map((one) => [
    one.symbol,
    one.status,
    formatDecimal(one.tickSize, one.priceScale),
    formatDecimal(one.lotSize, one.quantityScale),
    formatDecimal(one.priceTicksMax * one.tickSize, one.priceScale),
    formatDecimal(one.quantityLotsMax * one.lotSize, one.quantityScale),
    `${one.makerFeePpm}/${one.takerFeePpm}`,
    String(one.collarPpm),
  ]);
  const head = ["symbol", "status", "tick", "lot", "price max", "quantity max"];
  const text = table([[...head, "maker/taker ppm", "collar ppm"], ...rows]);
  return { text, json: { instruments } };
}

async function setTrading(
  session: AdminSession,
  symbol: string,
  trading: boolean,
): Promise<Outcome> {
  const { instrument } = await session.instrument(symbol);
  const client = await session.client();
  // Each order of the operator's is a new one: halt, resume, halt again.
  const once = `trading status of ${symbol} ${crypto.randomUUID()}`;
  const { sequence } = await client.send({ kind: "tradingStatus", instrument, trading }, once);
  const status = trading ? "trading" : "halted";
  return { text: `${symbol} is ${status}`, json: { symbol, status, sequence: String(sequence) } };
}

async function add(
  session: AdminSession,
  symbol: string,
  options: OptionValues,
): Promise<Outcome> {
  if (!SYMBOL_PATTERN.test(symbol)) {
    throw new UsageError(
      `SYMBOL ${JSON.stringify(symbol)} is not allowed; it takes BASE-QUOTE, such as BTC-USD`,
    );
  }
  const known = await readInstruments(await session.connection());
  if (known.some((one) => one.symbol === symbol)) {
    throw new UsageError(`there is an instrument ${symbol} already`);
  }
  const [baseName, quoteName] = symbol.split("-");
  if (baseName === quoteName) throw new UsageError(`${symbol} would trade ${baseName} for itself`);
  const base = knownAsset(known, baseName, scaleOf(options, "base-scale"));
  const quote = knownAsset(known, quoteName, scaleOf(options, "quote-scale"));
  const sizes = sizesOf(options);
  checkBounds(sizes, base.scale, quote.scale);
  const fees = {
    makerFeePpm: ppmOf(options, "maker-ppm"),
    takerFeePpm: ppmOf(options, "taker-ppm"),
    collarPpm: ppmOf(options, "collar-ppm"),
  };
  // Nothing is defined before all of the command line is found to be good.
  const baseAsset = await defineAsset(session, known, base);
  const quoteAsset = await defineAsset(session, known, quote);
  const terms = { ...sizes, ...fees, symbol, baseAsset, quoteAsset };
  const first = 1 + Math.max(0, ...known.map((one) => one.instrument));
  const instrument = await withFreeNumber(
    first,
    ResultCode.instrumentExists,
    (number) => define(session, { ...terms, instrument: number }),
  );
  return { text: `${symbol} is instrument ${instrument}`, json: { ...terms, instrument } };
}

async function define(session: AdminSession, terms: InstrumentTerms): Promise<void> {
  const client = await session.client();
  await client.send({ kind: "instrument", terms }, `instrument ${crypto.randomUUID()}`);
}

interface NamedAsset {
  /** `null` where no instrument has it yet. */
  readonly asset: number | null;
  readonly name: string;
  readonly scale: number;
}

/** An asset as the instruments have it, or a new one with the given scale. */
function knownAsset(
  known: readonly InstrumentReference[],
  name: string,
  newScale: number,
): NamedAsset {
  const asBase = known.find((one) => one.baseName === name);
  if (asBase !== undefined) return { asset: asBase.baseAsset, name, scale: asBase.baseScale };
  const asQuote = known.find((one) => one.quoteName === name);
  if (asQuote !== undefined) return { asset: asQuote.quoteAsset, name, scale: asQuote.quoteScale };
  return { asset: null, name, scale: newScale };
}

/** The number of an asset, which is defined where it is new. */
async function defineAsset(
  session: AdminSession,
  known: readonly InstrumentReference[],
  { asset, name, scale }: NamedAsset,
): Promise<number> {
  if (asset !== null) return asset;
  const first = 1 + Math.max(0, ...known.flatMap((one) => [one.baseAsset, one.quoteAsset]));
  const client = await session.client();
  return await withFreeNumber(first, ResultCode.assetExists, async (number) => {
    const command = { kind: "asset", asset: number, name, scale } as const;
    await client.send(command, `asset ${crypto.randomUUID()}`);
  });
}

/** Takes the first number from `first` on that the core does not say is taken. */
async function withFreeNumber(
  first: number,
  taken: number,
  take: (number: number) => Promise<void>,
): Promise<number> {
  const last = Math.min(first + NUMBERS_TRIED_MAX, INSTRUMENTS_MAX) - 1;
  for (let number = first;; number++) {
    try {
      await take(number);
      return number;
    } catch (error) {
      const isTaken = error instanceof AdministrationError && error.code === taken;
      if (!isTaken || number >= last) throw error;
    }
  }
}

type Sizes = Pick<
  InstrumentTerms,
  "priceScale" | "quantityScale" | "tickSize" | "lotSize" | "priceTicksMax" | "quantityLotsMax"
>;

function sizesOf(options: OptionValues): Sizes {
  const tick = required(options, "tick");
  const lot = required(options, "lot");
  const priceScale = decimalsOf(tick);
  const quantityScale = decimalsOf(lot);
  const tickSize = amountOf(tick, priceScale, "--tick");
  const lotSize = amountOf(lot, quantityScale, "--lot");
  const price = amountOf(required(options, "price-max"), priceScale, "--price-max");
  const quantity = amountOf(required(options, "quantity-max"), quantityScale, "--quantity-max");
  return {
    priceScale,
    quantityScale,
    tickSize,
    lotSize,
    priceTicksMax: Math.floor(price / tickSize),
    quantityLotsMax: Math.floor(quantity / lotSize),
  };
}

/** Says what the core would refuse without a reason: terms that do not fit a safe integer. */
function checkBounds(sizes: Sizes, baseScale: number, quoteScale: number): void {
  const terms = sizes as InstrumentTerms;
  const multipliers = multipliersOf(terms, baseScale, quoteScale);
  if (multipliers === null) {
    throw new UsageError(
      `--tick and --lot have ${sizes.priceScale} and ${sizes.quantityScale} decimals; together at ` +
        `most ${quoteScale}, the quote asset's, and --lot at most ${baseScale}, the base asset's`,
    );
  }
  const notional = sizes.priceTicksMax * multipliers.quotePerTickLot;
  const quantityLotsMost = Math.floor(
    Math.min(SAFE_MAX / notional, SAFE_MAX / multipliers.basePerLot),
  );
  if (sizes.quantityLotsMax <= quantityLotsMost) return;
  const most = formatDecimal(quantityLotsMost * sizes.lotSize, sizes.quantityScale);
  throw new UsageError(
    `--quantity-max is too large: with this --price-max at most ${most}, so that the largest ` +
      "order's notional is a safe integer",
  );
}

function required(options: OptionValues, name: string): string {
  const value = options[name];
  if (typeof value === "string") return value;
  throw new UsageError(`--${name} is missing; deno task admin instruments add --help says more`);
}

const decimalsOf = (text: string): number =>
  text.includes(".") ? text.length - text.indexOf(".") - 1 : 0;
const scaleOf = (options: OptionValues, name: string): number =>
  wholeNumber(`--${name}`, required(options, name), 0, SCALE_MAX);
const ppmOf = (options: OptionValues, name: string): number =>
  wholeNumber(`--${name}`, required(options, name), 0, PPM_MAX);
