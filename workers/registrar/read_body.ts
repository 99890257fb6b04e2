/**
 * Reads the body of an act by its schema.
 *
 * @module
 */
import * as v from "valibot";
import type { ActRefusal } from "../../core/protocol/act.ts";

/** Longest received value that a refusal repeats. */
const SHOWN_LENGTH_MAX = 64;

/** The body, or what is wrong with it. */
export function readActBody<S extends v.GenericSchema>(
  body: string,
  schema: S,
): { readonly read: v.InferOutput<S> } | ActRefusal {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { refused: "malformedBody" };
  }
  const parsed = v.safeParse(schema, json, { abortEarly: true });
  if (parsed.success) return { read: parsed.output };
  const [issue] = parsed.issues;
  const field = v.getDotPath(issue) ?? "body";
  return {
    refused: "invalidField",
    detail: `${field} is not valid.`,
    field,
    limit: String(issue.expected ?? issue.message).slice(0, SHOWN_LENGTH_MAX),
    value: issue.received.slice(0, SHOWN_LENGTH_MAX),
  };
}
