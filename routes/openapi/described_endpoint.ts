/**
 * Endpoints with what is said of them.
 *
 * @module
 */
import type { EndpointSpec } from "../endpoint.ts";
import type { Operation } from "../operation.ts";

/** An endpoint that has an operation. */
export interface DescribedEndpoint {
  readonly spec: EndpointSpec;
  readonly operation: Operation;
}

/** Those of the endpoints that say what they are for. */
export function describedEndpoints(specs: readonly EndpointSpec[]): readonly DescribedEndpoint[] {
  return specs.flatMap((spec) =>
    spec.operation === undefined ? [] : [{ spec, operation: spec.operation }]
  );
}

/** The path of an endpoint as documents write it: `{orderId}` in the place of `:orderId`. */
export const documentedPath = ({ path }: EndpointSpec): string =>
  path.replaceAll(/:([A-Za-z]+)/g, "{$1}");
