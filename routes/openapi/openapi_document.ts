/**
 * The OpenAPI 3.1 document of the gateway, made of what its endpoints say of themselves.
 *
 * @module
 */
import { AuthHeader } from "../../core/auth/header_problem.ts";
import { RECV_WINDOW_MILLIS_DEFAULT, RECV_WINDOW_MILLIS_MAX } from "../../core/auth/recv_window.ts";
import type { EndpointSpec } from "../endpoint.ts";
import { OPERATION_GROUPS } from "../operation.ts";
import { ProblemSchema } from "../schema/problem.ts";
import { describedEndpoints, documentedPath } from "./described_endpoint.ts";
import { NamedSchemas } from "./named_schemas.ts";
import { type DocumentPart, operationObject } from "./operation_object.ts";
import { BEARER_MARKDOWN, SIGNING_MARKDOWN } from "./signing.ts";

/** Version of the interface: it changes with what clients can see. */
export const INTERFACE_VERSION = "1.0.0";

const DESCRIPTION =
  "An open exchange. Prices, quantities and money are decimal strings, ids and sequences are " +
  "strings, times are microseconds since the epoch in fields that end in `Micros`. Errors are RFC " +
  "9457 problems: decide by `code`, which is stable (`/errors` explains each), and show `detail`. " +
  "Answers may gain fields: pass over those that you do not know. What is limited tells its limits " +
  "in `RateLimit`; `x-edgebook-weight` is what a request costs, and `x-edgebook-scope` the scope " +
  "that a key or token needs. Market data and private reports come over NATS: `/asyncapi.json`.";

const SECURITY_SCHEMES: DocumentPart = {
  EdgebookKey: {
    type: "apiKey",
    in: "header",
    name: AuthHeader.key,
    description: `The key's id. ${SIGNING_MARKDOWN}`,
  },
  EdgebookTimestamp: {
    type: "apiKey",
    in: "header",
    name: AuthHeader.timestamp,
    description: "Milliseconds since the epoch; signed.",
  },
  EdgebookSignature: {
    type: "apiKey",
    in: "header",
    name: AuthHeader.signature,
    description: "See `EdgebookKey`.",
  },
  Bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: BEARER_MARKDOWN },
};

const text = (description: string, example: string): DocumentPart => ({
  description,
  schema: { type: "string" },
  example,
});

const HEADERS: DocumentPart = {
  RequestId: text("Id of this request, also in the body of a problem.", "0a1b2c3d-1"),
  RateLimit: text(
    "What is left of the limit with least left, and the seconds until it is full again " +
      "(draft-ietf-httpapi-ratelimit-headers).",
    '"key-peak";r=99;t=1',
  ),
  RateLimitPolicy: text(
    "The limits that applied, with their units and windows.",
    '"key-peak";q=100;w=1',
  ),
  RetryAfter: {
    description: "Seconds after which the request may be sent again.",
    schema: { type: "integer", minimum: 1 },
    example: 1,
  },
};

const RECV_WINDOW: DocumentPart = {
  name: AuthHeader.recvWindow,
  in: "header",
  description:
    `How many milliseconds the request may be on its way; ${RECV_WINDOW_MILLIS_DEFAULT} if left ` +
    `out, at most ${RECV_WINDOW_MILLIS_MAX}. Signed.`,
  required: false,
  schema: { type: "string", pattern: "^[1-9]\\d{0,4}$" },
  example: String(RECV_WINDOW_MILLIS_DEFAULT),
};

/** Makes the document; O(endpoints), some milliseconds. */
export function openApiDocument(specs: readonly EndpointSpec[]): DocumentPart {
  const described = describedEndpoints(specs);
  const schemas = new NamedSchemas("draft-2020-12");
  schemas.add(ProblemSchema, "Problem");
  const paths: Record<string, DocumentPart> = {};
  for (const one of described) {
    const path = documentedPath(one.spec);
    paths[path] = {
      ...paths[path],
      [one.spec.method.toLowerCase()]: operationObject(one, schemas),
    };
  }
  const groups = OPERATION_GROUPS.filter((group) =>
    described.some(({ operation }) => operation.group === group)
  );
  return {
    openapi: "3.1.0",
    info: {
      title: "edgebook",
      version: INTERFACE_VERSION,
      summary: "Orders, accounts and market data of an exchange.",
      description: DESCRIPTION,
      license: { name: "Apache License 2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/", description: "Where this document is from." }],
    tags: groups.map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.written(),
      headers: HEADERS,
      parameters: { RecvWindow: RECV_WINDOW },
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}
