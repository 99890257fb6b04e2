/**
 * What the served OpenAPI document promises, held against the answers of the server that serves it.
 *
 * Answers are open in the document, so that versions can add fields; here they are closed again, and
 * a field that the document does not tell fails the test.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { readReports } from "./client_frames.ts";

/** A JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** A parameter of an operation. */
export interface ContractParameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly schema: Schema;
  readonly example: string;
}

/** A body, by its media type. */
export type ContractContent = Readonly<
  Record<string, { readonly schema: Schema; readonly example?: unknown }>
>;

/** One operation of the document. */
export interface ContractOperation {
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly parameters: readonly ContractParameter[];
  readonly requestBody?: { readonly content: ContractContent };
  readonly responses: Readonly<
    Record<string, {
      readonly headers: Readonly<Record<string, unknown>>;
      readonly content?: ContractContent;
    }>
  >;
  readonly "x-edgebook-scope": "read" | "trade" | "keys" | "admin" | null;
  readonly "x-edgebook-weight": number;
}

/** What a server answered. */
export interface ContractAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body where it may be frames of records. */
  readonly bytes?: Uint8Array;
}

/** Media type of frames of records. */
export const FRAME_TYPE = "application/vnd.edgebook.frame";
const ID = "openapi";

/** The document, and its operations. */
export class OpenApiContract {
  readonly operations: readonly ContractOperation[];
  readonly #document: Document;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(document: unknown) {
    this.#document = closed(document as Document);
    this.#ajv.addSchema(this.#document, ID);
    this.operations = Object.entries(this.#document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        ...operation,
        parameters: operation.parameters.map((one) => this.resolve<ContractParameter>(one)),
        method: method.toUpperCase(),
        path,
      }))
    );
  }

  /** The document of a running gateway. */
  static async of(gateway: string): Promise<OpenApiContract> {
    const response = await fetch(`${gateway}/openapi.json`);
    assert.equal(response.status, 200);
    return new OpenApiContract(await response.json());
  }

  /** What a part of the document is, or refers to. */
  resolve<T>(part: unknown): T {
    const reference = (part as { readonly $ref?: string }).$ref;
    if (reference === undefined) return part as T;
    let found: unknown = this.#document;
    for (const token of reference.split("/").slice(1)) {
      found = (found as Readonly<Record<string, unknown>>)[token];
    }
    return found as T;
  }

  /** Fails where the value is not what the schema at `pointer` (tokens) says. */
  check(pointer: readonly string[], value: unknown, about: string): void {
    const text = pointer.map((token) => token.replaceAll("~", "~0").replaceAll("/", "~1"))
      .map(encodeURIComponent).join("/");
    let validate = this.#compiled.get(text);
    if (validate === undefined) {
      validate = this.#ajv.compile({ $ref: `${ID}#/${text}` });
      this.#compiled.set(text, validate);
    }
    const isValid = validate(value);
    const errors = JSON.stringify(validate.errors?.slice(0, 3));
    assert.ok(isValid, `${about}: ${errors} in ${JSON.stringify(value)}`);
  }

  /** Fails where an answer is none that the document tells; returns its body. */
  checkAnswer(operation: ContractOperation, answer: ContractAnswer, about: string): unknown {
    const { path, method, responses } = operation;
    const { status, headers, text } = answer;
    const response = responses[status];
    assert.ok(response !== undefined, `${about}: status ${status} is not told: ${text}`);
    for (const name of Object.keys(response.headers)) {
      // What is refused before its limits were looked at has no limits to tell.
      if (name.startsWith("RateLimit") && status >= 400) continue;
      if (name === "Retry-After" && text.includes('"not_ready"')) continue;
      assert.ok(headers.has(name), `${about}: ${status} without ${name}`);
    }
    if (response.content === undefined) {
      assert.equal(text, "", `${about}: ${status} has a body`);
      return null;
    }
    const [type = ""] = (headers.get("content-type") ?? "").split(";");
    assert.ok(type in response.content, `${about}: ${status} of the type ${type}`);
    if (type === FRAME_TYPE && answer.bytes !== undefined) {
      const isTold = readReports(answer.bytes).length > 0;
      assert.ok(isTold || status === 202, `${about}: ${status} without a report`);
    }
    const body = /json$/.test(type) ? JSON.parse(text) : text;
    const at = ["paths", path, method.toLowerCase(), "responses", String(status), "content"];
    this.check([...at, type, "schema"], body, `${about}: ${status}`);
    return body;
  }
}

interface Document {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<string, Omit<ContractOperation, "method" | "path"> & { parameters: unknown[] }>
      >
    >
  >;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The document with answers closed: what it does not tell is not there. */
function closed(document: Document): Document {
  const schemas = Object.fromEntries(
    Object.entries(document.components.schemas).map(([name, schema]) => [name, close(schema)]),
  ) as Record<string, Schema>;
  return { ...document, components: { ...document.components, schemas } };
}

function close(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(close);
  if (typeof part !== "object" || part === null) return part;
  const entries = Object.entries(part).map(([name, inner]) => [name, close(inner)]);
  const isObject = "properties" in part && "type" in part && part.type === "object";
  const isTold = "additionalProperties" in part;
  return Object.fromEntries(
    isObject && !isTold ? [...entries, ["additionalProperties", false]] : entries,
  );
}
