/**
 * A refusal as a client sees it (RFC 9457): which rule, the limit it met and the value it received.
 *
 * Handlers return problems, they do not throw them: a refusal is an ordinary answer, and under
 * attack the most frequent one.
 *
 * @module
 */
import type { HeaderFields, TextReply } from "../reply.ts";
import { sentenceOf } from "./problem_sentences.ts";
import { type ProblemCode, problemKind } from "./problems.ts";

/** Media type of a problem. */
export const PROBLEM_TYPE = "application/problem+json";
/** Characters of a received value that a problem repeats. */
export const SHOWN_LENGTH_MAX = 64;

/** What there is to say about a problem beside its code. */
export interface ProblemDetails {
  /** A sentence about this occurrence, where there is more to say than problem_sentences.ts does. */
  readonly detail?: string;
  /** Field of the body, query parameter or header that it is about. */
  readonly field?: string;
  /** What the field takes, or the limit that was met. */
  readonly limit?: string;
  /** What was received. Never a secret. */
  readonly value?: string;
  readonly headers?: HeaderFields;
  /** Seconds for `Retry-After`, where it is not that of the code. */
  readonly retryAfterSeconds?: number;
  /** The command had come before, with this outcome. */
  readonly duplicate?: true;
}

/** One refusal. */
export class Problem {
  constructor(readonly code: ProblemCode | number, readonly details: ProblemDetails = {}) {}

  /** HTTP status. */
  get status(): number {
    return problemKind(this.code).status;
  }

  /** The answer to the request `requestId`. */
  reply(requestId: string): TextReply {
    const { status, code, title, retryAfterSeconds } = problemKind(this.code);
    const { field, limit, duplicate, headers = [] } = this.details;
    const value = this.details.value === undefined ? undefined : shown(this.details.value);
    const detail = this.details.detail ?? sentenceOf(this.code, value, limit, field) ?? `${title}.`;
    const body = JSON.stringify({
      type: `urn:edgebook:problem:${code}`,
      title,
      status,
      detail,
      code,
      // JSON leaves out what is undefined.
      field,
      limit,
      value,
      requestId,
      duplicate,
    });
    const seconds = this.details.retryAfterSeconds ?? retryAfterSeconds;
    const retry: HeaderFields = seconds === 0 ? [] : [["retry-after", String(seconds)]];
    return { status, body, contentType: PROBLEM_TYPE, headers: [...headers, ...retry] };
  }
}

/** A received value of any type as text that is safe to repeat. */
export function receivedText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? typeof value;
}

function shown(value: string): string {
  return value.length > SHOWN_LENGTH_MAX ? `${value.slice(0, SHOWN_LENGTH_MAX)}…` : value;
}
