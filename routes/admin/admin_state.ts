/**
 * `GET /v1/admin/state`: how far a shard is, and the hash of everything that it did.
 *
 * @module
 */
import * as v from "valibot";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { readParameters, wholeNumber } from "../query_parameters.ts";
import { jsonReply } from "../reply.ts";
import { ShardStateSchema, type ShardStateView } from "../schema/service.ts";

/** Highest shard. */
const SHARD_MAX = 999;

/** The endpoint. */
export const adminStateEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/admin/state",
  scope: "admin",
  weight: 1,
  handle: readState,
  operation: {
    id: "getShardState",
    group: "Administration",
    summary: "How far a shard is, and the hash of everything that it did",
    parameters: [{
      name: "shard",
      in: "query",
      description: `Number of the shard, from 0 to ${SHARD_MAX}; the gateway's own if left out.`,
      schema: v.pipe(v.string(), v.regex(/^\d{1,3}$/)),
      example: "0",
    }],
    answers: [{
      status: 200,
      description: "The state that the leader has at present.",
      body: {
        schema: ShardStateSchema,
        example: {
          shard: 0,
          sequence: "13",
          stateHash: "9f1c2a7be04d5a63",
          leader: "matching-1",
          epoch: 1,
          standbys: [],
        } satisfies ShardStateView,
      },
    }],
    problems: [EdgeCode.leaderUnavailable],
  },
};

async function readState(exchange: Exchange): Promise<Outcome> {
  const parameters = readParameters(exchange, ["shard"]);
  if (parameters instanceof Problem) return parameters;
  const { shard: own } = exchange.deps.settings;
  const shard = wholeNumber(parameters, "shard", own, 0, SHARD_MAX);
  if (shard instanceof Problem) return shard;
  const { queries } = exchange.backend;
  const answer = await queries.leader({ kind: "state" }, { shard });
  const { epoch, leader, sequence, standbys, stateHash } = answer;
  const state: ShardStateView = {
    shard,
    sequence: String(sequence),
    stateHash,
    leader,
    epoch,
    standbys,
  };
  return jsonReply(200, state);
}
