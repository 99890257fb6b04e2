/**
 * What no endpoint takes: 404 for a path that is not there, 405 with `Allow` for one that takes
 * other methods, and the answer to a browser that asks before it reads a public path.
 *
 * @module
 */
import { EdgeCode } from "./edge_code.ts";
import type { EndpointSpec, Method, Outcome } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import { Problem } from "./problem.ts";
import type { Reply } from "./reply.ts";

/** How long a browser may remember the answer, in seconds. */
const PREFLIGHT_SECONDS = "600";

interface Path {
  readonly pattern: RegExp;
  readonly methods: Method[];
  isPublic: boolean;
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

function pathsOf(specs: readonly EndpointSpec[]): readonly Path[] {
  const paths = new Map<string, Path>();
  for (const { path, method, isPublic = false } of specs) {
    const pattern = new RegExp(`^${path.replaceAll(/:[^/]+/g, "[^/]+")}$`);
    const found = paths.get(path) ?? { pattern, methods: [], isPublic: false };
    found.methods.push(method);
    found.isPublic ||= isPublic;
    paths.set(path, found);
  }
  return [...paths.values()];
}

function refuse(exchange: Exchange, paths: readonly Path[]): Outcome {
  const { method, path } = exchange.context.req;
  const found = paths.find(({ pattern }) => pattern.test(path));
  if (found === undefined) return new Problem(EdgeCode.notFound, { value: path });
  if (method === "OPTIONS" && found.isPublic) return preflight(found);
  const allow = found.methods.flatMap((one) => one === "GET" ? ["GET", "HEAD"] : [one]).join(", ");
  return new Problem(EdgeCode.methodNotAllowed, {
    limit: allow,
    value: method,
    headers: [["allow", allow]],
  });
}

function preflight({ methods }: Path): Reply {
  return {
    status: 204,
    body: null,
    contentType: "text/plain",
    headers: [
      ["access-control-allow-origin", "*"],
      ["access-control-allow-methods", methods.join(", ")],
      ["access-control-allow-headers", "X-Request-Id"],
      ["access-control-max-age", PREFLIGHT_SECONDS],
    ],
  };
}
