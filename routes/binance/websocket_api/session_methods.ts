/**
 * The methods that are about the connection itself: who it is logged on as, and whose events it
 * carries.
 *
 * @module
 */
import { SAFE_MAX } from "../../../core/protocol/wire_buffer.ts";
import type { EndpointSpec, Outcome } from "../../endpoint.ts";
import type { Exchange } from "../../exchange.ts";
import { EdgeCode } from "../../problems/edge_code.ts";
import { Problem } from "../../problems/problem.ts";
import { jsonReply } from "../../reply.ts";
import { binanceError, BinanceProblem } from "../binance_error.ts";
import { parametersOf, wholeNumber } from "../parameters.ts";
import { callOf } from "./api_call.ts";

const WEIGHT = 2;
const shared = { method: "GET", path: "", weight: WEIGHT, isOffOrderPath: true } as const;

type Methods = Readonly<Record<string, Omit<EndpointSpec, "dialect">>>;

/** Methods whose requests have a timestamp and a signature. */
export const sessionMethods: Methods = {
  "session.logon": { ...shared, scope: "read", handle: taking([], logon) },
  "userDataStream.subscribe.signature": { ...shared, scope: "read", handle: taking([], subscribe) },
};

/** Methods whose requests have nothing to sign. */
export const timelessMethods: Methods = {
  "session.status": { ...shared, scope: null, handle: taking([], status) },
  "session.logout": { ...shared, scope: null, handle: taking([], logout) },
  "session.subscriptions": { ...shared, scope: null, handle: taking([], subscriptions) },
  "userDataStream.subscribe": { ...shared, scope: "read", handle: taking([], subscribe) },
  "userDataStream.unsubscribe": {
    ...shared,
    scope: null,
    handle: taking(["subscriptionId"], unsubscribe),
  },
};

/** A handler that takes these parameters and no others. */
function taking(
  names: readonly string[],
  handle: (exchange: Exchange) => Outcome | Promise<Outcome>,
): EndpointSpec["handle"] {
  return (exchange) => {
    const parameters = parametersOf(exchange, names);
    return parameters instanceof Problem ? parameters : handle(exchange);
  };
}

async function logon(exchange: Exchange): Promise<Outcome> {
  const { keyId } = exchange.identity;
  const key = await exchange.backend.keys.get(keyId);
  // As Binance has it: a session vouches for requests that nobody signs, so its key is a strong one.
  if (key?.kind !== "ed25519") {
    const msg = "session.logon needs an Ed25519 key; with another one each request is signed.";
    return new BinanceProblem(EdgeCode.signatureRequired, binanceError(-1020, msg));
  }
  callOf(exchange).session.logOn({ keyId, sinceMicros: exchange.nowMicros });
  return status(exchange);
}

function logout(exchange: Exchange): Outcome {
  callOf(exchange).session.logOut();
  return status(exchange);
}

function status(exchange: Exchange): Outcome {
  const { login, connectedMicros, hasSubscriptions, showsLimits, time } = callOf(exchange).session;
  return jsonReply(200, {
    apiKey: login?.keyId ?? null,
    authorizedSince: login === null ? null : time(login.sinceMicros),
    connectedSince: time(connectedMicros),
    returnRateLimits: showsLimits,
    serverTime: time(exchange.nowMicros),
    userDataStream: hasSubscriptions,
  });
}

async function subscribe(exchange: Exchange): Promise<Outcome> {
  const { request, session } = callOf(exchange);
  const { account, keyId } = exchange.identity;
  const isOfSession = request.method === "userDataStream.subscribe" ||
    !request.parameters.has("apiKey");
  const subscriptionId = await session.subscribe(exchange, { account, keyId, isOfSession });
  return subscriptionId instanceof Problem ? subscriptionId : jsonReply(200, { subscriptionId });
}

function subscriptions(exchange: Exchange): Outcome {
  const ids = callOf(exchange).session.subscriptionIds;
  return jsonReply(200, ids.map((subscriptionId) => ({ subscriptionId })));
}

function unsubscribe(exchange: Exchange): Outcome {
  const parameters = parametersOf(exchange, ["subscriptionId"]);
  if (parameters instanceof Problem) return parameters;
  const none = -1;
  const id = wholeNumber(parameters, "subscriptionId", none, 0, SAFE_MAX);
  if (id instanceof Problem) return id;
  const isDone = callOf(exchange).session.unsubscribe(id === none ? null : id);
  if (isDone) return jsonReply(200, {});
  const error = binanceError(-2036, "User Data Stream subscription not active.");
  return new BinanceProblem(EdgeCode.invalidCombination, error);
}
