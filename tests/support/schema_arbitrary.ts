/**
 * Values by a JSON Schema, valid ones and others, for fast-check.
 *
 * @module
 */
import fc from "fast-check";
import type { Schema } from "./open_api_contract.ts";

/** Values of fields whose pattern alone would rarely give one that means something. */
export type Known = Readonly<Record<string, readonly string[]>>;

/** Values that the schema takes; a field named in `known` has mostly one of those. */
export function valid(schema: Schema, known: Known, name = ""): fc.Arbitrary<unknown> {
  const meant = known[name];
  if (meant === undefined || meant.length === 0) return bySchema(schema, known);
  const some = fc.constantFrom(...meant);
  return fc.oneof({ weight: 6, arbitrary: some }, {
    weight: 1,
    arbitrary: bySchema(schema, known),
  });
}

function bySchema(schema: Schema, known: Known): fc.Arbitrary<unknown> {
  const { enum: values, pattern, type } = schema;
  if (Array.isArray(values)) return fc.constantFrom(...values);
  if (type === "boolean") return fc.boolean();
  if (type === "integer") {
    const { minimum = -1_000, maximum = 1_000 } = schema as { minimum?: number; maximum?: number };
    return fc.integer({ min: Math.max(minimum, -1_000), max: Math.min(maximum, 1_000) });
  }
  if (type === "string") {
    return typeof pattern === "string"
      ? fc.stringMatching(new RegExp(pattern))
      : fc.string({ maxLength: 40 });
  }
  if (type === "array") return fc.array(valid(schema.items as Schema, known), { maxLength: 3 });
  if (type === "object") return objects(schema, known);
  throw new TypeError(`no values for ${JSON.stringify(schema)}`);
}

function objects(schema: Schema, known: Known): fc.Arbitrary<unknown> {
  const { properties, required } = schema as {
    readonly properties: Readonly<Record<string, Schema>>;
    readonly required: readonly string[];
  };
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, field]) => [name, valid(field, known, name)]),
  );
  return fc.record(fields, { requiredKeys: [...required] });
}

/** What no field takes that takes a text. */
const WRONG: readonly unknown[] = [
  null,
  12,
  0.5,
  true,
  [],
  {},
  "",
  "-1",
  "1e3",
  "’",
  "a".repeat(99),
];

/** Bodies near the schema that are wrong in one way: a field too many, too few, or of another type. */
export function spoilt(schema: Schema, known: Known): fc.Arbitrary<unknown> {
  const names = Object.keys(schema.properties as object);
  return fc.tuple(
    valid(schema, known),
    fc.constantFrom(...names),
    fc.constantFrom(...WRONG),
    fc.constantFrom("drop", "add", "spoil"),
  ).map(([body, name, wrong, way]) => {
    const changed = { ...(body as Record<string, unknown>) };
    if (way === "drop") delete changed[name];
    else changed[way === "add" ? `${name}s` : name] = wrong;
    return changed;
  });
}
