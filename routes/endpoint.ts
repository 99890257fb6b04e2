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
import { AdmissionKind } from "../core/limits/admission_code.ts";
import { bodyDigest } from "../infra/keys/body_digest.ts";
import type { Scope } from "../infra/keys/key_record.ts";
import type { Dialect } from "./dialect.ts";
import { Exchange } from "./exchange.ts";
import type { AppDeps } from "./gateway.ts";
import {
  addRateLimits,
  admitAddress,
  admitCharges,
  admitKey,
  type Charge,
} from "./middleware/admit.ts";
import { checkBan } from "./middleware/bans.ts";
import {
  type BodyRule,
  FRAME_TYPE,
  JSON_BODY,
  readBody,
  readBodyBytes,
} from "./middleware/body.ts";
import { ClientAddresses } from "./middleware/client_address.ts";
import { ErrorProblems } from "./middleware/errors.ts";
import { enterOrderPath, leaveOrderPath, refuseCrowded } from "./middleware/order_path.ts";
import { represent } from "./middleware/representation.ts";
import { REQUEST_ID_HEADER, RequestIds } from "./middleware/request_id.ts";
import { checkHeaders, checkUrl } from "./middleware/request_limits.ts";
import {
  addCommonHeaders,
  addEarlyHeaders,
  addPublicHeaders,
  addSignedHeaders,
  type CachePolicy,
  NO_STORE,
} from "./middleware/response_headers.ts";
import type { Operation } from "./operation.ts";
import { ownDialect } from "./own_dialect.ts";
import { Problem } from "./problems/problem.ts";
import type { Reply } from "./reply.ts";
import type { RequestMetrics, RouteMetrics } from "./request_metrics.ts";

const MICROS_PER_SECOND = 1_000_000;

/** What a request comes to. A response of the platform's own making goes out as it is. */
export type Outcome = Reply | Problem | Response;

/** Methods that the gateway knows. */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What an endpoint is. */
export interface EndpointSpec {
  readonly method: Method;
  /** As Hono writes it. */
  readonly path: string;
  /** Scope that a key needs; `null`: anyone may ask, unsigned. */
  readonly scope: Scope | null;
  /** Units that a request costs; 0: it is not limited. */
  readonly weight: number;
  /** What an unsigned request costs where that depends on what it asks for; at least `weight`. */
  readonly weightOf?: (exchange: Exchange) => number;
  /** What a request is to admission. Default: it reads. */
  readonly kind?: AdmissionKind;
  /** Whether the request has a body. Default: it has none. */
  readonly hasBody?: boolean;
  /** Which. Default: {@link JSON_BODY}. */
  readonly body?: BodyRule;
  /**
   * What a request costs in the place of `weight` and `kind`, where its body says so; what it has read
   * for that it leaves in `exchange.work`. Asked once the request is verified. What is refused for its
   * orders and amends comes first.
   */
  readonly measure?: (exchange: Exchange) => readonly Charge[] | Problem;
  /** Whether scripts of other origins may read the answer. */
  readonly isPublic?: boolean;
  /** It takes another way than orders, so that its round trip says nothing about theirs. */
  readonly isOffOrderPath?: boolean;
  /** How long the answer to a GET may be kept. Default: not at all. */
  readonly cache?: CachePolicy;
  readonly handle: (exchange: Exchange) => Outcome | Promise<Outcome>;
  /** How requests are signed and problems written. Default: as everywhere under `/v1`. */
  readonly dialect?: Dialect;
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
  const { kind = AdmissionKind.read, dialect } = spec;
  return (context) => {
    const requestId = parts.requestIds.of(context.req.raw.headers.get(REQUEST_ID_HEADER));
    const crowded = spec.scope === null
      ? null
      : refuseCrowded(parts.deps, kind, requestId, dialect);
    if (crowded !== null) {
      addEarlyHeaders(crowded.headers, context.req.raw);
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
  const decided = admitAddress(exchange, spec.weightOf?.(exchange) ?? spec.weight);
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
  const { body: rule = JSON_BODY, dialect = ownDialect, kind = AdmissionKind.read } = spec;
  const takesBody = spec.hasBody ?? false;
  let refusal = checkUrl(exchange) ?? dialect.checkHead(exchange, takesBody ? rule : null);
  if (refusal !== null) return refuseStranger(exchange, refusal);
  if (dialect.hasBody(exchange, takesBody)) {
    const isFrame = rule.type === FRAME_TYPE;
    const body = isFrame ? await readBodyBytes(exchange, rule) : await readBody(exchange, rule);
    if (body instanceof Problem) return refuseStranger(exchange, body);
    if (typeof body !== "string") exchange.bytes = body;
    exchange.body = typeof body === "string" ? body : bodyDigest(body);
  }
  const verified = dialect.authenticate(exchange, scope, kind);
  refusal = verified instanceof Promise ? await verified : verified;
  if (refusal !== null) return refuseStranger(exchange, refusal);
  if (spec.measure !== undefined) return passMeasured(exchange, spec, spec.measure(exchange));
  const decided = admitKey(exchange, spec.weight, kind);
  refusal = decided instanceof Promise ? await decided : decided;
  if (refusal !== null) return refusal;
  return spec.isOffOrderPath
    ? await spec.handle(exchange)
    : await passTotal(exchange, spec, spec.weight, kind);
}

/** The way on of a request that costs what its body says; what cannot be read costs one unit. */
async function passMeasured(
  exchange: Exchange,
  spec: EndpointSpec,
  measured: readonly Charge[] | Problem,
): Promise<Outcome> {
  const kind = spec.kind ?? AdmissionKind.read;
  const charges = measured instanceof Problem ? [{ weight: spec.weight, kind }] : measured;
  const refusal = await admitCharges(exchange, charges);
  if (refusal !== null || measured instanceof Problem) return refusal ?? measured as Problem;
  return await passTotal(exchange, spec, charges[0].weight, charges[0].kind);
}

/** The last part of the way, in the company of all clients of this gateway. */
async function passTotal(
  exchange: Exchange,
  spec: EndpointSpec,
  weight: number,
  kind: AdmissionKind,
): Promise<Outcome> {
  const entered = enterOrderPath(exchange, weight, kind);
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
  const { cache = NO_STORE, dialect = ownDialect, kind = AdmissionKind.read } = spec;
  const reply = outcome instanceof Problem ? dialect.write(outcome, exchange.requestId) : outcome;
  const { status, body, headers } = spec.method === "GET"
    ? represent(exchange, cache, reply)
    : reply;
  const response = new Response(reply.stream ?? body, {
    status,
    headers: { "content-type": reply.contentType },
  });
  // Fields that are added here cost a quarter of what they cost in the constructor.
  addCommonHeaders(response.headers, exchange, cache, status);
  if (exchange.decision !== null) {
    addRateLimits(response.headers, exchange.decision);
    dialect.addLimits?.(response.headers, exchange.decision, kind);
  }
  if (spec.isPublic) addPublicHeaders(response.headers, headers);
  else if (spec.scope !== null) addSignedHeaders(response.headers, exchange);
  for (const [name, value] of headers) response.headers.append(name, value);
  metrics.observe(
    status,
    (exchange.deps.steadyMicros() - exchange.startedMicros) / MICROS_PER_SECOND,
  );
  return response;
}
