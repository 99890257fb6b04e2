/**
 * What no endpoint takes: 404 for a path that is not there, 405 with `Allow` for one that takes
 * other methods, and the answer to a browser that asks before it reads a path of another origin, or
 * sends a signed request to it.
 *
 * @module
 */
import { AuthHeader } from "../core/auth/header_problem.ts";
import type { EndpointSpec, Method, Outcome } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import { EdgeCode } from "./problems/edge_code.ts";
import { Problem } from "./problems/problem.ts";
import type { Reply } from "./reply.ts";

/** How long a browser may remember the answer, in seconds: the most that any of them does. */
const PREFLIGHT_SECONDS = "7200";
/** Header fields that a script may send. */
const REQUEST_FIELDS = [
  "Authorization",
  "Content-Type",
  "Idempotency-Key",
  "If-None-Match",
  "Prefer",
  "X-Request-Id",
  ...Object.values(AuthHeader).filter((name) => name.startsWith("X-")),
].join(", ");

/** Characters that mean more than themselves in a pattern. */
const META = /[\\^$.*+?()[\]{}|]/g;

interface Path {
  readonly pattern: RegExp;
  readonly method: Method;
  /** Whether scripts of other origins may ask for it: what is public, and what they can sign. */
  readonly isForBrowsers: boolean;
}

/** The endpoint behind all others. */
export function unmatchedEndpoint(specs: readonly EndpointSpec[]): EndpointSpec {
  const paths = pathsOf(specs);
  return {
    method: "GET",
    path: "(unmatched)",
    scope: null,
    weight: 1,
    handle: (exchange) => refuse(exchange, paths),
  };
}

/** The paths that there are. One with a star stands for those that there are not. */
function pathsOf(specs: readonly EndpointSpec[]): readonly Path[] {
  return specs.filter(({ path }) => !path.includes("*"))
    .map(({ path, method, scope, isPublic = false }) => ({
      pattern: new RegExp(`^${path.replaceAll(META, "\\$&").replaceAll(/:[^/]+/g, "[^/]+")}$`),
      method,
      isForBrowsers: isPublic || scope !== null,
    }));
}

function refuse(exchange: Exchange, paths: readonly Path[]): Outcome {
  const { method, path } = exchange.context.req;
  // A name in a path may be a number in another one: both are there.
  const found = paths.filter(({ pattern }) => pattern.test(path));
  if (found.length === 0) return new Problem(EdgeCode.notFound, { value: path });
  const methods = [...new Set(found.map((one) => one.method))];
  const allow = methods.flatMap((one) => one === "GET" ? ["GET", "HEAD"] : [one]).join(", ");
  if (method === "OPTIONS" && found.some((one) => one.isForBrowsers)) {
    return preflight(methods, allow);
  }
  return new Problem(EdgeCode.methodNotAllowed, {
    limit: allow,
    value: method,
    headers: [["allow", allow]],
  });
}

/** Any origin may ask, and none shows a cookie: what counts is the signature or the token. */
function preflight(methods: readonly Method[], allow: string): Reply {
  return {
    status: 204,
    body: null,
    contentType: "text/plain",
    headers: [
      ["allow", allow],
      ["access-control-allow-origin", "*"],
      ["access-control-allow-methods", methods.join(", ")],
      ["access-control-allow-headers", REQUEST_FIELDS],
      ["access-control-max-age", PREFLIGHT_SECONDS],
    ],
  };
}
