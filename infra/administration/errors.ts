/**
 * Why an administrative command, or a question to the leader, was not answered as wished.
 *
 * @module
 */
import { reasonOf } from "../../core/history/reason.ts";
import type { CommandReport } from "../../core/protocol/command_report.ts";

/** The core, or the leader before it, refused the command. */
export class AdministrationError extends Error {
  override readonly name = "AdministrationError";
  /** Name of the result code in snake_case: `insufficient_funds`. */
  readonly reason: string;
  constructor(
    /** What was asked for, for people: `deposit`. */
    readonly command: string,
    /** ResultCode. */
    readonly code: number,
    /** Limit that was met, and the value that met it; both 0 where there are none. */
    readonly limit: number,
    readonly value: number,
    /** What the core said; `null` where the leader refused the frame as a whole. */
    readonly report: CommandReport | null,
  ) {
    const reason = reasonOf(code);
    const met = limit === 0 && value === 0 ? "" : `: limit ${limit}, value ${value}`;
    super(`${command} was refused, ${reason} (${code})${met}`);
    this.reason = reason;
  }
}

/**
 * No leader answered in time. A command may have been carried out all the same: send it again with
 * the same idempotency text.
 */
export class NoLeaderError extends Error {
  override readonly name = "NoLeaderError";
  constructor(
    readonly subject: string,
    readonly waitedMillis: number,
    readonly attempts: number,
    detail: string,
  ) {
    super(
      `no leader answered on ${subject} in ${Math.round(waitedMillis)} ms ` +
        `(${attempts} attempts, the last: ${detail})`,
    );
  }
}

/** The leader, or a projection, answered a query with an error. */
export class QueryRefusedError extends Error {
  override readonly name = "QueryRefusedError";
  constructor(readonly subject: string, readonly error: string, detail: string) {
    super(`the query on ${subject} was refused, ${error}: ${detail}`);
  }
}
