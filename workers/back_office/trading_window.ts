/**
 * Which part of the log an end of day is about: a UTC day, or a span of time.
 *
 * @module
 */
import { UsageError } from "../operator/command_line.ts";

const DAY_MICROS = 86_400_000_000;
const DATE_PATTERN = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT_PATTERN = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?Z$/;

/** A span of stamps, in microseconds since the epoch. */
export interface TradingWindow {
  /** The first stamp in it. */
  readonly fromMicros: number;
  /** The first stamp behind it. */
  readonly toMicros: number;
  /** Stands in the names of the files: a date, or the two instants. */
  readonly label: string;
}

/** The options that name a window. */
export interface WindowOptions {
  readonly date?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * The window that the options name; without any the UTC day before the present one.
 *
 * @throws {UsageError} when they make no sense, or the window is not over
 */
export function readWindow({ date, from, to }: WindowOptions, nowMicros: number): TradingWindow {
  if (date !== undefined && (from !== undefined || to !== undefined)) {
    throw new UsageError("--date and --from, --to exclude each other");
  }
  if ((from === undefined) !== (to === undefined)) {
    throw new UsageError("--from and --to go together");
  }
  const window = from !== undefined && to !== undefined
    ? spanOf(from, to)
    : dayOf(date ?? formatInstant(nowMicros - DAY_MICROS).slice(0, 10));
  if (window.toMicros <= nowMicros) return window;
  throw new UsageError(
    `${window.label} is not over before ${formatInstant(window.toMicros)}, and it is ` +
      `${formatInstant(nowMicros)}; a part of it is taken with --from and --to`,
  );
}

/** An instant as `2026-01-31T23:59:59.000001Z`. */
export function formatInstant(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  const rest = String(micros - seconds * 1_000_000).padStart(6, "0");
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19)}.${rest}Z`;
}

function dayOf(date: string): TradingWindow {
  const millis = DATE_PATTERN.test(date) ? Date.parse(`${date}T00:00:00Z`) : NaN;
  // Dates that do not exist, such as the 30th of February, become others.
  if (Number.isNaN(millis) || new Date(millis).toISOString().slice(0, 10) !== date || millis < 0) {
    throw new UsageError(`--date ${JSON.stringify(date)} is no day; it takes one as 2026-01-31`);
  }
  const fromMicros = millis * 1_000;
  return { fromMicros, toMicros: fromMicros + DAY_MICROS, label: date };
}

function spanOf(from: string, to: string): TradingWindow {
  const fromMicros = readInstant("--from", from);
  const toMicros = readInstant("--to", to);
  if (fromMicros >= toMicros) throw new UsageError(`--from ${from} is not before --to ${to}`);
  return { fromMicros, toMicros, label: `${compact(fromMicros)}-${compact(toMicros)}` };
}

function readInstant(name: string, text: string): number {
  const [, seconds, fraction = ""] = INSTANT_PATTERN.exec(text) ?? [];
  const millis = seconds === undefined ? NaN : Date.parse(`${seconds}Z`);
  const isReal = !Number.isNaN(millis) && millis >= 0 &&
    new Date(millis).toISOString().startsWith(seconds);
  if (isReal) return millis * 1_000 + Number(fraction.padEnd(6, "0"));
  throw new UsageError(
    `${name} ${JSON.stringify(text)} is no instant; it takes one as 2026-01-31T12:00:00Z, ` +
      "with up to six decimals of a second",
  );
}

/** An instant without what a file's name should not have, and without zeros at its end. */
const compact = (micros: number): string =>
  formatInstant(micros).replaceAll(/[-:]/g, "").replace(/\.?0*Z$/, "Z");
