/**
 * `GET /openapi.json`, `GET /asyncapi.json`, `GET /reference`, `GET /errors`: what the gateway says of
 * itself, made of its own endpoints.
 *
 * @module
 */
import { asyncApiDocument } from "./asyncapi/asyncapi_document.ts";
import type { EndpointSpec } from "./endpoint.ts";
import { documentEndpoint, FixedDocument } from "./fixed_document.ts";
import { openApiDocument } from "./openapi/openapi_document.ts";

const JSON_TYPE = "application/json";

/** The endpoints; the documents are about `specs`. */
export function documentEndpoints(
  specs: readonly EndpointSpec[],
  natsServers: readonly string[],
): readonly EndpointSpec[] {
  const openApi = new FixedDocument(JSON_TYPE, () => JSON.stringify(openApiDocument(specs)));
  const asyncApi = new FixedDocument(
    JSON_TYPE,
    () => JSON.stringify(asyncApiDocument(natsServers)),
  );
  return [
    documentEndpoint("/openapi.json", openApi),
    documentEndpoint("/asyncapi.json", asyncApi),
  ];
}
