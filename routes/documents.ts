/**
 * `GET /openapi.json`, `GET /asyncapi.json`, `GET /reference`, `GET /errors`: what the gateway says of
 * itself, made of its own endpoints.
 *
 * @module
 */
import { asyncApiDocument } from "./asyncapi/asyncapi_document.ts";
import type { EndpointSpec, Outcome } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import {
  answerWith,
  DOCUMENT_ENDPOINT,
  documentEndpoint,
  FixedDocument,
} from "./fixed_document.ts";
import { type DescribedEndpoint, describedEndpoints } from "./openapi/described_endpoint.ts";
import { openApiDocument } from "./openapi/openapi_document.ts";
import { EdgeCode } from "./problems/edge_code.ts";
import { Problem } from "./problems/problem.ts";
import { errorPage, errorsPage } from "./reference/errors_section.ts";
import { HTML_TYPE, PAGE_HEADERS } from "./reference/page.ts";
import { referencePage } from "./reference/reference_page.ts";
import type { Reply } from "./reply.ts";

const JSON_TYPE = "application/json";

/** Who comes without a path is shown where everything is. */
const REFERRAL: Reply = {
  status: 302,
  body: null,
  contentType: HTML_TYPE,
  headers: [["location", "/reference"]],
};

/** The endpoints; the documents are about `specs`. */
export function documentEndpoints(
  specs: readonly EndpointSpec[],
  natsServers: readonly string[],
): readonly EndpointSpec[] {
  const openApi = new FixedDocument(JSON_TYPE, () => JSON.stringify(openApiDocument(specs)));
  const described = describedEndpoints(specs);
  const reference = new FixedDocument(HTML_TYPE, () => referencePage(described), PAGE_HEADERS);
  const errors = new FixedDocument(HTML_TYPE, errorsPage, PAGE_HEADERS);
  const asyncApi = new FixedDocument(
    JSON_TYPE,
    () => JSON.stringify(asyncApiDocument(natsServers)),
  );
  return [
    documentEndpoint("/openapi.json", openApi),
    documentEndpoint("/asyncapi.json", asyncApi),
    documentEndpoint("/reference", reference),
    documentEndpoint("/errors", errors),
    { ...DOCUMENT_ENDPOINT, path: "/errors/:code", handle: (one) => readError(one, described) },
    { ...DOCUMENT_ENDPOINT, path: "/", handle: () => REFERRAL },
  ];
}

function readError(exchange: Exchange, described: readonly DescribedEndpoint[]): Outcome {
  const code = exchange.parameter("code");
  const text = errorPage(code, described);
  if (text === null) return new Problem(EdgeCode.notFound, { value: code });
  return answerWith(exchange, new FixedDocument(HTML_TYPE, () => text, PAGE_HEADERS));
}
