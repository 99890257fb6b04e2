/**
 * One operation of the OpenAPI document.
 *
 * @module
 */
import type { AnswerDoc, BodyDoc, ParameterDoc } from "../operation.ts";
import type { CataloguedProblem } from "../problems/catalogue/problem_catalogue.ts";
import { PROBLEM_TYPE } from "../problems/problem.ts";
import type { DescribedEndpoint } from "./described_endpoint.ts";
import { inlineSchema, type JsonSchema, type NamedSchemas } from "./named_schemas.ts";
import { problemsOf } from "./operation_problems.ts";

const JSON_TYPE = "application/json";
const SWITCHING_PROTOCOLS = 101;
const NOT_MODIFIED = 304;
const TOO_MANY = 429;
const UNAVAILABLE = 503;

/** A part of the document. */
export type DocumentPart = Record<string, unknown>;

const header = (name: string): DocumentPart => ({ $ref: `#/components/headers/${name}` });

/** The operation object of an endpoint; its schemas go to `schemas`. */
export function operationObject(
  described: DescribedEndpoint,
  schemas: NamedSchemas,
): DocumentPart {
  const { spec, operation } = described;
  const { id, group, summary, description, parameters = [], body } = operation;
  const ofWindow = spec.scope === null ? [] : [{ $ref: "#/components/parameters/RecvWindow" }];
  return {
    operationId: id,
    tags: [group],
    summary,
    ...(description === undefined ? {} : { description }),
    "x-edgebook-scope": spec.scope,
    "x-edgebook-weight": spec.weight,
    ...(spec.scope === null ? {} : { security: securityOf(spec.scope) }),
    parameters: [...parameters.map(parameterObject), ...ofWindow],
    ...(body === undefined ? {} : {
      requestBody: {
        required: true,
        content: bodyContent(body, `${nameOf(id)}Request`, schemas, true),
      },
    }),
    responses: responsesOf(described, schemas),
  };
}

function securityOf(scope: string): readonly DocumentPart[] {
  const roles = [scope];
  return [
    { EdgebookKey: roles, EdgebookTimestamp: roles, EdgebookSignature: roles },
    { Bearer: roles },
  ];
}

function parameterObject(parameter: ParameterDoc): DocumentPart {
  const { name, in: place, description, schema, isRequired = false, example } = parameter;
  return {
    name,
    in: place,
    description,
    required: place === "path" || isRequired,
    schema: inlineSchema(schema),
    example,
  };
}

function bodyContent(
  { contentType = JSON_TYPE, schema, example }: BodyDoc,
  name: string,
  schemas: NamedSchemas,
  isClosed: boolean,
): DocumentPart {
  const written: JsonSchema = schema === null
    ? { type: "string" }
    : schemas.reference(schemas.add(schema, name, isClosed));
  return { [contentType]: { schema: written, example } };
}

function responsesOf(described: DescribedEndpoint, schemas: NamedSchemas): DocumentPart {
  const { spec, operation } = described;
  const always: DocumentPart = {
    "X-Request-Id": header("RequestId"),
    ...(spec.weight === 0
      ? {}
      : { "RateLimit": header("RateLimit"), "RateLimit-Policy": header("RateLimitPolicy") }),
  };
  const responses: Record<string, DocumentPart> = {};
  for (const { status, description, body } of operation.answers) {
    responses[status] = {
      description,
      // The runtime itself writes the answer that opens a socket.
      headers: status === SWITCHING_PROTOCOLS ? {} : always,
      ...(body === null
        ? {}
        : { content: bodyContent(body, answerName(operation.id, status), schemas, false) }),
    };
  }
  if (spec.cache?.hasEtag) {
    responses[NOT_MODIFIED] = {
      description: "What `If-None-Match` names is still so.",
      headers: always,
    };
  }
  for (const [status, problems] of problemsOf(described)) {
    const answered = responses[status];
    const content = { [PROBLEM_TYPE]: { schema: problemSchema(status, problems, schemas) } };
    const isPassing = status === TOO_MANY || status === UNAVAILABLE;
    responses[status] = {
      description: [answered?.description, problemList(problems)].filter(Boolean).join("\n\n"),
      headers: { ...always, ...(isPassing ? { "Retry-After": header("RetryAfter") } : {}) },
      content: { ...(answered?.content ?? {}), ...content },
    };
  }
  return responses;
}

function problemList(problems: readonly CataloguedProblem[]): string {
  return problems.map(({ code, title }) => `- \`${code}\`: ${title}.`).join("\n");
}

function problemSchema(
  status: number,
  problems: readonly CataloguedProblem[],
  schemas: NamedSchemas,
): JsonSchema {
  return {
    ...schemas.reference("Problem"),
    properties: { status: { const: status }, code: { enum: problems.map(({ code }) => code) } },
  };
}

const answerName = (id: string, status: AnswerDoc["status"]): string =>
  `${nameOf(id)}Answer${status}`;

const nameOf = (id: string): string => id.slice(0, 1).toUpperCase() + id.slice(1);
