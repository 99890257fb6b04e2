/**
 * `GET /v1/balances`: what the account has, from the leader's live state.
 *
 * @module
 */
import { moneyText } from "../amounts.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { leastSequence } from "../orders/order_reads.ts";
import { Problem } from "../problems/problem.ts";
import { READ_PROBLEMS } from "../problems/problem_groups.ts";
import { minSequence, readParameters } from "../query_parameters.ts";
import { jsonReply } from "../reply.ts";
import { type Balances, BalancesSchema } from "../schema/balances.ts";
import { MIN_SEQUENCE_PARAMETER } from "../schema/parameters.ts";

/** The endpoint. */
export const balancesEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/balances",
  scope: "read",
  weight: 2,
  handle: readBalances,
  operation: {
    id: "getBalances",
    group: "Account",
    summary: "What the account has",
    parameters: [MIN_SEQUENCE_PARAMETER],
    answers: [{
      status: 200,
      description: "Every asset that the account has had.",
      body: {
        schema: BalancesSchema,
        example: {
          balances: [{
            asset: "USD",
            total: "99989995.000000",
            available: "99979995.000000",
            held: "10000.000000",
          }],
          sequence: "13",
        } satisfies Balances,
      },
    }],
    problems: READ_PROBLEMS,
  },
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
  const view: Balances = { balances, sequence: String(answer.sequence) };
  return jsonReply(200, view);
}
