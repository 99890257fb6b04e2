/**
 * What trading libraries ask of Binance's wallet, under `/sapi/v1`: the assets of an account and
 * its fees.
 *
 * @module
 */
import type { EndpointSpec } from "../endpoint.ts";
import { Problem } from "../problems/problem.ts";
import { decimalText, ZERO } from "./decimal_text.ts";
import { type Answered, type BinanceRequest, signedEndpoint } from "./endpoint_kinds.ts";
import { ratesOf } from "./new_order.ts";
import { binanceSymbol, optionalInstrument } from "./symbols.ts";

const signed = { method: "GET", scope: "read" } as const;

/** The endpoints. */
export const walletEndpoints: readonly EndpointSpec[] = [
  signedEndpoint({
    ...signed,
    path: "/sapi/v1/capital/config/getall",
    weight: 2,
    names: [],
    handle: readCoins,
  }),
  signedEndpoint({
    ...signed,
    path: "/sapi/v1/asset/tradeFee",
    weight: 1,
    names: ["symbol"],
    handle: readTradeFees,
  }),
];

/** The account's assets. None can be moved over a network here, so there are no networks. */
async function readCoins({ exchange }: BinanceRequest): Promise<Answered> {
  const { backend, identity } = exchange;
  const { balances } = await backend.queries.leader({
    kind: "balances",
    account: identity.account,
  });
  const traded = new Set(
    backend.reference.all().flatMap(({ baseName, quoteName }) => [baseName, quoteName]),
  );
  return balances.map(({ asset, scale, available, held }) => ({
    coin: asset,
    depositAllEnable: false,
    withdrawAllEnable: false,
    name: asset,
    free: decimalText(available, scale),
    locked: decimalText(held, scale),
    freeze: ZERO,
    withdrawing: ZERO,
    ipoing: ZERO,
    ipoable: ZERO,
    storage: ZERO,
    isLegalMoney: false,
    trading: traded.has(asset),
    networkList: [],
  }));
}

function readTradeFees({ exchange, parameters }: BinanceRequest): Answered {
  const { reference } = exchange.backend;
  const one = optionalInstrument(parameters, reference);
  if (one instanceof Problem) return one;
  return (one === null ? reference.all() : [one]).map((instrument) => {
    const { maker, taker } = ratesOf(instrument);
    return {
      symbol: binanceSymbol(instrument),
      makerCommission: maker,
      takerCommission: taker,
    };
  });
}
