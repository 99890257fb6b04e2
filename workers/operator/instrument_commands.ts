/**
 * `deno task admin instruments ...`, `halt` and `resume`.
 *
 * @module
 */
import { formatDecimal } from "../../core/protocol/decimal.ts";
import type { InstrumentReference } from "../../core/protocol/queries.ts";
import {
  defineInstrument,
  type InstrumentPlan,
  planInstrument,
  TermsError,
  type TermsField,
} from "../../infra/administration/instrument_definition.ts";
import { readInstruments } from "../../infra/administration/reference.ts";
import {
  type AdminCommand,
  type AdminSession,
  type OptionValues,
  type Outcome,
  table,
} from "./admin_command.ts";
import { UsageError, wholeNumber } from "./command_line.ts";

/** Decimals of an asset that no instrument has yet. */
const BASE_SCALE = "8";
const QUOTE_SCALE = "6";
/** Highest number that is read as one; what a term takes is told where it is looked at. */
const NUMBER_MOST = 1_000_000;

/** By the term, what its option is called. */
const OPTIONS: Readonly<Record<TermsField, string>> = {
  symbol: "symbol",
  tickSize: "tick",
  lotSize: "lot",
  priceMax: "price-max",
  quantityMax: "quantity-max",
  makerFeePpm: "maker-ppm",
  takerFeePpm: "taker-ppm",
  collarPpm: "collar-ppm",
  baseScale: "base-scale",
  quoteScale: "quote-scale",
};

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
  const known = await readInstruments(await session.connection());
  const plan = planOf(known, symbol, options);
  if (known.some((one) => one.symbol === symbol)) {
    throw new UsageError(`there is an instrument ${symbol} already`);
  }
  const client = await session.client();
  const run = crypto.randomUUID();
  const send = client.send.bind(client);
  const { terms } = await defineInstrument(send, known, plan, (about) => `${about} ${run}`);
  return { text: `${symbol} is instrument ${terms.instrument}`, json: terms };
}

/** What the command line asks for. @throws {UsageError} */
function planOf(
  known: readonly InstrumentReference[],
  symbol: string,
  options: OptionValues,
): InstrumentPlan {
  const text = (field: TermsField) => required(options, OPTIONS[field]);
  const number = (field: TermsField) =>
    wholeNumber(`--${OPTIONS[field]}`, text(field), 0, NUMBER_MOST);
  const wanted = {
    symbol,
    tickSize: text("tickSize"),
    lotSize: text("lotSize"),
    priceMax: text("priceMax"),
    quantityMax: text("quantityMax"),
    makerFeePpm: number("makerFeePpm"),
    takerFeePpm: number("takerFeePpm"),
    collarPpm: number("collarPpm"),
    baseScale: number("baseScale"),
    quoteScale: number("quoteScale"),
  };
  try {
    return planInstrument(known, wanted);
  } catch (error) {
    if (!(error instanceof TermsError)) throw error;
    throw new UsageError(
      error.tell((field) =>
        field === "symbol" ? `SYMBOL ${JSON.stringify(symbol)}` : `--${OPTIONS[field]}`
      ),
    );
  }
}

function required(options: OptionValues, name: string): string {
  const value = options[name];
  if (typeof value === "string") return value;
  throw new UsageError(`--${name} is missing; deno task admin instruments add --help says more`);
}
