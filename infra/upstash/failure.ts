/**
 * Why the shared counters could not be asked, in a word that may be shown.
 *
 * The client library's messages repeat the command, and with it keys and addresses; they are sorted
 * here and go no further.
 *
 * @module
 */

/** What went wrong with a round trip. */
export type UpstashFailure =
  | "timeout"
  | "unauthorized"
  | "unreachable"
  | "busy"
  | "answer";

/** A result that is not what the script returns. */
export class UpstashAnswerError extends Error {
  override readonly name = "UpstashAnswerError";
}

/** What the client library puts between an error and the command, which holds names from outside. */
const COMMAND_FOLLOWS = ", command was:";

/** Sorts what a round trip threw. Anything unknown is an `answer` that made no sense. */
export function failureOf(error: unknown): UpstashFailure {
  if (!(error instanceof Error)) return "answer";
  if (error.name === "TimeoutError" || error.name === "AbortError") return "timeout";
  const [message] = error.message.split(COMMAND_FOLLOWS, 1);
  if (/\b(WRONGPASS|NOAUTH|NOPERM|Unauthorized)\b/i.test(message)) return "unauthorized";
  // What `fetch` throws when no answer came; the library's own errors have names of their own.
  return error.name === "TypeError" ? "unreachable" : "answer";
}
