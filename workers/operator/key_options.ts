/**
 * Options of the commands on keys and issuers.
 *
 * @module
 */
import { type Scope, SCOPES, TIER_PATTERN } from "../../infra/keys/key_record.ts";
import { addressesOf } from "./address_list.ts";
import type { OptionValues } from "./admin_command.ts";
import { UsageError, wholeNumber } from "./command_line.ts";

/** Longest life of a key. */
export const DAYS_MAX = 3_650;
/** Longest time for which a key and the one in its place are both valid. */
export const OVERLAP_HOURS_MAX = 8_760;
/** What is in force when nothing is said. */
const OVERLAP_HOURS = 24;

/** Microseconds of an hour. */
export const MICROS_PER_HOUR = 3_600_000_000;
const MICROS_PER_DAY = 24 * MICROS_PER_HOUR;
const HOURS_OF: Readonly<Record<string, number>> = { m: 1 / 60, h: 1, d: 24 };

/** Help on `--tier`. */
export const TIER_HELP =
  "--tier NAME       set of limits that applies (default the deployment's own)";
/** Help on `--addresses`. */
export const ADDRESSES_HELP =
  "--addresses LIST  addresses and ranges it may be used from, with commas (default any)";

/** The tier of `--tier`; `null` for none. @throws {UsageError} */
export function tierOf({ tier }: OptionValues): string | null {
  if (typeof tier !== "string" || tier === "none") return null;
  if (TIER_PATTERN.test(tier)) return tier;
  throw new UsageError(
    `--tier ${JSON.stringify(tier)} is not allowed; it takes a name of at most 32 lower-case ` +
      "letters, digits and dashes that begins with a letter, or none",
  );
}

/** The ranges of `--addresses`; none: from anywhere. @throws {UsageError} */
export const rangesOf = ({ addresses }: OptionValues): string[] =>
  typeof addresses === "string" ? addressesOf(addresses) : [];

/** When a key ends that `--days` gives so many days from now; `null` for never. @throws {UsageError} */
export function endOf({ days }: OptionValues, nowMicros: number): number | null {
  if (typeof days !== "string" || days === "never") return null;
  return nowMicros + wholeNumber("--days", days, 1, DAYS_MAX) * MICROS_PER_DAY;
}

/** The overlap of `--overlap` or `--overlap-hours` in microseconds. @throws {UsageError} */
export function overlapMicrosOf(options: OptionValues): number {
  const { overlap, "overlap-hours": hours } = options;
  if (typeof overlap === "string" && typeof hours === "string") {
    throw new UsageError("--overlap and --overlap-hours say the same; give one of them");
  }
  if (typeof hours === "string") {
    return wholeNumber("--overlap-hours", hours, 0, OVERLAP_HOURS_MAX) * MICROS_PER_HOUR;
  }
  if (typeof overlap !== "string") return OVERLAP_HOURS * MICROS_PER_HOUR;
  const [, number = "", unit = ""] = /^(\d{1,6})([mhd])$/.exec(overlap) ?? [];
  const given = number === "" ? Infinity : Number(number) * HOURS_OF[unit];
  if (given <= OVERLAP_HOURS_MAX) return Math.round(given * MICROS_PER_HOUR);
  throw new UsageError(
    `--overlap ${JSON.stringify(overlap)} is not allowed; it takes a number with m, h or d, ` +
      `such as 90m or 24h, of at most ${OVERLAP_HOURS_MAX} hours`,
  );
}

/** The scopes of a list, in their order. @throws {UsageError} */
export function scopesOf(list: string | boolean, allowed: readonly Scope[] = SCOPES): Scope[] {
  const names = String(list).split(",").filter(Boolean);
  const scopes = allowed.filter((scope) => names.includes(scope));
  if (names.length === 0 || scopes.length !== new Set(names).size) {
    throw new UsageError(`--scopes ${list} is not allowed; it takes some of ${allowed.join(",")}`);
  }
  return scopes;
}
