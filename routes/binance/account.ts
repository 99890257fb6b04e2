/**
 * `GET /api/v3/account`, `account/commission` and `rateLimit/order`.
 *
 * @module
 */
import { keyPolicyOf } from "../../core/limits/policy.ts";
import type { EndpointSpec } from "../endpoint.ts";
import { Problem } from "../problems/problem.ts";
import { decimalText } from "./decimal_text.ts";
import { type Answered, type BinanceRequest, signedEndpoint } from "./endpoint_kinds.ts";
import { commissions, ratesOf } from "./new_order.ts";
import { oneOf } from "./parameters.ts";
import { binanceSymbol, requiredInstrument } from "./symbols.ts";
import { rateLimits, usedOrders } from "./usage.ts";

/** Parts per million in Binance's old unit of a commission, a hundredth of a percent. */
const PPM_PER_BASIS_POINT = 100;

const shared = { method: "GET", scope: "read" } as const;

/** The endpoints. */
export const accountEndpoints: readonly EndpointSpec[] = [
  signedEndpoint({
    ...shared,
    path: "account",
    weight: 2,
    names: ["omitZeroBalances"],
    handle: readAccount,
  }),
  signedEndpoint({
    ...shared,
    path: "account/commission",
    weight: 1,
    names: ["symbol"],
    handle: readCommission,
  }),
  signedEndpoint({
    ...shared,
    path: "rateLimit/order",
    weight: 1,
    names: [],
    handle: readOrderLimits,
  }),
];

/** The highest rates of all instruments stand for those of the account, which has none of its own. */
async function readAccount({ exchange, parameters, time }: BinanceRequest): Promise<Answered> {
  const omits = oneOf(parameters, "omitZeroBalances", "false", ["true", "false"]);
  if (omits instanceof Problem) return omits;
  const { backend, identity, nowMicros } = exchange;
  const { account, scopes } = identity;
  const answer = await backend.queries.leader({ kind: "balances", account });
  const all = backend.reference.all();
  const makerFeePpm = Math.max(0, ...all.map((terms) => terms.makerFeePpm));
  const takerFeePpm = Math.max(0, ...all.map((terms) => terms.takerFeePpm));
  const balances = answer.balances
    .filter(({ available, held }) => omits === "false" || available + held > 0)
    .map(({ asset, scale, available, held }) => ({
      asset,
      free: decimalText(available, scale),
      locked: decimalText(held, scale),
    }));
  return {
    makerCommission: Math.ceil(makerFeePpm / PPM_PER_BASIS_POINT),
    takerCommission: Math.ceil(takerFeePpm / PPM_PER_BASIS_POINT),
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: ratesOf({ makerFeePpm, takerFeePpm }),
    canTrade: scopes.includes("trade"),
    canWithdraw: false,
    canDeposit: false,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: time(answer.timeMicros ?? nowMicros),
    accountType: "SPOT",
    balances,
    permissions: ["SPOT"],
    uid: account,
  };
}

function readCommission({ exchange, parameters }: BinanceRequest): Answered {
  const instrument = requiredInstrument(parameters, exchange.backend.reference);
  if (instrument instanceof Problem) return instrument;
  return { symbol: binanceSymbol(instrument), ...commissions(instrument) };
}

function readOrderLimits({ exchange }: BinanceRequest): Answered {
  const { decision, deps, identity } = exchange;
  const policy = keyPolicyOf(deps.admission.policy, identity.tier);
  return rateLimits(policy)
    .filter(({ rateLimitType }) => rateLimitType === "ORDERS")
    .map((limit) => ({ ...limit, count: decision === null ? 0 : usedOrders(decision) }));
}
