/**
 * What an endpoint is for, what it takes and what it answers, as data: the OpenAPI document, the
 * reference page and the contract tests are made of it, and the schemas are those of `routes/schema`.
 *
 * @module
 */
import type * as v from "valibot";
import type { ProblemCode } from "./problems/problems.ts";

/** Any schema of valibot without asynchronous parts. */
export type Schema = v.GenericSchema<unknown, unknown>;

/** Parts of the reference, in their order there. */
export const OPERATION_GROUPS = [
  "Orders",
  "Account",
  "Keys",
  "Market data",
  "Streams",
  "Administration",
  "Service",
] as const;
/** One of {@link OPERATION_GROUPS}. */
export type OperationGroup = (typeof OPERATION_GROUPS)[number];

/** A parameter of the path or the query, or a header field beyond those of authentication. */
export interface ParameterDoc {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly description: string;
  /** Of its text. */
  readonly schema: Schema;
  /** Those of the path always are. */
  readonly isRequired?: boolean;
  readonly example: string;
  /** The operation's example does without it: it would do more than whoever copies that expects. */
  readonly isLeftOut?: boolean;
}

/** A body, of a request or an answer. */
export interface BodyDoc {
  /** Default: `application/json`. */
  readonly contentType?: string;
  /** `null`: bytes or text whose form the description tells. */
  readonly schema: Schema | null;
  /** One that the endpoint takes or gives as it stands, on a fresh demo market. */
  readonly example: unknown;
}

/** An answer that is no problem. */
export interface AnswerDoc {
  readonly status: number;
  /** When it is given. */
  readonly description: string;
  /** `null`: it has none. */
  readonly body: BodyDoc | null;
}

/** One endpoint as the reference shows it. */
export interface Operation {
  /** Unique and stable: the name of the method in generated clients. */
  readonly id: string;
  readonly group: OperationGroup;
  /** One line without a full stop. */
  readonly summary: string;
  /** Whatever else there is to say, in Markdown. */
  readonly description?: string;
  readonly parameters?: readonly ParameterDoc[];
  readonly body?: BodyDoc;
  readonly answers: readonly AnswerDoc[];
  /** Problems that it may answer with, beside those of every endpoint that is signed or limited. */
  readonly problems?: readonly ProblemCode[];
}
