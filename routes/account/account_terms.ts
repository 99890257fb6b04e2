/**
 * `GET /v1/account`: what the account is, from the leader's live state.
 *
 * @module
 */
import { OPEN_ORDERS_PER_ACCOUNT_MAX } from "../../core/matching/accounts.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { leastSequence } from "../orders/order_reads.ts";
import { Problem } from "../problems/problem.ts";
import { READ_PROBLEMS } from "../problems/problem_groups.ts";
import { minSequence, readParameters } from "../query_parameters.ts";
import { jsonReply } from "../reply.ts";
import { type Account, AccountSchema } from "../schema/account.ts";
import { MIN_SEQUENCE_PARAMETER } from "../schema/parameters.ts";

/** The tier of fees that every account has: the instruments' own. */
export const FEE_TIER = "standard";

/** The endpoint. */
export const accountEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/account",
  scope: "read",
  weight: 2,
  handle: readAccount,
  operation: {
    id: "getAccount",
    group: "Account",
    summary: "What the account is: whether it may trade, its group, its open orders",
    parameters: [MIN_SEQUENCE_PARAMETER],
    answers: [{
      status: 200,
      description: "The account as of `sequence`.",
      body: {
        schema: AccountSchema,
        example: {
          account: "1",
          enabled: true,
          tradeGroup: null,
          openOrders: 3,
          openOrdersMax: OPEN_ORDERS_PER_ACCOUNT_MAX,
          feeTier: FEE_TIER,
          limitTier: null,
          scopes: ["read", "trade"],
          sequence: "1290",
        } satisfies Account,
      },
    }],
    problems: [...READ_PROBLEMS, ResultCode.unknownAccount],
  },
};

async function readAccount(exchange: Exchange): Promise<Outcome> {
  const parameters = readParameters(exchange, ["minSequence"]);
  if (parameters instanceof Problem) return parameters;
  const asked = minSequence(parameters);
  if (asked instanceof Problem) return asked;
  const { account, scopes, tier } = exchange.identity;
  const answer = await exchange.backend.queries.leader({ kind: "account", account });
  const least = leastSequence(answer.sequence, asked);
  if (least instanceof Problem) return least;
  const { openOrders, sequence, status, tradeGroup } = answer;
  if (status === "unknown") return new Problem(ResultCode.unknownAccount);
  return jsonReply(
    200,
    {
      account: String(account),
      enabled: status === "enabled",
      tradeGroup: tradeGroup === 0 ? null : String(tradeGroup),
      openOrders,
      openOrdersMax: OPEN_ORDERS_PER_ACCOUNT_MAX,
      feeTier: FEE_TIER,
      limitTier: tier,
      scopes: [...scopes],
      sequence: String(sequence),
    } satisfies Account,
  );
}
