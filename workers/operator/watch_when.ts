/**
 * Moments of a command line: a time, a duration back from now, or the start of the log.
 *
 * @module
 */
import { UsageError } from "./command_line.ts";

/** Longest duration back from now, in days. */
export const BACK_DAYS_MAX = 36_500;

const MICROS_PER_MILLI = 1_000;
const SECOND_MICROS = 1_000_000;
const UNIT_MICROS: Readonly<Record<string, number>> = {
  s: SECOND_MICROS,
  m: 60 * SECOND_MICROS,
  h: 3_600 * SECOND_MICROS,
  d: 86_400 * SECOND_MICROS,
};
const BACK_PATTERN = /^(\d{1,9})([smhd])$/;
const TIME_PATTERN = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?(?:\.(\d{1,6}))?Z$/;
const TAKES = "it takes a time in UTC such as 2026-01-31T09:30:00Z, a duration back from now " +
  "such as 30s, 15m, 2h or 1d, or start";

/** A moment as it was given and what it means. */
export interface When {
  /** As it was given. */
  readonly text: string;
  /** Microseconds since the epoch; 0 for the start of the log. */
  readonly micros: number;
}

/**
 * Reads a moment: `2026-01-31T09:30:00.000001Z` (seconds and fractions may be left out), `15m`, or
 * `start`.
 *
 * @param option its name, for the error
 * @throws {UsageError} when it is none of these, or not in the past
 */
export function parseWhen(option: string, text: string, nowMicros: number): When {
  if (text === "start") return { text, micros: 0 };
  const micros = back(option, text, nowMicros) ?? time(text);
  if (micros === null) throw new UsageError(`${option} ${JSON.stringify(text)}: ${TAKES}`);
  if (micros > nowMicros) {
    throw new UsageError(`${option} ${text} is in the future; it is ${isoTime(nowMicros)} now`);
  }
  return { text, micros };
}

/** The moment as it is shown: as it was given, and where that is no time, with the time. */
export function showWhen({ text, micros }: When): string {
  return micros === 0 || text.endsWith("Z") ? text : `${text} (${isoTime(micros)})`;
}

/** A time in UTC, to the microsecond where it has any. */
export function isoTime(micros: number): string {
  const millis = Math.floor(micros / MICROS_PER_MILLI);
  const rest = micros - millis * MICROS_PER_MILLI;
  const text = new Date(millis).toISOString();
  if (rest > 0) return `${text.slice(0, -1)}${String(rest).padStart(3, "0")}Z`;
  return text.endsWith(".000Z") ? `${text.slice(0, -5)}Z` : text;
}

function back(option: string, text: string, nowMicros: number): number | null {
  const [, count = "", unit = ""] = BACK_PATTERN.exec(text) ?? [];
  const unitMicros = UNIT_MICROS[unit];
  if (unitMicros === undefined) return null;
  const backMicros = Number(count) * unitMicros;
  if (backMicros > BACK_DAYS_MAX * 86_400 * SECOND_MICROS) {
    throw new UsageError(`${option} ${text} is too long ago; it takes ${BACK_DAYS_MAX}d at most`);
  }
  return Math.max(0, nowMicros - backMicros);
}

function time(text: string): number | null {
  const [, minutes, seconds = ":00", fraction = ""] = TIME_PATTERN.exec(text) ?? [];
  if (minutes === undefined) return null;
  const millis = Date.parse(`${minutes}${seconds}Z`);
  // A date that no calendar has, such as February 30th, would be read as another one.
  const isThere = Number.isFinite(millis) && millis >= 0 &&
    new Date(millis).toISOString().startsWith(`${minutes}${seconds}`);
  return isThere ? millis * MICROS_PER_MILLI + Number(fraction.padEnd(6, "0")) : null;
}
