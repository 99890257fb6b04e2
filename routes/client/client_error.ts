/**
 * What a client of the exchange is told when something did not come about.
 *
 * @module
 */

/** Members of a problem body (RFC 9457) that every refusal of the exchange has or may have. */
export interface ProblemBody {
  /** Stable: what a program decides by. */
  readonly code: string;
  /** Of HTTP; 0 where a stream has told it. */
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** Field, parameter or header that it is about. */
  readonly field?: string;
  /** What it takes. */
  readonly limit?: string;
  /** What it was. */
  readonly value?: string;
  /** Names the request to whoever runs the exchange. */
  readonly requestId: string;
  /** The command had come before, with this outcome. */
  readonly duplicate?: true;
}

/** The exchange refused the request. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  constructor(
    readonly problem: ProblemBody,
    /** `false` where an attempt before this refusal may have been carried out. */
    readonly isOutcomeKnown: boolean = true,
  ) {
    const { code, detail, field, limit, value } = problem;
    const about = field === undefined ? "" : `; ${field}: ${value ?? "nothing"}`;
    super(`${code}: ${detail}${about}${limit === undefined ? "" : ` (takes ${limit})`}`);
  }

  /** The problem's stable code. */
  get code(): string {
    return this.problem.code;
  }
}

/** Nothing that can be understood came back, however often it was asked. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
  constructor(
    readonly method: string,
    readonly path: string,
    readonly attempts: number,
    cause: unknown,
  ) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`${method} ${path} was not answered in ${attempts} attempts: ${why}`, { cause });
  }
}

/**
 * It is not known whether the command was carried out. It was or will be at most once; the same
 * command with the same id tells, whenever it is sent.
 */
export class OutcomeUnknownError extends Error {
  override readonly name = "OutcomeUnknownError";
  constructor(
    /** Client order id of a new order, idempotency key of anything else. */
    readonly id: string,
    cause: unknown,
  ) {
    super(`the outcome of ${id} is unknown: ask again with the same id`, { cause });
  }
}
