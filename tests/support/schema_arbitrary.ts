/**
 * Values by a JSON Schema, valid ones and others, for fast-check.
 *
 * @module
 */
import fc from "fast-check";
import type { Schema } from "./open_api_contract.ts";

/** Values of fields whose pattern alone would rarely give one that means something. */
export type Known = Readonly<Record<string, readonly string[]>>;

/** How often a known value is taken, for each one that is made of the schema. */
const KNOWN_WEIGHT = 6;
const ITEMS_MAX = 3;
const INTEGER_MAX = 1_000;

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

/** Makes values by the schemas of one document. */
export class SchemaValues {
  /** @param resolve what a schema is, or refers to */
  constructor(readonly resolve: (schema: Schema) => Schema) {}

  /** Values that the schema takes; a text named in `known` is mostly one of those. */
  valid(schema: Schema, known: Known, name = ""): fc.Arbitrary<unknown> {
    const whole = this.resolve(schema);
    // Items are named as their list is: `orderIds` are such as `orderId` is.
    const meant = known[name] ?? known[name.replace(/s$/, "")] ?? [];
    if (whole.type !== "string" || meant.length === 0) return this.#bySchema(whole, known, name);
    return fc.oneof(
      { weight: KNOWN_WEIGHT, arbitrary: fc.constantFrom(...meant) },
      { weight: 1, arbitrary: this.#bySchema(whole, known, name) },
    );
  }

  /** Values near the schema of which one object is wrong: a field too many, too few, or of another type. */
  spoilt(schema: Schema, known: Known): fc.Arbitrary<unknown> {
    return fc.tuple(
      this.valid(schema, known),
      fc.nat(),
      fc.nat(),
      fc.constantFrom(...WRONG),
      fc.constantFrom("drop", "add", "spoil"),
    ).map(([value, which, field, wrong, way]) => {
      const changed = structuredClone(value);
      const objects = objectsIn(changed);
      const object = objects[which % objects.length] ?? {};
      const names = Object.keys(object);
      const name = names[field % names.length] ?? "field";
      if (way === "drop") delete object[name];
      else object[way === "add" ? `${name}s` : name] = wrong;
      return changed;
    });
  }

  #bySchema(schema: Schema, known: Known, name: string): fc.Arbitrary<unknown> {
    const { anyOf, enum: values, pattern, type } = schema;
    if (Array.isArray(anyOf)) {
      return fc.oneof(...anyOf.map((one: Schema) => this.valid(one, known, name)));
    }
    if (Array.isArray(values)) return fc.constantFrom(...values);
    if (type === "boolean") return fc.boolean();
    if (type === "null") return fc.constant(null);
    if (type === "integer") return integers(schema);
    if (type === "string") {
      return typeof pattern === "string" ? fc.stringMatching(new RegExp(pattern)) : texts(schema);
    }
    if (type === "array") return this.#arrays(schema, known, name);
    if (type === "object") return this.#objects(schema, known);
    throw new TypeError(`no values for ${JSON.stringify(schema)}`);
  }

  #arrays(schema: Schema, known: Known, name: string): fc.Arbitrary<unknown> {
    const { items, minItems: minLength = 0, maxItems = ITEMS_MAX, uniqueItems } = schema as {
      readonly items: Schema;
      readonly minItems?: number;
      readonly maxItems?: number;
      readonly uniqueItems?: boolean;
    };
    const item = this.valid(items, known, name);
    const lengths = { minLength, maxLength: Math.min(maxItems, ITEMS_MAX) };
    return uniqueItems === true ? fc.uniqueArray(item, lengths) : fc.array(item, lengths);
  }

  #objects(schema: Schema, known: Known): fc.Arbitrary<unknown> {
    const { properties, required } = schema as {
      readonly properties: Readonly<Record<string, Schema>>;
      readonly required: readonly string[];
    };
    const fields = Object.fromEntries(
      Object.entries(properties).map(([name, field]) => [name, this.valid(field, known, name)]),
    );
    return fc.record(fields, { requiredKeys: [...required] });
  }
}

function integers(schema: Schema): fc.Arbitrary<number> {
  const { minimum = -INTEGER_MAX, maximum = INTEGER_MAX } = schema as {
    readonly minimum?: number;
    readonly maximum?: number;
  };
  return fc.integer({ min: Math.max(minimum, -INTEGER_MAX), max: Math.min(maximum, INTEGER_MAX) });
}

function texts(schema: Schema): fc.Arbitrary<string> {
  const { minLength = 0, maxLength = 40 } = schema as {
    readonly minLength?: number;
    readonly maxLength?: number;
  };
  return fc.string({ minLength, maxLength: Math.min(maxLength, 40) });
}

/** An object and all those within it, the outermost first. */
function objectsIn(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  if (typeof value !== "object" || value === null) return [];
  return [value as Record<string, unknown>, ...Object.values(value).flatMap(objectsIn)];
}
