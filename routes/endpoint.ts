/**
 * An endpoint: one method of one path, and everything that a request passes on its way there.
 *
 * The steps are plain functions in one handler, and a step that needs no promise makes none: a
 * signed order waits twice, for its body and for its report.
 *
 * ```text
 * request id -> room -> address, bans -> URL -> credentials -> body -> signature or token -> limits -> total
 *   -> handler
 * ```
 *
 * @module
 */
import type { Context } from "hono";
import { AdmissionKind } from "../core/limits/decision.ts";
import type { Scope } from "../infra/keys/key_record.ts";
import { Exchange } from "./exchange.ts";
import type { AppDeps } from "./gateway.ts";
import { addRateLimits, admitAddress, admitKey } from "./middleware/admit.ts";
import { authenticate, checkCredentials } from "./middleware/authenticate.ts";
import { checkBan } from "./middleware/bans.ts";
import { checkJsonBody, checkNoBody, readBody } from "./middleware/body.ts";
import { ClientAddresses } from "./middleware/client_address.ts";
import { ErrorProblems } from "./middleware/errors.ts";
import { REQUEST_ID_HEADER, RequestIds } from "./middleware/request_id.ts";
import { checkHeaders, checkUrl } from "./middleware/request_limits.ts";
import { enterOrderPath, leaveOrderPath, refuseCrowded } from "./middleware/order_path.ts";
import { addCommonHeaders, addPublicHeaders } from "./middleware/response_headers.ts";
import type { Operation } from "./operation.ts";
import { Problem } from "./problem.ts";
import type { Reply } from "./reply.ts";
import type { RequestMetrics, RouteMetrics } from "./request_metrics.ts";

const MICROS_PER_SECOND = 1_000_000;

/** What a request comes to. A response of the platform's own making goes out as it is. */
export type Outcome = Reply | Problem | Response;

/** Methods that the gateway knows. */
export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** What an endpoint is. */
export interface EndpointSpec {
  readonly method: Method;
  /** As Hono writes it. */
  readonly path: string;
  /** Scope that a key needs; `null`: anyone may ask, unsigned. */
  readonly scope: Scope | null;
  /** Units that a request costs; 0: it is not limited. */
  readonly weight: number;
  /** What a request is to admission. Default: it reads. */
  readonly kind?: AdmissionKind;
  /** Whether the request has a JSON body. Default: it has none. */
  readonly hasBody?: boolean;
  /** Whether scripts of other origins may read the answer. */
  readonly isPublic?: boolean;
  readonly handle: (exchange: Exchange) => Outcome | Promise<Outcome>;
  /** What the reference and the OpenAPI document say of it; left out of both without. */
  readonly operation?: Operation;
}

/** What all endpoints of an app share. */
export class EndpointParts {
  readonly requestIds = new RequestIds();
  readonly errors = new ErrorProblems();
  readonly addresses: ClientAddresses;

  constructor(readonly deps: AppDeps, readonly metrics: RequestMetrics) {
    this.addresses = new ClientAddresses(deps.settings.trustedProxies);
  }
}

/** Makes the handler of an endpoint. It answers every request, whatever is thrown. */
export function endpoint(
  parts: EndpointParts,
  spec: EndpointSpec,
): (context: Context) => Response | Promise<Response> {
  const metrics = parts.metrics.route(spec.method, spec.path);
  const kind = spec.kind ?? AdmissionKind.read;
  return (context) => {
    const requestId = parts.requestIds.of(context.req.raw.headers.get(REQUEST_ID_HEADER));
    const crowded = spec.scope === null ? null : refuseCrowded(parts.deps, kind, requestId);
    if (crowded !== null) {
      metrics.observe(crowded.status, 0);
      return crowded;
    }
    const exchange = new Exchange(parts.deps, context, requestId);
    const end = (outcome: Outcome): Response => respond(exchange, spec, metrics, outcome);
    const failed = (error: unknown): Response => end(parts.errors.of(error, exchange));
    try {
      exchange.address = parts.addresses.of(context);
      const banned = spec.weight === 0 ? null : checkBan(exchange);
      if (banned !== null) return end(banned);
      const outcome = spec.scope === null
        ? passOpen(exchange, spec)
        : passSigned(exchange, spec, spec.scope);
      return outcome instanceof Promise ? outcome.then(end, failed) : end(outcome);
    } catch (error) {
      return failed(error);
    }
  };
}

/** The way of a request that needs no key. */
function passOpen(exchange: Exchange, spec: EndpointSpec): Outcome | Promise<Outcome> {
  const refusal = checkUrl(exchange) ?? checkHeaders(exchange);
  if (refusal !== null) return refusal;
  if (spec.weight === 0) return spec.handle(exchange);
  const decided = admitAddress(exchange, spec.weight);
  return decided instanceof Promise
    ? decided.then((problem) => problem ?? spec.handle(exchange))
    : decided ?? spec.handle(exchange);
}

/** The way of a request that must be signed, or bear a token. */
async function passSigned(
  exchange: Exchange,
  spec: EndpointSpec,
  scope: Scope,
): Promise<Outcome> {
  const kind = spec.kind ?? AdmissionKind.read;
  let refusal = checkUrl(exchange) ?? checkCredentials(exchange) ??
    (spec.hasBody ? checkJsonBody(exchange) : checkNoBody(exchange));
  if (refusal !== null) return refuseStranger(exchange, refusal);
  if (spec.hasBody) {
    const body = await readBody(exchange);
    if (body instanceof Problem) return refuseStranger(exchange, body);
    exchange.body = body;
  }
  const verified = authenticate(exchange, scope, kind);
  refusal = verified instanceof Promise ? await verified : verified;
  if (refusal !== null) return refuseStranger(exchange, refusal);
  const decided = admitKey(exchange, spec.weight, kind);
  refusal = decided instanceof Promise ? await decided : decided;
  return refusal ?? await passTotal(exchange, spec, kind);
}

/** The last part of the way, in the company of all clients of this gateway. */
async function passTotal(
  exchange: Exchange,
  spec: EndpointSpec,
  kind: AdmissionKind,
): Promise<Outcome> {
  const entered = enterOrderPath(exchange, spec.weight, kind);
  if (entered instanceof Problem) return entered;
  let status: number | null = null;
  try {
    const outcome = await spec.handle(exchange);
    status = outcome.status;
    return outcome;
  } finally {
    leaveOrderPath(exchange, entered, status);
  }
}

/**
 * Nobody has vouched for this request, so its address pays for it; and when that has nothing left,
 * the answer is no longer what was wrong but that there was too much of it.
 */
function refuseStranger(exchange: Exchange, refusal: Problem): Outcome | Promise<Outcome> {
  const decided = checkHeaders(exchange) ?? admitAddress(exchange, 1);
  return decided instanceof Promise
    ? decided.then((problem) => problem ?? refusal)
    : decided ?? refusal;
}

function respond(
  exchange: Exchange,
  spec: EndpointSpec,
  metrics: RouteMetrics,
  outcome: Outcome,
): Response {
  if (outcome instanceof Response) {
    metrics.observe(outcome.status, 0);
    return outcome;
  }
  const { status, body, stream, contentType, headers } = outcome instanceof Problem
    ? outcome.reply(exchange.requestId)
    : outcome;
  const response = new Response(stream ?? body, {
    status,
    headers: { "content-type": contentType },
  });
  // Fields that are added here cost a quarter of what they cost in the constructor.
  addCommonHeaders(response.headers, exchange);
  if (exchange.decision !== null) addRateLimits(response.headers, exchange.decision);
  if (spec.isPublic) addPublicHeaders(response.headers);
  for (const [name, value] of headers) response.headers.append(name, value);
  metrics.observe(
    status,
    (exchange.deps.steadyMicros() - exchange.startedMicros) / MICROS_PER_SECOND,
  );
  return response;
}
