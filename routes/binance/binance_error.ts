/**
 * What Binance answers when it refuses: a number, a text that clients compare, and an HTTP status.
 *
 * @module
 */
import { ResultCode } from "../../core/protocol/result_code.ts";
import { Problem, type ProblemDetails } from "../problems/problem.ts";
import type { ProblemCode } from "../problems/problems.ts";

/** One refusal as a client of Binance reads it. */
export interface BinanceError {
  /** HTTP status. */
  readonly status: number;
  readonly code: number;
  readonly msg: string;
  /** What the two halves of a cancel-replace came to. */
  readonly data?: object;
}

/** A refusal; most of Binance's have the status 400, whatever is wrong. */
export const binanceError = (code: number, msg: string, status = 400): BinanceError => ({
  status,
  code,
  msg,
});

/** As an order without an outcome yet has it elsewhere: the path did its work. */
const ACCEPTED = 202;

/**
 * A refusal for which the table (error_table.ts) has another form: in its place it says the more
 * exact thing. The code is that of the refusal elsewhere in the gateway, and its status the one that
 * the breaker judges by. What is no refusal but has no other form here has the code `ok`.
 */
export class BinanceProblem extends Problem {
  constructor(
    code: ProblemCode | number,
    readonly error: BinanceError,
    details: ProblemDetails = {},
  ) {
    super(code, details);
  }

  override get status(): number {
    return this.code === ResultCode.ok ? ACCEPTED : super.status;
  }
}
