/**
 * The body of a request as an object of known fields. Nothing is passed over: a field that is not
 * known, or a number in the place of a decimal string, is refused, and the refusal says what the
 * field takes.
 *
 * @module
 */
import * as v from "valibot";
import { EdgeCode } from "./problems/edge_code.ts";
import { Problem, receivedText } from "./problems/problem.ts";

/** What a decimal field takes, as a refusal says it. */
export const DECIMAL_TAKES = "a decimal string";

/** What the body of a kind of request is made of. */
export interface BodyShape<S extends v.StrictObjectSchema<v.ObjectEntries, undefined>> {
  /** "An order", as in "takes no such field". */
  readonly what: string;
  readonly schema: S;
  /** What each field takes, as a refusal says it. */
  readonly takes: Readonly<Record<keyof S["entries"] & string, string>>;
}

/** Reads a body. O(length). */
export function readBodyFields<S extends v.StrictObjectSchema<v.ObjectEntries, undefined>>(
  body: string,
  shape: BodyShape<S>,
): v.InferOutput<S> | Problem {
  const json = parseBody(body);
  return json instanceof Problem ? json : readFields(json, shape);
}

/** A body as JSON. O(length). */
export function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return new Problem(EdgeCode.malformedJson);
  }
}

/** {@link readBodyFields} of what stands in a body already read. */
export function readFields<S extends v.StrictObjectSchema<v.ObjectEntries, undefined>>(
  json: unknown,
  shape: BodyShape<S>,
): v.InferOutput<S> | Problem {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return new Problem(EdgeCode.notAnObject, { value: receivedText(json) });
  }
  const parsed = v.safeParse(shape.schema, json, { abortEarly: true });
  return parsed.success
    ? parsed.output
    : issueProblem(parsed.issues[0] as v.BaseIssue<unknown>, shape.what, shape.takes);
}

function issueProblem(
  issue: v.BaseIssue<unknown>,
  what: string,
  takes: Readonly<Record<string, string>>,
): Problem {
  const field = v.getDotPath(issue) ?? "";
  const limit = takes[field];
  if (issue.type === "strict_object") {
    return issue.expected === "never"
      ? unknownField(field, what, takes)
      : new Problem(EdgeCode.missingField, { detail: `The body has no ${field}.`, field, limit });
  }
  const value = receivedText(issue.input);
  if (limit === DECIMAL_TAKES) {
    const detail = typeof issue.input === "number"
      ? `${field} is a JSON number; it takes a decimal string, such as "0.5".`
      : `${field} is not a decimal string.`;
    return new Problem(EdgeCode.invalidDecimal, { detail, field, limit, value });
  }
  return new Problem(EdgeCode.invalidField, {
    detail: `${field} is not valid.`,
    field,
    limit,
    value,
  });
}

function unknownField(
  field: string,
  what: string,
  takes: Readonly<Record<string, string>>,
): Problem {
  return new Problem(EdgeCode.unknownField, {
    detail: `${what} takes no such field.`,
    field: field.slice(0, 64),
    limit: Object.keys(takes).join(" | "),
  });
}
