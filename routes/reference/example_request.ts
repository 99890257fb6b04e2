/**
 * The example of an operation as a command line. What is signed goes through the shell function that
 * the reference defines once.
 *
 * @module
 */
import type { DescribedEndpoint } from "../openapi/described_endpoint.ts";
import type { ParameterDoc } from "../operation.ts";
import { compactJson } from "./compact_json.ts";

/** Parameters of examples: those that must be, and the first of those that may. */
const QUERY_PARAMETERS_MAX = 2;

/** Path and query of the example. */
export function examplePath({ spec, operation }: DescribedEndpoint): string {
  const { parameters = [] } = operation;
  const path = parameters.filter((one) => one.in === "path").reduce(
    (text, { name, example }) => text.replace(`:${name}`, encodeURIComponent(example)),
    spec.path,
  );
  const query = queryOf(parameters).map(({ name, example }) =>
    `${name}=${encodeURIComponent(example)}`
  );
  return query.length === 0 ? path : `${path}?${query.join("&")}`;
}

/** The command line. */
export function exampleCommand(described: DescribedEndpoint): string {
  const { spec, operation } = described;
  const path = examplePath(described);
  if (spec.scope === null) return `curl -s "$EDGEBOOK_URL${path}"`;
  const { body } = operation;
  const sent = body === undefined ? "" : ` '${compactJson(body.example)}'`;
  const quoted = /[?&]/.test(path) ? `'${path}'` : path;
  return `edgebook ${spec.method} ${quoted}${sent}`;
}

/** Those that an example has: no cursor, which is another one each time, and nothing to wait for. */
function queryOf(parameters: readonly ParameterDoc[]): readonly ParameterDoc[] {
  const all = parameters.filter((one) => one.in === "query");
  const needed = all.filter(({ isRequired = false }) => isRequired);
  const others = all.filter(({ isRequired = false, name }) =>
    !isRequired && !["cursor", "minSequence", "orderId"].includes(name)
  );
  return [...needed, ...others].slice(0, Math.max(needed.length, QUERY_PARAMETERS_MAX));
}
