/**
 * A problem, as every refusal shows it (RFC 9457).
 *
 * @module
 */
import * as v from "valibot";
import type { Shown } from "./fields.ts";

/** Body of every refusal, of the type `application/problem+json`. */
export const ProblemSchema = v.pipe(
  v.strictObject({
    type: v.pipe(v.string(), v.description("`urn:edgebook:problem:` and the code.")),
    title: v.string(),
    status: v.pipe(v.number(), v.safeInteger(), v.minValue(400), v.maxValue(599)),
    detail: v.pipe(v.string(), v.description("A sentence about this occurrence.")),
    code: v.pipe(v.string(), v.description("Stable: what programs decide by.")),
    field: v.pipe(
      v.optional(v.string()),
      v.description("Field of the body, parameter, header, asset or limit that it is about."),
    ),
    limit: v.pipe(v.optional(v.string()), v.description("What is allowed, or the limit met.")),
    value: v.pipe(v.optional(v.string()), v.description("What was received.")),
    requestId: v.pipe(
      v.string(),
      v.description("The request's id, as in `X-Request-Id`: name it when you ask for help."),
    ),
    duplicate: v.pipe(
      v.optional(v.literal(true)),
      v.description("The command had come before, with this outcome."),
    ),
  }),
  v.title("Problem"),
);
/** See {@link ProblemSchema}. */
export type ProblemBody = Shown<v.InferOutput<typeof ProblemSchema>>;
