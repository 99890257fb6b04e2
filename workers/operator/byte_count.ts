/**
 * Numbers of bytes for people.
 *
 * @module
 */

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** A number of bytes with the unit that leaves one to three digits before the point. */
export function byteCount(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}
