/**
 * `GET /v1/admin/state`: how far a shard is, and the hash of everything that it did.
 *
 * @module
 */
import type { EndpointSpec, Outcome } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import { Problem } from "./problem.ts";
import { readParameters, wholeNumber } from "./query_parameters.ts";
import { jsonReply } from "./reply.ts";

/** Highest shard. */
const SHARD_MAX = 999;

/** The endpoint. */
export const adminStateEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/admin/state",
  scope: "admin",
  weight: 1,
  handle: readState,
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
  return jsonReply(200, { shard, sequence: String(sequence), stateHash, leader, epoch, standbys });
}
