/**
 * The schemas of valibot as those of a document: each that has a title, and each body, once under its
 * name, and a reference wherever it is used.
 *
 * Requests are closed: what a field is not known is refused. Answers are open: a later version may add
 * fields, and a client that was generated from an earlier document must not refuse them.
 *
 * @module
 */
import {
  type OverrideActionContext,
  toJsonSchema,
  toJsonSchemaDefs,
} from "@valibot/to-json-schema";
import * as v from "valibot";
import type { Schema } from "../operation.ts";

/** Where the documents have them. */
const AT = "#/components/schemas";

/** A JSON Schema. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a schema of valibot may consist of, whichever it is. */
interface Parts {
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly item?: Schema;
  readonly items?: readonly Schema[];
  readonly options?: readonly unknown[];
  readonly wrapped?: Schema;
  readonly value?: unknown;
}

const isSchema = (part: unknown): part is Schema =>
  typeof part === "object" && part !== null && "kind" in part && part.kind === "schema";

/** Collects schemas, and writes them down under their names. */
export class NamedSchemas {
  readonly #names = new Map<Schema, string>();
  readonly #schemas: Record<string, Schema> = {};
  readonly #closed = new Set<string>();

  /** @param target draft in which they are written: that of the document */
  constructor(readonly target: "draft-2020-12" | "draft-07") {}

  /**
   * Adds the schema of a body, and the titled ones in it.
   *
   * @param name of one without a title
   * @param isClosed whether fields that are not known are refused: it is a request's
   * @returns its name
   */
  add(schema: Schema, name: string, isClosed = false): string {
    const chosen = v.getTitle(schema) ?? name;
    this.#keep(schema, chosen);
    if (isClosed) this.#closed.add(chosen);
    this.#addParts(schema, isClosed);
    return this.#names.get(schema) ?? chosen;
  }

  /** A reference to what {@link add} has named. */
  reference(name: string): JsonSchema {
    return { $ref: `${AT}/${name}` };
  }

  /** All of them, by name. */
  written(): Readonly<Record<string, JsonSchema>> {
    const schemas = toJsonSchemaDefs(this.#schemas, {
      target: this.target,
      overrideAction: checked,
      overrideRef: ({ referenceId }) => `${AT}/${referenceId}`,
    });
    return Object.fromEntries(
      Object.entries(schemas).map(([name, schema]) => [
        name,
        this.#closed.has(name) ? { ...schema } : opened(schema) as JsonSchema,
      ]),
    );
  }

  #keep(schema: Schema, name: string): void {
    const known = this.#schemas[name];
    if (known !== undefined && known !== schema) {
      throw new TypeError(`two schemas have the name ${name}`);
    }
    this.#schemas[name] = schema;
    this.#names.set(schema, name);
  }

  #addParts(schema: Schema, isClosed: boolean): void {
    const { entries = {}, item, items = [], options = [], wrapped, value } = schema as Parts;
    for (const part of [...Object.values(entries), item, ...items, ...options, wrapped, value]) {
      if (!isSchema(part)) continue;
      const title = v.getTitle(part);
      if (title !== undefined) this.add(part, title, isClosed);
      else this.#addParts(part, isClosed);
    }
  }
}

/**
 * What a schema checks by a function has no form in a document: of a list it is that no item comes twice,
 * and of anything else the description tells it.
 */
function checked({ jsonSchema, valibotAction: { type } }: OverrideActionContext) {
  if (type !== "check") return undefined;
  return jsonSchema.type === "array" ? { ...jsonSchema, uniqueItems: true } : jsonSchema;
}

/** The schema of something small, such as a parameter, in its place. */
export function inlineSchema(schema: Schema): JsonSchema {
  const { $schema: _draft, ...rest } = toJsonSchema(schema, { target: "draft-2020-12" });
  return { ...rest };
}

/** The same schema, with room for fields that are not known. */
function opened(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(opened);
  if (typeof schema !== "object" || schema === null) return schema;
  const isClosed = "additionalProperties" in schema && schema.additionalProperties === false;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([name]) => !(isClosed && name === "additionalProperties"))
      .map(([name, part]) => [name, opened(part)]),
  );
}
