/**
 * The traders of `deno task start --demo`: on each instrument one account that quotes and one that
 * takes, over the public REST API. Some thirty requests a second in all.
 *
 * Standard output carries one line of JSON once all have quoted. SIGTERM takes the quotes off the
 * book and ends it with 0.
 *
 * @module
 */
import { ConfigError, readConfig } from "../../infra/config.ts";
import { STANDARD_INSTRUMENTS } from "../supervisor/standard_market.ts";
import { ExchangeClient } from "./exchange_client.ts";
import { MarketMaker } from "./market_maker.ts";
import { MARKET_STYLES } from "./market_style.ts";
import { PriceWalk } from "./price_walk.ts";
import { Taker } from "./taker.ts";
import { parseTraders, type Traders } from "./traders.ts";
import { keepTrading } from "./trading_loop.ts";

/** Exit code of a configuration that is refused. */
const EXIT_CONFIGURATION = 2;

const say = (line: string) => console.error(`demo: ${line}`);

/** One instrument's traders at work. */
interface TradedMarket {
  readonly quoted: Promise<void>;
  /** Takes the quotes off the book, after the signal. */
  withdraw(): Promise<void>;
}

async function main(): Promise<void> {
  const { demoGateway, demoTraders } = readConfig(["demoGateway", "demoTraders"]);
  const stopping = new AbortController();
  const markets = parseTraders(demoTraders).map((traders) =>
    trade(demoGateway, traders, stopping.signal)
  );
  const stop = async () => {
    stopping.abort();
    await Promise.allSettled(markets.map((market) => market.withdraw()));
    Deno.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => void stop());
  }
  await Promise.all(markets.map((market) => market.quoted));
  const about = `${markets.length} instruments, ${markets.length * 2} traders`;
  console.log(JSON.stringify({ ready: true, about }));
}

function trade(gateway: string, traders: Traders[number], signal: AbortSignal): TradedMarket {
  const { symbol } = traders;
  const terms = STANDARD_INSTRUMENTS.find((one) => one.symbol === symbol);
  const style = MARKET_STYLES[symbol];
  if (terms === undefined || style === undefined) {
    throw new Error(`the demo knows no instrument ${symbol}`);
  }
  const random = Math.random;
  const walk = new PriceWalk(style.walk, random);
  const parts = { terms, style, walk, random };
  const maker = new MarketMaker({
    ...parts,
    client: new ExchangeClient(gateway, traders.maker, signal),
  });
  const taker = new Taker({ ...parts, client: new ExchangeClient(gateway, traders.taker, signal) });
  const quoted = Promise.withResolvers<void>();
  let isClean = false;
  const quote = async () => {
    // An earlier demo that was killed left its quotes.
    if (!isClean) await maker.withdraw();
    isClean = true;
    await maker.step();
    quoted.resolve();
  };
  const pace = { signal, say };
  const pauseMillis = () => style.quoteMillis;
  void keepTrading({ ...pace, name: `${symbol} maker`, step: quote, pauseMillis });
  void quoted.promise.then(() =>
    keepTrading({
      ...pace,
      name: `${symbol} taker`,
      step: () => taker.step(),
      pauseMillis: () => taker.pauseMillis(),
    })
  );
  const last = new MarketMaker({
    ...parts,
    client: new ExchangeClient(gateway, traders.maker, new AbortController().signal),
  });
  return { quoted: quoted.promise, withdraw: () => last.withdraw() };
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    say(error instanceof ConfigError ? error.message : String(error));
    Deno.exit(error instanceof ConfigError ? EXIT_CONFIGURATION : 1);
  }
}
