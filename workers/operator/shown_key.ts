/**
 * Keys as the operator's programs show them. None of it is a secret.
 *
 * @module
 */
import { type KeyRecord, type KeySummary, summaryOf } from "../../infra/keys/key_record.ts";
import { type LastUse, USE_RESOLUTION_MICROS } from "../../infra/keys/last_use.ts";

/** The operator acts for no account. */
export const OPERATOR = 0;

const MICROS_PER_SECOND = 1_000_000;
const MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND;
/** The latest time that a date can be of. */
const DATE_MILLIS_MAX = 8.64e15;
/** Units of an age, the largest first: from so many microseconds on, and how it is called. */
const UNITS = [[86_400 * MICROS_PER_SECOND, "d"], [3_600 * MICROS_PER_SECOND, "h"], [
  MICROS_PER_MINUTE,
  "min",
], [MICROS_PER_SECOND, "s"]] as const;

/** What stands below a table with uses. */
export const USE_NOTE = `uses are noted at most once in ${
  USE_RESOLUTION_MICROS / MICROS_PER_MINUTE
} min a key, so a key may have been used since`;

/** What `--json` has of a key. */
export interface ShownKey extends Omit<KeySummary, "account"> {
  /** Number of the account, or `admin`. */
  readonly account: string;
  readonly lastUse: LastUse | null;
}

/** A key for `--json`. */
export const shownKey = (record: KeyRecord, lastUse: LastUse | null): ShownKey => ({
  ...summaryOf(record),
  account: ownerOf(record),
  lastUse,
});

/** Number of the account, or `admin`. */
export const ownerOf = ({ account }: Pick<KeyRecord, "account">): string =>
  account === OPERATOR ? "admin" : String(account);

/** `revoked`, `valid`, `until` a time, or `ended` at one. */
export function stateOf(
  { expiresMicros, revoked }: Pick<KeyRecord, "expiresMicros" | "revoked">,
  nowMicros: number,
): string {
  if (revoked) return "revoked";
  if (expiresMicros === null) return "valid";
  return `${expiresMicros > nowMicros ? "until" : "ended"} ${timeOf(expiresMicros)}`;
}

/** A time in the form of ISO 8601. */
export const timeOf = (micros: number): string =>
  new Date(Math.min(micros / 1_000, DATE_MILLIS_MAX)).toISOString();

/** `3 min ago`. */
export function agoOf(micros: number, nowMicros: number): string {
  const age = Math.max(0, nowMicros - micros);
  const [size, name] = UNITS.find(([least]) => age >= least) ?? [MICROS_PER_SECOND, "s"];
  return `${Math.floor(age / size)} ${name} ago`;
}

/** `used 3 min ago from 203.0.113.7`, or that no use was noted. */
export const useOf = (use: LastUse | null, nowMicros: number): string =>
  use === null ? "not noted" : `used ${agoOf(use.usedMicros, nowMicros)} from ${use.address}`;

/** The ranges, or that there are none. */
export const addressesShown = (addresses: readonly string[]): string =>
  addresses.length === 0 ? "any" : addresses.join(",");
