/**
 * What a client sees of a result code, apart from which code it is.
 *
 * @module
 */

/** What a client sees of a result code. */
export interface ProblemKind<Code extends string = string> {
  readonly status: number;
  /** Stable; the same as in private reports. */
  readonly code: Code;
  readonly title: string;
  /** Seconds after which the request may be repeated; 0: repeating it changes nothing. */
  readonly retryAfterSeconds: number;
}

/** A kind of problem. Without seconds to wait, repeating the request changes nothing. */
export const kind = <const Code extends string>(
  status: number,
  code: Code,
  title: string,
  retryAfterSeconds = 0,
): ProblemKind<Code> => ({ status, code, title, retryAfterSeconds });

/** The gateway or the leader got what only a fault of ours can write. */
export const notUnderstood = <const Code extends string>(code: Code): ProblemKind<Code> =>
  kind(500, code, "The gateway and the leader do not understand each other");
