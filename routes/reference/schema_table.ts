/**
 * A JSON Schema as a table that a person can read: a row a field, those of objects within it indented
 * below, and types with a name as links.
 *
 * @module
 */
import type { JsonSchema } from "../openapi/named_schemas.ts";
import { DECIMAL_PATTERN, DECIMAL_TEXT_PATTERN, ID_PATTERN } from "../schema/fields.ts";
import { type Markup, markup, type Part } from "./markup.ts";
import { inline } from "./prose.ts";

/** Deepest object within objects that is written out. */
const DEPTH_MAX = 4;

/** What a text is, where its pattern says it. */
const PATTERNS: ReadonlyMap<string, string> = new Map([
  [DECIMAL_PATTERN.source, "decimal string"],
  [DECIMAL_TEXT_PATTERN.source, "decimal string"],
  [ID_PATTERN.source, "string of digits"],
]);

/** The fields of an object. */
export function schemaTable(schema: JsonSchema): Markup {
  return markup`<div class="table"><table>
<thead><tr><th>Field</th><th>Meaning</th></tr></thead>
<tbody>${rowsOf(schema, 0)}</tbody></table></div>`;
}

/** Where the reference shows a type with a name. */
export const typeAnchor = (name: string): string => `type-${name}`;

/** What a value is, in a few words. */
export function typeOf(schema: JsonSchema): Part {
  const { $ref: reference, anyOf, enum: values, items, prefixItems, type } = schema;
  if (typeof reference === "string") {
    const name = reference.slice(reference.lastIndexOf("/") + 1);
    return markup`<a href="#${typeAnchor(name)}">${name}</a>`;
  }
  if ("const" in schema) return JSON.stringify(schema.const);
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(" | ");
  if (Array.isArray(anyOf)) return joined(anyOf.map(typeOf), " or ");
  if (Array.isArray(prefixItems)) return [`[`, joined(prefixItems.map(typeOf), ", "), "]"];
  if (type === "array" && isSchema(items)) return ["array of ", typeOf(items)];
  return PATTERNS.get(String(schema.pattern)) ?? (typeof type === "string" ? type : "any");
}

function rowsOf(schema: JsonSchema, depth: number): Part {
  const { properties, required } = schema;
  if (!isSchema(properties)) return null;
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(properties).map(([name, field]) => {
    if (!isSchema(field)) return null;
    const mark = needed.includes(name) ? null : markup` <span class="mark">optional</span>`;
    const { default: fallback } = field;
    const falls = fallback === undefined
      ? null
      : markup` Default: <code>${JSON.stringify(fallback)}</code>.`;
    const meaning = descriptionOf(field);
    return [
      markup`<tr><td><span><span class="name">${
        "· ".repeat(depth)
      }${name}</span>${mark}<span class="kind">${typeOf(field)}</span></span></td><td>${
        meaning === undefined ? null : inline(meaning)
      }${falls}</td></tr>`,
      depth < DEPTH_MAX ? rowsOf(objectIn(field), depth + 1) : null,
    ];
  });
}

/** The object of which a field is, or an array is. */
function objectIn(field: JsonSchema): JsonSchema {
  return isSchema(field.items) ? objectIn(field.items) : field;
}

function descriptionOf(field: JsonSchema): string | undefined {
  if (typeof field.description === "string") return field.description;
  const alternatives = Array.isArray(field.anyOf) ? field.anyOf : [];
  const [first] = alternatives.filter(isSchema);
  return typeof first?.description === "string" ? first.description : undefined;
}

function joined(parts: readonly Part[], between: string): Part {
  return parts.map((part, index) => index === 0 ? part : [between, part]);
}

const isSchema = (part: unknown): part is JsonSchema =>
  typeof part === "object" && part !== null && !Array.isArray(part);
