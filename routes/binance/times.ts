/**
 * Times in parameters and answers: milliseconds, or microseconds where the request says so in
 * `X-MBX-TIME-UNIT`.
 *
 * @module
 */
import { SAFE_MAX } from "../../core/protocol/wire_buffer.ts";
import type { Exchange } from "../exchange.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { binanceError, BinanceProblem } from "./binance_error.ts";
import { type Parameters, wholeNumber } from "./parameters.ts";

const MICROS_PER_MILLI = 1_000;
/** Times from here on are microseconds: as milliseconds it would be the year 33658. */
const MICROS_LEAST = 1_000_000_000_000_000;

/** Writes a time in the unit of a request. */
export type TimeWriter = (micros: number) => number;

const inMillis: TimeWriter = (micros) => Math.floor(micros / MICROS_PER_MILLI);
const inMicros: TimeWriter = (micros) => micros;

/** How times are written in the answer to a request. */
export function timeWriter(exchange: Exchange): TimeWriter | Problem {
  return timeWriterIn(exchange.header("x-mbx-time-unit"));
}

/** How times are written in a unit by its name, milliseconds without one. */
export function timeWriterIn(unit: string | null): TimeWriter | Problem {
  const writer = writerOf(unit);
  if (writer !== null) return writer;
  const msg = "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.";
  return new BinanceProblem(EdgeCode.invalidParameter, binanceError(-1194, msg));
}

function writerOf(unit: string | null): TimeWriter | null {
  switch (unit?.toUpperCase() ?? "MILLISECOND") {
    case "MILLISECOND":
      return inMillis;
    case "MICROSECOND":
      return inMicros;
    default:
      return null;
  }
}

/** A time of milliseconds or microseconds, by its length, in microseconds. */
export function microsOf(time: number): number {
  return time >= MICROS_LEAST ? time : time * MICROS_PER_MILLI;
}

/** A span of time; both ends belong to it. */
export interface TimeSpan {
  readonly startMicros: number;
  readonly endMicros: number;
}

/** `startTime` and `endTime`; without them, always. */
export function timeSpan(parameters: Parameters): TimeSpan | Problem {
  const start = wholeNumber(parameters, "startTime", 0, 0, SAFE_MAX);
  if (start instanceof Problem) return start;
  const end = wholeNumber(parameters, "endTime", MICROS_LEAST * 2, 0, SAFE_MAX);
  if (end instanceof Problem) return end;
  // The whole of the last millisecond belongs to it.
  const endMicros = end >= MICROS_LEAST ? end : end * MICROS_PER_MILLI + MICROS_PER_MILLI - 1;
  return { startMicros: microsOf(start), endMicros };
}
