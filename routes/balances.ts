/**
 * `GET /v1/balances`: what the account has, from the leader's live state.
 *
 * @module
 */
import { moneyText } from "./amounts.ts";
import type { EndpointSpec, Outcome } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import { leastSequence } from "./order_reads.ts";
import { Problem } from "./problem.ts";
import { minSequence, readParameters } from "./query_parameters.ts";
import { jsonReply } from "./reply.ts";

/** The endpoint. */
export const balancesEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/balances",
  scope: "read",
  weight: 2,
  handle: readBalances,
};

async function readBalances(exchange: Exchange): Promise<Outcome> {
  const parameters = readParameters(exchange, ["minSequence"]);
  if (parameters instanceof Problem) return parameters;
  const asked = minSequence(parameters);
  if (asked instanceof Problem) return asked;
  const { account } = exchange.identity;
  const answer = await exchange.backend.queries.leader({ kind: "balances", account });
  const least = leastSequence(answer.sequence, asked);
  if (least instanceof Problem) return least;
  const balances = answer.balances.map(({ asset, scale, available, held }) => ({
    asset,
    total: moneyText(available + held, scale),
    available: moneyText(available, scale),
    held: moneyText(held, scale),
  }));
  return jsonReply(200, { balances, sequence: String(answer.sequence) });
}
