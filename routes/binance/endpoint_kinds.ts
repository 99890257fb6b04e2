/**
 * What the endpoints of this dialect have in common, so that each says only what is its own.
 *
 * @module
 */
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { Problem } from "../problems/problem.ts";
import { jsonReply } from "../reply.ts";
import { binanceDialect } from "./dialect.ts";
import { type Parameters, parametersOf } from "./parameters.ts";
import { type TimeWriter, timeWriter } from "./times.ts";

/** What a handler of this dialect is given. */
export interface BinanceRequest {
  readonly exchange: Exchange;
  /** Those that the endpoint takes, and no others. */
  readonly parameters: Parameters;
  /** Writes times in the unit that the request asks for. */
  readonly time: TimeWriter;
}

/** What a handler answers: a problem, or the object that becomes the body. */
export type Answered = Problem | object;
/** A handler of this dialect. */
export type BinanceHandler = (request: BinanceRequest) => Answered | Promise<Answered>;

/** A handler for endpoint.ts out of one of this dialect that takes the parameters `names`. */
export function handlerOf(
  names: readonly string[],
  handle: BinanceHandler,
): EndpointSpec["handle"] {
  return (exchange) => {
    const parameters = parametersOf(exchange, names);
    if (parameters instanceof Problem) return parameters;
    const time = timeWriter(exchange);
    if (time instanceof Problem) return time;
    const answered = handle({ exchange, parameters, time });
    return answered instanceof Promise ? answered.then(outcomeOf) : outcomeOf(answered);
  };
}

function outcomeOf(answered: Answered): Outcome {
  return answered instanceof Problem ? answered : jsonReply(200, answered);
}

/** Most paths stand under that of Spot; one that begins with a slash is whole. */
const wholePath = (path: string): string => path.startsWith("/") ? path : `/api/v3/${path}`;

/** An endpoint that anybody may ask. */
export function openEndpoint(
  path: string,
  names: readonly string[],
  handle: BinanceHandler,
  weightOf?: EndpointSpec["weightOf"],
): EndpointSpec {
  return {
    method: "GET",
    path: wholePath(path),
    scope: null,
    weight: 1,
    ...(weightOf === undefined ? {} : { weightOf }),
    isPublic: true,
    dialect: binanceDialect,
    handle: handlerOf(names, handle),
  };
}

/** What a signed endpoint is. */
export interface SignedEndpoint extends Pick<EndpointSpec, "method" | "weight" | "kind"> {
  readonly path: string;
  readonly scope: "read" | "trade";
  readonly names: readonly string[];
  readonly handle: BinanceHandler;
}

/** An endpoint whose requests are signed. */
export function signedEndpoint({ path, names, handle, ...rest }: SignedEndpoint): EndpointSpec {
  return {
    ...rest,
    path: wholePath(path),
    dialect: binanceDialect,
    handle: handlerOf(names, handle),
  };
}
